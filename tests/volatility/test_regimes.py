"""Markov-switching volatility."""

import pickle
from functools import cache

import numpy as np
import pandas as pd
import pytest
from oracles import regimes as oracle
from scipy import integrate, optimize, stats
from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression

import riskkit as rk
from riskkit.core import FitStatus
from riskkit.volatility import MarkovSwitching, hidden_chain

SIGMAS = {2: (0.01, 0.04), 3: (0.005, 0.02, 0.08)}
TRANSITIONS = {
    2: ((0.98, 0.02), (0.05, 0.95)),
    3: ((0.96, 0.03, 0.01), (0.03, 0.94, 0.03), (0.02, 0.08, 0.90)),
}


@cache
def simulated(states, count=1200):
    values, truth = oracle.simulate(count, 0.001, SIGMAS[states], TRANSITIONS[states], 7)
    return pd.Series(values, pd.date_range("2018", periods=count, tz="UTC", name="date"), name="BTC"), truth


@cache
def fitted(states, mean="constant"):
    return MarkovSwitching(states, mean).fit(simulated(states)[0])


def by_the_textbook(fit, values):
    return oracle.hamilton(values.tolist(), fit.mean, fit.variance.tolist(), fit.transition.tolist(), fit.initial.tolist())


@pytest.mark.parametrize("states", [2, 3])
def test_filter_smoother_sigma_and_loglikelihood_are_those_of_the_textbook(states):
    fit, (returns, _) = fitted(states), simulated(states)
    filtered, predicted, total = by_the_textbook(fit, returns)
    assert fit.loglikelihood == pytest.approx(total, rel=1e-12)
    np.testing.assert_allclose(fit.filtered, filtered, atol=1e-11)
    np.testing.assert_allclose(fit.smoothed, oracle.kim(filtered, predicted, fit.transition.tolist()), atol=1e-10)
    variance = np.array(predicted) @ fit.variance
    np.testing.assert_allclose(fit.sigma**2, variance[:-1], rtol=1e-10)
    assert fit.next_sigma**2 == pytest.approx(variance[-1], rel=1e-10)
    np.testing.assert_allclose(fit.sigma * fit.standardised + fit.mean, returns, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 16, 17, 50])
def test_blocks_of_any_length_join(count):
    fit, (returns, _) = fitted(3), simulated(3)
    chain = hidden_chain.Chain(fit.mean, fit.variance, fit.transition, fit.initial)
    probabilities, density = hidden_chain.filtered(chain, returns.to_numpy()[:count])
    filtered, _, total = by_the_textbook(fit, returns.iloc[:count])
    np.testing.assert_allclose(probabilities, filtered, atol=1e-13)
    assert density.sum() == pytest.approx(total, rel=1e-12)


def test_expected_transitions_are_those_of_all_paths_counted():
    chain = hidden_chain.Chain(0.1, np.array([0.5, 3.0]), np.array(TRANSITIONS[2]), np.array([0.3, 0.7]))
    values = np.array([0.2, -3.0, 1.0, 0.1, 2.5])
    density, counted, total = np.exp(chain.log_density(values)), np.zeros((2, 2)), 0.0
    for path in np.ndindex(*[2] * len(values)):
        weight = chain.initial[path[0]] * density[0, path[0]]
        for t in range(1, len(values)):
            weight *= chain.transition[path[t - 1], path[t]] * density[t, path[t]]
        total += weight
        np.add.at(counted, (path[:-1], path[1:]), weight)
    state = hidden_chain.smoothed(chain, values)
    np.testing.assert_allclose(state.transitions, counted / total, rtol=1e-12)
    assert state.loglikelihood == pytest.approx(np.log(total), rel=1e-12)


@pytest.mark.parametrize("states", [2, 3])
def test_parameters_and_states_of_a_simulation_are_found(states):
    fit, (_, truth) = fitted(states), simulated(states)
    np.testing.assert_allclose(fit.states["sigma"], SIGMAS[states], rtol=0.15)
    np.testing.assert_allclose(fit.transition, TRANSITIONS[states], atol=0.05)
    assert abs(fit.mean - 0.001) < 4 * 0.01 / np.sqrt(1200)
    assert (fit.smoothed.to_numpy().argmax(axis=1) == truth).mean() > 0.9
    np.testing.assert_allclose(fit.states["share"], np.bincount(truth) / len(truth), atol=0.05)
    assert fit.states["expected_duration"].iloc[0] == pytest.approx(1 / (1 - fit.transition[0, 0]))


@pytest.mark.parametrize(("states", "mean"), [(2, "constant"), (2, "zero"), (3, "zero")])
def test_the_likelihood_is_that_of_statsmodels_and_its_maximum_no_lower(states, mean):
    fit, (returns, _) = fitted(states, mean), simulated(states)
    values = 100.0 * returns.to_numpy()  # statsmodels wants percent
    theirs = MarkovRegression(values, states, trend="n", switching_variance=True)
    moved = values - 100.0 * fit.mean
    here = MarkovRegression(moved, states, trend="n", switching_variance=True)
    point = np.append([fit.transition[i, j] for j in range(states - 1) for i in range(states)], 1e4 * fit.variance)
    first = oracle.stationary(fit.transition)
    ours = oracle.hamilton(moved.tolist(), 0.0, (1e4 * fit.variance).tolist(), fit.transition.tolist(), first)[2]
    assert here.loglike(point) == pytest.approx(ours, rel=1e-9)
    in_percent = fit.loglikelihood - len(values) * np.log(100.0)
    assert 0.0 < in_percent - ours < 5.0  # the first state: estimated, not stationary
    assert in_percent > theirs.fit(disp=False).llf - 1e-6


@pytest.mark.parametrize("states", [2, 3])
def test_the_loglikelihood_never_falls(states):
    values = simulated(states)[0].to_numpy() / 0.02
    rng = np.random.default_rng(3)
    for _ in range(5):
        start = hidden_chain.Chain(
            0.3, rng.gamma(0.5, 2.0, states), rng.dirichlet(np.ones(states), states), np.ones(states) / states
        )
        chain, progress, _ = hidden_chain.maximised(values, start, 60, True)
        assert len(progress) > 5
        assert np.diff(progress).min() > -1e-9
        assert progress[-1] == pytest.approx(hidden_chain.smoothed(chain, values).loglikelihood, rel=1e-14)
        assert chain.mean != 0.3
    assert np.diff(fitted(states).progress).min() > -1e-9


def test_no_other_point_nearby_is_higher():
    fit, values = fitted(2), simulated(2)[0].to_numpy()

    def fall(free):
        mean, logs, logits = free[0] * 1e-3, free[1:3], free[3:5]
        stay = 1.0 / (1.0 + np.exp(-logits))
        transition = np.array([[stay[0], 1 - stay[0]], [1 - stay[1], stay[1]]])
        chain = hidden_chain.Chain(mean, np.exp(logs), transition, fit.initial)
        return -hidden_chain.filtered(chain, values)[1].sum()

    stay = np.diag(fit.transition)
    here = np.concatenate([[fit.mean * 1e3], np.log(fit.variance), np.log(stay / (1 - stay))])
    assert fall(here) == pytest.approx(-fit.loglikelihood, rel=1e-12)
    assert optimize.minimize(fall, here, method="Nelder-Mead", options={"maxiter": 400}).fun > -fit.loglikelihood - 1e-5


def test_drawn_starts_find_nothing_higher_and_depend_on_their_seed_alone():
    returns = simulated(2)[0].iloc[:400]
    fixed, drawn = MarkovSwitching().fit(returns), MarkovSwitching().fit(returns, rng=1)
    assert drawn.loglikelihood == pytest.approx(fixed.loglikelihood, abs=1e-5)
    assert drawn.params.equals(MarkovSwitching().fit(returns, rng=1).params)
    assert fixed.params.equals(MarkovSwitching().fit(returns).params)


def test_the_unit_does_not_matter():
    returns = simulated(2)[0]
    there, here = MarkovSwitching().fit(1e-7 * returns), fitted(2)
    np.testing.assert_allclose(there.states["sigma"], 1e-7 * here.states["sigma"], rtol=1e-9)
    np.testing.assert_allclose(there.transition, here.transition, rtol=1e-7)
    assert there.loglikelihood == pytest.approx(here.loglikelihood + len(returns) * np.log(1e7), rel=1e-12)


def test_new_returns_are_filtered_as_if_the_sample_had_not_ended():
    returns = simulated(2)[0]
    fit = MarkovSwitching().fit(returns.iloc[:900])
    new = fit.filter(returns.iloc[900:])
    filtered, _, _ = by_the_textbook(fit, returns)
    np.testing.assert_allclose(new, filtered[900:], atol=1e-11)
    assert new.index.equals(returns.index[900:])
    assert new.columns.tolist() == ["state 1", "state 2"]


@pytest.mark.parametrize("cut", [901, 950, 1100])
def test_a_filtered_probability_does_not_know_what_comes_later(cut):
    returns = simulated(2)[0]
    fit = MarkovSwitching().fit(returns.iloc[:900])
    changed = returns.copy()
    changed.iloc[cut:] = 0.5
    before, after = fit.filter(returns.iloc[900:]), fit.filter(changed.iloc[900:])
    assert before.iloc[: cut - 900].equals(after.iloc[: cut - 900])
    assert after["state 2"].iloc[cut - 900] > 0.999
    np.testing.assert_allclose(fit.filter(returns.iloc[900:cut]), before.iloc[: cut - 900], atol=1e-12)
    now = before.iloc[cut - 901]
    assert fit.forecast(5, now=now).equals(fit.forecast(5, now=after.iloc[cut - 901]))


def test_smoothed_probabilities_do_know_what_comes_later():
    fit = fitted(2)
    assert np.abs(fit.smoothed - fit.filtered).max().max() > 0.2
    np.testing.assert_allclose(fit.smoothed.iloc[-1], fit.filtered.iloc[-1], atol=1e-12)


@pytest.mark.parametrize("states", [2, 3])
def test_the_forecast_is_the_power_of_the_transition_matrix(states):
    fit = fitted(states)
    forecast = fit.forecast(2000)
    for step in (1, 2, 7):
        ahead = fit.filtered.iloc[-1].to_numpy() @ np.linalg.matrix_power(fit.transition, step)
        np.testing.assert_allclose(forecast.loc[step, fit.names].to_numpy(dtype=float), ahead, rtol=1e-10)
        assert forecast.loc[step, "sigma"] == pytest.approx(np.sqrt(ahead @ fit.variance), rel=1e-10)
    assert (forecast["mean"] == fit.mean).all()
    np.testing.assert_allclose(
        forecast.loc[2000, fit.names].to_numpy(dtype=float), oracle.stationary(fit.transition), rtol=1e-8
    )


@pytest.mark.parametrize("states", [2, 3])
def test_the_loss_is_the_mixture_of_normals(states):
    fit = fitted(states)
    now = pd.Series(np.full(states, 1.0 / states), fit.names)
    losses, weights, sigmas = fit.loss_distribution(now=now), now.to_numpy() @ fit.transition, np.sqrt(fit.variance)

    def quantile(level):
        return optimize.brentq(lambda x: weights @ stats.norm.cdf(x, -fit.mean, sigmas) - level, -1.0, 1.0, xtol=1e-15)

    for level in (0.9, 0.99, 0.999):
        assert losses.var(level) == pytest.approx(quantile(level), rel=1e-9)
        es = integrate.quad(
            lambda x: x * (weights @ stats.norm.pdf(x, -fit.mean, sigmas)), quantile(level), 1.0, epsabs=1e-12
        )
        assert losses.es(level) == pytest.approx(es[0] / (1.0 - level), rel=1e-7)
    assert losses.mean == pytest.approx(-fit.mean, abs=1e-9)
    assert losses.std == pytest.approx(fit.forecast(1, now=now).loc[1, "sigma"], rel=0.01)
    assert not losses.sampled


def test_states_are_numbered_by_volatility_with_all_that_belongs_to_them():
    wild_first = hidden_chain.Chain(0.1, np.array([4.0, 1.0]), np.array([[0.9, 0.1], [0.02, 0.98]]), np.array([0.3, 0.7]))
    ordered = wild_first.ordered
    assert ordered.variance.tolist() == [1.0, 4.0]
    assert ordered.transition.tolist() == [[0.98, 0.02], [0.1, 0.9]]
    assert ordered.initial.tolist() == [0.7, 0.3]
    values = np.random.default_rng(1).normal(size=30)
    before, after = hidden_chain.smoothed(wild_first, values), hidden_chain.smoothed(ordered, values)
    np.testing.assert_allclose(after.probabilities[:, ::-1], before.probabilities, rtol=1e-10)


def test_tables():
    fit = fitted(3)
    assert fit.params.index.tolist()[:4] == ["mu", "sigma[1]", "sigma[2]", "sigma[3]"]
    assert fit.params["p[2,3]"] == fit.transition[1, 2]
    assert "mu" not in fitted(2, "zero").params
    assert fitted(2, "zero").mean == 0.0
    assert (np.diff(fit.states["sigma"]) > 0.0).all()
    np.testing.assert_allclose(fit.sigma_annual(), np.sqrt(365.0) * fit.states["sigma"])
    np.testing.assert_allclose(fit.sigma_annual(252), np.sqrt(252.0) * fit.states["sigma"])
    assert fit.states["share"].sum() == pytest.approx(1.0)


NOISE = np.random.default_rng(1).normal(size=400)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        (np.r_[NOISE[:200], 5.0 * NOISE[200:]], FitStatus.BOUND),  # a break: the second state is never left
        (np.where(np.random.default_rng(2).random(400) < 0.5, 0.0, NOISE), FitStatus.BOUND),  # a state of zeros
        (np.where(np.arange(400) == 300, 1e40, NOISE), FitStatus.BOUND),
        (np.tile([1.0, -1.0], 200), FitStatus.FAILED),  # one absolute value: one state is empty
    ],
)
def test_a_fit_that_is_none_or_at_the_edge_says_so(values, status):
    fit = MarkovSwitching().fit(pd.Series(values))
    assert fit.status is status
    assert np.isfinite(fit.loglikelihood)
    assert fit.loss_distribution().var(0.99) > 0.0


def test_a_search_that_is_cut_short_says_so(monkeypatch):
    monkeypatch.setattr(hidden_chain, "SHORT", 1)
    monkeypatch.setattr(hidden_chain, "LONG", 2)
    assert MarkovSwitching().fit(simulated(2)[0]).status is FitStatus.NOT_CONVERGED
    assert fitted(2).status is FitStatus.OK


@pytest.mark.parametrize(
    ("arguments", "message"), [((1,), "states"), ((4,), "2 or 3"), ((2.0,), "states"), ((2, "AR"), "mean")]
)
def test_refuses_a_specification(arguments, message):
    with pytest.raises(rk.DataError, match=message):
        MarkovSwitching(*arguments)


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (pd.Series(NOISE[:99]), "too short"),
        (pd.Series(np.where(np.arange(400) == 5, np.nan, NOISE)), "NaN or infinite"),
        (pd.Series(np.ones(200)), "constant"),
        (pd.Series(np.zeros(200)), "constant"),
        (pd.Series(1e150 * NOISE), "out of range"),
        (NOISE.tolist(), "wrong type"),
    ],
)
def test_refuses_a_series(series, message):
    with pytest.raises(rk.DataError, match=message):
        MarkovSwitching().fit(series)


def test_refuses_what_it_is_asked_later():
    fit, returns = fitted(2), simulated(2)[0]
    with pytest.raises(rk.DataError, match="does not follow the sample"):
        fit.filter(returns.iloc[-5:])
    with pytest.raises(rk.DataError, match="does not follow the sample"):
        fit.filter(pd.Series([0.1, 0.2]))
    with pytest.raises(rk.DataError, match="NaN"):
        fit.filter(pd.Series([np.nan], [returns.index[-1] + pd.Timedelta(days=1)]))
    with pytest.raises(rk.DataError, match="no row of state probabilities"):
        fit.loss_distribution(now=[0.5, 0.5])
    with pytest.raises(rk.DataError, match="not probabilities"):
        fit.forecast(1, now=pd.Series([1.5, -0.5], fit.names))
    with pytest.raises(rk.DataError, match="horizon"):
        fit.forecast(0)
    with pytest.raises(rk.DataError, match="periods"):
        fit.sigma_annual(0)
    with pytest.raises(rk.DataError, match="rng"):
        MarkovSwitching().fit(returns, rng="seed")


def test_the_fit_is_read_only_and_picklable():
    again = pickle.loads(pickle.dumps(fitted(2)))
    assert again.filtered.equals(fitted(2).filtered)
    assert again.status is FitStatus.OK
    for name in ("variance", "transition", "initial", "progress"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(again, name)[0] = 1.0
        with pytest.raises(ValueError, match="read-only"):
            getattr(fitted(2), name)[0] = 1.0

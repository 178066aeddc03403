"""What a GARCH with known parameters answers: memory, news, paths, and data that came after the estimate."""

import pickle

import numpy as np
import pandas as pd
import pytest
from oracles import garch as oracle

from riskkit.errors import DataError
from riskkit.volatility import Garch, GarchFilter


@pytest.fixture(scope="module")
def returns():
    dates = pd.date_range("2020", periods=900, tz="UTC")
    return pd.Series(0.01 * oracle.simulate(900, 0.05, 0.1, 0.85, 7, 3) + 0.001, dates, name="BTC")


@pytest.fixture(scope="module")
def fit(returns):
    return Garch("t").fit(returns.iloc[:700])


@pytest.fixture(scope="module")
def normal(returns):
    return Garch("normal").fit(returns.iloc[:700])


@pytest.fixture(scope="module")
def integrated():
    """Volatility that only grows: the estimate ends at persistence 1."""
    random = np.random.default_rng(4)
    result = Garch("normal").fit(pd.Series(random.normal(size=600) * np.exp(np.linspace(0, 4, 600))))
    assert result.params["alpha"] + result.params["beta"] == 1.0
    return result


def test_memory(fit):
    _, omega, alpha, beta, _ = fit.params
    assert fit.persistence == alpha + beta
    assert fit.persistence**fit.half_life == pytest.approx(0.5, rel=1e-12)
    assert fit.unconditional_volatility**2 == pytest.approx(omega + (alpha + beta) * fit.unconditional_volatility**2)
    gap = (fit.forecast(2_000)["sigma"] ** 2 - fit.unconditional_volatility**2).abs()
    first = int(np.argmax(gap.to_numpy() <= gap.iloc[0] / 2))
    assert first == int(np.ceil(fit.half_life))


def test_an_integrated_variance_never_forgets_and_has_no_level(integrated):
    assert integrated.half_life == np.inf
    assert integrated.unconditional_volatility == np.inf
    with pytest.raises(DataError, match=r"no unconditional volatility.*give sigma"):
        integrated.news_impact([0.0])
    with pytest.raises(DataError, match=r"no unconditional volatility.*give first_sigma"):
        integrated.filter(pd.Series([0.1]))
    assert np.isfinite(integrated.news_impact([0.0], sigma=2.0)).all()
    assert len(integrated.filter(pd.Series([0.1]), first_sigma=2.0).sigma) == 1


def test_a_variance_without_memory_forgets_at_once(returns):
    params = pd.Series({"mu": 0.0, "omega": 2.0, "alpha": 0.0, "beta": 0.0})
    flat = GarchFilter(Garch("normal"), returns, params, np.full(len(returns) + 1, 2.0))
    assert flat.half_life == 0.0
    assert flat.unconditional_volatility == np.sqrt(2.0)


def test_news_impact_is_what_the_next_day_does(fit):
    shock = 0.04
    day_after = fit.append(pd.Series([shock + fit.params["mu"]], index=[pd.Timestamp("2030-01-01", tz="UTC")]))
    impact = fit.news_impact([shock, 0.0, -shock], sigma=fit.next_sigma)
    assert impact.iloc[0] == pytest.approx(day_after.next_sigma**2, rel=1e-12)
    assert impact.iloc[0] == impact.iloc[2]
    assert impact.index.tolist() == [shock, 0.0, -shock]
    level = fit.unconditional_volatility
    assert fit.news_impact([level]).iloc[0] == pytest.approx(
        level**2, rel=1e-12
    )  # a shock of the usual size changes nothing


def test_filtering_its_own_data_gives_the_fit_again(fit):
    again = fit.filter(fit.observed, first_sigma=fit.sigma.iloc[0])
    np.testing.assert_allclose(again.sigma, fit.sigma, rtol=1e-12)
    assert again.next_sigma == pytest.approx(fit.next_sigma, rel=1e-12)
    np.testing.assert_allclose(again.standardised, fit.standardised, rtol=1e-11)
    np.testing.assert_allclose(again.forecast(7), fit.forecast(7), rtol=1e-12)
    assert again.loss_distribution().es(0.99) == pytest.approx(fit.loss_distribution().es(0.99), rel=1e-12)


def test_filter_is_the_textbook_recursion(normal, returns):
    later = normal.filter(returns.iloc[700:])
    h = oracle.variances(returns.iloc[700:].to_numpy(), *normal.params, normal.unconditional_volatility**2)
    np.testing.assert_allclose(later.sigma, np.sqrt(h[:-1]), rtol=1e-12)
    assert later.next_sigma == pytest.approx(np.sqrt(h[-1]), rel=1e-12)
    assert later.sigma.index.equals(returns.index[700:])


def test_append_is_the_filter_of_all(fit, returns):
    longer = fit.append(returns.iloc[700:])
    whole = fit.filter(returns, first_sigma=fit.sigma.iloc[0])
    np.testing.assert_allclose(longer.sigma, whole.sigma, rtol=1e-12)
    pd.testing.assert_series_equal(longer.observed, returns, check_freq=False)
    assert longer.next_sigma == pytest.approx(whole.next_sigma, rel=1e-12)
    assert longer.params.equals(fit.params)


def test_append_day_by_day_is_append_at_once(fit, returns):
    daily = fit
    for day in range(700, 720):
        daily = daily.append(returns.iloc[[day]])
    at_once = fit.append(returns.iloc[700:720])
    np.testing.assert_allclose(daily.sigma, at_once.sigma, rtol=1e-12)
    assert daily.next_sigma == pytest.approx(at_once.next_sigma, rel=1e-12)


@pytest.mark.parametrize("how", ["filter", "append"])
def test_no_sigma_knows_the_future(fit, returns, how):
    new = returns.iloc[700:]
    changed = new.copy()
    changed.iloc[100:] = -0.5
    before, after = getattr(fit, how)(new).sigma, getattr(fit, how)(changed).sigma
    same = len(before) - 100 + 1  # the first changed return moves the sigma of the day after it
    assert before.iloc[:same].equals(after.iloc[:same])
    assert (before.iloc[same:] != after.iloc[same:]).all()


@pytest.mark.parametrize("which", ["fit", "normal"])
def test_simulated_variance_is_the_forecast(which, request):
    model = request.getfixturevalue(which)
    paths = model.simulate(200_000, 12, rng=5)
    squares = (paths - model.params["mu"]) ** 2
    expected = model.forecast(12)["sigma"].to_numpy() ** 2
    error = squares.std(axis=1) / np.sqrt(squares.shape[1])
    assert (np.abs(squares.mean(axis=1) - expected) < 4.0 * error).all()
    assert (4.0 * error < 0.1 * expected).all()  # so the line above can fail
    assert (np.abs(paths.mean(axis=1) - model.params["mu"]) < 4.0 * paths.std(axis=1) / np.sqrt(paths.shape[1])).all()


def test_simulated_shocks_have_the_law(fit):
    first = fit.simulate(200_000, 1, rng=6)[0]
    losses = fit.loss_distribution()
    for level in (0.95, 0.99, 0.999):
        assert np.mean(-first > losses.var(level)) == pytest.approx(
            1 - level, abs=4 * np.sqrt(level * (1 - level) / 200_000)
        )


def test_simulated_paths_follow_the_recursion(normal):
    one = normal.simulate(1, 50, rng=1)[:, 0]
    path = normal.filter(pd.Series(one), first_sigma=normal.next_sigma)
    random = np.random.default_rng(1)
    np.testing.assert_allclose(path.standardised, random.standard_normal((50, 1))[:, 0], rtol=1e-9)


def test_bootstrapped_shocks_are_past_ones(fit):
    first = fit.simulate(5_000, 1, rng=2, shocks="bootstrap")[0]
    drawn = (first - fit.params["mu"]) / fit.next_sigma
    nearest = np.sort(fit.standardised.to_numpy())
    distance = np.abs(nearest[np.clip(np.searchsorted(nearest, drawn), 1, len(nearest) - 1) - [[1], [0]]] - drawn).min(
        axis=0
    )
    assert distance.max() < 1e-12
    assert len(np.unique(drawn.round(10))) > 0.99 * len(nearest)


@pytest.mark.parametrize("shocks", ["law", "bootstrap"])
def test_the_same_seed_gives_the_same_paths(fit, shocks):
    one, other = (fit.simulate(10, 5, rng=rng, shocks=shocks) for rng in (3, np.random.default_rng(3)))
    assert one.shape == (5, 10)
    assert np.array_equal(one, other)
    assert not np.array_equal(one, fit.simulate(10, 5, rng=4, shocks=shocks))


def test_a_filter_is_frozen_and_survives_pickling(fit, returns):
    longer = pickle.loads(pickle.dumps(fit.append(returns.iloc[700:])))
    with pytest.raises(ValueError, match="read-only"):
        longer.variance[0] = 1.0
    assert longer.next_sigma == fit.append(returns.iloc[700:]).next_sigma


def test_bad_arguments(fit, returns):
    new = returns.iloc[700:]
    for call, match in [
        (lambda: fit.append(returns.iloc[690:]), "does not come after"),
        (lambda: fit.append(pd.Series([0.1], index=[5])), "different kinds of index"),
        (lambda: fit.append(new.tz_localize(None)), "different kinds of index"),
        (lambda: fit.append(new.iloc[:0]), "too short"),
        (lambda: fit.append(new.where(new.index != new.index[3])), "NaN"),
        (lambda: fit.append(1e200 * new), "out of range"),
        (lambda: fit.filter(new.iloc[::-1]), "not sorted"),
        (lambda: fit.filter(new, first_sigma=0.0), "first_sigma is out of range"),
        (lambda: fit.filter(new, first_sigma=np.nan), "first_sigma is out of range"),
        (lambda: fit.news_impact([np.nan]), "NaN"),
        (lambda: fit.news_impact([[0.1]]), "wrong shape"),
        (lambda: fit.news_impact([0.1], sigma=-1.0), "sigma is out of range"),
        (lambda: fit.simulate(0, 1, rng=1), "paths"),
        (lambda: fit.simulate(1, 0, rng=1), "horizon"),
        (lambda: fit.simulate(1, 1, rng=None), "rng"),
        (lambda: fit.simulate(1, 1, rng=1, shocks="normal"), "shocks is unknown"),
    ]:
        with pytest.raises(DataError, match=match):
            call()

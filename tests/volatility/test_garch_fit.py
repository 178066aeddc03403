"""What an estimate of Garch or Gjr says of itself, whatever its mean, start and targeting: errors, identities, units."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import garch as oracle

from riskkit.core import FitStatus
from riskkit.errors import ConvergenceError, DataError
from riskkit.volatility import Garch, GarchFilter, GarchFit, Gjr, general
from riskkit.volatility.general_fit import GeneralFit

OPTIONS = [
    Gjr("t"),
    Gjr("normal", mean="zero", start=2e-4),
    Garch("t", mean="zero", start="fcp"),
    Garch("normal", start="sample", targeting=True),
    Gjr("t", mean="zero", start="sample", targeting=True),
    Gjr("normal", start="fcp", targeting=True),
]
NAMES = ["mu", "omega", "alpha", "gamma", "beta", "nu"]


@pytest.fixture(scope="module")
def returns():
    dates = pd.date_range("2020", periods=1_500, tz="UTC")
    return pd.Series(0.01 * oracle.simulate(1_500, 0.05, 0.03, 0.85, 6, 8, gamma=0.12) + 0.0002, dates, name="BTC")


@pytest.fixture(scope="module")
def fits(returns):
    return {spec: spec.fit(returns) for spec in OPTIONS}


def densities(spec, y, params):
    """Log densities as in the textbook, from parameters by name; with targeting omega follows from the others."""
    mu, omega, alpha, gamma, beta, nu = (params.get(name, 0.0) for name in NAMES)
    about = 0.0 if spec.mean == "zero" else y.mean()
    if spec.targeting:
        omega = (1.0 - alpha - gamma / 2 - beta) * np.mean((y - about) ** 2)
    rule, number = (spec.start, None) if isinstance(spec.start, str) else ("given", spec.start)
    start = oracle.first_variance(y, rule, mu, about, number)
    return np.array(oracle.terms(y, mu, omega, alpha, beta, 1 / nu if nu else 0, start, gamma=gamma))


@pytest.mark.parametrize("spec", OPTIONS, ids=str)
def test_likelihood_scores_and_errors_against_differences_of_the_textbook(spec, fits, returns):
    fit, y = fits[spec], returns.to_numpy()
    free = [name for name in fit.params.index if not (spec.targeting and name == "omega")]
    errors = fit.standard_errors("hessian")[free].to_numpy()
    steps = 1e-3 * errors

    def density(*moves):
        params = fit.params.to_dict()
        for axis, sign in moves:
            params[free[axis]] += sign * steps[axis]
        return densities(spec, y, params)

    assert fit.status is FitStatus.OK
    assert density().sum() == pytest.approx(fit.loglikelihood, rel=1e-12)
    scores = np.array([(density((i, 1)) - density((i, -1))) / (2 * steps[i]) for i in range(len(free))]).T
    assert list(fit.scores.columns) == free
    np.testing.assert_allclose(fit.scores * errors, scores * errors, atol=2e-5)
    hessian = np.empty((len(free), len(free)))
    for i in range(len(free)):
        for j in range(len(free)):
            corners = sum(a * b * density((i, a), (j, b)).sum() for a in (-1, 1) for b in (-1, 1))
            hessian[i, j] = corners / (4 * steps[i] * steps[j])
    bread, meat = np.linalg.inv(-hessian), scores.T @ scores
    for kind, covariance in {"hessian": bread, "opg": np.linalg.inv(meat), "robust": bread @ meat @ bread}.items():
        by = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
        np.testing.assert_allclose(fit.covariance(kind).loc[free, free] / by, covariance / by, atol=5e-3)
        if spec.targeting:  # omega by the delta method, given the variance of the sample
            level = np.mean((y - (0.0 if spec.mean == "zero" else y.mean())) ** 2)
            slopes = np.array([-level * {"alpha": 1.0, "gamma": 0.5, "beta": 1.0}.get(name, 0.0) for name in free])
            expected = np.sqrt(slopes @ fit.covariance(kind).loc[free, free].to_numpy() @ slopes)
            assert fit.standard_errors(kind)["omega"] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("spec", OPTIONS, ids=str)
def test_nothing_nearby_is_higher(spec, fits, returns):
    fit, y = fits[spec], returns.to_numpy()
    best = densities(spec, y, fit.params.to_dict()).sum()
    for name in fit.params.index.drop("omega" if spec.targeting else []):
        for sign in (-1.0, 1.0):
            moved = fit.params.to_dict()
            moved[name] += 0.02 * sign * fit.standard_errors("hessian")[name]
            assert densities(spec, y, moved).sum() < best


@pytest.mark.parametrize("spec", OPTIONS, ids=str)
@pytest.mark.parametrize("unit", [1e-6, 250.0, 1e6])
def test_the_unit_does_not_matter(spec, unit, fits, returns):
    own = {"start": spec.start * unit**2} if isinstance(spec.start, float) else {}
    one, other = fits[spec], type(spec)(**{**vars(spec), **own}).fit(unit * returns)
    by = pd.Series({"mu": unit, "omega": unit**2}).reindex(one.params.index, fill_value=1.0)
    np.testing.assert_allclose(other.params, one.params * by, rtol=1e-9)
    assert other.loglikelihood == pytest.approx(one.loglikelihood - len(returns) * np.log(unit), rel=1e-12)
    for kind in ("hessian", "opg", "robust"):
        np.testing.assert_allclose(other.standard_errors(kind), one.standard_errors(kind) * by, rtol=1e-7)
    np.testing.assert_allclose(other.sigma, unit * one.sigma, rtol=1e-9)


@pytest.mark.parametrize("spec", OPTIONS, ids=str)
def test_what_the_options_promise(spec, fits, returns):
    fit, y = fits[spec], returns.to_numpy()
    about = 0.0 if spec.mean == "zero" else y.mean()
    assert ("mu" in fit.params) == (spec.mean == "constant")
    assert ("gamma" in fit.params) == isinstance(spec, Gjr)
    if spec.targeting:
        assert fit.unconditional_volatility**2 == pytest.approx(np.mean((y - about) ** 2), rel=1e-12)
    rule, number = (spec.start, None) if isinstance(spec.start, str) else ("given", spec.start)
    mu = fit.params.get("mu", 0.0)
    start = oracle.first_variance(y, rule, mu, about, number)
    assert fit.sigma.iloc[0] ** 2 == pytest.approx(fit.params["omega"] + fit.persistence * start, rel=1e-12)
    assert fit.variance_before(mu) == pytest.approx(start, rel=1e-12)
    np.testing.assert_allclose(fit.standardised * fit.sigma + mu, returns, rtol=1e-12)


def test_a_given_start_is_the_rule_that_gives_it(returns):
    by_rule = Gjr("t", start="sample").fit(returns)
    given_ = Gjr("t", start=float(returns.var(ddof=0))).fit(returns)
    np.testing.assert_allclose(given_.params, by_rule.params, rtol=1e-9)


def test_a_mirrored_series_has_the_mirrored_asymmetry(returns):
    """About a mean of zero, y -> -y exchanges alpha and alpha + gamma, and nothing else."""
    one, other = (Gjr("t", mean="zero").fit(sign * returns) for sign in (1.0, -1.0))
    assert other.loglikelihood == pytest.approx(one.loglikelihood, rel=1e-13)
    np.testing.assert_allclose(other.params["alpha"], one.params["alpha"] + one.params["gamma"], rtol=1e-7)
    np.testing.assert_allclose(other.params["gamma"], -one.params["gamma"], rtol=1e-7)
    same = ["omega", "beta", "nu"]
    np.testing.assert_allclose(other.params[same], one.params[same], rtol=1e-7)
    symmetric = [Garch("t", mean="zero").fit(sign * returns).params for sign in (1.0, -1.0)]
    np.testing.assert_allclose(*symmetric, rtol=1e-9)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10_000), dist=st.sampled_from(["t", "normal"]), gamma=st.sampled_from([0.0, 0.2]))
def test_more_freedom_never_fits_worse_and_no_status_lies(seed, dist, gamma):
    """Nested models with one start variance: zero mean in constant mean, GARCH in GJR, targeted in free."""
    y = pd.Series(oracle.simulate(250, 0.05, 0.05, 0.8, 5, seed, gamma=gamma))
    start = float(y.var(ddof=0))
    small = Garch(dist, mean="zero", start=start).fit(y)
    wider = [Garch(dist, start=start), Gjr(dist, mean="zero", start=start), Gjr(dist, start=start)]
    for spec in wider:
        fit = spec.fit(y)
        assert fit.loglikelihood >= small.loglikelihood - 1e-6
        losses = fit.loss_distribution()
        assert losses.es(0.99) >= losses.var(0.99)
        if fit.status in (FitStatus.OK, FitStatus.BOUND):
            assert fit.gradient_norm <= 1e-4
    assert (
        Garch(dist, start=start, targeting=True).fit(y).loglikelihood <= Garch(dist, start=start).fit(y).loglikelihood + 1e-6
    )


def test_news_of_both_signs(fits):
    fit = fits[Gjr("t")]
    curve = fit.news_impact([-0.03, 0.0, 0.03], sigma=0.01)
    omega, alpha, gamma, beta = fit.params[["omega", "alpha", "gamma", "beta"]]
    expected = [omega + beta * 1e-4 + slope * 9e-4 for slope in (alpha + gamma, 0.0, alpha)]
    np.testing.assert_allclose(curve, expected, rtol=1e-12)
    assert gamma > 0.0


@pytest.mark.parametrize("spec", OPTIONS, ids=str)
def test_known_parameters_answer_as_the_estimate(spec, fits, returns):
    fit = fits[spec]
    again = fit.filter(returns, first_sigma=fit.sigma.iloc[0])
    np.testing.assert_allclose(again.sigma, fit.sigma, rtol=1e-11)
    np.testing.assert_allclose(again.forecast(5), fit.forecast(5), rtol=1e-11)
    later = pd.Series([-0.05, 0.02], pd.date_range("2030", periods=2, tz="UTC"))
    in_turn = fit.append(later.iloc[:1]).append(later.iloc[1:])
    assert in_turn.next_sigma == pytest.approx(fit.append(later).next_sigma, rel=1e-12)
    impact = fit.news_impact([later.iloc[0] - fit.params.get("mu", 0.0)], sigma=fit.next_sigma)
    assert fit.append(later.iloc[:1]).next_sigma ** 2 == pytest.approx(impact.iloc[0], rel=1e-12)


@pytest.mark.parametrize("spec", [Gjr("t"), Gjr("normal", mean="zero", start=2e-4)], ids=str)
def test_simulated_variance_is_the_forecast(spec, fits):
    fit = fits[spec]
    squares = (fit.simulate(100_000, 8, rng=5) - fit.params.get("mu", 0.0)) ** 2
    expected, error = fit.forecast(8)["sigma"].to_numpy() ** 2, squares.std(axis=1) / np.sqrt(100_000)
    assert (np.abs(squares.mean(axis=1) - expected) < 4.0 * error).all()
    assert (4.0 * error < 0.1 * expected).all()  # so the line above can fail


def test_without_asymmetry_gjr_is_garch(returns):
    params = pd.Series({"mu": 0.0002, "omega": 5e-6, "alpha": 0.08, "beta": 0.87, "nu": 6.0})
    symmetric = GarchFilter(Garch("t"), returns, params, np.full(len(returns) + 1, 1e-4))
    asymmetric = GarchFilter(Gjr("t"), returns, pd.concat([params, pd.Series({"gamma": 0.0})]), symmetric.variance.copy())
    for question in (
        lambda fit: fit.filter(returns).sigma,
        lambda fit: fit.news_impact([-0.02, 0.01]),
        lambda fit: fit.forecast(5),
        lambda fit: fit.simulate(3, 4, rng=1),
        lambda fit: fit.persistence,
    ):
        np.testing.assert_array_equal(question(asymmetric), question(symmetric))


@pytest.mark.parametrize("spec", [Gjr("t"), Gjr("t", mean="zero", start="sample", targeting=True)], ids=str)
def test_interval_of_the_forecast(spec, fits, monkeypatch):
    fit = fits[spec]
    frame = fit.forecast_interval(5, rng=1)
    assert (frame["low"] < frame["sigma"]).all()
    assert (frame["sigma"] < frame["high"]).all()
    nothing = pd.DataFrame(np.zeros((len(fit.params),) * 2), fit.params.index, fit.params.index)
    monkeypatch.setattr(type(fit), "covariance", lambda self, kind: nothing)
    certain = fit.forecast_interval(5, rng=1, draws=3)
    np.testing.assert_allclose(certain[["low", "high"]], fit.forecast(5)[["sigma", "sigma"]], rtol=1e-11)


@pytest.mark.parametrize("model", [Garch, Gjr])
@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"dist": "cauchy"}, "dist is unknown"),
        ({"mean": "trend"}, "mean is unknown"),
        ({"start": "backcast"}, "start is unknown"),
        ({"start": 0.0}, "start is out of range"),
        ({"start": np.nan}, "start is out of range"),
        ({"start": True}, "start is not a number"),
        ({"start": None}, "start is not a number"),
        ({"targeting": 1}, "targeting is not a switch"),
    ],
)
def test_bad_options(model, options, match):
    with pytest.raises(DataError, match=match):
        model(**options)


def test_a_start_in_another_unit_is_told(returns):
    with pytest.raises(ConvergenceError, match="is a given start variance in its unit"):
        Garch(start=1e30).fit(returns)


@pytest.mark.parametrize("spec", [Garch("t"), Gjr("normal", mean="zero"), Gjr("t", start="sample", targeting=True)], ids=str)
def test_both_engines_find_the_same_estimate(spec, returns):
    fast, slow = spec.fit(returns), general.fit(spec, returns)
    assert slow.loglikelihood == pytest.approx(fast.loglikelihood, rel=1e-11)
    np.testing.assert_allclose(slow.params[fast.params.index], fast.params, rtol=1e-6)
    np.testing.assert_allclose(slow.sigma, fast.sigma, rtol=1e-6)
    for kind in ("robust", "hessian", "opg"):
        np.testing.assert_allclose(slow.standard_errors(kind)[fast.params.index], fast.standard_errors(kind), rtol=1e-4)


def test_what_the_kernel_does_not_know_is_left_to_the_general_engine(returns):
    gap = returns.copy()
    gap.iloc[[100, 101, 700]] = np.nan
    beside = pd.DataFrame({"volume": np.random.default_rng(1).chisquare(3, len(returns))}, returns.index)
    for found, names in [
        (Garch("ged").fit(returns), ["mu", "omega", "alpha", "beta", "nu"]),
        (Gjr("skewt", mean="zero").fit(returns), ["omega", "alpha", "gamma", "beta", "nu", "lambda"]),
        (Garch(mean="ar1").fit(returns), ["mu", "phi", "omega", "alpha", "beta", "nu"]),
        (Garch().fit(gap), ["mu", "omega", "alpha", "beta", "nu"]),
        (Garch("normal").fit(returns, beside), ["mu", "omega", "alpha", "beta", "volume"]),
    ]:
        assert isinstance(found, GeneralFit)
        assert list(found.params.index) == names
    assert isinstance(Garch().fit(returns), GarchFit)
    with pytest.raises(DataError, match="regressors are no table"):
        Garch().fit(returns, returns)

"""Fits of the general engine: published figures, `arch` and the fast lane as peers, invariance, gaps, awkward data."""

from dataclasses import replace

import arch.data.sp500
import numpy as np
import pandas as pd
import pytest
from arch import arch_model
from oracles import garch as twin
from oracles import general as oracle

from riskkit.core import FitStatus
from riskkit.core.innovation import Innovation
from riskkit.errors import DataError, RiskKitError
from riskkit.volatility import Garch, Gjr, general, nyblom, probability_integral_transform, uniformity
from riskkit.volatility.aparch import Aparch
from riskkit.volatility.component import ComponentGarch
from riskkit.volatility.egarch import Egarch

SPECS = {
    "garch": Garch(),
    "gjr": Gjr(),
    "targeted": Gjr(targeting=True),
    "egarch": Egarch(),
    "aparch": Aparch(),
    "component": ComponentGarch(),
}


@pytest.fixture(scope="module")
def sp500():
    prices = arch.data.sp500.load()["Adj Close"]
    return np.log(prices).diff().dropna()


@pytest.fixture(scope="module")
def simulated():
    return pd.Series(0.01 * twin.simulate(800, 0.05, 0.1, 0.85, 6, 7), pd.date_range("2020", periods=800, tz="UTC"))


def test_fiorentini_calzolari_panattoni(reference):
    """DEM/GBP, table 1 of Fiorentini, Calzolari and Panattoni (1996); coefficients and value recomputed in 80 bits."""
    rate = pd.read_csv(reference / "bollerslev_ghysels_dmbp.csv")["rate"]
    fit = general.fit(Garch("normal", start="fcp"), rate)
    expected = [-0.006190408379942, 0.010761397851818, 0.153134061820466, 0.805973670305371]
    np.testing.assert_allclose(fit.params, expected, rtol=1e-11)
    assert fit.loglikelihood == pytest.approx(-1106.6078810412887, rel=1e-14)
    assert fit.status is FitStatus.OK
    published = {
        "hessian": [0.846212e-2, 0.285271e-2, 0.265228e-1, 0.335527e-1],
        "opg": [0.843359e-2, 0.132298e-2, 0.139737e-1, 0.165604e-1],
        "robust": [0.918935e-2, 0.649319e-2, 0.535317e-1, 0.724614e-1],
    }
    for kind, errors in published.items():
        np.testing.assert_allclose(fit.standard_errors(kind), errors, rtol=1e-5)


@pytest.mark.parametrize("start", ["ewma", "sample", "fcp", 2e-4])
@pytest.mark.parametrize("targeting", [False, True])
@pytest.mark.parametrize("mean", ["constant", "zero"])
@pytest.mark.parametrize("kind", [Garch, Gjr])
def test_both_engines_agree(simulated, kind, mean, targeting, start):
    """The fast lane and this engine are written apart: the same maximum, errors, variances and forecasts."""
    spec = kind("t", mean, start, targeting)
    fast, fit = spec.fit(simulated), general.fit(spec, simulated)
    assert type(fast) is not type(fit)
    assert fit.loglikelihood == pytest.approx(fast.loglikelihood, abs=1e-8)
    np.testing.assert_allclose(fit.params, fast.params, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(fit.sigma, fast.sigma, rtol=1e-7)
    np.testing.assert_allclose(fit.forecast(5)["sigma"], fast.forecast(5)["sigma"], rtol=1e-6)
    for form in ("hessian", "opg", "robust"):
        np.testing.assert_allclose(fit.standard_errors(form), fast.standard_errors(form), rtol=1e-4)


PEERS = {
    "gjr-skewt": (Gjr("skewt"), {"o": 1, "dist": "skewt"}),
    "garch-ged": (Garch("ged"), {"dist": "ged"}),
    "ar-garch-t": (Garch("t", mean="ar1"), {"mean": "AR", "lags": 1, "dist": "t"}),
    "egarch-normal": (Egarch("normal"), {"vol": "EGARCH", "o": 1}),
    "aparch-t": (Aparch("t"), {"vol": "APARCH", "o": 1, "dist": "t"}),
}


@pytest.mark.parametrize("first", [1465, 2564, 4030])
@pytest.mark.parametrize("peer", PEERS)
def test_arch_finds_no_higher_maximum(sp500, peer, first):
    """Percent returns, 1,000 days, the same start variance: `arch` never ends more than 1e-6 above ours."""
    spec, arguments = PEERS[peer]
    window = 100.0 * sp500.iloc[first : first + 1_000]
    fit, theirs = general.fit(spec, window), arch_model(window.to_numpy(), **arguments).fit(disp="off")
    assert fit.status in (FitStatus.OK, FitStatus.BOUND)
    assert fit.loglikelihood >= theirs.loglikelihood - 1e-6
    if fit.loglikelihood - theirs.loglikelihood < 1e-6:
        np.testing.assert_allclose(fit.params, theirs.params, rtol=1e-3, atol=1e-4)


def test_egarch_t_of_arch_has_another_expectation(sp500):
    """`arch` takes the normal law's E|z|, ours the t's: omega makes up for it, but for the variance before the first day."""
    window = 100.0 * sp500.iloc[2_564:3_564]
    peer = arch_model(window.to_numpy(), vol="EGARCH", o=1, dist="t").fit(disp="off")
    mu, omega, alpha, _, beta, nu = peer.params
    shift = alpha * (Innovation("t", nu).absolute_mean - np.sqrt(2.0 / np.pi))
    before = np.log(oracle.ewma((window - window.mean()).to_numpy())) - shift / beta
    fit = general.fit(Egarch("t", start=float(np.exp(before))), window)
    assert fit.loglikelihood >= peer.loglikelihood - 1e-6
    params = peer.params.to_numpy() + np.array([0.0, shift, 0.0, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(fit.params, params, rtol=5e-3)
    assert fit.params["mu"] == pytest.approx(mu, rel=5e-3)
    assert omega != pytest.approx(fit.params["omega"], rel=5e-3)


@pytest.mark.parametrize("unit", [1e-6, 3.7e5])
@pytest.mark.parametrize("model", SPECS)
def test_the_unit_does_not_matter(simulated, model, unit):
    one, other = general.fit(SPECS[model], simulated), general.fit(SPECS[model], unit * simulated)
    assert other.loglikelihood == pytest.approx(one.loglikelihood - 800 * np.log(unit), abs=1e-7)
    expected = one.params.copy()
    expected["mu"] *= unit
    if model == "egarch":
        expected["omega"] += (1.0 - expected["beta"]) * 2.0 * np.log(unit)
    else:
        expected["omega"] *= unit ** expected.get("delta", 2.0)
    np.testing.assert_allclose(other.params, expected, rtol=1e-6)
    np.testing.assert_allclose(other.sigma, unit * one.sigma, rtol=1e-7)
    shared = one.params.index.drop("omega") if model in ("aparch", "egarch") else one.params.index
    ratio = other.standard_errors()[shared] / one.standard_errors()[shared]
    powers = pd.Series(0.0, shared)
    powers["mu"] = 1.0
    if "omega" in shared:
        powers["omega"] = 2.0
    np.testing.assert_allclose(ratio.dropna(), (unit**powers)[ratio.notna()], rtol=1e-4)


def test_standard_errors_transform_with_the_parameters(simulated):
    """omega of EGARCH in another unit is omega + (1 - beta) log unit^2: so is its variance."""
    one, other = (general.fit(Egarch(), unit * simulated) for unit in (1.0, 1e3))
    by = np.eye(6)
    by[0, 0], by[1, 4] = 1e3, -2.0 * np.log(1e3)
    np.testing.assert_allclose(other.covariance(), by @ one.covariance() @ by.T, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("model", SPECS)
def test_nothing_nearby_is_higher(simulated, model):
    fit = general.fit(SPECS[model], simulated)
    assert fit.status in (FitStatus.OK, FitStatus.BOUND)
    assert fit.gradient_norm < 1e-6
    best = fit._derivatives[0]
    kernel, data = fit._model, (fit.sample.values, fit.sample.regressors, fit.sample.start)
    lower, upper = fit._report.box
    for i in range(len(fit.point)):
        for step in (-1e-3, 1e-3):
            moved = np.clip(fit.point + step * np.eye(len(fit.point))[i], lower, upper)
            assert kernel.evaluate(*data, moved, np.empty(kernel.size), np.empty((kernel.size,) * 2)) <= best + 1e-9


def test_gaps_are_bridged_by_the_expected_square(simulated):
    gapped = simulated.copy()
    gapped.iloc[[100, 101, 102, 400]] = np.nan
    fit = general.fit(SPECS["gjr"], gapped)
    assert fit.residuals.isna().sum() == 4
    assert fit.sigma.notna().all()
    omega, alpha, gamma, beta = fit.params[["omega", "alpha", "gamma", "beta"]]
    for row in (100, 101, 102, 400):
        expected = omega + (alpha + gamma / 2 + beta) * fit.sigma.iloc[row] ** 2
        assert fit.sigma.iloc[row + 1] ** 2 == pytest.approx(expected, rel=1e-12)
    assert (fit.scores.iloc[[100, 400]] == 0.0).all().all()
    whole = general.fit(SPECS["gjr"], simulated)
    np.testing.assert_allclose(fit.params, whole.params, rtol=0.5, atol=0.05)


def test_targeting_holds_the_sample_variance(simulated):
    for spec in (Garch(targeting=True), Gjr("skewt", targeting=True)):
        fit = general.fit(spec, simulated)
        assert fit.unconditional_volatility == pytest.approx(simulated.std(ddof=0), rel=1e-12)
        assert fit.loglikelihood <= general.fit(replace(spec, targeting=False), simulated).loglikelihood + 1e-9
        assert "omega" not in fit.scores
        assert np.isfinite(fit.standard_errors()["omega"])


def test_a_regressor_that_matters_is_found():
    random = np.random.default_rng(5)
    event = (random.random(1_500) < 0.1).astype(float)
    y, h = np.empty(1_500), 1.0
    for t in range(1_500):
        h += 2.0 * event[t]
        y[t] = np.sqrt(h) * random.standard_normal()
        h = 0.1 + 0.05 * y[t] ** 2 + 0.8 * h
    table = pd.DataFrame({"event": event})
    fit = general.fit(Garch("normal"), pd.Series(y), table)
    error = fit.standard_errors()["event"]
    assert abs(fit.params["event"] - 2.0) < 3.0 * error < 3.0
    without = general.fit(Garch("normal"), pd.Series(y))
    assert fit.loglikelihood > without.loglikelihood + 20.0
    scaled = general.fit(Garch("normal"), pd.Series(y), 1_000.0 * table)
    assert scaled.params["event"] == pytest.approx(fit.params["event"] / 1_000.0, rel=1e-7)


def test_a_maximum_on_a_kink_says_so(sp500):
    """EGARCH is not smooth in mu: here the maximum makes one shock zero, and the likelihood falls on both sides of it."""
    fit = general.fit(Egarch("normal"), sp500.iloc[1_446:2_446])
    assert fit.status is FitStatus.BOUND
    assert fit.residuals.abs().min() < 1e-15
    errors = fit.standard_errors()
    assert np.isnan(errors["mu"])
    assert errors.drop("mu").notna().all()


@pytest.mark.parametrize("model", SPECS)
@pytest.mark.parametrize("series", ["outlier", "integrated", "zeros"])
def test_awkward_data_end_honestly(model, series):
    random = np.random.default_rng(4)
    y = random.standard_normal(400)
    if series == "outlier":
        y[200] = 1e6
    elif series == "integrated":
        y *= np.exp(np.linspace(0.0, 4.0, 400))
    else:
        y[random.random(400) < 0.97] = 0.0
    try:
        fit = general.fit(replace(SPECS[model], dist="normal"), pd.Series(y))
    except RiskKitError:
        return
    assert fit.status in FitStatus
    assert np.isfinite(fit.loglikelihood)
    if fit.status is FitStatus.OK:
        assert fit.gradient_norm < 1e-4
        assert np.isfinite(fit.standard_errors("hessian")).all()


@pytest.mark.parametrize("model", SPECS)
def test_unusable_data_are_refused(model):
    spec = SPECS[model]
    for bad, what in [
        (pd.Series(np.ones(100)), "constant"),
        (pd.Series(np.zeros(100)), "constant"),
        (pd.Series(np.arange(10.0)), "too short"),
        (pd.Series([np.nan] * 100), "too short"),
        (pd.Series([np.inf, *range(99)]), "infinite"),
        (pd.Series(np.arange(100.0), index=np.arange(100)[::-1]), "not sorted"),
    ]:
        with pytest.raises(DataError, match=what):
            general.fit(spec, bad)


def test_unusable_regressors_are_refused(simulated):
    good = pd.DataFrame({"a": np.ones(800)}, simulated.index)
    for bad, what in [
        (good["a"], "no table"),
        (good.iloc[1:], "different rows"),
        (-good, "negative"),
        (good.rename(columns={"a": "omega"}), "name of a parameter"),
        (0.0 * good, "zero throughout"),
        (pd.DataFrame(np.ones((800, 9)), simulated.index, list("abcdefghi")), "too many"),
    ]:
        with pytest.raises(DataError, match=what):
            general.fit(SPECS["garch"], simulated, bad)


def test_an_option_that_there_is_not():
    for arguments, what in [({"dist": "cauchy"}, "dist"), ({"mean": "ar2"}, "mean"), ({"start": "x"}, "start")]:
        with pytest.raises(DataError, match=f"{what} is unknown"):
            Egarch(**arguments)
    with pytest.raises(DataError, match="start is out of range"):
        Aparch(start=-1.0)


def test_so_does_one_on_the_peak_of_a_law():
    """The Laplace law has its maximum in the mean at an observation, as a median is one."""
    series = pd.Series(Innovation("ged", 1.1).draw(np.random.default_rng(1), (501,)))
    fit = general.fit(Garch("ged"), series)
    assert fit.pin >= 0
    assert fit.status is FitStatus.BOUND
    assert fit.residuals.iloc[fit.pin] == pytest.approx(0.0, abs=1e-15)
    assert fit.params["mu"] == pytest.approx(series.median(), abs=0.1)


def test_other_rooms_read_these_fits(simulated):
    fit = general.fit(Gjr("skewt"), simulated)
    transforms = probability_integral_transform(fit)
    assert transforms.between(0.0, 1.0, inclusive="neither").all()
    assert (uniformity(fit)["p_value"] > 0.01).all()
    assert (nyblom(fit)["p_value"].dropna() > 0.001).all()

"""The general engine: derivatives, published figures, `arch` as a peer, slow twins, invariance, awkward data."""

from dataclasses import replace

import arch.data.sp500
import numpy as np
import pandas as pd
import pytest
from arch import arch_model
from oracles import garch as twin
from oracles import general as oracle

from riskkit.core import FitStatus
from riskkit.errors import DataError, RiskKitError
from riskkit.volatility import Garch, Gjr, general
from riskkit.volatility.aparch import Aparch
from riskkit.volatility.component import ComponentGarch
from riskkit.volatility.egarch import Egarch
from riskkit.volatility.innovations import DISTS, Innovation
from riskkit.volatility.specification import kernel_model, recursion_of

SPECS = {
    "garch": Garch(),
    "gjr": Gjr(),
    "targeted": Gjr(targeting=True),
    "egarch": Egarch(),
    "aparch": Aparch(),
    "component": ComponentGarch(),
}
KINDS = {0: "linear", 1: "exponential", 2: "power", 3: "component"}
OWN = {
    "garch": [0.05, 0.05, 0.0, 0.85, 0.0],
    "gjr": [0.05, 0.05, 0.08, 0.85, 0.0],
    "targeted": [0.0, 0.05, 0.08, 0.85, 0.0],
    "egarch": [-0.02, 0.15, -0.08, 0.95, 0.0],
    "aparch": [0.05, 0.08, 0.3, 0.88, 1.3],
    "component": [0.02, 0.98, 0.04, 0.05, 0.8],
}
SHAPES = {"normal": [], "t": [0.15], "skewt": [0.15, -0.1], "ged": [0.7]}


@pytest.fixture(scope="module")
def sp500():
    prices = arch.data.sp500.load()["Adj Close"]
    return np.log(prices).diff().dropna()


@pytest.fixture(scope="module")
def simulated():
    return pd.Series(0.01 * twin.simulate(800, 0.05, 0.1, 0.85, 6, 7), pd.date_range("2020", periods=800, tz="UTC"))


def kernel_case(model, dist, mean, gaps):
    """A kernel model, its data and a point inside."""
    spec = replace(SPECS[model], dist=dist, mean=mean)
    random = np.random.default_rng(11)  # of which no shock comes near a kink of a density or of a recursion
    y, regressors = random.standard_normal(40), np.abs(random.standard_normal((40, 2)))
    if gaps:
        y[[0, 7, 8, 30]] = np.nan
    kernel = kernel_model(spec, 2, 1.1)
    own = [value for value, searched in zip(OWN[model], recursion_of(spec).searched, strict=True) if searched]
    lags = {"zero": 0, "constant": 1, "ar1": 2}[mean]
    point = np.array([*[0.05, 0.1][:lags], *own, 0.02, 0.03, *SHAPES[dist]])
    start = np.array([1.1, -0.1, 0.05, 1.0, 0.2, 0.3]) * ([1, *[lags > 0, lags > 1, lags > 0, lags > 1, lags > 1]])
    return spec, kernel, (y, regressors, start), point


def difference(function, point, number):
    """Fourth-order central difference."""
    steps = np.array([2.0, 1.0, -1.0, -2.0])
    values = [function(point + 1e-4 * step * np.eye(len(point))[number]) for step in steps]
    return (8.0 * (values[1] - values[2]) - (values[0] - values[3])) / 1.2e-3


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("mean", ["zero", "constant", "ar1"])
@pytest.mark.parametrize("dist", DISTS)
@pytest.mark.parametrize("model", SPECS)
def test_derivatives(model, dist, mean, gaps):
    """Gradient and Hessian against differences of value and gradient; scores add up to the gradient."""
    _, kernel, data, point = kernel_case(model, dist, mean, gaps)
    size = kernel.size
    gradient, hessian = np.empty(size), np.empty((size, size))
    value = kernel.derivatives(*data, point, gradient, hessian)
    assert kernel.value(*data, point) == pytest.approx(value, rel=1e-14)

    def slopes(x):
        result = np.empty(size)
        kernel.derivatives(*data, x, result, np.empty((size, size)))
        return result

    for i in range(size):
        assert gradient[i] == pytest.approx(difference(lambda x: kernel.value(*data, x), point, i), rel=1e-6, abs=1e-6)
        np.testing.assert_allclose(hessian[i], difference(slopes, point, i), rtol=1e-4, atol=1e-5 * np.abs(hessian).max())
    np.testing.assert_array_equal(hessian, hessian.T)
    scores = np.zeros((len(data[0]), size))
    kernel.path(*data, point, np.empty((len(data[0]) + 1, 2)), scores)
    np.testing.assert_allclose(scores.sum(axis=0), gradient, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("model", SPECS)
def test_derivatives_by_coordinates_of_the_search(model):
    _, kernel, data, _ = kernel_case(model, "skewt", "ar1", gaps=False)
    size = kernel.size
    own = {"egarch": [0.1, 0.15, -0.1, 0.9]}.get(model, [0.05, 0.9, 0.4, 0.2, 0.8])
    searched = recursion_of(SPECS[model]).searched
    middle = own if model == "egarch" else [v for v, s in zip(own, searched, strict=True) if s]
    point = np.array([0.05, 0.1, *middle, 0.02, 0.03, 0.15, -0.1])
    gradient, hessian = np.empty(size), np.empty((size, size))
    kernel.evaluate(*data, point, gradient, hessian)

    def slopes(x):
        result = np.empty(size)
        kernel.evaluate(*data, x, result, np.empty((size, size)))
        return result

    def value(x):
        return kernel.evaluate(*data, x, np.empty(size), np.empty((size, size)))

    for i in range(size):
        assert gradient[i] == pytest.approx(difference(value, point, i), rel=1e-6, abs=1e-6)
        np.testing.assert_allclose(hessian[i], difference(slopes, point, i), rtol=1e-4, atol=1e-5 * np.abs(hessian).max())


@pytest.mark.parametrize("dist", DISTS)
@pytest.mark.parametrize("model", [name for name in SPECS if name != "targeted"])
def test_likelihood_is_that_of_the_slow_twin(model, dist):
    """With gaps, regressors and an AR(1) mean."""
    spec, kernel, (y, regressors, _), point = kernel_case(model, dist, "ar1", gaps=True)
    law = Innovation(dist, *(1.0 / SHAPES[dist][0],) if SHAPES[dist] else (), *SHAPES[dist][1:])
    names = [*("mu", "phi"), *recursion_of(spec).names]
    params = dict(zip(names, point, strict=False))
    shapes = {"normal": [], "t": [law.nu], "ged": [law.nu], "skewt": [law.nu, law.skew]}[dist]
    need = {
        "linear": lambda z: z * z * (z < 0),
        "exponential": abs,
        "power": lambda z: (abs(z) - params["gamma"] * z) ** params["delta"],
        "component": lambda z: 0.0,
    }[kind := KINDS[recursion_of(spec).kind]]
    e = oracle.residuals(y, params)[1:]
    added = regressors[1:] @ point[len(names) : len(names) + 2]
    h = oracle.variances(kind, e, params, 1.3, oracle.moment(dist, need, shapes), added)
    value = kernel.value(y, regressors, np.array([1.3, 0.0, 0.0, 0.0, 0.0, 0.0]), point)
    assert value == pytest.approx(oracle.loglikelihood(dist, e, h, shapes), rel=1e-10)


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

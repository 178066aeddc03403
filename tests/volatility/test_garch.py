"""Estimation of GARCH(1,1): published figures, `arch` as a peer, invariance, honesty."""

import arch.data.sp500
import numpy as np
import pandas as pd
import pytest
from arch import arch_model
from oracles import garch as oracle

from riskkit.core import FitStatus
from riskkit.errors import DataError
from riskkit.volatility import Garch


@pytest.fixture(scope="module")
def sp500():
    prices = arch.data.sp500.load()["Adj Close"]
    return np.log(prices).diff().dropna()


@pytest.fixture(scope="module")
def simulated():
    return pd.Series(0.01 * oracle.simulate(1_000, 0.05, 0.08, 0.87, 5, 7), pd.date_range("2020", periods=1_000, tz="UTC"))


FCP = {  # DEM/GBP, as printed in table 1 of Fiorentini, Calzolari and Panattoni (1996), and by oracles/information.py
    "coefficients": (
        [-0.619041e-2, 0.107613e-1, 0.153134, 0.805974],
        [-0.006190408379937542, 0.01076139785181782, 0.153134061820467, 0.8059736703053702],
    ),
    "hessian": (
        [0.846212e-2, 0.285271e-2, 0.265228e-1, 0.335527e-1],
        [0.008462119109649677, 0.0028527119576631, 0.0265228309661151, 0.03355268891984775],
    ),
    "opg": (
        [0.843359e-2, 0.132298e-2, 0.139737e-1, 0.165604e-1],
        [0.008433593210039687, 0.001322975075695663, 0.0139737921484273, 0.01656040265755901],
    ),
    "robust": (
        [0.918935e-2, 0.649319e-2, 0.535317e-1, 0.724614e-1],
        [0.009189353960857547, 0.006493186082103221, 0.05353170253450949, 0.07246144821213154],
    ),
}


@pytest.mark.parametrize("what", FCP)
def test_fiorentini_calzolari_panattoni(reference, what):
    """All 16 printed figures to a log relative error of 5 (six digits are printed), the exact ones to more than 9."""
    fit = Garch(dist="normal", start="fcp").fit(pd.read_csv(reference / "bollerslev_ghysels_dmbp.csv")["rate"])
    found = fit.params if what == "coefficients" else fit.standard_errors(what)
    printed, exact = (np.array(figures) for figures in FCP[what])
    assert (-np.log10(np.abs(found / printed - 1.0)) >= 5.0).all()
    assert (-np.log10(np.abs(found / exact - 1.0) + 1e-17) >= 11.0).all()
    assert fit.loglikelihood == pytest.approx(-1106.6078810412887, rel=1e-14)
    assert fit.status is FitStatus.OK


@pytest.mark.parametrize("dist", ["t", "normal"])
def test_arch_finds_no_higher_maximum(sp500, dist):
    """100 windows of 1,000 days, `arch` with its defaults on percent returns: it never ends more than 1e-6 above ours."""
    below = []
    for first in np.linspace(0, len(sp500) - 1_000, 100).astype(int):
        window = sp500.iloc[first : first + 1_000]
        fit = Garch(dist).fit(window)
        peer = arch_model(100 * window.to_numpy(), dist=dist).fit(disp="off")
        if fit.status in (FitStatus.OK, FitStatus.BOUND):
            below.append(peer.loglikelihood + 1_000 * np.log(100) - fit.loglikelihood)
    assert len(below) >= 98
    assert max(below) <= 1e-6


def test_same_model_as_arch(simulated):
    """At arch's own estimate our likelihood is arch's: same start variance, same constant."""
    peer = arch_model(100 * simulated, dist="t").fit(disp="off")
    y, (mu, omega, alpha, beta, nu) = 100 * simulated.to_numpy(), peer.params
    value = oracle.loglikelihood(y, mu, omega, alpha, beta, 1 / nu, oracle.ewma(y, y.mean()))
    assert value == pytest.approx(peer.loglikelihood, rel=1e-12)
    fit = Garch().fit(100 * simulated)
    np.testing.assert_allclose(fit.params, peer.params, rtol=2e-2)
    np.testing.assert_allclose(fit.forecast(5)["sigma"], np.sqrt(peer.forecast(horizon=5).variance.iloc[-1]), rtol=1e-2)


@pytest.mark.parametrize("unit", [1e-6, 3.7, 1e6])
@pytest.mark.parametrize("dist", ["t", "normal"])
def test_the_unit_does_not_matter(simulated, unit, dist):
    one, other = Garch(dist).fit(simulated), Garch(dist).fit(unit * simulated)
    powers = np.array([1.0, 2.0, 0.0, 0.0, 0.0])[: len(one.params)]
    np.testing.assert_allclose(other.params, one.params * unit**powers, rtol=1e-8)
    assert other.loglikelihood == pytest.approx(one.loglikelihood - 1_000 * np.log(unit), abs=1e-8)
    for kind in ("hessian", "opg", "robust"):
        np.testing.assert_allclose(other.standard_errors(kind), one.standard_errors(kind) * unit**powers, rtol=1e-6)


@pytest.mark.parametrize("dist", ["t", "normal"])
def test_nothing_nearby_is_higher(simulated, dist):
    fit = Garch(dist).fit(simulated)
    y, start = simulated.to_numpy(), oracle.ewma(simulated.to_numpy(), simulated.mean())

    def value(params):
        return oracle.loglikelihood(y, *params[:4], 1 / params[4] if dist == "t" else 0, start)

    best = value(fit.params.to_numpy())
    assert best == pytest.approx(fit.loglikelihood, rel=1e-12)
    assert fit.gradient_norm < 1e-7
    for number, error in enumerate(fit.standard_errors("hessian")):
        for sign in (-1.0, 1.0):
            moved = fit.params.to_numpy().copy()
            moved[number] += 0.01 * sign * error
            assert value(moved) < best


def test_standard_errors_against_numerical_derivatives(simulated):
    fit = Garch().fit(simulated)
    y, start = simulated.to_numpy(), oracle.ewma(simulated.to_numpy(), simulated.mean())
    x = fit.params.to_numpy()
    steps = 1e-3 * fit.standard_errors("hessian").to_numpy()

    def scores(params):
        return np.array(oracle.terms(y, *params[:4], 1 / params[4], start))

    def moved(*axes):
        at = x.copy()
        for axis, sign in axes:
            at[axis] += sign * steps[axis]
        return scores(at)

    gradients = np.array([(moved((i, 1)) - moved((i, -1))) / (2 * steps[i]) for i in range(5)]).T
    hessian = np.array(
        [
            [
                (moved((i, 1), (j, 1)) - moved((i, 1), (j, -1)) - moved((i, -1), (j, 1)) + moved((i, -1), (j, -1))).sum()
                / (4 * steps[i] * steps[j])
                for j in range(5)
            ]
            for i in range(5)
        ]
    )
    bread, meat = np.linalg.inv(-hessian), gradients.T @ gradients
    for kind, covariance in {"hessian": bread, "opg": np.linalg.inv(meat), "robust": bread @ meat @ bread}.items():
        np.testing.assert_allclose(fit.standard_errors(kind), np.sqrt(np.diag(covariance)), rtol=2e-3)


def test_the_fit_in_its_parts(simulated):
    fit = Garch().fit(simulated)
    assert fit.sigma.index.equals(simulated.index)
    np.testing.assert_allclose(fit.residuals, simulated - fit.params["mu"], rtol=1e-15)
    np.testing.assert_allclose(fit.standardised, fit.residuals / fit.sigma, rtol=1e-15)
    y = simulated.to_numpy()
    h = oracle.variances(y, *fit.params.to_numpy()[:4], oracle.ewma(y, y.mean()))
    np.testing.assert_allclose(fit.sigma, np.sqrt(h[:-1]), rtol=1e-10)
    ahead = fit.forecast(3)["sigma"].to_numpy()
    assert ahead[0] == pytest.approx(np.sqrt(h[-1]), rel=1e-10)
    omega, alpha, beta = fit.params[["omega", "alpha", "beta"]]
    assert ahead[2] ** 2 == pytest.approx(omega + (alpha + beta) * ahead[1] ** 2, rel=1e-12)
    losses = fit.loss_distribution()
    assert losses.mean == pytest.approx(-fit.params["mu"], rel=1e-9)
    assert losses.std == pytest.approx(ahead[0], rel=0.02)  # 10,001 atoms hold a little less variance than the law


def test_a_long_forecast_reaches_the_stationary_level(simulated):
    fit = Garch().fit(simulated)
    omega, alpha, beta = fit.params[["omega", "alpha", "beta"]]
    assert fit.forecast(5_000)["sigma"].iloc[-1] == pytest.approx(np.sqrt(omega / (1 - alpha - beta)), rel=1e-9)


def test_truth_is_recovered():
    y = pd.Series(oracle.simulate(20_000, 0.05, 0.08, 0.87, 5, 11))
    fit = Garch().fit(y)
    truth = np.array([0.0, 0.05, 0.08, 0.87, 5.0])
    assert (np.abs(fit.params - truth) < 4 * fit.standard_errors("robust")).all()


def test_a_bound_is_said():
    quiet = pd.Series(np.random.default_rng(2).normal(size=300))
    fit = Garch().fit(quiet)
    assert fit.status is FitStatus.BOUND
    assert fit.standard_errors("hessian").isna().any()
    assert np.isfinite(fit.standard_errors("hessian")["mu"])


def test_one_huge_outlier_is_survived(simulated):
    wild = simulated.copy()
    wild.iloc[500] = 1e6
    fit = Garch().fit(wild)
    assert fit.status in (FitStatus.BOUND, FitStatus.NOT_CONVERGED, FitStatus.OK)
    assert np.isfinite(fit.loglikelihood)
    assert np.isfinite(fit.forecast(1)).all(axis=None)


@pytest.mark.parametrize(
    ("series", "match"),
    [
        (pd.Series(dtype=float), "too short"),
        (pd.Series([0.01, -0.01] * 20), "too short"),
        (pd.Series(np.full(100, 0.01)), "constant"),
        (pd.Series(np.r_[np.random.default_rng(1).normal(size=99), np.inf]), "infinite"),
        (pd.Series(1e-200 * np.random.default_rng(1).normal(size=100)), "out of range"),
        (pd.Series(np.random.default_rng(1).normal(size=100), index=range(100, 0, -1)), "not sorted"),
        (pd.DataFrame(np.random.default_rng(1).normal(size=(100, 2))), "several columns"),
        ("text", "wrong type"),
    ],
)
def test_bad_input(series, match):
    with pytest.raises(DataError, match=match):
        Garch().fit(series)


def test_bad_arguments(simulated):
    fit = Garch().fit(simulated)
    with pytest.raises(DataError, match="kind is unknown"):
        fit.standard_errors("bootstrap")
    with pytest.raises(DataError, match="horizon"):
        fit.forecast(0)

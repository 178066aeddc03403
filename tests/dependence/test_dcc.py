"""Estimates of dynamic and constant correlations: published figures, identities, recovery, bounds, bad input."""

import dataclasses
import pickle

import numpy as np
import pandas as pd
import pytest
from oracles import dcc as oracle
from scipy import optimize, signal

import riskkit as rk
from riskkit import DataError, ModelError
from riskkit.core import FitStatus
from riskkit.dependence import ConstantCorrelation, Dcc, DccState

KINDS = ("dcc", "cdcc", "adcc")


def simulated(kind="dcc", a=0.04, b=0.93, g=0.0, nu=np.inf, n=3_000, d=3, seed=1):
    """Residuals of a model with known parameters about correlations of 0.5."""
    names = [f"coin {number}" for number in range(d)]
    target = 0.5 + 0.5 * np.eye(d)
    fallen = 0.25 + 0.25 * np.eye(d)
    past = pd.DataFrame(np.random.default_rng(seed).normal(size=(50, d)), columns=names)
    state = DccState(Dcc(kind, "normal" if np.isinf(nu) else "t"), past, np.array([a, b, g, nu]), target, fallen)
    return pd.DataFrame(state.simulate(1, n, rng=seed)[:, 0], columns=names)


@pytest.fixture(scope="module")
def moving():
    return simulated()


@pytest.fixture(scope="module")
def still():
    z = np.random.default_rng(6).normal(size=(1_000, 3)) @ np.linalg.cholesky(0.5 + 0.5 * np.eye(3)).T
    return pd.DataFrame(z, columns=["BTC", "ETH", "XRP"])


def _rugarch(returns):
    """GARCH(1,1)-normal as rugarch has it: first variance the mean square, persistence at most 0.999."""
    scale = returns.std()

    def parts(q):
        mu, persistence, share = q[0] * scale, 0.999 / (1.0 + np.exp(-q[2])), 1.0 / (1.0 + np.exp(-q[3]))
        e = returns - mu
        pushes = np.exp(q[1]) * scale**2 + persistence * share * np.append(0.0, e[:-1] ** 2)
        pushes[0] = np.mean(e**2)
        return e, signal.lfilter([1.0], [1.0, -persistence * (1.0 - share)], pushes)

    def falling(q):
        e, variance = parts(q)
        return 0.5 * np.sum(np.log(2.0 * np.pi * variance) + e**2 / variance) / len(e)

    starts = ([0.0, np.log(0.05), 3.0, -2.9], [0.0, np.log(0.01), 6.0, -2.9])
    e, variance = parts(min((optimize.minimize(falling, start, tol=1e-9) for start in starts), key=lambda end: end.fun).x)
    return e / np.sqrt(variance), np.sqrt(variance)


def _second_stage(columns, index):
    """a and b as rmgarch estimates them, and the log-likelihood that it prints, from (residual, sigma) by name."""
    z = pd.DataFrame({name: pair[0] for name, pair in columns.items()}, index)
    sigma = pd.DataFrame({name: pair[1] for name, pair in columns.items()}, index)
    fit = Dcc(start="zeros").fit(z)
    assert fit.status is FitStatus.OK
    return *fit.params, dataclasses.replace(fit, spec=Dcc(start="ones")).total_loglikelihood(sigma), sigma, z


# Where SOLNP (rho 1, delta 1e-8, tolerance 1e-8, persistence at most 0.999) stops on these returns in decimals, begun where
# rugarch begins (mean, variance / 1000, 0.05, 0.9): mean, omega, alpha, beta. Its forward differences of 1e-8 are noisy for
# an omega of 1e-5. The stops are those of another build of it (pysolnp): rmgarch's own margins are not printed anywhere.
STOPS = {
    "AA": (2.6805466797e-03, 6.7771381231e-05, 0.116363465639, 0.867540195470),
    "AXP": (2.6852199012e-03, 1.0584874025e-05, 0.063692757352, 0.935307216372),
    "BA": (3.1937947341e-03, 9.6828537216e-06, 0.053285148848, 0.944996684673),
    "BAC": (2.5671300335e-03, 9.6054210586e-06, 0.065877371530, 0.933122612746),
    "C": (2.1858238732e-03, 3.1511880255e-05, 0.086254577029, 0.912745412296),
    "CAT": (2.8010996641e-03, 4.4970681083e-05, 0.037748604847, 0.941307785662),
    "CVX": (2.4988811977e-03, 1.8788698554e-04, 0.172829398526, 0.652332091280),
    "DD": (1.7162613233e-03, 1.7334578015e-05, 0.046518690100, 0.942370349770),
    "DIS": (3.0580503478e-03, 3.9233828834e-05, 0.102435684817, 0.880526823307),
    "GE": (2.7177797568e-03, 9.0699366331e-06, 0.082806169745, 0.916193806418),
}


def test_rmgarch_on_ten_stocks(reference):
    # rmgarch: a .00816294, b .96775984, log-likelihood 22727.2993661; its margins are known but for the last digits.
    returns = pd.read_csv(reference / "dji30_weekly.csv", index_col=0).iloc[:, :10]
    columns = {}
    for name, (mu, omega, alpha, beta) in STOPS.items():
        e = returns[name].to_numpy() - mu
        pushes = omega + alpha * np.append(0.0, e[:-1] ** 2)
        pushes[0] = np.mean(e**2)
        sigma = np.sqrt(signal.lfilter([1.0], [1.0, -beta], pushes))
        columns[name] = e / sigma, sigma
    a, b, total, sigma, z = _second_stage(columns, returns.index)
    assert a == pytest.approx(0.00816294, abs=2e-7)
    assert b == pytest.approx(0.96775984, abs=1e-6)
    assert total == pytest.approx(22727.2993661, abs=2e-4)

    # The margins' own optima are higher, and move a, b and the total a little.
    own = {name: _rugarch(returns[name].to_numpy()) for name in returns}
    a, b, total, own_sigma, own_z = _second_stage(own, returns.index)
    assert a == pytest.approx(0.00816294, abs=2e-6)
    assert b == pytest.approx(0.96775984, abs=1e-5)
    assert total == pytest.approx(22727.2993661, abs=0.02)
    margins, own_margins = -(np.log(sigma) + z**2 / 2).sum(), -(np.log(own_sigma) + own_z**2 / 2).sum()
    assert 0.0 < (own_margins - margins).sum() < 2e-4


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dist", ["normal", "t"])
def test_no_point_of_a_grid_is_higher(moving, kind, dist):
    z = moving.iloc[:400]
    fit = Dcc(kind, dist).fit(z)
    nu = fit.params.get("nu", np.inf)
    assert fit.loglikelihood == pytest.approx(oracle.loglikelihood(z.to_numpy(), kind, *fit.point[:3], nu), rel=1e-12)
    for a in (0.0, 0.02, 0.06, 0.2):
        for b in (0.0, 0.5, 0.75):
            g = 0.05 if kind == "adcc" else 0.0
            assert oracle.loglikelihood(z.to_numpy(), kind, a, b, g, nu) <= fit.loglikelihood


@pytest.mark.parametrize(("kind", "g", "nu"), [("dcc", 0.0, np.inf), ("cdcc", 0.0, 6.0), ("adcc", 0.04, np.inf)])
def test_parameters_of_simulated_samples_are_recovered(kind, g, nu):
    z = simulated(kind, g=g, nu=nu, b=0.90, n=4_000, d=5)
    fit = Dcc(kind, "normal" if np.isinf(nu) else "t").fit(z)
    truth = pd.Series({"a": 0.04, "b": 0.90, "g": g, "nu": nu})[fit.params.index]
    assert ((fit.params - truth).abs() < 3.5 * fit.standard_errors()).all()
    assert fit.status is FitStatus.OK
    assert fit.gradient_norm < 1e-4


def test_robust_and_hessian_errors_agree_where_the_law_is_right(moving):
    fit = Dcc().fit(moving)
    np.testing.assert_allclose(fit.standard_errors(), fit.standard_errors("hessian"), rtol=0.25)


def test_without_news_it_is_the_constant_correlation(still):
    constant = ConstantCorrelation().fit(still)
    fit = Dcc().fit(still)
    state = dataclasses.replace(fit, point=np.array([0.0, 0.0, 0.0, np.inf]))
    assert state.loglikelihood == pytest.approx(constant.loglikelihood, rel=1e-13)
    np.testing.assert_allclose(state.correlation[-1], constant.correlation[0], rtol=1e-14)
    assert fit.loglikelihood >= constant.loglikelihood - 1e-9
    assert constant.bic < fit.bic


def test_b_is_not_identified_where_a_is_zero():
    fits = [Dcc().fit(simulated(a=0.0, b=0.0, n=300, d=2, seed=seed)) for seed in range(8)]
    bound = [fit for fit in fits if fit.params["a"] == 0.0]
    assert bound
    for fit in bound:
        assert fit.status is FitStatus.BOUND
        assert np.isnan(fit.params["b"])
        assert fit.standard_errors().isna().all()
        np.testing.assert_allclose(fit.forecast(3), np.broadcast_to(fit.correlation[0], (3, 2, 2)), rtol=1e-14)


def test_information_criteria_prefer_what_moved(moving):
    fit, constant = Dcc().fit(moving), ConstantCorrelation().fit(moving)
    assert fit.loglikelihood > constant.loglikelihood + 50
    assert fit.aic < constant.aic
    assert fit.bic < constant.bic
    assert fit.aic == pytest.approx(2 * (2 + 3) - 2 * fit.loglikelihood)
    assert constant.aic == pytest.approx(2 * 3 - 2 * constant.loglikelihood)


def test_constant_correlations_are_the_samples(still):
    fit = ConstantCorrelation().fit(still)
    second = still.T @ still
    root = np.sqrt(np.diag(second))
    assert list(fit.params.index) == ["BTC ETH", "BTC XRP", "ETH XRP"]
    np.testing.assert_allclose(fit.params["BTC XRP"], (second / np.outer(root, root)).loc["BTC", "XRP"], rtol=1e-14)
    np.testing.assert_allclose(fit.standard_errors(), (1 - fit.params**2) / np.sqrt(1_000), rtol=0.15)


def test_constant_correlations_with_heavy_tails():
    fit = ConstantCorrelation("t").fit(simulated(a=0.0, b=0.0, nu=6.0))
    assert list(fit.params.index)[-1] == "nu"
    assert abs(fit.params["nu"] - 6.0) < 3.5 * fit.standard_errors()["nu"]
    assert fit.status is FitStatus.OK


def test_normal_shocks_drive_nu_to_its_bound(still):
    fit = Dcc(dist="t").fit(still)
    assert fit.status is FitStatus.BOUND
    assert fit.params["nu"] > 50


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_the_columns_does_not_matter(moving, kind):
    z = moving.iloc[:500]
    one, other = Dcc(kind).fit(z), Dcc(kind).fit(z.iloc[:, [2, 0, 1]])
    np.testing.assert_allclose(one.params, other.params, rtol=1e-5)
    assert one.loglikelihood == pytest.approx(other.loglikelihood, rel=1e-10)


@pytest.mark.parametrize("d", [2, 30])
def test_two_series_and_thirty(d):
    fit = Dcc("cdcc", "t").fit(simulated("cdcc", nu=8.0, n=400, d=d))
    assert fit.status is FitStatus.OK
    assert 0.01 < fit.params["a"] < 0.1


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda z: z.to_numpy(), "no table"),
        (lambda z: z.iloc[:, :1], "too few columns"),
        (lambda z: z.iloc[:3], "too few rows"),
        (lambda z: z.assign(ETH=z["BTC"]), "same column twice"),
        (lambda z: z.assign(ETH=(z["BTC"] + z["XRP"]) / 1.5), "linear combinations"),
        (lambda z: z.assign(ETH=1.0), "constant"),
        (lambda z: z.assign(ETH=z["ETH"].where(z.index > 3)), "NaN or infinite"),
        (lambda z: 0.01 * z, "not standardised"),
    ],
)
@pytest.mark.parametrize("spec", [Dcc(), Dcc("adcc", start="ones"), ConstantCorrelation()])
def test_what_cannot_be_fitted_is_named(still, spec, spoil, message):
    with pytest.raises(DataError, match=message):
        spec.fit(spoil(still))


def test_unknown_options_are_refused():
    for options in ({"kind": "vcc"}, {"dist": "skewt"}, {"start": "rmgarch"}):
        with pytest.raises(DataError, match="unknown"):
            Dcc(**options)
    with pytest.raises(ModelError, match="one start"):
        Dcc("cdcc", start="ones")
    with pytest.raises(DataError, match="kind is unknown"):
        Dcc().fit(simulated(n=200)).standard_errors("opg")


def test_a_fit_comes_back_from_another_process_the_same(moving):
    fit = Dcc().fit(moving.iloc[:300])
    again = pickle.loads(pickle.dumps(fit))
    assert again.params.equals(fit.params)
    assert not again.point.flags.writeable


def test_crypto_correlations_rise_in_a_crash(real_data):
    prices = pd.read_csv(real_data / "crypto_spot_1d_17coins.csv.gz", parse_dates=["date"])
    wide = prices.pivot(index="date", columns="symbol", values="close")  # noqa: PD010
    wide.columns = [str(name).removesuffix("USDT") for name in wide]
    returns = np.log(wide.loc["2019-06":"2020-12", ["BTC", "ETH", "XRP"]]).diff().dropna()
    fit = Dcc(dist="t").fit(rk.volatility.fit_many(returns, rk.volatility.Garch(dist="t")).standardised)
    pair = fit.path("BTC", "XRP")
    assert pair.loc["2020-03-13":"2020-03-20"].min() > pair.loc["2020-03-01":"2020-03-12"].max()

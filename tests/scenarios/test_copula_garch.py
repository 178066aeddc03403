"""Copula-GARCH: margins keep their law, the copula its dependence; conditions, paths, seeds, refusals."""

import pickle
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import riskkit as rk
from riskkit.core import FitStatus
from riskkit.dependence import ClaytonCopula, EllipticalLaw, GaussianCopula, StudentCopula, empirical_tail_dependence
from riskkit.errors import ConvergenceError, DataError, FactorError, ModelError
from riskkit.volatility import Ewma, Garch, Gjr, RiskMetrics2006, fit_many

NAMES = ["BTC", "ETH", "SOL"]


def history(rows=700, columns=3, seed=1):
    random = np.random.default_rng(seed)
    shocks = random.multivariate_normal(np.zeros(3), 0.5 * np.eye(3) + 0.5, rows)
    shocks /= np.sqrt(random.chisquare(5, (rows, 1)) / 5)
    dates = pd.date_range("2024-01-01", periods=rows, tz="UTC")
    return 0.02 * pd.DataFrame(shocks[:, :columns], dates, NAMES[:columns])


RETURNS = history()
MANY = fit_many(RETURNS, Garch(dist="t"))


def elliptical(rho, nu=np.inf, names=NAMES):
    matrix = np.full((len(names), len(names)), rho) + (1.0 - rho) * np.eye(len(names))
    return EllipticalLaw(pd.DataFrame(matrix, names, names), nu)


def draw(**options):
    return rk.scenarios.copula_garch(RETURNS, **{"n": 50_000, "rng": 1, "margins": MANY} | options)


@pytest.mark.parametrize("residuals", ["parametric", "rank"])
def test_margins_keep_the_law_of_their_fit(residuals):
    scenarios = draw(residuals=residuals)
    assert scenarios.factors == ("BTC.spot", "ETH.spot", "SOL.spot")
    for column, name in enumerate(NAMES):
        exact, drawn = MANY[name].loss_distribution(), rk.LossDistribution(-scenarios.moves[:, column])
        for level in (0.95, 0.99):
            assert drawn.var(level) == pytest.approx(exact.var(level), abs=4 * drawn.standard_error(level, "var"))
            assert drawn.es(level) == pytest.approx(exact.es(level), abs=4 * drawn.standard_error(level))


def test_one_series_needs_no_copula():
    one = RETURNS[["BTC"]]
    joint = rk.scenarios.fit_joint(one)
    losses, exact = rk.LossDistribution(joint.losses([1.0], 200_000, rng=1)), MANY["BTC"].loss_distribution()
    assert losses.var(0.99) == pytest.approx(exact.var(0.99), abs=4 * losses.standard_error(0.99, "var"))
    fallen = rk.scenarios.copula_garch(one, n=1_000, rng=1, given={"BTC": (-np.inf, -0.05)})
    assert fallen.moves.max() < -0.05
    with pytest.raises(DataError, match="nothing is left"):
        rk.scenarios.copula_garch(one, n=10, rng=1, given={"BTC": -0.05})


def test_variances_add_under_independence():
    weights = np.array([0.5, 0.3, 0.2])
    normal = fit_many(RETURNS, Garch(dist="normal"))
    joint = rk.scenarios.fit_joint(RETURNS, margins=normal, copula=elliptical(0.0))
    losses = joint.losses(weights, 400_000, rng=1)
    variance = sum((weight * normal[name].next_sigma) ** 2 for weight, name in zip(weights, NAMES, strict=True))
    assert losses.var() == pytest.approx(variance, rel=4 * np.sqrt(2 / 400_000))


def test_gaussian_copula_and_normal_margins_are_the_closed_form():
    weights, rho = np.array([0.5, 0.3, 0.2]), 0.6
    normal = fit_many(RETURNS, Garch(dist="normal"))
    joint = rk.scenarios.fit_joint(RETURNS, margins=normal, copula=elliptical(rho))
    exposure = weights * [normal[name].next_sigma for name in NAMES]
    sigma = np.sqrt(exposure @ elliptical(rho).correlation.to_numpy() @ exposure)
    mean = -weights @ [normal[name].params["mu"] for name in NAMES]
    exact, drawn = rk.core.law.normal(mean, sigma), rk.LossDistribution(joint.losses(weights, 400_000, rng=2))
    assert drawn.var(0.99) == pytest.approx(exact.var(0.99), abs=4 * drawn.standard_error(0.99, "var"))
    assert drawn.es(0.975) == pytest.approx(exact.es(0.975), abs=4 * drawn.standard_error(0.975))


@pytest.mark.parametrize("copula", [elliptical(0.5, 4.0), elliptical(0.7), ClaytonCopula()])
@pytest.mark.parametrize("simple", [False, True])
def test_losses_are_those_of_the_returns(copula, simple):
    joint = rk.scenarios.fit_joint(RETURNS, margins=MANY, copula=copula)
    returns = joint.returns(100_000, rng=3)
    one = rk.LossDistribution(-(np.expm1(returns) if simple else returns).sum(axis=1))
    other = rk.LossDistribution(joint.losses(np.ones(3), 100_000, rng=4, simple=simple))
    error = np.hypot(one.standard_error(0.99), other.standard_error(0.99))
    assert one.es(0.99) == pytest.approx(other.es(0.99), abs=4 * error)


def test_seeds_and_threads():
    joint = rk.scenarios.fit_joint(RETURNS, margins=MANY)
    losses = [joint.losses(np.ones(3), 70_000, rng=7, threads=threads) for threads in (1, 2, 3, None)]
    for other in losses[1:]:
        np.testing.assert_array_equal(losses[0], other)
    returns = [joint.returns(9_000, 4, rng=7, threads=threads) for threads in (1, 2, None)]
    for other in returns[1:]:
        np.testing.assert_array_equal(returns[0], other)
    again = pickle.loads(pickle.dumps(joint))
    np.testing.assert_array_equal(again.returns(9_000, 4, rng=7), returns[0])
    np.testing.assert_array_equal(draw(n=500).moves, draw(n=500).moves)
    assert not np.array_equal(draw(n=500).moves, draw(n=500, rng=2).moves)


def test_conditions_are_on_the_return():
    given = draw(given={"BTC": (-np.inf, -0.10)}, n=20_000)
    assert given.moves[:, 0].max() < -0.10
    free = draw(n=400_000).moves
    kept = free[free[:, 0] < -0.10]
    error = np.hypot(kept[:, 1].std() / np.sqrt(len(kept)), given.moves[:, 1].std() / np.sqrt(20_000))
    assert given.moves[:, 1].mean() == pytest.approx(kept[:, 1].mean(), abs=4 * error)
    fixed = draw(given={"ETH": -0.03, "BTC": (-0.05, 0.0)}, n=1_000)
    np.testing.assert_allclose(fixed.moves[:, 1], -0.03, rtol=1e-8)
    assert fixed.moves[:, 0].min() > -0.05
    assert "given" in fixed.provenance


def test_paths_run_the_recursion_of_every_margin():
    ten = draw(horizon=10, n=40_000)
    assert ten.horizon == 10.0
    for column, name in enumerate(NAMES):
        ahead = MANY[name].forecast(10)
        moves = ten.moves[:, column]
        assert moves.mean() == pytest.approx(ahead["mean"].sum(), abs=4 * moves.std() / np.sqrt(40_000))
        deviation = (moves - moves.mean()) ** 2
        assert deviation.mean() == pytest.approx((ahead["sigma"] ** 2).sum(), abs=5 * deviation.std() / np.sqrt(40_000))
    same = draw(horizon=1, n=40_000).moves
    np.testing.assert_allclose(np.corrcoef(ten.moves.T), np.corrcoef(same.T), atol=0.05)


def test_semiparametric_residuals_are_the_margins_law_too():
    scenarios = draw(residuals="semiparametric")
    fit = MANY["ETH"]
    law = rk.tails.Semiparametric().fit(fit.standardised)
    drawn = rk.LossDistribution(-scenarios.moves[:, 1])
    expected = -(fit.params["mu"] + fit.next_sigma * float(law.quantile(0.01)))
    assert drawn.var(0.99) == pytest.approx(expected, abs=4 * drawn.standard_error(0.99, "var"))
    assert "semiparametric residuals" in scenarios.provenance


@pytest.mark.parametrize("spec", [Gjr(dist="skewt", mean="ar1"), Garch(dist="ged"), Ewma(), RiskMetrics2006()])
def test_other_margins(spec):
    table = RETURNS[["BTC", "ETH"]]
    joint = rk.scenarios.fit_joint(table, margins=spec, copula=GaussianCopula())
    losses = rk.LossDistribution(joint.losses([1.0, 0.0], 60_000, rng=1))
    exact = spec.fit(table["BTC"]).loss_distribution()
    assert losses.var(0.99) == pytest.approx(exact.var(0.99), abs=4 * losses.standard_error(0.99, "var"))
    if isinstance(spec, Ewma):
        with pytest.raises(ModelError, match="one step only"):
            joint.returns(10, 2, rng=1)


def test_dependence_is_the_copulas():
    moves = pd.DataFrame(draw(copula=elliptical(0.6, 3.0), n=200_000).moves, columns=NAMES)
    found = empirical_tail_dependence(rk.dependence.pseudo_observations(moves), 0.001)
    limit = 2.0 * special.stdtr(4.0, -np.sqrt(4.0 * 0.4 / 1.6))
    np.testing.assert_allclose(found, limit, atol=0.15)
    tau = stats.kendalltau(moves["BTC"][:5_000], moves["ETH"][:5_000]).statistic
    assert tau == pytest.approx(2.0 / np.pi * np.arcsin(0.6), abs=0.03)


def test_r_copula_vignette(reference):
    # copula-GARCH vignette of R's copula package: fit of the t copula to the ranks of the residuals
    u = pd.read_csv(reference / "copula_garch_vignette_U.csv")
    fit = StudentCopula().fit(u)
    assert fit.loglikelihood == pytest.approx(70.0533863, abs=1e-5)
    np.testing.assert_allclose(fit.params, [0.6724203, 2.3116800], atol=2e-4)
    returns = pd.read_csv(reference / "copula_garch_vignette_X.csv")
    joint = rk.scenarios.fit_joint(returns, residuals="rank")
    assert joint.copula.params.iloc[0] == pytest.approx(0.672, abs=0.03)


def test_different_histories_share_their_common_rows():
    table = RETURNS.copy()
    table.iloc[:100, 2] = np.nan
    scenarios = rk.scenarios.copula_garch(table, n=100, rng=1, factors={"SOL": "SOL.peg"})
    assert "600 common rows of 700" in scenarios.provenance
    assert scenarios.factors[2] == "SOL.peg"


def test_what_cannot_be_done_is_refused():
    with pytest.raises(ModelError, match="horizon of one step"):
        draw(horizon=2, given={"BTC": (-1.0, 0.0)})
    with pytest.raises(FactorError, match="names no series"):
        draw(given={"XRP": -0.1})
    for bad in ((0.1, -0.1), np.nan, "low", (1.0, 2.0, 3.0)):
        with pytest.raises(DataError, match="no condition"):
            draw(given={"BTC": bad})
    with pytest.raises(FactorError, match="different names"):
        draw(copula=elliptical(0.5, names=["BTC", "ETH", "XRP"]))
    with pytest.raises(FactorError, match="factors name no series"):
        draw(factors={"XRP": "XRP.spot"})
    with pytest.raises(DataError, match="residuals is unknown"):
        draw(residuals="ranks")
    with pytest.raises(DataError, match="no table"):
        rk.scenarios.fit_joint(RETURNS["BTC"])
    with pytest.raises(DataError, match="weights do not fit"):
        rk.scenarios.fit_joint(RETURNS, margins=MANY).losses([1.0], 10, rng=1)


def test_a_margin_that_failed_is_named():
    failed = rk.volatility.ManyFits({"BTC": MANY["BTC"], "ETH": MANY["ETH"]}, {"SOL": "no maximum"})
    with pytest.raises(ConvergenceError, match="SOL has no fit"):
        draw(margins=failed)
    stopped = SimpleNamespace(status=FitStatus.NOT_CONVERGED)
    with pytest.raises(ConvergenceError, match="margin of ETH did not reach"):
        draw(margins=rk.volatility.ManyFits({"BTC": MANY["BTC"], "ETH": stopped, "SOL": MANY["SOL"]}, {}))
    unknown = SimpleNamespace(status=FitStatus.OK)
    with pytest.raises(DataError, match="residuals of ETH is not known"):
        draw(margins=rk.volatility.ManyFits({"BTC": MANY["BTC"], "ETH": unknown, "SOL": MANY["SOL"]}, {}))

"""Every number that the prose of chapter 3 quotes is computed here again and looked up in the prose.

What the chapter says of the coins holds in the invented market and in the real one: these tests run on both.
"""

import chapters
import numpy as np
import pandas as pd
import pytest
from chapters import check_quoted

import riskkit as rk
from riskkit.dependence import GaussianCopula, GumbelCopula, StudentCopula, empirical_tail_dependence, pseudo_observations

COINS = ["BTC", "ETH", "SOL", "BNB", "XRP", "ADA", "DOGE", "LTC", "LINK"]
STUDENT = rk.volatility.Garch(dist="t")
SPECS = {"normal": GaussianCopula(), "t": StudentCopula(), "gumbel": GumbelCopula(survival=True)}


@pytest.fixture(scope="module")
def prose() -> str:
    return chapters.prose("03_dependence")


@pytest.fixture(scope="module", params=["invented", "real"])
def market(request):
    """Prices of the folder that the chapter reads: none, or the real one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("RISKKIT_DATA", raising=False)
        if request.param == "real":
            patch.setenv("RISKKIT_DATA", str(request.getfixturevalue("real_data")))
        yield request.param, rk.data.load("crypto")


@pytest.fixture(scope="module")
def returns(market):
    return rk.data.returns(market[1])[COINS].dropna()


@pytest.fixture(scope="module")
def u(returns):
    return pseudo_observations(rk.volatility.fit_many(returns, STUDENT).standardised)


@pytest.fixture(scope="module")
def fits(u):
    return {name: spec.fit(u[["BTC", "ETH"]]) for name, spec in SPECS.items()}


def test_crashes_are_shared_and_booms_are_not(prose, returns, u):
    for one in (u, pseudo_observations(returns)):
        lower, upper = empirical_tail_dependence(one).mean()
        assert (round(10 * lower), round(10 * upper)) == (6, 3)
        assert len(empirical_tail_dependence(one)) == 36
    check_quoted(prose, "In six of ten cases any other coin", "the others join in three of ten", "over all 36 pairs")


def test_choosing_days_lowers_the_correlation_of_the_normal_law(prose, returns):
    pair = returns[["BTC", "ETH"]]
    normal = np.random.default_rng(3).multivariate_normal(pair.mean(), pair.cov(), 100_000)
    normal = pd.DataFrame(normal, columns=pair.columns)
    bad = [one[one["BTC"] <= one["BTC"].quantile(0.1)].corr().iloc[0, 1] for one in (pair, normal)]
    assert round(bad[0], 1) >= 0.7
    assert bad[1] < 0.5 < normal.corr().iloc[0, 1]
    check_quoted(prose, "below one half", "it stays at 0.7 or above")


def test_the_normal_copula_has_half_at_a_quantile_and_nothing_in_the_limit(prose, fits):
    sample = fits["normal"].sample(100_000, rng=1)
    assert rk.dependence.tail_concentration(sample, [0.05]).iloc[0] == pytest.approx(0.5, abs=0.05)
    assert (fits["normal"].tail_dependence() == 0.0).all(axis=None)
    check_quoted(prose, "For the normal copula it is zero, and at 5 % its curve stands at about one half")


def test_the_market_is_asymmetric(prose, u, fits):
    assert fits["gumbel"].aic < fits["t"].aic < fits["normal"].aic
    assert all(fit.status == "ok" for fit in fits.values())
    two = u[["BTC", "ETH"]]
    first, second = two.iloc[: len(two) // 2], two.iloc[len(two) // 2 :]
    held = {name: spec.fit(first).log_density(second.to_numpy()).sum() for name, spec in SPECS.items()}
    assert held["gumbel"] > held["t"] > held["normal"]
    rejected = {name: fits[name].goodness_of_fit(rng=1, replications=50).p_value for name in ("t", "gumbel")}
    assert rejected["t"] == pytest.approx(1 / 51)
    assert rejected["gumbel"] > 0.05
    check_quoted(prose, "cannot be below 1/51, about 0.02; the normal and the t copula are there, both rejected")


def test_of_five_coins_the_skewed_matrix_wins(prose, u):
    five = u[["BTC", "ETH", "XRP", "ADA", "LTC"]]
    half = len(five) // 2
    chosen = rk.dependence.select_copula(five.iloc[:half], [*SPECS.values(), rk.dependence.SkewStudentCopula()])
    assert [type(fit.spec).__name__ for fit in chosen.fits[:2]] == ["SkewStudentCopula", "StudentCopula"]
    assert chosen.best.status == "ok"
    assert chosen.best.params["skew"] < 0.0
    held = [fit.log_density(five.iloc[half:].to_numpy()).sum() for fit in chosen.fits]
    assert held[0] > held[1] == max(held[1:])
    check_quoted(prose, "a book of five coins has ten pairs", "beats any copula of one parameter", "leads in both columns")


def test_correlation_moves_in_the_real_market(prose, market):
    name, prices = market
    old = rk.data.returns(prices)[["BTC", "ETH", "XRP", "LTC"]].dropna()
    z = rk.volatility.fit_many(old, STUDENT).standardised
    dynamic, constant = rk.dependence.Dcc(dist="t").fit(z), rk.dependence.ConstantCorrelation(dist="t").fit(z)
    gained = constant.aic - dynamic.aic
    assert 350 < gained < 450 if name == "real" else 5 < gained < 15
    if name == "real":
        path = dynamic.path("BTC", "ETH")
        assert path.quantile(0.01) == pytest.approx(0.6, abs=0.05)
        assert path.quantile(0.99) == pytest.approx(0.9, abs=0.05)
    check_quoted(prose, "loses by four hundred points of AIC", "between six and nine tenths", "there it loses by ten")


def test_one_factor_is_two_thirds(prose, returns):
    factors = rk.dependence.pca(returns)
    assert factors.shares.iloc[0] == pytest.approx(0.65, abs=0.01)
    assert (factors.loadings.iloc[:, 0] > 0.0).all()
    var = factors.factor_var(pd.Series(1 / 9, COINS), 0.99)
    assert var["contribution"].iloc[0] > 0.99 * var["contribution"].sum()
    check_quoted(prose, "some 65 % of the variance and has one sign on all coins", "Nearly all of the VaR")


def test_given_a_crash_the_normal_copula_is_milder(prose, returns):
    many = rk.volatility.fit_many(returns, STUDENT)
    fall = {"BTC": (-np.inf, float(np.log(0.9)))}
    t, normal = (
        np.median(rk.scenarios.copula_garch(returns, n=5_000, margins=many, copula=one, rng=1, given=fall).moves, axis=0)
        for one in (StudentCopula(), GaussianCopula())
    )
    assert (t[1:] < normal[1:]).all()
    check_quoted(prose, "With the normal copula the others fall less")


def test_a_mixture_of_correlation_matrices_needs_no_repair(prose, returns):
    matrix = rk.dependence.pearson(returns[["BTC", "ETH", "XRP", "ADA", "LTC"]])
    assert rk.dependence.stressed_correlation(matrix, towards=1.0, weight=0.5).distance == 0.0
    check_quoted(prose, "`stressed.distance` is zero")

"""The long-memory volatility of RiskMetrics 2006."""

import pickle

import numpy as np
import pandas as pd
import pytest
from arch.univariate import RiskMetrics2006 as TheirRiskMetrics
from arch.univariate import ZeroMean
from scipy import stats

import riskkit as rk
from riskkit.core import FitStatus
from riskkit.volatility import Ewma, RiskMetrics2006


@pytest.fixture(scope="module")
def returns():
    dates = pd.date_range("2018-01-01", periods=2000, tz="UTC", name="date")
    rng = np.random.default_rng(1)
    return pd.Series(0.02 * np.exp(rng.normal(size=2000).cumsum() / 20) * rng.standard_t(5, 2000), index=dates, name="BTC")


def arch_fit(returns, **parameters):
    return ZeroMean(returns, volatility=TheirRiskMetrics(**parameters), rescale=False).fit(disp="off")


@pytest.mark.parametrize("parameters", [{}, {"tau0": 500, "tau1": 3, "kmax": 5, "rho": 1.8}, {"kmax": 1}])
@pytest.mark.parametrize("length", [30, 2000])
def test_sigma_loglikelihood_and_the_next_step_are_those_of_arch(returns, parameters, length):
    observed = returns.iloc[:length]
    ours = RiskMetrics2006(**parameters).fit(observed)
    theirs = arch_fit(observed, **parameters)
    np.testing.assert_allclose(ours.sigma, theirs.conditional_volatility, rtol=1e-10)
    assert ours.loglikelihood == pytest.approx(theirs.loglikelihood, rel=1e-10)
    assert ours.next_sigma**2 == pytest.approx(theirs.forecast(reindex=False).variance.iloc[-1, 0], rel=1e-10)


def test_the_forecast_is_the_path_on_which_every_square_is_its_expectation(returns):
    spec, known = RiskMetrics2006(), returns.tolist()
    forecast = spec.fit(returns).forecast(120)["sigma"]
    for _ in range(120):
        known.append(spec.fit(pd.Series(known)).next_sigma)
    np.testing.assert_allclose(forecast, known[len(returns) :], rtol=1e-12)


def test_the_forecast_leaves_the_recent_variance_for_that_of_the_long_memories(returns):
    quiet = returns.copy()
    quiet.iloc[-15:] /= 20.0
    fit = RiskMetrics2006().fit(quiet)
    sigma = fit.forecast(20)["sigma"]
    assert sigma.loc[1] == pytest.approx(fit.next_sigma, rel=1e-14)
    assert (sigma.diff().dropna() > 0.0).all()
    assert 1.05 * sigma.loc[1] < sigma.loc[20] < np.sqrt(fit.components[-1].max())
    assert (fit.forecast(3)["mean"] == 0.0).all()


def test_one_component_is_an_ewma_with_another_start(returns):
    one = RiskMetrics2006(tau1=20.0, kmax=1).fit(returns)
    ewma = Ewma(np.exp(-1.0 / 20.0)).fit(returns)
    assert one.sigma.iloc[0] != pytest.approx(ewma.sigma.iloc[0], rel=1e-3)
    np.testing.assert_allclose(one.sigma.iloc[700:], ewma.sigma.iloc[700:], rtol=1e-10)
    np.testing.assert_allclose(one.forecast(5), ewma.forecast(5), rtol=1e-12)


def test_the_memory_falls_far_slower_than_that_of_one_average():
    shock = np.full(4000, 1e-6)
    shock[2000] = 1.0
    spec = RiskMetrics2006()
    response = spec.fit(pd.Series(shock)).sigma.to_numpy() ** 2
    ewma = Ewma(1.0 - response[2001]).fit(pd.Series(shock)).sigma.to_numpy() ** 2  # the same answer on the next day
    assert response[2201] > 100 * ewma[2201]
    assert spec.weights.sum() == pytest.approx(1.0)
    assert (np.diff(spec.weights) < 0.0).all()


def test_sigma_does_not_know_what_comes_after_its_start(returns):
    changed = returns.copy()
    changed.iloc[1800:] = 0.5
    before, after = RiskMetrics2006().fit(returns).sigma, RiskMetrics2006().fit(changed).sigma
    assert np.array_equal(before.iloc[:1801], after.iloc[:1801])
    assert after.iloc[1801] > 2 * before.iloc[1801]


def test_nothing_is_estimated_and_the_loss_is_normal(returns):
    fit = RiskMetrics2006().fit(returns)
    assert fit.params.round(6).to_dict() == {"tau0": 1560.0, "tau1": 4.0, "kmax": 14.0, "rho": 1.414214}
    assert fit.status is FitStatus.OK
    with pytest.raises(rk.ModelError, match="given parameters"):
        fit.standard_errors()
    assert fit.loss_distribution().var(0.99) == pytest.approx(fit.next_sigma * stats.norm.ppf(0.99), rel=1e-12)
    np.testing.assert_allclose(fit.standardised * fit.sigma, fit.residuals, rtol=1e-15)


def test_the_fit_is_read_only_and_picklable(returns):
    again = pickle.loads(pickle.dumps(RiskMetrics2006().fit(returns)))
    assert again.loglikelihood == RiskMetrics2006().fit(returns).loglikelihood
    with pytest.raises(ValueError, match="read-only"):
        again.components[0] = 1.0


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"tau0": 300}, "longest component"),
        ({"kmax": 10_000}, "longest component"),
        ({"tau1": 1.0}, "tau1"),
        ({"tau1": True}, "tau1"),
        ({"tau0": np.inf}, "tau0"),
        ({"rho": 1.0}, "rho"),
        ({"kmax": 0}, "kmax"),
        ({"kmax": 14.0}, "kmax"),
    ],
)
def test_refuses_parameters(parameters, message):
    with pytest.raises(rk.DataError, match=message):
        RiskMetrics2006(**parameters)


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (pd.Series([0.01]), "too short"),
        (pd.Series([0.01, np.nan, 0.02]), "NaN or infinite"),
        (pd.Series([0.01, 0.01, 0.01]), "constant"),
        (pd.Series([1e200, -1e200, 1.0]), "out of range"),
        (pd.Series(np.repeat([0.0, 0.01], [1700, 5])), "1700 leading zeros"),
        ([0.01, 0.02], "wrong type"),
    ],
)
def test_refuses_a_series(series, message):
    with pytest.raises(rk.DataError, match=message):
        RiskMetrics2006().fit(series)


def test_refuses_a_horizon(returns):
    with pytest.raises(rk.DataError, match="horizon"):
        RiskMetrics2006().fit(returns).forecast(0)

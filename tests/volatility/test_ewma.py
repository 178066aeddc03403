"""Exponentially weighted volatility."""

import math
import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from oracles import ewma as oracle
from scipy import stats

import riskkit as rk
from riskkit.core import FitStatus
from riskkit.volatility.ewma import Ewma


@pytest.fixture(scope="module")
def returns():
    dates = pd.date_range("2024-01-01", periods=400, tz="UTC", name="date")
    return pd.Series(0.02 * np.random.default_rng(1).standard_t(4, 400), index=dates, name="BTC")


def test_sigma_is_the_recursion(returns):
    fit = Ewma(0.9).fit(returns)
    expected = np.sqrt(oracle.variance(returns.tolist(), 0.9))
    np.testing.assert_allclose(fit.sigma, expected[:-1], rtol=1e-14)
    assert fit.next_sigma == pytest.approx(expected[-1], rel=1e-14)
    assert fit.sigma.index.equals(returns.index)


def test_residuals_standardised_and_loglikelihood(returns):
    fit = Ewma().fit(returns)
    assert fit.residuals.tolist() == returns.tolist()
    np.testing.assert_allclose(fit.standardised * fit.sigma, returns, rtol=1e-15)
    assert fit.loglikelihood == pytest.approx(stats.norm.logpdf(returns, scale=fit.sigma).sum(), rel=1e-13)


def test_sigma_knows_only_the_past_but_for_its_start(returns):
    changed = returns.copy()
    changed.iloc[300] = 0.5
    start = math.sqrt((changed**2).mean() / (returns**2).mean())
    before, after = Ewma().fit(returns).sigma, Ewma().fit(changed).sigma
    assert after.iloc[0] / before.iloc[0] == pytest.approx(start)
    gone = 0.94**300  # weight of the start after 300 days
    np.testing.assert_allclose(after.iloc[300] ** 2, before.iloc[300] ** 2, rtol=10 * gone * start**2)
    assert after.iloc[301] > 3 * before.iloc[301]


def test_forecast_is_flat_and_the_loss_normal(returns):
    fit = Ewma().fit(returns)
    forecast = fit.forecast(3)
    assert forecast.index.tolist() == [1, 2, 3]
    assert forecast["mean"].tolist() == [0.0] * 3
    assert forecast["sigma"].tolist() == [fit.next_sigma] * 3
    assert fit.loss_distribution().var(0.99) == pytest.approx(fit.next_sigma * stats.norm.ppf(0.99), rel=1e-12)
    assert not fit.loss_distribution().sampled


def test_nothing_is_estimated(returns):
    fit = Ewma(0.97).fit(returns)
    assert fit.params.to_dict() == {"decay": 0.97}
    assert fit.status is FitStatus.OK
    with pytest.raises(rk.ModelError, match=r"given parameters, decay=0\.97"):
        fit.standard_errors("robust")


def test_scale_does_not_matter(returns):
    np.testing.assert_allclose(Ewma().fit(1e4 * returns).standardised, Ewma().fit(returns).standardised, rtol=1e-13)


@pytest.mark.parametrize("decay", [0, 1, 1.5, -0.1, float("nan"), "0.94", True, None])
def test_refuses_a_decay(decay):
    with pytest.raises(rk.DataError, match="decay"):
        Ewma(decay)


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (pd.Series([], dtype=float), "too short"),
        (pd.Series([0.01]), "too short"),
        (pd.Series([0.01, np.nan, 0.02]), "NaN or infinite"),
        (pd.Series([0.01, np.inf]), "NaN or infinite"),
        (pd.Series([0.01, 0.01, 0.01]), "constant"),
        (pd.Series([0.0, 0.0]), "constant"),
        (pd.Series([0.01, 0.02], index=[2, 1]), "not sorted"),
        (pd.Series([0.01, 0.02], index=[1, 1]), "duplicate"),
        (pd.Series(["a", "b"]), "not numeric"),
        (pd.DataFrame({"a": [0.1, 0.2], "b": [0.1, 0.3]}), "several columns"),
        ([0.01, 0.02], "wrong type"),
        (pd.Series([1e200, -1e200, 1.0]), "vanishes or overflows"),
        (pd.Series([1e-200, -1e-200]), "vanishes or overflows"),
    ],
)
def test_refuses_a_series(series, message):
    with pytest.raises(rk.DataError, match=message):
        Ewma().fit(series)


@pytest.mark.parametrize("horizon", [0, 1.0, -1, True])
def test_refuses_a_horizon(returns, horizon):
    with pytest.raises(rk.DataError, match="horizon"):
        Ewma().fit(returns).forecast(horizon)


def test_fit_is_frozen_read_only_and_picklable(returns):
    fit = Ewma().fit(returns)
    with pytest.raises(FrozenInstanceError):
        fit.spec = Ewma(0.9)
    with pytest.raises(ValueError, match="read-only"):
        fit.variance[0] = 1.0
    again = pickle.loads(pickle.dumps(fit))
    assert again.loglikelihood == fit.loglikelihood
    with pytest.raises(ValueError, match="read-only"):
        again.variance[0] = 1.0


def test_fit_does_not_follow_later_changes_of_the_data():
    mine = pd.Series([0.01, -0.02, 0.03])
    fit = Ewma().fit(mine)
    mine.iloc[0] = 9.0
    assert fit.residuals.iloc[0] == 0.01

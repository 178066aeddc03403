"""Extremes that come together, counted."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from riskkit.dependence import empirical_tail_dependence, pseudo_observations
from riskkit.errors import DataError


def sample(rows=40_000, rho=0.7):
    z = np.random.default_rng(1).multivariate_normal([0, 0, 0], [[1, rho, 0], [rho, 1, 0], [0, 0, 1]], rows)
    return pseudo_observations(pd.DataFrame(z, columns=["BTC", "ETH", "USDT"]))


def test_shares_are_those_of_the_copula():
    q, rho = 0.05, 0.7
    found = empirical_tail_dependence(sample(), q)
    assert found.index.tolist() == [("BTC", "ETH"), ("BTC", "USDT"), ("ETH", "USDT")]
    exact = stats.multivariate_normal(cov=[[1, rho], [rho, 1]]).cdf([stats.norm.ppf(q)] * 2) / q
    np.testing.assert_allclose(found.loc[("BTC", "ETH")], exact, atol=4 * np.sqrt(exact * (1 - exact) / 2_000))
    np.testing.assert_allclose(found.loc[("BTC", "USDT")], q, atol=4 * np.sqrt(q / 2_000))


def test_the_quantile_is_in_the_names():
    assert empirical_tail_dependence(sample(200)).columns.tolist() == ["lower 5 %", "upper 5 %"]
    assert empirical_tail_dependence(sample(200), 0.125).columns.tolist() == ["lower 12.5 %", "upper 12.5 %"]


def test_counts_by_hand():
    u = pd.DataFrame({"a": [0.05, 0.1, 0.5, 0.9, 0.95], "b": [0.1, 0.6, 0.05, 0.95, 0.9], "c": [0.95, 0.9, 0.5, 0.1, 0.05]})
    found = empirical_tail_dependence(u, 0.1)
    assert found["lower 10 %"].tolist() == [0.5, 0.0, 0.0]
    assert found["upper 10 %"].tolist() == [1.0, 0.0, 0.0]


def test_what_cannot_be_counted_is_refused():
    u = sample(100)
    for quantile in (0.0, 0.6, np.nan):
        with pytest.raises(DataError, match="quantile"):
            empirical_tail_dependence(u, quantile)
    with pytest.raises(DataError, match="lies in the lower tail"):
        empirical_tail_dependence(u, 0.001)
    with pytest.raises(DataError, match="observations of a copula"):
        empirical_tail_dependence(10.0 * u)

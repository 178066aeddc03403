"""A small backtest to draw."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk

SOURCE = "numbers made up for a test"


@pytest.fixture
def returns():
    rng = np.random.default_rng(4)
    dates = pd.date_range("2024-01-01", periods=300, freq="D", tz="UTC")
    series = pd.Series(rng.standard_t(4, 300) / 100, index=dates, name="BTC")
    series.attrs["source"] = SOURCE
    return series


@pytest.fixture
def forecast(returns):
    loss = -returns
    var = pd.DataFrame({"low": 0.01, "Filtered historical simulation": 0.02}, index=loss.index)
    return rk.RiskForecast(loss, var, 1.3 * var, level=0.95, source=SOURCE)

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


@pytest.fixture
def bars():
    hours = pd.date_range("2025-10-10", periods=48, freq="h", tz="UTC")
    mark = pd.Series(100.0 + np.arange(48.0), hours)
    close = mark * np.where(np.arange(48) == 20, 0.9, 1.001)
    frame = pd.DataFrame({"open": close, "high": 1.01 * close, "low": 0.95 * close, "close": close, "volume": 1.0})
    frame["mark"] = mark
    frame.attrs["source"] = SOURCE
    return frame


@pytest.fixture
def fundings():
    rates = np.random.default_rng(5).normal(0.0, 2e-4, 2_000)
    rates[::4] = 1e-4
    rates[[1, 2]] = [-0.02, 0.03]
    index = pd.date_range("2024-01-01", periods=2_000, freq="8h", tz="UTC")
    frame = pd.DataFrame({"rate": rates, "hours": 8.0}, index=index)
    frame.attrs["source"] = SOURCE
    return frame


@pytest.fixture
def chain():
    rows = [
        (pd.Timestamp("2026-01-05T08:00Z") + pd.Timedelta(days=days), strike, kind, 100.0, 0.4 + 0.01 * days)
        for days in range(1, 9)
        for strike in (90.0, 95.0, 100.0, 110.0)
        for kind in ("call", "put")
    ]
    frame = pd.DataFrame(rows, columns=["expiry", "strike", "kind", "forward", "mark_volatility"])
    in_the_money = (frame["kind"] == "call") == (frame["strike"] < 100.0)
    frame.loc[in_the_money, "mark_volatility"] = 9.0
    frame = frame.assign(mark_price=1.0, bid_price=np.nan, ask_price=np.nan, open_interest=np.nan)
    frame.attrs = {"source": SOURCE, "asof": pd.Timestamp("2026-01-05T12:00Z"), "price_unit": "USD"}
    return frame


@pytest.fixture
def book():
    frame = pd.DataFrame(
        {
            "side": ["bid", "ask", "bid", "ask", "bid"],
            "price": [99.0, 102.0, 99.9, 100.1, 95.0],
            "size": [3.0, 7.0, 2.0, 1.0, 10.0],
        },
        index=[0, 0, 1, 1, 2],
    )
    frame.attrs["source"] = SOURCE
    return frame


@pytest.fixture
def venues():
    hours = pd.date_range("2023-03-11", periods=6, freq="h", tz="UTC")
    close = [1.0, 0.95, 0.95, 0.95, 0.9, 0.98]
    return {
        "idle": pd.DataFrame({"close": close, "volume": [1.0, 1.0, 0.0, 0.0, 1.0, 1.0]}, index=hours),
        "busy": pd.DataFrame({"close": close, "volume": 1.0}, index=hours),
    }


@pytest.fixture
def peg_price(venues):
    price = pd.DataFrame({"price": [1.0, 0.95, np.nan, 0.92, 0.9, 0.98]}, index=venues["busy"].index)
    price.attrs["source"] = SOURCE
    return price


@pytest.fixture
def values(returns):
    grown = np.exp(returns.cumsum())
    frame = pd.DataFrame({"as it was": grown, "survivors only": grown * np.linspace(1.0, 2.0, len(grown))})
    frame.attrs["source"] = SOURCE
    return frame


@pytest.fixture
def sampled():
    """Facts of 101 invented markets: 0, 1, ..., 100 of one, and a hundredth of it of the other."""
    columns = pd.MultiIndex.from_tuples(
        [("excess_kurtosis", "BTC"), ("lower_tail_dependence_5", "mean"), ("unused", "mean")], names=["fact", "asset"]
    )
    steps = np.arange(101.0)
    frame = pd.DataFrame(np.column_stack([steps, steps / 100.0, np.zeros(101)]), columns=columns)
    frame.attrs["source"] = SOURCE
    return frame


@pytest.fixture
def targets(sampled):
    return pd.Series([0.5, 140.0], index=sampled.columns[[1, 0]])

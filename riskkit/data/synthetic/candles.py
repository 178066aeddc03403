"""Hourly bars of a coin from its path, and daily bars from the hourly ones.

Within an hour the path is a Brownian bridge from open to close, whose highest and lowest points have a closed law: with
deviation s, the maximum lies at (o + c + sqrt((c - o)^2 - 2 s^2 log U)) / 2 for a uniform number U (in logs).
Volume rises with the size of the hour's move; it is given in coins.
"""

from typing import Any

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.data.synthetic import portable
from riskkit.data.synthetic.history import History
from riskkit.data.synthetic.hourly import EXTREMES, HOURS, VOLUME, HourlyPath

WICK = 0.35  # how far beyond its worst price the low of a crash's hour lies, in parts of that hour's crash


def log_path(history: History, path: HourlyPath, coin: int) -> FloatArray:
    """Return log prices at the ends of the hours, shape (hours,); the last of each day is the day's close, to the bit."""
    closes = history.log_closes[:, coin]
    before = np.concatenate([[portable.log(history.coins["start"].iloc[coin])], closes[:-1]])
    steps = path.log_return[:, coin].reshape(-1, HOURS) * history.listed(history.days)[:, [coin]]
    inside = before[:, None] + np.cumsum(steps, axis=1)
    inside[:, -1] = closes
    return inside.ravel()


def hourly_bars(seed: int, history: History, path: HourlyPath, coin: int, volume: dict[str, Any]) -> pd.DataFrame:
    """Return the bars of every hour in which the coin is listed and the exchange open."""
    close = log_path(history, path, coin)
    start = portable.log(history.coins["start"].iloc[coin])
    open_ = np.concatenate([[start], close[:-1]])
    draws = portable.uniform(seed, (EXTREMES, coin), (2, len(close)))
    sigma = path.volatility[:, coin]
    reach = np.sqrt((close - open_) * (close - open_) - 2.0 * sigma * sigma * portable.log(draws))
    high, low = 0.5 * (open_ + close + reach[0]), 0.5 * (open_ + close - reach[1])
    low = low + WICK * np.minimum(path.crash[:, coin], 0.0)
    prices = portable.rounded(portable.exp(np.stack([open_, high, low, close])))
    bars = pd.DataFrame(dict(zip(("open", "high", "low", "close"), prices, strict=True)), index=history.hours)
    bars["volume"] = _volume(seed, history, path, coin, volume) / prices[3]
    keep = history.listed(history.hours)[:, coin] & ~history.outage
    return bars[keep]


def _volume(seed: int, history: History, path: HourlyPath, coin: int, model: dict[str, Any]) -> FloatArray:
    """Return turnover in US dollars, rounded to whole dollars."""
    usual = history.coins["volatility_annual"].iloc[coin] / np.sqrt(365.0 * HOURS)
    size = np.abs(path.log_return[:, coin]) + path.volatility[:, coin]
    noise = model["noise"] * portable.normal(seed, (VOLUME, coin), size.shape)
    turnover = history.coins["turnover"].iloc[coin] / HOURS
    return np.rint(turnover * portable.exp(model["elasticity"] * portable.log(size / (1.8 * usual)) + noise)) + 1.0


def daily_bars(bars: pd.DataFrame) -> pd.DataFrame:
    """Return the bars of the days that have all their hours; the others are missing, for they have no true close."""
    day = pd.DatetimeIndex(bars.index).normalize().rename("date")
    groups = bars.groupby(day)
    rules = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum", "mark": "last"}
    result = groups.agg({column: rules[str(column)] for column in bars})
    return result[groups.size() == HOURS]

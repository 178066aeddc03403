"""What the invented market quotes at a moment, put together from its history: perpetuals, options, order books."""

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.data.synthetic import candles, chain, depth, perpetuals, portable
from riskkit.data.synthetic.history import History
from riskkit.data.synthetic.hourly import HOURS, HourlyPath
from riskkit.data.synthetic.surface import SurfacePath, surface
from riskkit.errors import DataError

PERPETUAL_VOLUME = 3.0  # assumption: perpetuals trade three times as much as spot
WEEK = 7
LARGEST = 5.0  # beyond it a shock crowds nobody in


def premium(seed: int, path: HourlyPath, coin: int) -> FloatArray:
    """Return how far a coin's perpetual trades above spot at the end of each hour.

    Between its crashes the market drifts up, which made longs crowd in for ever: the mood sees shocks of mean 0.
    """
    volatility = path.volatility[:, coin]
    shock = path.log_return[:, coin] / volatility
    drift = np.cumsum(np.clip(shock, -LARGEST, LARGEST))[-1] / len(shock)
    return perpetuals.premium(seed, coin, shock - drift, volatility / np.median(volatility))


def perpetual_bars(seed: int, story: History, path: HourlyPath, coin: int, spot: pd.DataFrame) -> pd.DataFrame:
    """Return hourly bars of a perpetual with its mark price, from the bars of its coin."""
    keep = story.hours.isin(spot.index)
    above = premium(seed, path, coin)
    closes = portable.exp(candles.log_path(story, path, coin))
    last, mark = (prices[keep] for prices in perpetuals.last_and_mark(closes, above))
    ratio = 1.0 + above[keep]
    open_ = np.concatenate([[spot["open"].iloc[0]], last[:-1]])
    bars = pd.DataFrame({"open": open_}, index=spot.index)
    bars["high"] = np.maximum(np.maximum(open_, last), portable.rounded(spot["high"].to_numpy() * ratio, perpetuals.DIGITS))
    bars["low"] = np.minimum(np.minimum(open_, last), portable.rounded(spot["low"].to_numpy() * ratio, perpetuals.DIGITS))
    bars["close"] = last
    bars["volume"] = PERPETUAL_VOLUME * spot["volume"]
    return bars.assign(mark=mark)


def funding(seed: int, story: History, path: HourlyPath, coin: int) -> pd.DataFrame:
    """Return the funding of one perpetual, paid at 00:00, 08:00 and 16:00 UTC since its coin was listed."""
    rates = perpetuals.funding(premium(seed, path, coin))
    times = (story.hours[:: perpetuals.HOURS] + pd.Timedelta(hours=perpetuals.HOURS)).rename("date")
    table = pd.DataFrame({"rate": rates, "hours": float(perpetuals.HOURS)}, index=times)
    return table[table.index > story.coins["first"].iloc[coin]]


def option_chain(seed: int, story: History, path: HourlyPath, name: str, at: pd.Timestamp, source: str) -> pd.DataFrame:
    """Return all options on a coin at a full hour: the surface of the evening before, the spot price of that hour."""
    coin, hour = story.column(name), _hour(story, at)
    spot = float(portable.exp(candles.log_path(story, path, coin)[hour]))
    return chain.chain(volatility_surface(seed, story, coin), hour // HOURS - 1, at, spot, name=name, source=source)


def order_book(seed: int, story: History, path: HourlyPath, name: str, at: pd.Timestamp) -> pd.DataFrame:
    """Return the order book of a coin at a full hour, thin where the hour just past was wild."""
    coin, hour = story.column(name), _hour(story, at)
    usual = path.volatility[:, coin]
    wild = max(usual[hour], abs(path.log_return[hour, coin]))  # a crash empties a book that its volatility would not
    return depth.order_book(
        float(portable.rounded(portable.exp(candles.log_path(story, path, coin)[[hour]]))[0]),
        float(wild * np.sqrt(depth.HOURS_PER_YEAR)), float(wild / np.median(usual)),
        float(story.coins["turnover"].iloc[coin]), seed=seed, key=(coin, hour),
    )  # fmt: skip


def volatility_surface(seed: int, story: History, coin: int) -> SurfacePath:
    """Return the surface of every evening; it knows the volatility of the last week, in which weekends have their share."""
    variance = story.law.volatility[:, coin] * story.law.volatility[:, coin]
    total = np.concatenate([[0.0], np.cumsum(variance)])
    first = np.maximum(np.arange(len(variance)) - WEEK + 1, 0)
    week = (total[1:] - total[first]) / (np.arange(len(variance)) - first + 1.0)
    return surface(np.sqrt(365.0 * week), story.law.log_return[:, coin], seed, coin)


def _hour(story: History, at: pd.Timestamp) -> int:
    """Return the row of the hour that ends at a time."""
    if at != at.floor("h") or not story.hours[WEEK * HOURS] <= at <= story.hours[-1] + pd.Timedelta("1h"):
        raise DataError(
            "there are no quotes at this time", got=str(at),
            expected=f"a full hour from {story.hours[WEEK * HOURS]} to {story.hours[-1] + pd.Timedelta('1h')}",
        )  # fmt: skip
    return int((at - story.hours[0]) // pd.Timedelta("1h")) - 1

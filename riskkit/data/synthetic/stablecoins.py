"""Invented stablecoins in US dollars on two venues: a peg that holds, one that slips, and one that dies.

USDT and USDC hover around 1 and are worth a little more when the market is under stress; in its worst hours USDT slips to
0.95 to 0.98 and comes back within a day. USDC once falls to 0.88 and is back after four days: the venue "north" halts the
pair meanwhile and shows its last price with no volume, so that the low is seen on "south" alone. UST, held by an algorithm,
falls from 1 to below 0.1 in five days, bleeds on and is delisted. When the two events happen is the caller's choice.
"""

from typing import Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.data import protocol
from riskkit.data.synthetic import portable
from riskkit.data.synthetic.derivatives import calibration, numbers, piecewise_linear, remembered
from riskkit.errors import DataError

NUMBER = 40  # first part of every key of random numbers in this file
SYMBOLS = ("USDT", "USDC", "UST")
VENUES = ("north", "south")
TICKS = 10_000.0  # per dollar


def stablecoin(
    symbol: str, venue: str, hours: pd.DatetimeIndex, stress: FloatArray, seed: int, *, source: str, event: int | None = None
) -> pd.DataFrame:
    """Return the hourly bars of one stablecoin on one venue.

    Parameters
    ----------
    symbol : str
        "USDT", "USDC" or "UST".
    venue : str
        "north" or "south".
    hours : DatetimeIndex of shape (H,)
        Consecutive hours, at which the bars open.
    stress : array of shape (H,)
        The spot market's hourly volatility / its median, >= 0.
    seed : int
    source : str
        What ``.attrs["source"]`` says.
    event : int, optional
        Row of ``hours`` in which USDC's slip or UST's fall begins; None for a history without it. USDT has none.

    Returns
    -------
    DataFrame
        ``open high low close volume``, in dollars and coins; UST ends with its delisting.

    Examples
    --------
    >>> hours = pd.date_range("2023-03-01", periods=480, freq="h", tz="UTC")
    >>> calm = np.ones(480)
    >>> north, south = (stablecoin("USDC", v, hours, calm, 1, source="x", event=240) for v in ("north", "south"))
    >>> bool(south["low"].min() < 0.89), bool(north["low"].min() > 0.89), int((north["volume"] == 0).sum())
    (True, True, 22)
    """
    checks.one_of("symbol", symbol, SYMBOLS)
    checks.one_of("venue", venue, VENUES)
    strain = np.minimum(numbers("stress", stress, len(hours), least=0.0), 1e3)
    since = np.arange(len(hours), dtype=np.float64) - _start(symbol, event, len(hours))
    model = calibration()["model"]["stablecoins"]
    table = _bars(symbol, venue, strain, since, seed, model)
    if symbol == "USDC" and venue == "north":
        _halt(table, (since >= model["usdc"]["halt_from"]) & (since < model["usdc"]["halt_until"]))
    bars = pd.DataFrame(table, index=hours)
    if symbol == "UST":
        bars = bars[since < model["ust"]["delisted_after"]]
    return protocol.checked_bars(f"{symbol} on {venue}", bars, source)


def _start(symbol: str, event: int | None, hours: int) -> int:
    """The row of the event; a row far behind the last hour where there is none."""
    if event is None:
        return 10 * hours + 10_000
    if symbol == "USDT":
        raise DataError("USDT has no event", got=event, expected="None: it slips when the market is under stress")
    start = checks.whole("event", event, least=1)
    if start >= hours:
        raise DataError("event is beyond the hours", got=event, expected=f"1 to {hours - 1}")
    return start


def _bars(
    symbol: str, venue: str, stress: FloatArray, since: FloatArray, seed: int, model: dict[str, Any]
) -> dict[str, FloatArray]:
    """The columns of the bars, each of which opens at the close before it, without any halt."""
    key, place, count = (NUMBER, SYMBOLS.index(symbol)), VENUES.index(venue), len(since)
    log_price = _peg(symbol, seed, key, stress, model) + _fall(symbol, seed, key, since, model)
    crowd = 1.0 + np.minimum(stress, model["most_stress"])
    trouble = np.abs(log_price) > model["trouble"]["beyond"]
    width = model["venue_noise"] * crowd + model["trouble"]["venue_noise"] * trouble
    log_close = log_price + width * remembered(seed, (*key, 2 + place), count, model["venue_hours"])
    wicks = width * np.abs(portable.normal(seed, (*key, 4 + place), (2, count)))
    luck = portable.exp(model["volume_spread"] * portable.normal(seed, (*key, 6 + place), (count,)))
    volume = model["coins_per_hour"][symbol] * crowd * (1.0 + model["trouble"]["volume"] * trouble) * luck

    close = np.maximum(np.rint(portable.exp(log_close) * TICKS), 1.0)
    start = np.concatenate([close[:1], close[:-1]])
    high = np.rint(np.maximum(start, close) * (1.0 + wicks[0]))
    low = np.maximum(np.rint(np.minimum(start, close) * (1.0 - np.minimum(wicks[1], 0.5))), 1.0)
    prices = {"open": start, "high": high, "low": low, "close": close}
    return {name: ticks / TICKS for name, ticks in prices.items()} | {"volume": np.rint(volume)}


def _peg(symbol: str, seed: int, key: tuple[int, ...], stress: FloatArray, model: dict[str, Any]) -> FloatArray:
    """Log price of a peg that holds: noise, a premium in stress, and USDT's slips in the worst hours."""
    noise = model["noise"] * remembered(seed, (*key, 0), len(stress), model["noise_hours"])
    premium = model["premium"][symbol] * np.clip(stress - 1.0, 0.0, model["most_stress"])
    if symbol != "USDT":
        return noise + premium
    slip = model["slip"]
    kicks = slip["per_stress"] * np.maximum(stress - slip["from"], 0.0)
    depth = portable.autoregression(kicks, slip["persistence"])
    return noise + premium - depth / (1.0 + depth / slip["bound"])


def _fall(symbol: str, seed: int, key: tuple[int, ...], since: FloatArray, model: dict[str, Any]) -> FloatArray:
    """Log price of the event alone: the straight lines between the calibration's points, and noise that they scale."""
    if symbol == "USDT":
        return np.zeros_like(since)
    event = model[symbol.lower()]
    line = piecewise_linear(since, event["hours"], portable.log(event["prices"]).tolist())
    return line * (1.0 + event["noise"] * np.clip(remembered(seed, (*key, 1), len(since), 6.0), -2.5, 2.5))


def _halt(table: dict[str, FloatArray], halted: FloatArray) -> None:
    """Show the last price and no volume while the pair is halted; it reopens at the price it has elsewhere."""
    rows = np.flatnonzero(halted)
    if len(rows):
        last = table["close"][rows[0] - 1]
        for name in ("open", "high", "low", "close"):
            table[name][rows] = last
        table["volume"][rows] = 0.0

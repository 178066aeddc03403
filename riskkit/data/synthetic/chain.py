"""An invented option chain: what a venue like Deribit lists on a day, priced by the day's surface.

Expiries at 08:00 UTC: the next three days, the next four Fridays, the last Fridays of the next three months and of the
next four quarters. Strikes lie between 5 and 95 delta on a grid that widens with the time to expiry; a daily option has
those of the day it was listed, three days before its end, and the outer ones may be worthless by now. Prices are in the
coin, as on an inverse venue: Black (1976) divided by the forward, rounded to 0.0001. There is no public statistic of
spreads and open interest here: their shapes are assumptions, stated in the calibration.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.data import protocol
from riskkit.data.synthetic import portable
from riskkit.data.synthetic.derivatives import calibration
from riskkit.data.synthetic.surface import DAYS_PER_YEAR, NUMBER, SurfacePath
from riskkit.errors import DataError

TIME_OF_DAY = pd.Timedelta("8h")  # of every expiry
TICKS = 10_000.0  # per coin
FIVE_DELTA = 1.6448536269514722
LISTED = 3.0 / DAYS_PER_YEAR  # years from the listing of a daily option to its end
PEAK = 0.3989422804014327  # of the normal density
NICE = np.array([float(f"{digit}e{power}") for power in range(-9, 6) for digit in (1, 2, 5)])
SLOTS = 1000  # by the first three digits of a strike, which so keeps its luck from day to day


def chain(
    path: SurfacePath, day_index: int, at: pd.Timestamp, spot: float, *, name: str, source: str, carry: float | None = None
) -> pd.DataFrame:
    """Return all options on one coin at one time.

    Parameters
    ----------
    path : SurfacePath
    day_index : int
        Row of the surface that holds at the time.
    at : Timestamp
        The time; without a zone it is read as UTC.
    spot : float
        Price of the coin at the time.
    name, source : str
        The coin, in whose units prices are ("BTC"), and what ``.attrs["source"]`` says.
    carry : float, optional
        Annual rate at which the forward lies above spot; the calibration's 5 % where it is not given.

    Returns
    -------
    DataFrame
        The columns of :data:`riskkit.data.protocol.CHAIN`; bid NaN where nobody bids; open interest in coins.

    Examples
    --------
    >>> from riskkit.data.synthetic.surface import surface
    >>> path = surface(np.full(3, 0.6), np.zeros(3), seed=1, coin=0)
    >>> table = chain(path, 2, pd.Timestamp("2024-03-12"), 70_000.0, name="BTC", source="invented")
    >>> table["expiry"].nunique(), table.attrs["price_unit"]
    (12, 'BTC')
    >>> call, put = (table[(table["kind"] == kind)].reset_index(drop=True) for kind in ("call", "put"))
    >>> parity = call["mark_price"] - put["mark_price"] - (1.0 - call["strike"] / call["forward"])
    >>> bool(parity.abs().max() <= 0.0001)
    True
    """
    model = calibration()["model"]["chain"]
    price = checks.number("spot", spot, above=0.0)
    rate = checks.number("carry", model["carry"] if carry is None else carry, least=-1.0, most=1.0)
    asof = protocol.time("at", at)
    if asof is None:
        raise DataError("at is not a time", got="None", expected=protocol.A_TIME)
    parts = []
    for expiry in expiries(asof):
        years = (expiry - asof).total_seconds() / (DAYS_PER_YEAR * 86_400.0)
        forward = price * float(portable.exp(rate * years))
        parts.append(_options(path, day_index, expiry, years, forward, model))
    return protocol.checked_chain(f"{name} options", pd.concat(parts, ignore_index=True), source, asof, name)


def expiries(asof: pd.Timestamp) -> pd.DatetimeIndex:
    """Return the expiries listed at a time, in UTC, sorted, each once.

    Examples
    --------
    >>> [str(day)[:10] for day in expiries(pd.Timestamp("2024-03-12T08:00Z"))]
    ['2024-03-13', '2024-03-14', '2024-03-15', '2024-03-22', '2024-03-29', '2024-04-05', '2024-04-26', '2024-05-31',
     '2024-06-28', '2024-09-27', '2024-12-27']
    """
    days = pd.date_range(asof.normalize(), periods=400, freq="D", unit="ns") + TIME_OF_DAY
    days = days[days > asof]
    fridays = days[days.day_of_week == 4]
    monthly = fridays[(fridays + pd.Timedelta("7D")).month != fridays.month]
    quarterly = monthly[monthly.month % 3 == 0]
    return days[:3].union(fridays[:4]).union(monthly[:3]).union(quarterly[:4])


def _options(
    path: SurfacePath, day_index: int, expiry: pd.Timestamp, years: float, forward: float, model: dict[str, Any]
) -> pd.DataFrame:
    """The calls and puts of one expiry, up to 5 delta on either side."""
    strikes = _grid(forward, years, model["steps"])
    log_moneyness = portable.log(strikes / forward)
    at_listing = np.sqrt(path.total_variance(day_index, log_moneyness, max(years, LISTED)))
    listed = np.abs(at_listing / 2.0 - log_moneyness / at_listing) <= FIVE_DELTA
    listed[np.argsort(np.abs(log_moneyness), kind="stable")[:3]] = True
    strikes, log_moneyness = strikes[listed], log_moneyness[listed]
    deviation = np.sqrt(path.total_variance(day_index, log_moneyness, years))
    distance = deviation / 2.0 - log_moneyness / deviation  # d1 of Black (1976)
    tables = []
    for kind, sign in (("call", 1.0), ("put", -1.0)):
        asset, cash = special.ndtr(sign * distance), special.ndtr(sign * (distance - deviation))
        marks = np.rint(sign * (asset - strikes / forward * cash) * TICKS) + 0.0  # no price of -0.0
        bid, ask = _quotes(marks, distance, years, path.stress(day_index), model["quotes"])
        prices = {"mark_price": marks / TICKS, "bid_price": bid, "ask_price": ask}
        interest = _open_interest(path, expiry, years, strikes, sign * distance, model["open_interest"], kind)
        tables.append(pd.DataFrame({"strike": strikes, "kind": kind, **prices, "open_interest": interest}))
        tables[-1]["mark_volatility"] = deviation / np.sqrt(years)
    return pd.concat(tables, ignore_index=True).assign(expiry=expiry, forward=forward)


def _grid(forward: float, years: float, steps: dict[str, list[float]]) -> FloatArray:
    """Multiples of a step 1, 2 or 5 x a power of ten from a quarter of the forward to four times it."""
    share = steps["share_of_price"][int(np.searchsorted(steps["years"], years, side="left"))]
    step = NICE[min(int(np.searchsorted(NICE, share * forward)), len(NICE) - 1)]
    counts = np.arange(np.ceil(forward / 4.0 / step), np.floor(forward * 4.0 / step) + 1.0)
    return portable.rounded(counts * step)


def _quotes(
    marks: FloatArray, distance: FloatArray, years: float, stress: float, model: dict[str, float]
) -> tuple[FloatArray, FloatArray]:
    """Bid and ask around marks in ticks: half a spread of so much volatility, more in stress and away from the money."""
    vega = PEAK * portable.exp(-distance * distance / 2.0) * np.sqrt(years) * TICKS
    width = model["volatility"] * (1.0 + model["away"] * distance * distance) * max(stress, 1.0)
    half = np.maximum(width * vega, model["least_ticks"])
    bid, ask = np.floor(marks - half), np.ceil(marks + half)
    return np.where(bid >= 1.0, bid, np.nan) / TICKS, ask / TICKS


def _open_interest(
    path: SurfacePath, expiry: pd.Timestamp, years: float, strikes: FloatArray, distance: FloatArray,
    model: dict[str, float], kind: str,
) -> FloatArray:  # fmt: skip
    """Coins: most near the money and a little beyond it, little in the money, more where expiry is far."""
    day = int(expiry.value // pd.Timedelta("1D").value)
    luck = portable.uniform(path.seed, (NUMBER, path.coin, 2, day, int(kind == "put")), (SLOTS,))
    power_of_ten = portable.TENS[np.searchsorted(portable.TENS, strikes, side="right") - 1]
    slot = np.rint(strikes / power_of_ten * 100.0).astype(np.int64) % SLOTS
    away = distance + model["beyond"]
    size = model["coins"] * min(1.0, model["share_at_expiry"] + years / model["full_years"])
    return np.rint(size * portable.exp(-away * away / 2.0) * -portable.log(luck[slot]) * 10.0) / 10.0

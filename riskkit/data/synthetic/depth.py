"""An invented order book: how much can be bought and sold how far from the middle, on a tick grid.

There is no public history of depth to calibrate to, so the shape is an assumption, stated in the calibration: the same
notional at every distance from the middle; within 1 % of it a share of the daily volume, divided by the stress. (On
2025-10-10 the books of large venues were all but empty for minutes: Kaiko Research, 13 October 2025.)
"""

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.data.synthetic import portable
from riskkit.data.synthetic.derivatives import calibration
from riskkit.errors import DataError

NUMBER = 50  # first part of every key of random numbers in this file
ONE_PERCENT, PER_PERCENT = 0.01, 20  # levels up to 1 % beyond the best price
MOST_LEVELS = 400
HOURS_PER_YEAR = 8760.0


def order_book(
    mid: float, volatility: float, stress: float, volume: float, levels: int = 20, *, seed: int, key: tuple[int, ...]
) -> pd.DataFrame:
    """Return both sides of an order book at one time.

    Parameters
    ----------
    mid : float
        Middle of the best bid and ask, between 1e-4 and 1e6.
    volatility : float
        Of the hour, decimals per year: it widens the spread.
    stress : float
        Hourly volatility / its median, >= 0: above 1 it thins the book and widens the spread.
    volume : float
        Of a usual day, in the currency of the price.
    levels : int
        Of each side; twenty reach 1 % beyond the best price.
    seed : int
    key : tuple of int
        Whose book it is and when, such as (coin, hour): it sets the luck in the sizes.

    Returns
    -------
    DataFrame
        ``side`` ("bid" or "ask", best first), ``price``, ``size`` in coins, and ``cumulative_notional``, price x size
        added up from the best price.

    Examples
    --------
    >>> book = order_book(60_000.0, 0.6, 1.0, 2e9, seed=1, key=(0, 0))
    >>> book.groupby("side", sort=False)["price"].first().to_dict()
    {'bid': 59998.0, 'ask': 60002.0}
    >>> panic = order_book(60_000.0, 3.0, 8.0, 2e9, seed=1, key=(0, 0))
    >>> bool(panic["size"].sum() < book["size"].sum() / 7)
    True
    """
    model = calibration()["model"]["depth"]
    middle = checks.number("mid", mid, least=1e-4, most=1e6)
    count = checks.whole("levels", levels, least=1)
    if count > MOST_LEVELS:
        raise DataError("levels are too many", got=count, expected=f"at most {MOST_LEVELS}: 20 % from the middle")
    daily = checks.number("volume", volume, above=0.0)
    strain = min(max(checks.number("stress", stress, least=0.0), 1.0), model["most_stress"])
    hourly = checks.number("volatility", volatility, least=0.0) / np.sqrt(HOURS_PER_YEAR)

    tick = portable.TENS[np.searchsorted(portable.TENS, middle * 1e-5, side="right") - 1]
    half_spread = min(model["half_spread_per_hourly_volatility"] * hourly * strain, ONE_PERCENT) * middle
    distance = max(half_spread, tick / 2.0) + np.arange(count) * (middle * ONE_PERCENT / PER_PERCENT)
    notional = daily * model["share_of_daily_volume"] / strain / PER_PERCENT
    bids = np.floor((middle - distance) / tick)
    asks = np.ceil((middle + distance) / tick)
    sides = []
    for number, (side, ticks) in enumerate({"bid": bids, "ask": asks}.items()):
        price = portable.rounded(ticks * tick, 10)
        luck = portable.normal(seed, (NUMBER, *key, number), (count,))
        jitter = portable.exp(model["jitter"] * luck - model["jitter"] * model["jitter"] / 2.0)
        size = portable.rounded(notional * jitter / price)
        table = pd.DataFrame({"side": side, "price": price, "size": size})
        sides.append(table.assign(cumulative_notional=np.cumsum(price * size)))
    return pd.concat(sides, ignore_index=True)

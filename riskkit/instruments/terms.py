"""What contracts have in common: the time to their end, and rates that are a number or a factor of the market."""

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import MarketState
from riskkit.core.market import kind_of_move
from riskkit.errors import DataError

DAYS_PER_YEAR = 365.0
SETTLEMENT = pd.Timedelta("8h")  # of a day, UTC: when coin derivatives expire


def expiry_time(expiry: object) -> pd.Timestamp:
    """Return the time at which a contract expires, in UTC; a date without a time of day means 08:00.

    Examples
    --------
    >>> expiry_time("2027-03-26")
    Timestamp('2027-03-26 08:00:00+0000', tz='UTC')
    """
    try:
        if not isinstance(expiry, (str, pd.Timestamp)):
            raise TypeError
        time = pd.Timestamp(expiry)
    except (TypeError, ValueError) as cause:
        raise DataError("expiry is not a time", got=repr(expiry), expected='such as "2027-03-26"') from cause
    if time is pd.NaT:
        raise DataError("expiry is not a time", got="NaT", expected='such as "2027-03-26"')
    time = time.tz_localize("UTC") if time.tzinfo is None else time.tz_convert("UTC")
    return time + SETTLEMENT if time == time.normalize() else time


def years_left(market: MarketState, expiry: pd.Timestamp) -> float:
    """Return the years (of 365 days) from the market's time to ``expiry``; 0 where a scenario ends after it.

    Raises
    ------
    DataError
        When the market does not say its time, or the contract had expired when it was observed.
    """
    if market.asof is None:
        raise DataError(
            "the market does not say its time", got="asof=None", expected="a time before the expiry",
            remedy='MarketState(values, asof="2026-11-24")',
        )  # fmt: skip
    days = (expiry - market.asof) / pd.Timedelta("1D")
    if days <= 0.0:
        raise DataError(
            "the contract has expired", got=f"expiry {expiry}, market of {market.asof}", expected="an expiry after it"
        )
    return max(days - market.elapsed, 0.0) / DAYS_PER_YEAR


def rate(name: str, value: object) -> float | str:
    """Return a rate that is a number or the name of a factor such as ``"BTC.rate"``."""
    if isinstance(value, str):
        kind_of_move(value)
        return value
    return checks.number(name, value)


def read(market: MarketState, value: float | str) -> float | FloatArray:
    """Return a rate's value in the market."""
    return market[value] if isinstance(value, str) else value


def plain(value: float | FloatArray) -> float | FloatArray:
    """Return a single number as Python's own."""
    return float(value) if np.ndim(value) == 0 else value


def named(*values: float | str) -> tuple[str, ...]:
    """Return those rates that are factors."""
    return tuple(value for value in values if isinstance(value, str))

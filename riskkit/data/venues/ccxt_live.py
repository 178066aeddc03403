"""One exchange as ccxt shows it: its errors as DataErrors, its pages as one list, its lists as strict tables."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from riskkit.data.protocol import lacks
from riskkit.data.venues.transport import OFFLINE, NoNetwork, offline
from riskkit.errors import DataError

DAY = pd.Timedelta("1D")


class Live:
    """An exchange of ccxt, ready to be asked.

    Parameters
    ----------
    name : str
        ccxt's id of the exchange.

    Raises
    ------
    DataError
        ``RISKKIT_OFFLINE`` is set, ccxt is not installed or does not know the exchange.
    """

    def __init__(self, name: str) -> None:
        if offline():
            raise NoNetwork(f"{OFFLINE} forbids to ask {name}", remedy=f"unset {OFFLINE}")
        try:
            ccxt = import_module("ccxt")
        except ImportError as cause:
            raise DataError(
                "ccxt is not installed", got=f"exchange {name!r}", remedy="pip install 'riskkit[live]'"
            ) from cause
        if name not in ccxt.exchanges:
            near = get_close_matches(str(name), ccxt.exchanges, n=1)
            raise DataError(
                "ccxt knows no such exchange", got=repr(name), expected="one of ccxt.exchanges",
                remedy=f"did you mean {near[0]!r}?" if near else None,
            )  # fmt: skip
        self.name = name
        self._ccxt = ccxt
        self.api = getattr(ccxt, name)({"enableRateLimit": True})
        self.now = pd.Timestamp(self.api.milliseconds(), unit="ms", tz="UTC")

    def must_have(self, capability: str, what: str) -> None:
        """Refuse what ccxt cannot get from this exchange."""
        if not self.api.has.get(capability):
            lacks(f"{self.name} through ccxt", what, has=f"an exchange whose has[{capability!r}] is true, or own files")

    def call(self, method: str, *arguments: object) -> Any:
        """Call a method of the exchange."""
        try:
            return getattr(self.api, method)(*arguments)
        except self._ccxt.NetworkError as cause:
            raise DataError(f"{self.name} did not answer {method}", got=_words(cause), remedy="try again") from cause
        except self._ccxt.BaseError as cause:
            raise DataError(f"{self.name} refused {method}{arguments!r}", got=_words(cause)) from cause


def paged(
    ask: Callable[[int | None], Sequence[Any]], first: pd.Timestamp | None, last: pd.Timestamp, step: pd.Timedelta
) -> list[Any]:
    """Return the rows from first on, page by page until last; without a first, the page that the exchange sends by itself.

    A row begins with its time in milliseconds. Every page must bring new rows: an exchange that sends the same page
    again although more than a day is missing is refused, for its history would end too early.

    Examples
    --------
    >>> rows = [(1000, "a"), (2000, "b"), (3000, "c")]
    >>> first, last = pd.Timestamp(1, unit="s", tz="UTC"), pd.Timestamp(3, unit="s", tz="UTC")
    >>> paged(lambda since: [row for row in rows if row[0] >= since][:1], first, last, pd.Timedelta("1s"))
    [(1000, 'a'), (2000, 'b')]
    """
    if first is None:
        return list(ask(None))
    rows: list[Any] = []
    since, end = _ms(first), _ms(last)
    while since < end:
        page = ask(since)
        new = [row for row in page if _stamp(row) >= since]
        if page and not new and end - since > _ms(DAY):
            raise DataError(
                "the exchange repeats itself", got=f"nothing after {pd.Timestamp(since, unit='ms', tz='UTC')}",
                expected=f"rows up to {last}", remedy="ask for a span that ends there",
            )  # fmt: skip
        if not new:
            break
        rows += new
        since = max(map(_stamp, new)) + _ms(step)
    return rows


def table_of(name: str, rows: Sequence[Any], columns: Sequence[str]) -> pd.DataFrame:
    """Return rows [milliseconds, number, ...] as a table indexed by UTC times; what is not a number is refused."""
    if not rows:
        raise DataError(f"{name}: the exchange sent no rows", expected="a listed market, and a span after its listing")
    for row in rows:
        if len(row) < 1 + len(columns):
            raise DataError(f"{name}: a row is too short", got=repr(row)[:200], expected=f"a time and {', '.join(columns)}")
    index = pd.DatetimeIndex(pd.to_datetime([_stamp(row) for row in rows], unit="ms", utc=True), name="date").as_unit("ns")
    values = {column: [number(name, column, row[place]) for row in rows] for place, column in enumerate(columns, start=1)}
    return pd.DataFrame(values, index=index, dtype=np.float64)


def number(name: str, field: str, value: object) -> float:
    """Return a finite number; None, True and "12.5" are refused.

    Examples
    --------
    >>> number("binance BTC/USDT", "close", "12.5")
    Traceback (most recent call last):
    riskkit.errors.DataError: binance BTC/USDT: close is not a number; got '12.5'; expected a finite number
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
        raise DataError(f"{name}: {field} is not a number", got=repr(value), expected="a finite number")
    return float(value)


def _stamp(row: Any) -> int:
    if isinstance(row[0], bool) or not isinstance(row[0], (int, float)) or not 0 <= row[0] < 1e14:
        raise DataError("a row of the exchange has no time", got=repr(row)[:200], expected="milliseconds since 1970 first")
    return int(row[0])


def _ms(time: pd.Timestamp | pd.Timedelta) -> int:
    seconds = time.timestamp() if isinstance(time, pd.Timestamp) else time.total_seconds()
    return round(seconds * 1000.0)


def _words(cause: Exception) -> str:
    return f"{type(cause).__name__}: {cause}"[:300]

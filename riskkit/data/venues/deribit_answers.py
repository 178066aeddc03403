"""What Deribit's results say, as tables: bars, candles of the volatility index, funding records, option summaries."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.data.protocol import BARS, CHAIN, FUNDING
from riskkit.data.venues.answers import column, inside, member, numbers, numbers_or_null, on_grid, times
from riskkit.data.venues.transport import Reply
from riskkit.errors import DataError

CANDLE = ("open", "high", "low", "close")
OPTION = re.compile(r"([A-Z0-9]+(?:_[A-Z0-9]+)?)-(\d{1,2})([A-Z]{3})(\d{2})-(\d+(?:d\d+)?)-([CP])", re.ASCII)
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
EXPIRY_HOUR = 8
KINDS = {"C": "call", "P": "put"}


class Option(NamedTuple):
    """What the name of an option says."""

    underlying: str
    expiry: pd.Timestamp
    strike: float
    kind: str


def option(reply: Reply, name: str) -> Option:
    """Return what a name says: "BTC-27SEP24-40000-C", "XRP_USDC-30JUN23-0d625-P".

    Examples
    --------
    >>> reply = Reply(b"", "https://venue.example", pd.Timestamp("2023-06-01", tz="UTC"))
    >>> option(reply, "XRP_USDC-30JUN23-0d625-P")[1:]
    (Timestamp('2023-06-30 08:00:00+0000', tz='UTC'), 0.625, 'put')
    """
    found = OPTION.fullmatch(name)
    try:
        if found is None:
            raise ValueError
        underlying, day, month, year, strike, kind = found.groups()
        expiry = pd.Timestamp(2000 + int(year), 1 + MONTHS.index(month), int(day), EXPIRY_HOUR, tz="UTC")
    except ValueError as cause:
        raise DataError(
            f"{reply.url}: instrument_name is no option", got=repr(name), expected="such as BTC-27SEP24-40000-C"
        ) from cause
    return Option(underlying, expiry, float(strike.replace("d", ".")), KINDS[kind])


def chain(reply: Reply, records: Sequence[object], options: Sequence[Option]) -> pd.DataFrame:
    """Return summaries as rows of an option chain; volatility from per cent, no bid or ask where Deribit says null."""

    def there(field: str) -> FloatArray:
        return numbers(reply, field, [_given(reply, record, field) for record in records])

    def quoted(field: str) -> FloatArray:
        values = numbers_or_null(reply, field, [_given(reply, record, field) for record in records])
        if (values < 0.0).any():
            raise DataError(f"{reply.url}: {field} is negative", got=f"{values.min():g}", expected=">= 0 or null")
        return values

    names = pd.DataFrame(options)
    values = {
        "forward": there("underlying_price"), "mark_volatility": there("mark_iv") / 100.0,
        "mark_price": there("mark_price"), "bid_price": quoted("bid_price"), "ask_price": quoted("ask_price"),
        "open_interest": there("open_interest"),
    }  # fmt: skip
    return names.assign(**values)[list(CHAIN)]


def bars(reply: Reply, result: object, step: pd.Timedelta, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Return a chart as bars; index: when they open."""
    status = member(reply, result, "status", str)
    if status not in ("ok", "no_data"):
        raise DataError(f"{reply.url}: status is unknown", got=repr(status), expected="ok or no_data")
    lists = {field: member(reply, result, field, list) for field in ("ticks", *BARS)}
    if len(set(map(len, lists.values()))) > 1:
        got = ", ".join(f"{len(values)} {field}" for field, values in lists.items())
        raise DataError(f"{reply.url}: ticks and prices differ in length", got=got, expected="one of each per bar")
    index = on_grid(reply, "ticks", times(reply, "ticks", lists.pop("ticks")), step)
    inside(reply, "ticks", index, first - step, last)
    table = pd.DataFrame({field: numbers(reply, field, values) for field, values in lists.items()}, index=index)
    return table[table.index >= first]  # the bar that holds the millisecond before may come as well


def wider(symbol: str, narrow: pd.DataFrame, step: pd.Timedelta, whole: pd.Timedelta) -> pd.DataFrame:
    """Return bars of length ``whole`` from those of length ``step``; one that lacks a part is left out.

    Examples
    --------
    >>> hours = pd.date_range("2024-01-01T12:00", periods=48, freq="1h", tz="UTC")
    >>> narrow = pd.DataFrame({"open": 1.0, "high": 3.0, "low": 0.5, "close": 2.0, "volume": 0.25}, index=hours)
    >>> wider("BTC-PERPETUAL", narrow, pd.Timedelta("1h"), pd.Timedelta("1D"))
                               open  high  low  close  volume
    2024-01-02 00:00:00+00:00   1.0   3.0  0.5    2.0     6.0
    """
    parts = narrow.groupby(pd.DatetimeIndex(narrow.index).floor(whole))
    bars = parts.agg({"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"})
    bars = bars[np.asarray(parts.size() == whole / step)]
    if bars.empty:
        raise DataError(f"{symbol}: the span holds no whole bar", got=f"{len(narrow)} bars of {step}", expected=f"{whole}")
    return bars


def candles(
    reply: Reply, rows: Sequence[object], step: pd.Timedelta, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """Return candles of the volatility index, decimals per year; index: when they open."""
    width = 1 + len(CANDLE)
    for row in rows:
        if not isinstance(row, list) or len(row) != width:
            raise DataError(
                f"{reply.url}: data is no list of candles", got=repr(row)[:200], expected=f"{width} numbers each"
            )
    columns: list[Any] = [[row[place] for row in rows] for place in range(width)]  # type: ignore[index]
    index = on_grid(reply, "data", times(reply, "data", columns[0]), step)
    inside(reply, "data", index, first - step, last)
    values = {field: numbers(reply, f"data ({field})", values) for field, values in zip(CANDLE, columns[1:], strict=True)}
    table = pd.DataFrame(values, index=index)
    if (table < 1.0).any(axis=None):
        raise DataError(
            f"{reply.url}: the volatility index is not in per cent", got=f"{table.min().min():g}", expected=">= 1"
        )
    return table[table.index >= first] / 100.0


def funding(reply: Reply, result: object, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Return funding records as payments; index: the end of the hour paid for."""
    if not isinstance(result, list):
        raise DataError(f"{reply.url}: result is no list", got=type(result).__name__, expected="a list of records")
    index = times(reply, "timestamp", column(reply, result, "timestamp", int))
    inside(reply, "timestamp", on_grid(reply, "timestamp", index, pd.Timedelta("1h")), first, last)
    rates = numbers(reply, "interest_1h", [_given(reply, record, "interest_1h") for record in result])
    return pd.DataFrame({"rate": rates, "hours": 1.0}, index=index)[list(FUNDING)]


def _given(reply: Reply, record: object, field: str) -> object:
    """Return a field that may be null but may not be missing."""
    if not isinstance(record, dict) or field not in record:
        raise DataError(f"{reply.url}: {field} is missing", got=repr(record)[:200], expected="a number")
    return record[field]

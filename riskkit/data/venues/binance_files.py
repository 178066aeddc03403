"""Reads the monthly CSV files of Binance's archive; the first thing that is not as it should be is named and refused.

Formats: github.com/binance/binance-public-data. Files have a header row or none. Stamps count milliseconds, in spot
files from 2025 on microseconds.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.data.prices import positive
from riskkit.data.protocol import BARS, checked_bars, checked_funding
from riskkit.errors import DataError

KLINES = (
    "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "count", "taker_buy_volume",
    "taker_buy_quote_volume", "ignore",
)  # fmt: skip
FUNDING = ("calc_time", "funding_interval_hours", "last_funding_rate")
UNITS = {"ms": 1e12, "us": 1e15}  # the first stamp with that many digits lies in 2001, the last in 2286
AGAIN = "ask again later; if it stays so, ask for a span without this month, and tell the source"


def read_klines(name: str, content: bytes, month: pd.Period, step: pd.Timedelta) -> pd.DataFrame:
    """Return the bars of a month: index of opening times, ``open high low close volume``."""
    with _named(name):
        return checked_bars("bars", _klines(name, content, month, step)[list(BARS)], name)


def read_marks(name: str, content: bytes, month: pd.Period, step: pd.Timedelta) -> pd.DataFrame:
    """Return the mark prices of a month: index of opening times, ``close``."""
    marks = _klines(name, content, month, step)[["close"]]
    with _named(name):
        positive(marks)
    return marks


def read_funding(name: str, content: bytes, month: pd.Period) -> pd.DataFrame:
    """Return the funding of a month: index of payment times, ``rate hours``.

    The stamps come some milliseconds late; they are rounded to the minute, so that they meet the bars.
    """
    cells = _cells(name, content, FUNDING)
    index = _times(name, cells["calc_time"], month, to="min")
    named = {"last_funding_rate": "rate", "funding_interval_hours": "hours"}
    with _named(name):
        return checked_funding("funding", cells.set_index(index).rename(columns=named), name)


def _klines(name: str, content: bytes, month: pd.Period, step: pd.Timedelta) -> pd.DataFrame:
    cells = _cells(name, content, KLINES)
    index = _times(name, cells["open_time"], month)
    off = np.asarray(index.as_unit("ns").asi8 % step.as_unit("ns").value != 0)
    if off.any():
        raise DataError(
            f"{name}: a bar does not open on the grid", got=f"{index[int(np.argmax(off))]}, {int(off.sum())} such bars",
            expected=f"multiples of {step}",
            remedy="ask for a span without this month, or another interval: outages of 2017 and 2018 left such bars",
        )  # fmt: skip
    return cells.set_index(index)


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Say in the message of a check which file it is about."""
    try:
        yield
    except DataError as cause:
        raise DataError(f"{name}: {cause}", remedy=AGAIN) from cause


def _cells(name: str, content: bytes, columns: Sequence[str]) -> pd.DataFrame:
    """Return the numbers of a CSV with exactly these columns."""
    try:
        text = pd.read_csv(BytesIO(content), header=None, index_col=False, dtype=str, na_filter=False)
    except pd.errors.EmptyDataError:
        text = pd.DataFrame(columns=range(len(columns)))
    except ValueError as cause:  # rows of unequal length, bytes that are no text
        raise DataError(f"{name} is no table", got=str(cause), expected=", ".join(columns), remedy=AGAIN) from cause
    headed = len(text) > 0 and text.iloc[0, 0] == columns[0]
    if text.shape[1] != len(columns) or (headed and tuple(text.iloc[0]) != tuple(columns)):
        got = ", ".join(text.iloc[0].astype(str))
        raise DataError(f"{name} has the wrong columns", got=got, expected=", ".join(columns), remedy=AGAIN)
    text = text.iloc[1:] if headed else text
    if text.empty:
        raise DataError(f"{name} is empty", got="no rows", expected="the rows of a month", remedy=AGAIN)
    return pd.DataFrame({column: _numbers(name, column, text.iloc[:, k]) for k, column in enumerate(columns)})


def _numbers(name: str, column: str, text: pd.Series) -> FloatArray:
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~np.isfinite(values)
    if wrong.any():
        row = int(np.argmax(wrong))
        got = f"{text.iloc[row]!r} in row {row + 1} of {column}"
        raise DataError(f"{name} has a cell that is no number", got=got, expected="a number", remedy=AGAIN)
    return values


def _times(name: str, stamps: pd.Series, month: pd.Period, *, to: str | None = None) -> pd.DatetimeIndex:
    """Return stamps as times, which must increase and lie in the month."""
    values = stamps.to_numpy()
    fits = [unit for unit, least in UNITS.items() if ((values >= least) & (values < 10.0 * least)).all()]
    if not fits or (values % 1.0 != 0.0).any():
        raise DataError(
            f"{name}: the stamps cannot be read", got=f"{values.min():.17g} to {values.max():.17g}",
            expected="whole milliseconds or microseconds since 1970", remedy=AGAIN,
        )  # fmt: skip
    index = pd.DatetimeIndex(values.astype(np.int64).astype(f"datetime64[{fits[0]}]"), tz="UTC")
    index = index if to is None else index.round(to)
    start, end = (bound.start_time.tz_localize("UTC") for bound in (month, month + 1))
    outside = np.asarray((index < start) | (index >= end))
    if outside.any():
        got = f"{index[int(np.argmax(outside))]} in row {int(np.argmax(outside)) + 1}"
        raise DataError(f"{name}: a row of another month", got=got, expected=f"times in {month}", remedy=AGAIN)
    later = np.diff(index.asi8) > 0
    if not later.all():
        row = int(np.argmin(later)) + 1
        what = "a time comes twice" if index[row] == index[row - 1] else "times run backwards"
        raise DataError(f"{name}: {what}", got=f"{index[row]} in row {row + 1}", expected="later rows", remedy=AGAIN)
    return index

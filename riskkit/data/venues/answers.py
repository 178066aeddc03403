"""Reads a venue's JSON answer strictly: every field of the type its documentation states, or the answer is refused.

A price that is true, "12.5" or NaN is no price, and a time that the server's own clock has not reached is no time.
Every refusal names the URL and the field.
"""

import json
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.data.venues.transport import Reply
from riskkit.errors import DataError

CLOCKS = pd.Timedelta("1min")  # the server's Date header has no milliseconds, and its machines differ a little
NAMES = {dict: "an object", list: "a list", str: "a text", int: "a whole number"}


def read(reply: Reply) -> dict[str, Any]:
    """Return the JSON object of an answer; NaN and Infinity, which are no JSON, are refused.

    Examples
    --------
    >>> from riskkit.data.venues.transport import Reply
    >>> read(Reply(b'{"price": NaN}', "https://venue.example/price", pd.Timestamp("2024-01-01", tz="UTC")))
    Traceback (most recent call last):
    riskkit.errors.DataError: https://venue.example/price: the answer is no JSON; got '{"price": NaN}'
    """

    def no_number(name: str) -> NoReturn:
        raise ValueError(name)

    try:
        answer = json.loads(reply.content, parse_constant=no_number)
    except (ValueError, RecursionError) as cause:
        got = repr(reply.content[:200].decode(errors="replace"))
        raise DataError(f"{reply.url}: the answer is no JSON", got=got) from cause
    if not isinstance(answer, dict):
        raise DataError(f"{reply.url}: the answer is no object", got=type(answer).__name__, expected="a JSON object")
    return answer


def member(reply: Reply, record: object, field: str, kind: type) -> Any:
    """Return one field of a record, of the JSON type ``dict``, ``list``, ``str`` or ``int``."""
    if not isinstance(record, dict) or field not in record:
        got = ", ".join(record) if isinstance(record, dict) else repr(record)
        raise DataError(f"{reply.url}: {field} is missing", got=got[:200], expected=NAMES[kind])
    value = record[field]
    if type(value) is not kind:  # isinstance would let true pass as a whole number
        raise DataError(f"{reply.url}: {field} has the wrong type", got=repr(value)[:200], expected=NAMES[kind])
    return value


def column(reply: Reply, records: Sequence[object], field: str, kind: type) -> list[Any]:
    """Return one field of every record."""
    return [member(reply, record, field, kind) for record in records]


def numbers(reply: Reply, field: str, values: Sequence[object]) -> FloatArray:
    """Return finite JSON numbers as float64; null, true and "12.5" are refused."""
    wrong = next((row for row, value in enumerate(values) if type(value) not in (int, float)), None)
    if wrong is not None:
        raise DataError(
            f"{reply.url}: {field} is not a number", got=f"{values[wrong]!r:.200} in row {wrong + 1}", expected="a number"
        )
    try:
        result = np.array(values, dtype=np.float64)
    except OverflowError as cause:
        raise DataError(f"{reply.url}: {field} is too large", expected="a number") from cause
    if not np.isfinite(result).all():  # 1e999 is JSON
        raise DataError(f"{reply.url}: {field} is not finite", expected="finite numbers")
    return result


def numbers_or_null(reply: Reply, field: str, values: Sequence[object]) -> FloatArray:
    """Return JSON numbers as float64, NaN where the venue says null."""
    result = np.full(len(values), np.nan)
    there = [row for row, value in enumerate(values) if value is not None]
    result[there] = numbers(reply, field, [values[row] for row in there])
    return result


def times(reply: Reply, field: str, values: Sequence[object]) -> pd.DatetimeIndex:
    """Return milliseconds since 1970 as UTC times that the server's clock has reached."""
    milliseconds = numbers(reply, field, values)
    if (milliseconds < 0.0).any() or (milliseconds > 1e14).any() or (milliseconds % 1.0).any():
        raise DataError(f"{reply.url}: {field} is no time", expected="whole milliseconds since 1970")
    index = pd.DatetimeIndex(pd.to_datetime(milliseconds.astype(np.int64), unit="ms", utc=True), name="date").as_unit("ns")
    return reached(reply, field, index)


def reached(reply: Reply, field: str, index: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Return times that the server's clock has reached; refuse those that lie in its future."""
    if len(index) and index.max() > reply.time + CLOCKS:
        raise DataError(
            f"{reply.url}: {field} lies in the future", got=str(index.max()), expected=f"<= {reply.time}, the server's time"
        )
    return index


def on_grid(reply: Reply, field: str, index: pd.DatetimeIndex, step: pd.Timedelta) -> pd.DatetimeIndex:
    """Return times that are whole steps since 1970: a daily row begins at 00:00 UTC."""
    off = index[np.asarray(index != index.floor(step))]
    if len(off):
        raise DataError(f"{reply.url}: {field} lies off the grid", got=str(off[0]), expected=f"multiples of {step}")
    return index


def inside(reply: Reply, field: str, index: pd.DatetimeIndex, first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """Return increasing times with first <= time < last; refuse others, which were not asked for."""
    off = index[np.asarray((index < first) | (index >= last))]
    if len(off):
        raise DataError(f"{reply.url}: {field} lies off the span", got=str(off[0]), expected=f"{first} <= time < {last}")
    if not (index.is_monotonic_increasing and index.is_unique):
        raise DataError(f"{reply.url}: {field} does not increase", expected="sorted times, none twice")
    return index

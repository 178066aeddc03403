"""Fetches a span of time from a venue that answers in pages, and keeps it month by month.

One download serves several months where the venue's limits allow it: ten years of daily rates are one request, not 120.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from riskkit.data.venues import cache
from riskkit.data.venues.transport import Reply
from riskkit.errors import DataError


@dataclass(frozen=True, eq=False)
class Download:
    """What a venue sent for a span: a table indexed by UTC times, and the replies that it was read from."""

    table: pd.DataFrame
    replies: tuple[Reply, ...]
    final: bool = True  # False where the venue may have held something back: no month of it is kept

    @property
    def time(self) -> pd.Timestamp:
        """The server's time at the first reply: what was complete then is complete in all of them."""
        return min(reply.time for reply in self.replies)

    @property
    def sha256(self) -> str:
        """Checksum of all replies, one behind another."""
        return hashlib.sha256(b"".join(reply.content for reply in self.replies)).hexdigest()


def joined(pages: Sequence[tuple[pd.DataFrame, Reply]]) -> Download:
    """Return pages in the order of time as one download; refuse a venue that sends a time twice."""
    table = pd.concat([page for page, _ in pages])
    if not (table.index.is_monotonic_increasing and table.index.is_unique):
        raise DataError(f"{pages[0][1].url}: the venue repeats a page", expected="increasing times", remedy="try again")
    return Download(table, tuple(reply for _, reply in pages))


def in_months(
    source: str, symbol: str, interval: str, start: pd.Timestamp, end: pd.Timestamp,
    download: Callable[[pd.Timestamp, pd.Timestamp], Download], *,
    ahead: pd.Timedelta, settled: pd.Timedelta,
) -> pd.DataFrame:  # fmt: skip
    """Return the rows with start <= time < end, perhaps none, each month from the cache or else downloaded.

    Parameters
    ----------
    source, symbol, interval : str
        What the cache files the months under.
    start, end : Timestamp
        Half-open span, UTC.
    download : callable (first, last) -> Download
        Asks the venue for whole months, first <= time < last.
    ahead : Timedelta
        Longest span for one download; a single month is always allowed.
    settled : Timedelta
        How long after a month's end the venue may still add to it; until then the month is not kept. A month without
        rows is only kept when the same download has rows of other months: else it may be a slip of the venue.

    Raises
    ------
    DataError
        An empty span, or what ``download`` raises.
    """
    if start >= end:
        raise DataError(f"the span of {symbol} is empty", got=f"{start} to {end}", expected="start < end")
    wanted = cache.months(start, end)
    held: dict[pd.Period, Download] = {}

    def fetch(month: pd.Period) -> cache.Fetched | None:
        if month not in held:
            behind = [later for later in wanted if later >= month and _end(later) - _start(month) <= ahead]
            behind = behind or [month]
            held.clear()  # of what was downloaded for earlier months nothing is needed any more
            held.update(dict.fromkeys(behind, download(_start(month), _end(behind[-1]))))
        got = held[month]
        if got.table.empty:
            return None
        inside = (got.table.index >= _start(month)) & (got.table.index < _end(month))
        complete = got.final and got.time >= _end(month) + settled
        return cache.Fetched(got.table[inside], got.replies[0].url, got.sha256, got.time, complete)

    table = cache.monthly(source, symbol, interval, wanted, fetch)
    return table if table.empty else table[(table.index >= start) & (table.index < end)]


def _start(month: pd.Period) -> pd.Timestamp:
    return month.start_time.tz_localize("UTC")


def _end(month: pd.Period) -> pd.Timestamp:
    return (month + 1).start_time.tz_localize("UTC")

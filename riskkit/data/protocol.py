"""What every source of market data answers, and what the answers look like.

A source has five methods. It names its instruments as its venue does ("BTCUSDT", "BTC-PERPETUAL", "btc"); what it does not
have it refuses with :func:`lacks`. Times are UTC; a span is half-open, ``start <= time < end``; every table says in
``.attrs["source"]`` what it is.

========================  =========================================================================================
``prices(name)``          wide closes of a market by name: one column per instrument, what ``rk.data.load`` returns
``bars(symbol, ...)``     index: time at which the bar *opens*; ``open high low close volume``, and for a perpetual
                          also ``mark``, the mark price at the close where the venue has one
``funding(symbol, ...)``  index: time of payment; ``rate`` in decimals per period (what longs pay), ``hours``: its length
``option_chain(...)``     one row per option: ``expiry strike kind forward mark_volatility mark_price bid_price ask_price
                          open_interest``; volatility in decimals per year; prices in ``.attrs["price_unit"]``;
                          ``.attrs["asof"]``
``tiers(symbol)``         index: tier 1, 2, ...; ``floor cap maintenance_margin_rate maximum_leverage cumulative_amount``
                          (the maintenance margin of a notional N in the tier is rate x N - cumulative amount)
========================  =========================================================================================

The functions below check a source's answer and put it into this form.
"""

from typing import NoReturn, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from riskkit.data.bars import check_bars
from riskkit.data.prices import utc
from riskkit.errors import DataError

INTERVALS = {"1m": "1min", "5m": "5min", "15m": "15min", "1h": "1h", "8h": "8h", "1d": "1D"}
BARS = ("open", "high", "low", "close", "volume")
FUNDING = ("rate", "hours")
CHAIN = (
    "expiry", "strike", "kind", "forward", "mark_volatility", "mark_price", "bid_price", "ask_price", "open_interest",
)  # fmt: skip
TIERS = ("floor", "cap", "maintenance_margin_rate", "maximum_leverage", "cumulative_amount")
A_TIME = 'such as "2024-03-12" or "2024-03-12T08:00Z"'
Time = str | pd.Timestamp | None


@runtime_checkable
class PriceSource(Protocol):
    """Anything that turns a name into a table of prices whose ``.attrs["source"]`` says what they are."""

    def prices(self, name: str) -> pd.DataFrame:
        """Return prices: one column per instrument, sorted unique UTC index, NaN where there is none."""


@runtime_checkable
class MarketSource(PriceSource, Protocol):
    """A source of bars, funding, option chains and margin tiers as well."""

    def bars(self, symbol: str, interval: str = "1d", start: Time = None, end: Time = None) -> pd.DataFrame:
        """Return the bars of one instrument."""

    def funding(self, symbol: str, start: Time = None, end: Time = None) -> pd.DataFrame:
        """Return the funding payments of one perpetual."""

    def option_chain(self, underlying: str, at: Time = None) -> pd.DataFrame:
        """Return all options on an underlying; ``at`` is a day of the past where the source has one."""

    def tiers(self, symbol: str) -> pd.DataFrame:
        """Return the ladder of maintenance margins of one perpetual."""


def lacks(source: object, what: str, *, has: str) -> NoReturn:
    """Refuse what a source does not have, naming what it has or who has it.

    Examples
    --------
    >>> lacks("CoinMetricsCommunity", "funding", has="DeribitPublic().funding(...)")
    Traceback (most recent call last):
    riskkit.errors.DataError: CoinMetricsCommunity has no funding; expected DeribitPublic().funding(...)
    """
    name = source if isinstance(source, str) else type(source).__name__
    raise DataError(f"{name} has no {what}", expected=has)


def span(start: Time, end: Time) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """Return both ends in UTC; None stays None.

    Examples
    --------
    >>> span("2024-01", None)
    (Timestamp('2024-01-01 00:00:00+0000', tz='UTC'), None)
    >>> span("2024-02", "2024-01")
    Traceback (most recent call last):
    riskkit.errors.DataError: the span is empty; got 2024-02-01 ... to 2024-01-01 ...; expected start < end
    """
    first, last = time("start", start), time("end", end)
    if first is not None and last is not None and first >= last:
        raise DataError("the span is empty", got=f"{first} to {last}", expected="start < end")
    return first, last


def time(name: str, value: Time) -> pd.Timestamp | None:
    """Return a time in UTC; None stays None; a time without a zone is read as UTC."""
    if value is None:
        return None
    try:
        if not isinstance(value, (str, pd.Timestamp)):
            raise TypeError
        result = pd.Timestamp(value)
    except (ValueError, TypeError) as cause:
        raise DataError(
            f"{name} is not a time", got=repr(value), expected='such as "2024-03-12" or "2024-03-12T08:00Z"'
        ) from cause
    if result is pd.NaT:
        raise DataError(f"{name} is not a time", got="NaT", expected='such as "2024-03-12"')
    return result.tz_localize("UTC") if result.tzinfo is None else result.tz_convert("UTC")


def interval_of(interval: object) -> pd.Timedelta:
    """Return the length of a bar from its name: "1m", "5m", "15m", "1h", "8h" or "1d"."""
    if interval not in INTERVALS:
        raise DataError("interval is unknown", got=repr(interval), expected="one of " + ", ".join(map(repr, INTERVALS)))
    return pd.Timedelta(INTERVALS[str(interval)])


def cut(table: pd.DataFrame, start: Time, end: Time) -> pd.DataFrame:
    """Return the rows with start <= time < end; refuse a span that holds none."""
    first, last = span(start, end)
    keep = np.ones(len(table), dtype=bool)
    if first is not None:
        keep &= np.asarray(table.index >= first)
    if last is not None:
        keep &= np.asarray(table.index < last)
    if not keep.any():
        there = f"{table.index[0]} to {table.index[-1]}" if len(table) else "nothing"
        raise DataError("no data in this span", got=f"{first} to {last}", expected=f"a span that meets {there}")
    result = table[keep]
    result.attrs = dict(table.attrs)
    return result


def checked_bars(name: str, bars: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return bars of one instrument in the form above, or refuse them: :func:`riskkit.data.check_bars` and their columns."""
    table = _columns(name, bars, BARS, also=("mark",))
    table.index = utc(name, table.index).rename("date")
    check_bars(table.reset_index())
    return _said(table, source)


def checked_funding(name: str, funding: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return funding in the form above; refuse rates beyond 100 % per period, unsorted or repeated times."""
    table = _columns(name, funding, FUNDING)
    table.index = utc(name, table.index).rename("date")
    if not (table.index.is_monotonic_increasing and table.index.is_unique):
        raise DataError(f"{name}: times do not increase", expected="one row per payment, sorted")
    _bounded(name, table["rate"], -1.0, 1.0)
    _bounded(name, table["hours"], 1.0 / 60.0, 24.0)
    return _said(table, source)


def checked_chain(name: str, chain: pd.DataFrame, source: str, asof: pd.Timestamp, price_unit: str) -> pd.DataFrame:
    """Return an option chain in the form above; bid, ask and open interest may be NaN, the rest may not."""
    table = _columns(name, chain, CHAIN).reset_index(drop=True)
    if not table["kind"].isin(["call", "put"]).all():
        raise DataError(f"{name}: an option of unknown kind", got=table["kind"].unique().tolist(), expected="call or put")
    for column in ("strike", "forward", "mark_volatility"):
        _bounded(name, table[column], 0.0, np.inf, open_below=column != "mark_volatility")
    _bounded(name, table["mark_price"], 0.0, np.inf)
    expiry = pd.DatetimeIndex(table["expiry"])
    if expiry.tz is None or not np.asarray(expiry > asof).all():
        raise DataError(f"{name}: an option has expired", got=str(expiry.min()), expected=f"expiries after {asof}, in UTC")
    result = _said(table.sort_values(["expiry", "strike", "kind"], ignore_index=True), source)
    result.attrs |= {"asof": asof, "price_unit": price_unit}
    return result


def checked_tiers(name: str, tiers: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return a margin ladder in the form above; refuse one whose brackets do not join or whose amounts break the identity.

    cumulative_k = cumulative_(k-1) + floor_k (rate_k - rate_(k-1)): the maintenance margin has no jump between tiers.
    """
    table = _columns(name, tiers, TIERS).astype(float)
    table.index = pd.RangeIndex(1, len(table) + 1, name="tier")
    floor, _, rate, _, amount = table.to_numpy().T
    if floor[0] != 0.0 or not np.array_equal(floor[1:], table["cap"].to_numpy()[:-1]) or (np.diff(floor) <= 0.0).any():
        raise DataError(
            f"{name}: the tiers do not join", got=floor.tolist(), expected="from 0, each floor the cap before it"
        )
    if not ((rate > 0.0) & (rate <= 1.0)).all() or (np.diff(rate) < 0.0).any():
        raise DataError(f"{name}: the rates are not usable", got=rate.tolist(), expected="in (0, 1], not falling")
    joined = np.concatenate([[0.0], np.cumsum(floor[1:] * np.diff(rate))])
    off = np.abs(amount - joined) > 1e-9 * np.maximum(1.0, joined)
    if off.any():
        tier = int(np.argmax(off))
        raise DataError(
            f"{name}: the margin jumps at tier {tier + 1}", got=f"cumulative amount {amount[tier]:g}",
            expected=f"{joined[tier]:g} = previous + floor x (rate - previous rate)",
        )  # fmt: skip
    return _said(table, source)


def _columns(name: str, table: object, wanted: tuple[str, ...], also: tuple[str, ...] = ()) -> pd.DataFrame:
    if not isinstance(table, pd.DataFrame):
        raise DataError(f"{name}: the wrong type", got=type(table).__name__, expected="a pandas DataFrame")
    missing = [column for column in wanted if column not in table]
    if missing or table.empty:
        got = "no rows" if not missing else f"columns {', '.join(map(str, table.columns))}"
        raise DataError(f"{name}: not the table that was asked for", got=got, expected=", ".join(wanted))
    return table[[*wanted, *(column for column in also if column in table)]].copy()


def _bounded(name: str, column: pd.Series, least: float, most: float, *, open_below: bool = False) -> None:
    values = column.to_numpy(dtype=float, na_value=np.nan)
    good = (values > least if open_below else values >= least) & (values <= most) & np.isfinite(values)
    if not good.all():
        row = int(np.argmax(~good))
        raise DataError(
            f"{name}: {column.name} is out of range", got=f"{values[row]:g} in row {row + 1}",
            expected=f"{'>' if open_below else '>='} {least:g} and <= {most:g}",
        )  # fmt: skip


def _said(table: pd.DataFrame, source: str) -> pd.DataFrame:
    table.attrs = {"source": source}
    return table

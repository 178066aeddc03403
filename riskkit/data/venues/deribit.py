"""Deribit's public API: option chains, hourly funding, bars, the volatility index DVOL. No key is needed.

What its documentation (docs.deribit.com) says, and what follows for riskkit:

- a request is answered by a JSON-RPC object with ``result`` or ``error``;
- funding accrues continuously; once an hour the API states ``interest_1h``, what a position paid over the hour that ends
  at the record's time, and ``interest_8h``, the same over the last eight hours. The payment of the hour is
  ``interest_1h``; adding up ``interest_8h`` hour by hour would count everything eight times;
- ``mark_iv`` and the volatility index are in per cent; prices of inverse options ("BTC-27SEP24-40000-C") are in coins,
  those of linear ones ("XRP_USDC-30JUN23-0d625-C", d is the decimal point) in the currency behind the underscore;
- options expire at 08:00 UTC; the chain is that of now, and no history of it is public;
- its own daily bars run from 08:00 to 08:00 UTC (its users say so, its documentation does not), so bars of a day or of
  eight hours are put together from hours here; that candles of the index begin at 00:00 UTC is checked;
- a record at the very start of a span may be left out, so every request starts a millisecond before it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from riskkit import checks
from riskkit.data.bars import check_bars
from riskkit.data.protocol import Time, checked_bars, checked_chain, checked_funding, interval_of, lacks, span
from riskkit.data.venues import deribit_answers as results
from riskkit.data.venues import transport
from riskkit.data.venues.answers import column, member, read, times
from riskkit.data.venues.spans import Download, in_months, joined
from riskkit.data.venues.transport import Reply
from riskkit.errors import DataError

COINS = ("BTC", "ETH")
RESOLUTIONS = {"1m": "1", "5m": "5", "15m": "15", "1h": "60"}  # of bars, in minutes
INDEX_RESOLUTIONS = {"1m": "60", "1h": "3600", "1d": "1D"}  # of the volatility index, in seconds
FIRST_BAR = pd.Timestamp("2018-08-01", tz="UTC")  # the month of the first perpetual
FIRST_FUNDING = pd.Timestamp("2019-04-01", tz="UTC")
FIRST_INDEX = pd.Timestamp("2021-03-01", tz="UTC")
BARS_A_REQUEST = 4000  # the API answers with 5,000 at most
FUNDING_A_REQUEST = pd.Timedelta("16D")  # 384 records; the API answers with a month of them at most
CANDLES_A_REQUEST = 1000
SETTLED = pd.Timedelta("1h")  # after it a bar or a payment does not change any more
NAME = re.compile(r"[A-Z0-9]+(_[A-Z0-9]+)?(-[A-Za-z0-9]+)*")
Reader = Callable[[Reply, Any, pd.Timestamp, pd.Timestamp], pd.DataFrame]


@dataclass(frozen=True)
class DeribitPublic:
    """Options, funding, bars and the volatility index of Deribit.

    Parameters
    ----------
    base_url : str
        Root of the API, version 2.

    Examples
    --------
    >>> DeribitPublic().option_chain("BTC", at="2024-03-12")
    Traceback (most recent call last):
    riskkit.errors.DataError: Deribit publishes no history of its option chain; got at='2024-03-12'; expected at=None, ...
    """

    base_url: str = "https://www.deribit.com/api/v2"

    def prices(self, name: str = "crypto") -> pd.DataFrame:
        """Return daily closes of BTC-PERPETUAL and ETH-PERPETUAL in USD, columns BTC and ETH; "crypto" is the only name."""
        checks.one_of("name", name, ("crypto",))
        closes = pd.DataFrame({coin: self.bars(f"{coin}-PERPETUAL")["close"] for coin in COINS})
        closes.attrs = {
            "source": _says("daily closes of the perpetuals BTC-PERPETUAL and ETH-PERPETUAL in USD, not spot", closes)
        }
        return closes

    def bars(self, symbol: str, interval: str = "1d", start: Time = None, end: Time = None) -> pd.DataFrame:
        """Return the bars of one instrument that are over.

        Parameters
        ----------
        symbol : str
            "BTC-PERPETUAL", "BTC-27SEP24-40000-C", ...
        interval : str
            "1m", "5m", "15m", "1h", "8h" or "1d"; the last two are made of whole hours, so that a day is a UTC day.
        start, end : str or Timestamp, optional
            Half-open span, UTC; by default from 2018-08 to now.

        Returns
        -------
        DataFrame
            ``open high low close volume``, volume in coins; index: time at which the bar opens. Where nobody traded,
            Deribit repeats the last close with volume 0. A day that lacks an hour is left out.

        Raises
        ------
        DataError
            Unknown symbol, a span without bars, an answer that breaks the API's documentation, no network.
        """
        whole = interval_of(interval)
        asked = interval if interval in RESOLUTIONS else "1h"
        fixed = {"instrument_name": _named(symbol), "resolution": RESOLUTIONS[asked]}
        step, page = interval_of(asked), BARS_A_REQUEST * interval_of(asked)

        def part(reply: Reply, result: Any, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
            return results.bars(reply, result, step, first, last)

        def download(first: pd.Timestamp, last: pd.Timestamp) -> Download:
            return _over(self._pages("get_tradingview_chart_data", fixed, part, first, last, page), step)

        table = _months("bars", symbol, asked, span(start, end), FIRST_BAR, download, page)
        if asked != interval:
            table = results.wider(symbol, table, step, whole)
        made = f" made of {whole // step} hours each" if asked != interval else ""
        return checked_bars(symbol, table, _says(f"{symbol}, {interval} bars{made}, volume in coins", table))

    def funding(self, symbol: str, start: Time = None, end: Time = None) -> pd.DataFrame:
        """Return what longs of a perpetual paid per hour, by default from 2019-04 to now.

        Returns
        -------
        DataFrame
            ``rate``, decimals of the position's value per hour (Deribit's ``interest_1h``), and ``hours``, always 1;
            index: the end of the hour, UTC.
        """
        fixed = {"instrument_name": _named(symbol)}

        def download(first: pd.Timestamp, last: pd.Timestamp) -> Download:
            return self._pages("get_funding_rate_history", fixed, results.funding, first, last, FUNDING_A_REQUEST)

        table = _months("funding", symbol, "1h", span(start, end), FIRST_FUNDING, download, FUNDING_A_REQUEST)
        return checked_funding(symbol, table, _says(f"{symbol}, hourly funding (interest_1h)", table))

    def volatility_index(self, underlying: str, start: Time = None, end: Time = None, interval: str = "1d") -> pd.DataFrame:
        """Return DVOL, the implied volatility of the next 30 days, by default from 2021-03 to now.

        Parameters
        ----------
        underlying : str
            "BTC" or "ETH".
        start, end : str or Timestamp, optional
            Half-open span, UTC.
        interval : str
            "1m", "1h" or "1d".

        Returns
        -------
        DataFrame
            ``open high low close`` in decimals per year; index: time at which the candle opens; only candles that are over.
        """
        checks.one_of("interval", interval, tuple(INDEX_RESOLUTIONS))
        fixed = {"currency": _named(underlying), "resolution": INDEX_RESOLUTIONS[interval]}
        step = interval_of(interval)

        def download(first: pd.Timestamp, last: pd.Timestamp) -> Download:
            return _over(self._back(fixed, step, first, last), step)

        ahead = CANDLES_A_REQUEST * step
        table = _months("dvol", underlying, interval, span(start, end), FIRST_INDEX, download, ahead)
        check_bars(table.reset_index())
        table.attrs = {"source": _says(f"volatility index DVOL of {underlying}, {interval}, decimals per year", table)}
        return table

    def option_chain(self, underlying: str, at: Time = None) -> pd.DataFrame:
        """Return all options on an underlying as they stand now.

        Parameters
        ----------
        underlying : str
            "BTC" or "ETH" for inverse options, whose prices are in coins; "SOL_USDC" for linear ones, in USDC.
        at : None
            There is no history; a time is refused.

        Returns
        -------
        DataFrame
            One row per option, see :mod:`riskkit.data.protocol`. ``forward`` is the price of the future of that expiry;
            ``.attrs["asof"]`` is Deribit's time of the summary.
        """
        if at is not None:
            raise DataError(
                "Deribit publishes no history of its option chain", got=f"at={at!r}", expected="at=None, the chain of now",
                remedy="SyntheticMarket().option_chain(...), or the chains in files of your own",
            )  # fmt: skip
        unit = _named(underlying).partition("_")[2] or underlying
        result, reply = self._ask("get_book_summary_by_currency", {"currency": unit, "kind": "option"})
        if not isinstance(result, list):
            raise DataError(f"{reply.url}: result is no list", got=type(result).__name__, expected="a list of summaries")
        options = [results.option(reply, name) for name in column(reply, result, "instrument_name", str)]
        mine = [row for row, option in enumerate(options) if option.underlying == underlying]
        if not mine:
            raise DataError(
                f"Deribit lists no options on {underlying}", got=f"{len(options)} options on others",
                expected='such as "BTC", "ETH", or linear "SOL_USDC"',
            )  # fmt: skip
        summaries = [result[row] for row in mine]
        asof = times(reply, "creation_timestamp", column(reply, summaries, "creation_timestamp", int)).max()
        chain = results.chain(reply, summaries, [options[row] for row in mine])
        source = f"Deribit, {len(chain)} options on {underlying} at {asof:%Y-%m-%d %H:%M} UTC, prices in {unit}"
        return checked_chain(f"options on {underlying}", chain, source, asof, unit)

    def tiers(self, symbol: str) -> pd.DataFrame:
        """Refuse: Deribit's margin grows with the position without steps."""
        del symbol
        lacks(self, "margin tiers", has="CcxtSource(...).tiers(...)")

    def _ask(self, method: str, params: dict[str, str]) -> tuple[Any, Reply]:
        """Return the result of one call."""
        reply = transport.get(f"{self.base_url}/public/{method}", params)
        answer = read(reply)
        if "error" in answer:
            raise DataError(f"{reply.url}: Deribit refused", got=str(answer["error"])[:300])
        if "result" not in answer:
            raise DataError(f"{reply.url}: result is missing", got=", ".join(answer)[:200], expected="a JSON-RPC answer")
        return answer["result"], reply

    def _pages(
        self, method: str, fixed: dict[str, str], part: Reader, first: pd.Timestamp, last: pd.Timestamp,
        page: pd.Timedelta,
    ) -> Download:  # fmt: skip
        """Return first <= time < last, asked for page by page as far as the server's clock has come."""
        pages: list[tuple[pd.DataFrame, Reply]] = []
        start = first
        while start < last and (not pages or start <= pages[-1][1].time):
            end = min(start + page, last)
            ends = {"start_timestamp": str(_ms(start) - 1), "end_timestamp": str(_ms(end) - 1)}
            result, reply = self._ask(method, fixed | ends)
            pages.append((part(reply, result, start, end), reply))
            start = end
        return joined(pages)

    def _back(self, fixed: dict[str, str], step: pd.Timedelta, first: pd.Timestamp, last: pd.Timestamp) -> Download:
        """Return candles of the volatility index; its pages go back in time, each names the end of the one before it."""
        pages: list[tuple[pd.DataFrame, Reply]] = []
        earliest, end = last, _ms(last) - 1
        while True:
            ends = {"start_timestamp": str(_ms(first) - 1), "end_timestamp": str(end)}
            result, reply = self._ask("get_volatility_index_data", fixed | ends)
            candles = results.candles(reply, member(reply, result, "data", list), step, first, last)
            candles = candles[candles.index < earliest]  # the candle at the seam of two pages may come twice
            pages.insert(0, (candles, reply))
            if result.get("continuation") is None:
                return joined(pages)
            end = member(reply, result, "continuation", int)
            if candles.empty:
                raise DataError(f"{reply.url}: continuation does not go back", got=end, expected="an earlier page")
            earliest = candles.index[0]


def _over(download: Download, step: pd.Timedelta) -> Download:
    """Return a download without the bar that was still running when the server answered."""
    table = download.table
    return replace(download, table=table[table.index <= download.time - step])


def _months(
    what: str, symbol: str, interval: str, ends: tuple[pd.Timestamp | None, pd.Timestamp | None],
    earliest: pd.Timestamp, download: Callable[[pd.Timestamp, pd.Timestamp], Download], ahead: pd.Timedelta,
) -> pd.DataFrame:  # fmt: skip
    first, last = ends[0] or earliest, ends[1] or pd.Timestamp.now("UTC")
    table = in_months(f"deribit-{what}", symbol, interval, first, last, download, ahead=ahead, settled=SETTLED)
    if table.empty:
        raise DataError(
            f"Deribit has no {what} of {symbol} in this span", got=f"{first} to {last}",
            expected=f"a span in which it was listed, not before {earliest:%Y-%m}",
        )  # fmt: skip
    return table


def _named(name: object) -> str:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise DataError(
            "the name is none of Deribit's", got=repr(name), expected='such as "BTC-PERPETUAL", "BTC", "SOL_USDC"'
        )
    return name


def _ms(time: pd.Timestamp) -> int:
    return round(time.timestamp() * 1000.0)


def _says(what: str, table: pd.DataFrame) -> str:
    return f"Deribit, {what}, {table.index[0]:%Y-%m-%d} to {table.index[-1]:%Y-%m-%d}"

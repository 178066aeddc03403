"""Binance's archive of monthly files: bars of spot pairs and perpetuals, and funding. No key is needed.

Each zip has a file beside it with its SHA-256, and nothing is kept that does not match it. What is kept lies in the cache
(:mod:`riskkit.data.venues.cache`), so that a month is fetched once.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np
import pandas as pd

from riskkit.data.listings import one_listing
from riskkit.data.protocol import Time, cut, interval_of, lacks, span
from riskkit.data.venues import cache, transport
from riskkit.data.venues.archive import only_member
from riskkit.data.venues.binance_files import read_funding, read_klines, read_marks
from riskkit.data.venues.cache import Fetched
from riskkit.errors import DataError

HOME = "https://data.binance.vision"
SOURCE = "binance"  # its folder in the cache
OPENED = pd.Timestamp("2017-07-01", tz="UTC")
PERPETUAL = "-PERP"
SYMBOL = re.compile(r"([A-Z0-9]{2,30})(-PERP)?")
# the coins of prices() and the month of their first bar against USDT
COINS = {
    "BTC": "2017-08", "ETH": "2017-08", "SOL": "2020-08", "BNB": "2017-11", "XRP": "2018-05", "ADA": "2018-04",
    "DOGE": "2019-07", "LTC": "2017-12",
}  # fmt: skip
MARKETS = {"crypto": "1d", "crypto_hourly": "1h"}
LATE = pd.Timedelta(days=60)  # a mark price that is not there so long after its month will not come


@dataclass(frozen=True)
class BinanceArchive:
    """Bars and funding from the monthly files at data.binance.vision.

    Parameters
    ----------
    base_url : str
        Where the archive is; a mirror keeps a cache of its own.
    start, end : str or Timestamp, optional
        Span of :meth:`prices`; an ``end`` of None is the last complete month.

    Notes
    -----
    A spot pair is named as Binance does, ``"BTCUSDT"``; its perpetual is ``"BTCUSDT-PERP"``. An exchange outage leaves a
    hole in the bars, and nothing fills it.

    Examples
    --------
    >>> BinanceArchive().bars("BTCUSDT")
    Traceback (most recent call last):
    riskkit.errors.DataError: start is missing; expected the first day that you need; remedy: such as start="2020-01"
    >>> BinanceArchive().tiers("BTCUSDT-PERP")
    Traceback (most recent call last):
    riskkit.errors.DataError: BinanceArchive has no margin tiers; expected CcxtSource(...).tiers(...)
    """

    base_url: str = HOME
    start: Time = "2020-01"
    end: Time = None

    def prices(self, name: str = "crypto") -> pd.DataFrame:
        """Return closes of eight coins against USDT: "crypto" (daily) or "crypto_hourly".

        Returns
        -------
        DataFrame of shape (T, 8)
            Columns ``BTC ETH SOL BNB XRP ADA DOGE LTC``; index: time at which the bar opens, for a day its date; NaN
            before a coin was listed.
        """
        if name not in MARKETS:
            expected = "one of " + ", ".join(map(repr, MARKETS))
            raise DataError("the archive has no prices of that name", got=repr(name), expected=expected)
        first, last = _span(self.start, self.end)
        closes = {}
        for coin, month in COINS.items():
            listed = max(first, pd.Timestamp(month, tz="UTC"))
            if listed < last:
                closes[coin] = self.bars(f"{coin}USDT", MARKETS[name], listed, last)["close"]
        if not closes:
            raise DataError("none of the coins was listed in this span", got=f"{first} to {last}", expected=str(COINS))
        table = pd.DataFrame(closes).reindex(columns=list(COINS))
        table.attrs = {"source": self._says("spot", "eight coins against USDT", f"{MARKETS[name]} closes", table)}
        return table

    def bars(self, symbol: str, interval: str = "1d", start: Time = None, end: Time = None) -> pd.DataFrame:
        """Return the bars of a spot pair, or of a perpetual with its mark price.

        Parameters
        ----------
        symbol : str
            "BTCUSDT" for the spot pair, "BTCUSDT-PERP" for the perpetual.
        interval : str
            "1m", "5m", "15m", "1h", "8h" or "1d".
        start, end : str or Timestamp
            start <= time < end; an ``end`` of None is the end of the last complete month.

        Returns
        -------
        DataFrame
            ``open high low close volume`` (volume in units of the coin); for a perpetual also ``mark``, the mark price
            at the close, NaN where the archive has none.

        Raises
        ------
        DataError
            No start; a month that is missing between others; a file that does not match its hash, or does not hold the
            bars of its month; a span in which the symbol named two coins; everything that the network can do.
        """
        pair, perpetual = _pair(symbol)
        step = interval_of(interval)

        def fetch(month: pd.Period) -> Fetched | None:
            file = f"{pair}/{interval}/{pair}-{interval}-{month}"
            if perpetual:
                return self._marked(file, month, step)
            return self._file(f"spot/monthly/klines/{file}", month, lambda url, csv: read_klines(url, csv, month, step))

        table = self._months(symbol, interval, start, end, fetch)
        marked = f", mark price in {int(table['mark'].notna().sum()):,} of them" if perpetual else ""
        what = f"{len(table):,} {interval} bars{marked}"
        table.attrs = {"source": self._says("perpetual" if perpetual else "spot", pair, what, table)}
        return table

    def funding(self, symbol: str, start: Time = None, end: Time = None) -> pd.DataFrame:
        """Return the funding payments of a perpetual, such as "BTCUSDT-PERP".

        Returns
        -------
        DataFrame
            ``rate`` in decimals per period (what longs pay) and ``hours``, the length of the period. Binance stamps a
            payment some milliseconds late; the index is rounded to the minute.
        """
        pair, perpetual = _pair(symbol)
        if not perpetual:
            raise DataError(
                "a spot pair has no funding", got=repr(symbol), expected="a perpetual",
                remedy=f"write {symbol + PERPETUAL!r}",
            )  # fmt: skip

        def fetch(month: pd.Period) -> Fetched | None:
            file = f"futures/um/monthly/fundingRate/{pair}/{pair}-fundingRate-{month}"
            return self._file(file, month, lambda url, csv: read_funding(url, csv, month))

        table = self._months(symbol, "funding", start, end, fetch)
        what = f"{len(table):,} funding payments, times rounded to the minute"
        table.attrs = {"source": self._says("perpetual", pair, what, table)}
        return table

    def option_chain(self, underlying: str, at: Time = None) -> NoReturn:  # noqa: ARG002
        """Refuse: the archive has no option chains."""
        lacks(self, "option chains", has="DeribitPublic().option_chain(...)")

    def tiers(self, symbol: str) -> NoReturn:  # noqa: ARG002
        """Refuse: the archive has no margin tiers."""
        lacks(self, "margin tiers", has="CcxtSource(...).tiers(...)")

    def _months(
        self, symbol: str, kind: str, start: Time, end: Time, fetch: Callable[[pd.Period], Fetched | None]
    ) -> pd.DataFrame:
        """Return a span from the cache and the archive; only its first and its last months may be missing there."""
        first, last = _span(start, end)
        one_listing("binance", symbol, first, last)
        months = cache.months(first, last)
        absent = []

        def noted(month: pd.Period) -> Fetched | None:
            fetched = fetch(month)
            if fetched is None:
                absent.append(month)
            return fetched

        table = cache.monthly(self._source(), symbol, kind, months, noted)
        there = [month for month in months if month not in absent]
        if not there:
            raise DataError(
                f"the archive has no {symbol} {kind} in this span", got=f"{months[0]} to {months[-1]} at {self.base_url}",
                expected="a month that is there", remedy="check the symbol and the span; a month appears after it has ended",
            )  # fmt: skip
        lost = [str(month) for month in absent if there[0] < month < there[-1]]
        if lost:
            raise DataError(
                f"the archive lacks months of {symbol} {kind}", got=f"no {', '.join(lost)} at {self.base_url}",
                expected="every month between the first and the last",
                remedy="ask for the spans before and behind them one by one (trading may have stopped), or try again later",
            )  # fmt: skip
        return cut(table, first, last)

    def _marked(self, file: str, month: pd.Period, step: pd.Timedelta) -> Fetched | None:
        """Return the bars of a perpetual with the mark price of the same month as a column."""
        folder = "futures/um/monthly"
        bars = self._file(f"{folder}/klines/{file}", month, lambda url, csv: read_klines(url, csv, month, step))
        if bars is None:
            return None
        mark = self._file(f"{folder}/markPriceKlines/{file}", month, lambda url, csv: read_marks(url, csv, month, step))
        if mark is None:
            settled = bars.time >= _end(month) + LATE
            return replace(bars, table=bars.table.assign(mark=np.nan), complete=bars.complete and settled)
        return Fetched(
            bars.table.assign(mark=mark.table["close"]), f"{bars.url} {mark.url}", f"{bars.sha256} {mark.sha256}",
            bars.time, bars.complete and mark.complete,
        )  # fmt: skip

    def _file(self, file: str, month: pd.Period, read: Callable[[str, bytes], pd.DataFrame]) -> Fetched | None:
        """Return what a zip holds; None where there is no such zip."""
        url = f"{self.base_url.rstrip('/')}/data/{file}.zip"
        name = file.rpartition("/")[2]
        try:
            reply = transport.get(url)
        except transport.NotThere:
            return None
        digest = hashlib.sha256(reply.content).hexdigest()
        told = _told_digest(f"{url}.CHECKSUM", f"{name}.zip")
        if digest != told:
            raise DataError(
                "the file does not match its checksum", got=f"SHA-256 {digest} of {url}", expected=told,
                remedy="try again: it may have been cut short or replaced on the way",
            )  # fmt: skip
        try:
            content = only_member(reply.content, f"{name}.csv")
        except DataError as cause:
            raise DataError(f"{url}: {cause}") from cause
        return Fetched(read(url, content), url, digest, reply.time, complete=reply.time >= _end(month))

    def _source(self) -> str:
        """Return the name of the folder in the cache."""
        return SOURCE if self.base_url.rstrip("/") == HOME else f"{SOURCE}-" + re.sub(r"[^A-Za-z0-9.-]", "_", self._host())

    def _host(self) -> str:
        return self.base_url.rpartition("://")[2].rstrip("/")

    def _says(self, market: str, pair: str, what: str, table: pd.DataFrame) -> str:
        days = f"{table.index[0]:%Y-%m-%d} to {table.index[-1]:%Y-%m-%d}"
        return f"Binance {market} {pair}, {what}, {days}, monthly files from {self._host()}"


def _pair(symbol: object) -> tuple[str, bool]:
    """Return the pair and whether its perpetual is meant."""
    match = SYMBOL.fullmatch(symbol) if isinstance(symbol, str) else None
    if match is None:
        raise DataError(
            "not a symbol of Binance", got=repr(symbol), expected='a pair in capitals, such as "BTCUSDT"',
            remedy=f'add "{PERPETUAL}" for a perpetual: "BTCUSDT{PERPETUAL}"',
        )  # fmt: skip
    return match[1], match[2] is not None


def _span(start: Time, end: Time) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return both ends; without an end the beginning of this month, because files appear when their month has ended."""
    first, last = span(start, end)
    if first is None:
        raise DataError("start is missing", expected="the first day that you need", remedy='such as start="2020-01"')
    now = pd.Timestamp.now("UTC")
    last = now.normalize().replace(day=1) if last is None else last
    first, last = max(first, OPENED), min(last, now)
    if first >= last:
        raise DataError(
            "the archive can have nothing in this span", got=f"{first} to {last}",
            expected=f"a span between {OPENED:%Y-%m} and the last complete month", remedy="ask for another span",
        )  # fmt: skip
    return first, last


def _end(month: pd.Period) -> pd.Timestamp:
    return (month + 1).start_time.tz_localize("UTC")


def _told_digest(url: str, name: str) -> str:
    """Return the SHA-256 from a file that says ``<hash>  <name>``."""
    remedy = "try again later: nothing is used that cannot be checked"
    try:
        content = transport.get(url, most_bytes=10_000).content
    except transport.NotThere as cause:
        raise DataError("the file has no checksum", got=f"404 from {url}", expected="its SHA-256", remedy=remedy) from cause
    match = re.fullmatch(rb"([0-9a-fA-F]{64})[ \t]+\*?(\S+)\s*", content)
    if match is None or match[2] != name.encode():
        raise DataError(
            "the checksum cannot be read", got=f"{content[:100]!r} from {url}",
            expected=f"<SHA-256>  {name}", remedy=remedy,
        )  # fmt: skip
    return match[1].decode().lower()

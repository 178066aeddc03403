"""Any exchange that the library ccxt knows: bars, funding, margin tiers and option chains through its unified API.

ccxt is the optional extra ``live``; it is imported when a source is first asked. It does not say everything:

- the length of a funding period is the time since the payment before, so one payment more than asked is fetched;
- for Deribit ccxt states the rate of the last eight hours once an hour, which is no payment: refused here;
- margin tiers come without cumulative amounts; they follow from the rates, for the margin has no jump between tiers;
- implied volatilities come as the exchange writes them; per cent is refused, not guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.data.protocol import (
    BARS,
    TIERS,
    Time,
    checked_bars,
    checked_chain,
    checked_funding,
    checked_tiers,
    cut,
    interval_of,
    lacks,
    span,
)
from riskkit.data.venues.ccxt_live import Live, number, paged, table_of
from riskkit.errors import DataError

ROWS = 1000  # asked per page; an exchange may send fewer
HOURS = (1, 2, 4, 6, 8, 12, 24)  # the periods of funding in use
DAY = pd.Timedelta("1D")
PER_CENT = 10.0  # a chain whose middle volatility lies above 1000 % a year is written in per cent


@dataclass(frozen=True)
class CcxtSource:
    """Market data of one exchange through ccxt, public endpoints only.

    Parameters
    ----------
    exchange : str
        ccxt's id of the exchange: "binance", "kraken", "bybit", ... Symbols are ccxt's: "BTC/USDT" for spot,
        "BTC/USDT:USDT" for the perpetual that settles in USDT.

    Examples
    --------
    >>> CcxtSource("kraken")  # ccxt is not asked before a method is called
    CcxtSource(exchange='kraken')
    """

    exchange: str = "binance"

    def prices(self, name: str = "BTC/USDT,ETH/USDT") -> pd.DataFrame:
        """Return daily closes of symbols with commas between, one column each: the latest days that the exchange sends.

        For a longer history use :meth:`bars` with a start.
        """
        live = Live(self.exchange)
        symbols = [symbol.strip() for symbol in str(name).split(",")]
        closes = pd.DataFrame({symbol: self._bars(live, symbol, "1d", None, None)["close"] for symbol in symbols})
        closes.attrs = {"source": self._says(f"daily closes of {', '.join(symbols)}", closes)}
        return closes

    def bars(self, symbol: str, interval: str = "1d", start: Time = None, end: Time = None) -> pd.DataFrame:
        """Return the bars of one market that are over.

        Parameters
        ----------
        symbol : str
            "BTC/USDT", "BTC/USDT:USDT", ...
        interval : str
            "1m", "5m", "15m", "1h", "8h" or "1d", where the exchange has it.
        start, end : str or Timestamp, optional
            Half-open span, UTC. Without a start: the one page that the exchange sends by itself.

        Returns
        -------
        DataFrame
            ``open high low close volume``; index: time at which the bar opens.

        Raises
        ------
        DataError
            ccxt is not installed, the exchange has no bars of this interval or refuses, a span without bars.
        """
        return self._bars(Live(self.exchange), symbol, interval, start, end)

    def funding(self, symbol: str, start: Time = None, end: Time = None) -> pd.DataFrame:
        """Return the funding payments of one perpetual; without a start, the one page that the exchange sends by itself.

        Returns
        -------
        DataFrame
            ``rate`` in decimals per period, ``hours`` since the payment before; index: time of payment.
        """
        live = Live(self.exchange)
        if self.exchange == "deribit":
            lacks(self, "funding of Deribit, only its rate of eight hours every hour", has="DeribitPublic().funding(...)")
        live.must_have("fetchFundingRateHistory", "funding")
        first, last = span(start, end)
        name = f"{self.exchange} funding of {symbol}"

        def ask(since: int | None) -> list[Any]:
            records = live.call("fetch_funding_rate_history", symbol, since, ROWS)
            return [(record.get("timestamp"), record.get("fundingRate")) for record in records]

        before = None if first is None else first - DAY
        table = table_of(name, paged(ask, before, last or live.now, pd.Timedelta("1ms")), ("rate",))
        table = cut(table.assign(hours=_hours_since(table.index)), first, last or live.now)
        table["hours"] = _periods(name, table["hours"])
        return checked_funding(symbol, table, self._says(f"funding of {symbol}", table))

    def option_chain(self, underlying: str, at: Time = None) -> pd.DataFrame:
        """Return all options on an underlying as they stand now.

        Parameters
        ----------
        underlying : str
            "BTC", or "BTC:USDT" where the exchange lists options that settle in several currencies.
        at : None
            There is no history; a time is refused.
        """
        live = Live(self.exchange)
        if at is not None:
            raise DataError(f"{self.exchange} has no history of its option chain", got=f"at={at!r}", expected="at=None")
        if self.exchange == "deribit":
            lacks(self, "option chain of Deribit: ccxt leaves out its volatilities", has="DeribitPublic().option_chain(...)")
        live.must_have("fetchOptionChain", "option chain")
        coin, _, settled = underlying.partition(":")
        quotes = live.call("fetch_option_chain", coin)
        markets = {symbol: live.call("market", symbol) for symbol in quotes}
        chosen = [symbol for symbol, market in markets.items() if settled in ("", market["settle"])]
        units = {markets[symbol]["settle"] for symbol in chosen}
        if len(units) != 1:
            raise DataError(
                f"{self.exchange}: options on {underlying} settle in {len(units)} currencies",
                got=", ".join(sorted(map(str, units))) or "nothing", expected=f'one, such as "{coin}:USDC"',
            )  # fmt: skip
        table = pd.DataFrame([_option(f"{self.exchange} {symbol}", markets[symbol], quotes[symbol]) for symbol in chosen])
        middle, unit = table["mark_volatility"].median(), str(units.pop())
        if middle > PER_CENT:
            raise DataError(
                f"{self.exchange}: volatilities are not in decimals", got=f"{middle:g} in the middle of the chain"
            )
        source = (
            f"{self.exchange} through ccxt, {len(table)} options on {underlying} at {live.now:%Y-%m-%d %H:%M} UTC in {unit}"
        )
        return checked_chain(f"options on {underlying}", table, source, live.now, unit)

    def tiers(self, symbol: str) -> pd.DataFrame:
        """Return the ladder of maintenance margins of one perpetual; several exchanges want an account for it."""
        live = Live(self.exchange)
        live.must_have("fetchMarketLeverageTiers", "margin tiers")
        tiers = live.call("fetch_market_leverage_tiers", symbol)
        name = f"{self.exchange} tiers of {symbol}"
        if not tiers:
            raise DataError(f"{name}: there are none", expected="at least one tier")
        fields = ("minNotional", "maxNotional", "maintenanceMarginRate", "maxLeverage")
        rows = [[number(name, field, tier.get(field)) for field in fields] for tier in tiers]
        table = pd.DataFrame(rows, columns=list(TIERS[:4]))
        jumps = table["floor"] * table["maintenance_margin_rate"].diff().fillna(0.0)
        table["cumulative_amount"] = jumps.cumsum()
        source = f"{self.exchange} through ccxt, margin tiers of {symbol}, notional in {tiers[0].get('currency')}"
        return checked_tiers(name, table, source)

    def _bars(self, live: Live, symbol: str, interval: str, start: Time, end: Time) -> pd.DataFrame:
        live.must_have("fetchOHLCV", "bars")
        step = interval_of(interval)
        checks.one_of(f"interval at {self.exchange}", interval, list(live.api.timeframes or {}))
        first, last = span(start, end)

        def ask(since: int | None) -> list[Any]:
            return list(live.call("fetch_ohlcv", symbol, interval, since, ROWS))

        table = table_of(f"{self.exchange} {symbol}", paged(ask, first, last or live.now, step), BARS)
        table = cut(table[table.index <= live.now - step], first, last)
        return checked_bars(symbol, table, self._says(f"{symbol}, {interval} bars", table))

    def _says(self, what: str, table: pd.DataFrame) -> str:
        return f"{self.exchange} through ccxt, {what}, {table.index[0]:%Y-%m-%d} to {table.index[-1]:%Y-%m-%d}"


def _option(name: str, market: Mapping[str, Any], quote: Mapping[str, Any]) -> dict[str, object]:
    """Return one row of a chain; a bid or ask of 0 or None is none."""

    def given(field: str) -> float:
        return np.nan if quote.get(field) is None else number(name, field, quote[field])

    return {
        "expiry": pd.Timestamp(number(name, "expiry", market.get("expiry")), unit="ms", tz="UTC"),
        "strike": number(name, "strike", market.get("strike")),
        "kind": market.get("optionType"),
        "forward": number(name, "underlyingPrice", quote.get("underlyingPrice")),
        "mark_volatility": number(name, "impliedVolatility", quote.get("impliedVolatility")),
        "mark_price": number(name, "markPrice", quote.get("markPrice")),
        "bid_price": given("bidPrice") or np.nan,
        "ask_price": given("askPrice") or np.nan,
        "open_interest": given("openInterest"),
    }


def _hours_since(index: pd.Index) -> np.ndarray:
    """Return the hours since the payment before; the first payment, which has none, gets those of the second."""
    hours = np.diff(index.to_numpy()) / np.timedelta64(1, "h")
    return np.concatenate([hours[:1], hours]) if len(hours) else np.full(len(index), np.nan)


def _periods(name: str, hours: pd.Series) -> pd.Series:
    """Return whole hours without the clock's noise; refuse a distance between payments that is no period of funding."""
    whole = hours.round()
    wrong = ~np.asarray(whole.isin(HOURS) & ((hours - whole).abs() < 1.0 / 60.0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(
            f"{name}: the period of a payment is unknown", got=f"{hours.iloc[row]:g} h before {hours.index[row]}",
            expected=f"{', '.join(map(str, HOURS))} hours", remedy="ask for a span around it: a payment is missing there",
        )  # fmt: skip
    return whole

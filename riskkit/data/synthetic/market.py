"""An invented crypto market: what readers without a network compute on.

Why invented: an exchange's prices may not be passed on, and a chapter must run everywhere and to the same bits. How close
it comes to real markets is written in ``data/calibration.json`` (targets with sources) and held by its tests.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.data.facts import facts
from riskkit.data.protocol import Time, checked_bars, checked_funding, checked_tiers, cut, interval_of, lacks, span, time
from riskkit.data.synthetic import candles, portable, quotes, stablecoins
from riskkit.data.synthetic.calibrated import calibration
from riskkit.data.synthetic.history import DEAD_DAYS, DYING, history, path
from riskkit.errors import DataError

VENUE = "invented"
PERPETUAL = "-PERP"
OPTIONS = ("BTC", "ETH")
COINS = ("BTC", "ETH", "SOL", "BNB", "XRP", "ADA", "DOGE", "LTC", "LINK", "AVAX", "DOT", "BCH")


@dataclass(frozen=True)
class SyntheticMarket:
    """A crypto market from 2018-01-01 to 2025-12-31 that never was, of twelve coins named after those it resembles.

    Parameters
    ----------
    seed : int
        Another seed is another history of the same kind of market. Same seed, same bits, on every machine. The default
        is, among the first sixty, one of those nearest to real statistics.

    Notes
    -----
    Besides the twelve there is a coin that dies (symbol LUNA, listing LUNA-1) and another that is given its symbol later
    (LUNA-2). The exchange has outages: hours that are missing everywhere. Perpetuals of the twelve, options on two of
    them and stablecoins on two other venues go with the coins.

    Examples
    --------
    >>> prices = SyntheticMarket(seed=1).prices("crypto")
    >>> prices.shape, prices.attrs["source"]
    ((2922, 12), 'SyntheticMarket(seed=1): invented prices of twelve coins, daily closes 2018-2025')
    >>> bool(prices.equals(SyntheticMarket(seed=1).prices("crypto")))
    True
    """

    seed: int = 34

    def __post_init__(self) -> None:
        checks.whole("seed", self.seed)

    def prices(self, name: str = "crypto") -> pd.DataFrame:
        """Return closes of the twelve coins: "crypto" daily, "crypto_hourly" hourly.

        A coin has NaN before its listing; a day in which an hour is missing has NaN, for its close is not that of
        midnight; hours of an outage have no row.
        """
        story = history(self.seed)
        columns = [story.column(coin) for coin in COINS]
        if name == "crypto":
            closes, index = story.log_closes[:, columns], story.days
            torn = np.asarray(story.outage.reshape(-1, 24).any(axis=1))
            known = story.listed(index)[:, columns] & ~torn[:, None]
            table = pd.DataFrame(portable.rounded(portable.exp(closes)), index=index, columns=list(COINS)).where(known)
        elif name == "crypto_hourly":
            hours = path(self.seed)
            closes = np.stack([candles.log_path(story, hours, column) for column in columns], axis=1)
            table = pd.DataFrame(portable.rounded(portable.exp(closes)), index=story.hours, columns=list(COINS))
            table = table.where(story.listed(story.hours)[:, columns])[~story.outage]
        else:
            raise DataError(
                "the synthetic market has no such prices", got=repr(name), expected="'crypto' or 'crypto_hourly'"
            )
        kind = "daily" if name == "crypto" else "hourly"
        table.attrs = {"source": self._said(f"invented prices of twelve coins, {kind} closes 2018-2025")}
        return table

    def bars(self, symbol: str, interval: str = "1d", start: Time = None, end: Time = None) -> pd.DataFrame:
        """Return hourly or daily bars.

        Parameters
        ----------
        symbol : str
            A coin ("BTC") or one listing of it ("LUNA-1"); its perpetual ("BTC-PERP"), which has a column ``mark``; or a
            stablecoin on one of two other venues ("USDC@north", "USDC@south"; USDT, USDC, UST). Volume in coins.
        interval : str
            "1h" or "1d". A day that lacks an hour is missing.
        start, end : str or Timestamp, optional

        Examples
        --------
        >>> SyntheticMarket(1).bars("BTC-PERP", "1h", "2020-01-01", "2020-01-02").shape
        (24, 6)
        """
        interval_of(interval)
        if interval not in ("1h", "1d"):
            lacks(self, f"bars of {interval}", has='"1h" and "1d"')
        hourly = self._stablecoin(symbol) if "@" in str(symbol) else self._coin(str(symbol), start, end)
        bars = hourly if interval == "1h" else candles.daily_bars(hourly)
        return cut(checked_bars(symbol, bars, self._said(f"invented {interval} bars of {symbol}")), start, end)

    def funding(self, symbol: str, start: Time = None, end: Time = None) -> pd.DataFrame:
        """Return the funding of a perpetual ("BTC-PERP"), every eight hours.

        Examples
        --------
        >>> rates = SyntheticMarket(1).funding("BTC-PERP")["rate"]
        >>> bool(0.3 < (rates == 0.0001).mean() < 0.5)  # the point mass at the interest, 1 bp
        True
        """
        coin = self._perpetual(symbol)
        table = quotes.funding(self.seed, history(self.seed), path(self.seed), coin)
        return cut(checked_funding(symbol, table, self._said(f"invented funding of {symbol}")), start, end)

    def option_chain(self, underlying: str, at: Time = None) -> pd.DataFrame:
        """Return all options on "BTC" or "ETH" at a full hour; without one, at the end of the history.

        Examples
        --------
        >>> chain = SyntheticMarket(1).option_chain("BTC", "2024-03-12T10:00Z")
        >>> chain["expiry"].nunique(), chain.attrs["price_unit"]
        (11, 'BTC')
        """
        checks.one_of("underlying", underlying, OPTIONS)
        story = history(self.seed)
        moment = time("at", at) or story.hours[-1] + pd.Timedelta("1h")
        said = self._said(f"invented options on {underlying}, {moment:%Y-%m-%d %H:%M} UTC")
        return quotes.option_chain(self.seed, story, path(self.seed), underlying, moment, said)

    def order_book(self, symbol: str, at: Time) -> pd.DataFrame:
        """Return the order book of a coin at a full hour: ``side price size cumulative_notional``, best price first.

        Examples
        --------
        >>> book = SyntheticMarket(1).order_book("BTC", "2024-03-12T10:00Z")
        >>> bool(book.query("side == 'bid'")["price"].max() < book.query("side == 'ask'")["price"].min())
        True
        """
        checks.one_of("symbol", symbol, COINS)
        moment, story = time("at", at), history(self.seed)
        if moment is None or moment <= story.coins["first"].iloc[story.column(symbol)]:
            raise DataError(f"{symbol} has no order book then", got=str(moment), expected="a full hour after its listing")
        book = quotes.order_book(self.seed, story, path(self.seed), symbol, moment)
        book.attrs = {"source": self._said(f"invented order book of {symbol}, {moment:%Y-%m-%d %H:%M} UTC"), "asof": moment}
        return book

    def tiers(self, symbol: str) -> pd.DataFrame:
        """Return the ladder of maintenance margins of a perpetual: the example of ``data/margin_ladder.csv`` for all."""
        self._perpetual(symbol)
        said = self._said(f"example ladder of maintenance margins, {symbol}")
        return checked_tiers(symbol, facts("margin_ladder"), said)

    def listings(self) -> pd.DataFrame:
        """Return who was listed when: ``venue symbol listing asset first last``; last is NaT for those that still are.

        Examples
        --------
        >>> SyntheticMarket(1).listings().query("symbol == 'LUNA'")["listing"].tolist()
        ['LUNA-1', 'LUNA-2']
        """
        coins = history(self.seed).coins
        table = pd.DataFrame(
            {"venue": VENUE, "symbol": coins["symbol"], "listing": coins.index, "asset": coins.index,
             "first": coins["first"], "last": coins["last"]}
        ).reset_index(drop=True)  # fmt: skip
        table.attrs = {"source": self._said("invented listings")}
        return table

    def events(self) -> pd.DataFrame:
        """Return what befell the market: ``first last kind what``, sorted; outages, the death, the de-peg."""
        story = history(self.seed)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], story.outage.astype(int), [0]])))
        rows = [
            (story.hours[begin], story.hours[end], "outage", f"the exchange is closed for {end - begin} hours")
            for begin, end in edges.reshape(-1, 2)
        ]
        death, depeg = (story.days[day] for day in (story.death, story.depeg))
        rows.append((death, death + pd.Timedelta(days=DEAD_DAYS), "death", f"{DYING} and UST collapse"))
        rows.append((depeg, depeg + pd.Timedelta(days=4), "de-peg", "USDC trades below its peg"))
        table = pd.DataFrame(rows, columns=["first", "last", "kind", "what"]).sort_values("first", ignore_index=True)
        table.attrs = {"source": self._said("invented events")}
        return table

    def _coin(self, symbol: str, start: Time, end: Time) -> pd.DataFrame:
        """Return the hourly bars of a coin, a listing or a perpetual."""
        perpetual = symbol.endswith(PERPETUAL)
        listing = COINS[self._perpetual(symbol)] if perpetual else self._listing(symbol, start, end)
        story, hours = history(self.seed), path(self.seed)
        coin = story.column(listing)
        spot = candles.hourly_bars(self.seed, story, hours, coin, calibration()["model"]["volume"])
        return quotes.perpetual_bars(self.seed, story, hours, coin, spot) if perpetual else spot

    def _stablecoin(self, symbol: str) -> pd.DataFrame:
        coin, _, venue = symbol.partition("@")
        story, volatility = history(self.seed), path(self.seed).volatility[:, 0]
        event = {"USDC": story.depeg * 24, "UST": story.death * 24}.get(coin)
        stress, said = volatility / np.median(volatility), self._said(f"invented {coin} on {venue}")
        return stablecoins.stablecoin(coin, venue, story.hours, stress, self.seed, source=said, event=event)

    def _perpetual(self, symbol: str) -> int:
        """Return the column of a perpetual's coin."""
        coin = str(symbol).removesuffix(PERPETUAL)
        if not str(symbol).endswith(PERPETUAL) or coin not in COINS:
            expected = f"one of {', '.join(coin + PERPETUAL for coin in COINS)}"
            raise DataError("the synthetic market has no such perpetual", got=repr(symbol), expected=expected)
        return history(self.seed).column(coin)

    def _listing(self, symbol: str, start: Time, end: Time) -> str:
        """Return the listing that a symbol means in a span; two listings of one symbol are never joined."""
        coins = history(self.seed).coins
        if symbol in coins.index:
            return symbol
        (first, last), named = span(start, end), coins[coins["symbol"] == symbol]
        if named.empty:
            known = ", ".join(dict.fromkeys(coins["symbol"]))
            raise DataError("the synthetic market has no such coin", got=repr(symbol), expected=f"one of {known}")
        meant = [
            name
            for name, row in named.iterrows()
            if not (last is not None and row["first"] >= last) and not (first is not None and row["last"] <= first)
        ]
        if len(meant) != 1:
            lives = [f"{name} from {row['first']:%Y-%m-%d}" for name, row in named.iterrows()]
            raise DataError(
                f"the symbol {symbol} named {len(named)} coins", got=f"{start or 'the beginning'} to {end or 'the end'}",
                expected="a span of one of them",
                remedy=f"name the listing: {', '.join(lives)}",
            )  # fmt: skip
        return str(meant[0])

    def _said(self, what: str) -> str:
        return f"{self!r}: {what}"

"""The prices that ``make data`` has fetched, read from the cache alone: no server is asked."""

from dataclasses import dataclass
from typing import NoReturn

import pandas as pd

from riskkit import checks
from riskkit.data.venues import cache
from riskkit.data.venues.binance import COINS, MARKETS, SOURCE
from riskkit.errors import DataError

NEEDED = ("BTC", "ETH")  # a fetch that has not come so far counts as none


@dataclass(frozen=True)
class FetchedPrices:
    """Closes of those coins whose months are all in the cache, from the first month that BTC has there to its last.

    Examples
    --------
    >>> FetchedPrices.at_hand("crypto")  # nothing was fetched here
    False
    """

    @staticmethod
    def at_hand(name: str) -> bool:
        """Say whether the cache has BTC and ETH for "crypto" (daily) or "crypto_hourly"."""
        return name in MARKETS and all(coin in _whole(MARKETS[name]) for coin in NEEDED)

    def prices(self, name: str = "crypto") -> pd.DataFrame:
        """Return closes, one column per coin, NaN before a coin was listed; the source names coins that are not whole."""
        interval = MARKETS[checks.one_of("name", name, tuple(MARKETS))]
        months = _whole(interval)
        if not months:
            raise DataError("nothing was fetched", got=str(cache.folder()), expected="BTC's months", remedy="make data")
        closes = {
            coin: cache.monthly(SOURCE, f"{coin}USDT", interval, span, _never)["close"] for coin, span in months.items()
        }
        table = pd.DataFrame(closes)
        missing = [coin for coin in COINS if coin not in months and _begun(coin, interval)]
        said = f"Binance spot, {interval} closes of {len(months)} coins against USDT, {table.index[0]:%Y-%m-%d} to "
        said += f"{table.index[-1]:%Y-%m-%d}, fetched by make data"
        table.attrs = {"source": said + (f"; incomplete and left out: {', '.join(missing)}" if missing else "")}
        return table


def _whole(interval: str) -> dict[str, list[pd.Period]]:
    """Return the months of each coin that has all from BTC's first (or its listing) to BTC's last."""
    have = {coin: cache.kept(SOURCE, f"{coin}USDT", interval) for coin in COINS}
    anchor = have["BTC"]
    if not anchor:
        return {}
    wanted = {
        coin: list(pd.period_range(max(anchor[0], pd.Period(listed, "M")), anchor[-1], freq="M"))
        for coin, listed in COINS.items()
    }
    return {coin: months for coin, months in wanted.items() if months and set(months) <= set(have[coin])}


def _begun(coin: str, interval: str) -> bool:
    return bool(cache.kept(SOURCE, f"{coin}USDT", interval))


def _never(month: pd.Period) -> NoReturn:
    raise DataError("a fetched month is gone", got=str(month), expected="the cache as it was", remedy="make data")

"""Dated futures, linear and inverse."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import MarketState
from riskkit.instruments import terms
from riskkit.instruments.greeks import Greeks


@dataclass(frozen=True)
class Future:
    r"""A future that settles at a date, valued at what it has gained since it was entered.

    It trades at :math:`F = S e^{cT}` with the carry :math:`c`. Linear, :math:`q` coins entered at :math:`E` are worth
    :math:`q\,(F - E)`; inverse, :math:`q` dollars of contracts gain :math:`q\,(1/E - 1/F)` coins, worth that times spot.

    Parameters
    ----------
    asset : str
        Reads the factor ``"ASSET.spot"``.
    expiry : str or Timestamp
        A date without a time of day means 08:00 UTC.
    quantity : float
        Coins (linear) or dollars of contracts (inverse); negative for a short position.
    entry : float
        Futures price at which the position was entered.
    inverse : bool
        Whether gains are paid in the coin.
    carry : float or str
        Annual rate at which the future stands above spot, or the factor that holds it, such as ``"BTC.rate"``.

    Examples
    --------
    >>> future = rk.instruments.Future("BTC", "2027-03-26", quantity=-1, entry=61_500, carry=0.05)
    >>> market = rk.MarketState({"BTC.spot": 60_000.0}, asof="2026-12-26T08:00")
    >>> round(future.value(market), 2)
    755.7
    """

    asset: str
    expiry: pd.Timestamp | str
    quantity: float
    entry: float
    inverse: bool = False
    carry: float | str = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "expiry", terms.expiry_time(self.expiry))
        object.__setattr__(self, "quantity", checks.number("quantity", self.quantity))
        object.__setattr__(self, "entry", checks.number("entry", self.entry, above=0.0))
        checks.switch("inverse", self.inverse)
        object.__setattr__(self, "carry", terms.rate("carry", self.carry))

    @property
    def name(self) -> str:
        """What reports call the position."""
        return f"{self.asset} {self.expiry:%Y-%m-%d} {'inverse ' if self.inverse else ''}future"

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the market factors that the value depends on."""
        return (f"{self.asset}.spot", *terms.named(self.carry))

    def price(self, market: MarketState) -> float | FloatArray:
        """Return what the future trades at."""
        return terms.plain(market[f"{self.asset}.spot"] * self._growth(market))

    def value(self, market: MarketState) -> float | FloatArray:
        """Return the gain since entry; an array where the market holds scenarios."""
        spot, price = market[f"{self.asset}.spot"], self.price(market)
        if self.inverse:
            return terms.plain(self.quantity * (spot / self.entry - spot / price))
        return terms.plain(self.quantity * (price - self.entry))

    def notional(self, market: MarketState) -> float | FloatArray:
        """Return the size of the position in the market's money; negative for a short position."""
        return self.quantity if self.inverse else self.quantity * self.price(market)

    def greeks(self, market: MarketState) -> Greeks:
        """Return delta in coins, and what a day's approach to spot is worth as theta."""
        growth, carry = float(self._growth(market)), float(terms.read(market, self.carry))
        rolled = -carry / terms.DAYS_PER_YEAR if terms.years_left(market, self._expiry) else 0.0
        if self.inverse:
            return Greeks(delta=self.quantity / self.entry, theta=self.quantity * rolled / growth)
        return Greeks(delta=self.quantity * growth, theta=float(self.quantity * self.price(market)) * rolled)

    @property
    def _expiry(self) -> pd.Timestamp:
        return pd.Timestamp(self.expiry)

    def _growth(self, market: MarketState) -> float | FloatArray:
        return np.exp(terms.read(market, self.carry) * terms.years_left(market, self._expiry))

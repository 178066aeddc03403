"""Perpetual futures, linear and inverse, with the funding that they pay."""

from dataclasses import dataclass

import numpy as np

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import MarketState
from riskkit.instruments import terms
from riskkit.instruments.greeks import Greeks


@dataclass(frozen=True)
class Perpetual:
    r"""A perpetual future, valued at what it has gained since it was entered.

    Linear, a quantity :math:`q` of coins entered at :math:`E` is worth :math:`q\,(P - E)`. Inverse, :math:`q` dollars of
    contracts gain :math:`q\,(1/E - 1/P)` coins, worth :math:`q\,(P/E - 1)` dollars. While time elapses, a long position
    pays funding: its notional times the rate, which the venue clamps to :math:`\pm` ``funding_cap``, once per period; the
    rate and price at the end of the scenario stand for all periods in it.

    Parameters
    ----------
    asset : str
        Reads the factor ``"ASSET.spot"``.
    quantity : float
        Coins (linear) or dollars of contracts (inverse); negative for a short position.
    entry : float
        Price at which the position was entered.
    inverse : bool
        Whether gains are paid in the coin.
    funding : float or str, optional
        Rate per period in decimals, or the factor that holds it; default ``"ASSET.funding"``.
    funding_cap : float
        Largest rate of a period: 0.003 is three quarters of a maintenance margin of 0.4 %.
    funding_hours : float
        Length of a period.

    Examples
    --------
    >>> perpetual = rk.instruments.Perpetual("BTC", quantity=2, entry=58_000)
    >>> market = rk.MarketState({"BTC.spot": 60_000.0, "BTC.funding": 0.0001})
    >>> perpetual.value(market), perpetual.value(market.later(1.0))
    (4000.0, 3964.0)
    """

    asset: str
    quantity: float
    entry: float
    inverse: bool = False
    funding: float | str | None = None
    funding_cap: float = 0.003
    funding_hours: float = 8.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "quantity", checks.number("quantity", self.quantity))
        object.__setattr__(self, "entry", checks.number("entry", self.entry, above=0.0))
        checks.switch("inverse", self.inverse)
        funding = f"{self.asset}.funding" if self.funding is None else self.funding
        object.__setattr__(self, "funding", terms.rate("funding", funding))
        object.__setattr__(self, "funding_cap", checks.number("funding_cap", self.funding_cap, least=0.0))
        object.__setattr__(self, "funding_hours", checks.number("funding_hours", self.funding_hours, above=0.0))

    @property
    def name(self) -> str:
        """What reports call the position."""
        return f"{self.asset} {'inverse ' if self.inverse else ''}perpetual"

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the market factors that the value depends on."""
        return (f"{self.asset}.spot", *terms.named(self._funding))

    def value(self, market: MarketState) -> float | FloatArray:
        """Return the gain since entry less the funding paid; an array where the market holds scenarios."""
        price = market[f"{self.asset}.spot"]
        gain = self.quantity * (price / self.entry - 1.0) if self.inverse else self.quantity * (price - self.entry)
        return terms.plain(gain - self.notional(market) * self._paid_per_day(market) * market.elapsed)

    def notional(self, market: MarketState) -> float | FloatArray:
        """Return the size of the position in the market's money; negative for a short position."""
        return self.quantity if self.inverse else self.quantity * market[f"{self.asset}.spot"]

    def greeks(self, market: MarketState) -> Greeks:
        """Return delta in coins, and the funding of a day as theta."""
        delta = self.quantity / self.entry if self.inverse else self.quantity
        paid = self._paid_per_day(market)
        through_funding = 0.0 if self.inverse else delta * float(paid) * market.elapsed
        return Greeks(delta=delta - through_funding, theta=-float(self.notional(market) * paid))

    @property
    def _funding(self) -> float | str:
        return 0.0 if self.funding is None else self.funding  # __post_init__ has replaced None

    def _paid_per_day(self, market: MarketState) -> float | FloatArray:
        clamped = np.clip(terms.read(market, self._funding), -self.funding_cap, self.funding_cap)
        return clamped * (24.0 / self.funding_hours)

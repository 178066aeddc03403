"""Coins and shares held outright."""

from dataclasses import dataclass

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import MarketState
from riskkit.instruments.greeks import Greeks


@dataclass(frozen=True)
class Spot:
    """A quantity of an asset, long or short.

    Parameters
    ----------
    asset : str
        Reads the factor ``"ASSET.spot"``.
    quantity : float
        Units held; negative for a short position.

    Examples
    --------
    >>> Spot("BTC", quantity=2).value(rk.MarketState({"BTC.spot": 60_000.0}))
    120000.0
    """

    asset: str
    quantity: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "quantity", checks.number("quantity", self.quantity))

    @property
    def name(self) -> str:
        """What reports call the position."""
        return f"{self.asset} spot"

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the market factors that the value depends on."""
        return (f"{self.asset}.spot",)

    def value(self, market: MarketState) -> float | FloatArray:
        """Return the value in the market's money; an array where the market holds scenarios."""
        return self.quantity * market[f"{self.asset}.spot"]

    def greeks(self, market: MarketState) -> Greeks:
        """Return the quantity as delta."""
        return Greeks(delta=self.quantity)

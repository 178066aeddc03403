"""Money and collateral: dollars, stablecoins that may lose their peg, coins that a venue takes with a haircut."""

from dataclasses import dataclass

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import MarketState
from riskkit.instruments.greeks import Greeks


@dataclass(frozen=True)
class Cash:
    """An amount of money; a stablecoin is worth its peg.

    Parameters
    ----------
    currency : str
        ``"USD"`` is the market's money; any other name reads the factor ``"CURRENCY.peg"``, dollars per unit.
    quantity : float
        Units held; negative for a debt.

    Examples
    --------
    >>> market = rk.MarketState({"USDT.peg": 0.97})
    >>> rk.instruments.Cash("USDT", 1_000).value(market), rk.instruments.Cash("USD", 1_000).value(market)
    (970.0, 1000.0)
    """

    currency: str
    quantity: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "quantity", checks.number("quantity", self.quantity))

    @property
    def asset(self) -> str:
        """The currency, under the name that all positions have for what they are in."""
        return self.currency

    @property
    def name(self) -> str:
        """What reports call the position."""
        return f"{self.currency} cash"

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the market factors that the value depends on: none for dollars."""
        return () if self.currency == "USD" else (f"{self.currency}.peg",)

    def value(self, market: MarketState) -> float | FloatArray:
        """Return the value in the market's money; an array where the market holds scenarios."""
        return self.quantity if self.currency == "USD" else self.quantity * market[f"{self.currency}.peg"]

    def greeks(self, market: MarketState) -> Greeks:
        """Return zeros: money has no exposure to a coin's price; its peg is a factor of its own."""
        return Greeks()


@dataclass(frozen=True)
class Collateral:
    """Coins pledged to a venue: worth their price to the owner, and less than that to the venue.

    Parameters
    ----------
    asset : str
        Reads the factor ``"ASSET.spot"``.
    quantity : float
        Units pledged, >= 0.
    haircut : float
        Part of the value that the venue does not count, in [0, 1].

    Examples
    --------
    >>> pledged = rk.instruments.Collateral("ETH", 10, haircut=0.1)
    >>> market = rk.MarketState({"ETH.spot": 3_000.0})
    >>> pledged.value(market), pledged.margin_value(market)
    (30000.0, 27000.0)
    """

    asset: str
    quantity: float
    haircut: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "quantity", checks.number("quantity", self.quantity, least=0.0))
        object.__setattr__(self, "haircut", checks.number("haircut", self.haircut, least=0.0, most=1.0))

    @property
    def name(self) -> str:
        """What reports call the position."""
        return f"{self.asset} collateral"

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the market factors that the value depends on."""
        return (f"{self.asset}.spot",)

    def value(self, market: MarketState) -> float | FloatArray:
        """Return the value to the owner; an array where the market holds scenarios."""
        return self.quantity * market[f"{self.asset}.spot"]

    def margin_value(self, market: MarketState) -> float | FloatArray:
        """Return what the venue counts: the value less the haircut."""
        return (1.0 - self.haircut) * self.value(market)

    def greeks(self, market: MarketState) -> Greeks:
        """Return the coins as delta."""
        return Greeks(delta=self.quantity)

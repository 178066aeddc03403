"""European options, settled in dollars or in the coin."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import MarketState
from riskkit.errors import DataError
from riskkit.instruments import terms
from riskkit.instruments.bachelier import bachelier, bachelier_greeks
from riskkit.instruments.black76 import black76, black76_greeks
from riskkit.instruments.greeks import Greeks

PRICES = {"black76": black76, "bachelier": bachelier}
GREEKS = {"black76": black76_greeks, "bachelier": bachelier_greeks}


class Terms(NamedTuple):
    """What a pricing formula asks of the market."""

    growth: float | FloatArray  # forward over spot
    forward: float | FloatArray
    years: float
    volatility: float | FloatArray
    discount: float | FloatArray


@dataclass(frozen=True)
class Option:
    r"""A European call or put on an asset, valued by Black (1976) or Bachelier on the forward :math:`F = S e^{cT}`.

    Settled in dollars it is worth :math:`e^{-rT} B(F)`. Settled in the coin its price is :math:`B(F) / F` coins, which are
    worth :math:`S\,B(F) / F`; its delta in dollars is that of :math:`B`, its holder's delta in coins is the premium-adjusted
    one, smaller by the price in coins.

    Parameters
    ----------
    asset : str
        Reads the factors ``"ASSET.spot"`` and ``"ASSET.vol"``: annual volatility in decimals (Bachelier: in money), one
        number or a surface.
    strike : float
    expiry : str or Timestamp
        A date without a time of day means 08:00 UTC.
    kind : {"call", "put"}
    quantity : float
        Options on one coin each; negative for options sold.
    settle : {"usd", "coin"}
    carry : float or str
        Annual rate at which the forward stands above spot, or the factor that holds it, such as ``"BTC.rate"``.
    rate : float or str
        Annual rate at which a payment in dollars is discounted, or its factor; one in coins is not discounted.
    model : {"black76", "bachelier"}

    Examples
    --------
    >>> option = rk.instruments.Option("BTC", strike=70e3, expiry="2027-03-26", kind="call", quantity=-5, settle="coin")
    >>> market = rk.MarketState({"BTC.spot": 60_000.0, "BTC.vol": 0.6}, asof="2026-12-26T08:00")
    >>> round(option.value(market), 2)
    -18477.12
    """

    asset: str
    strike: float
    expiry: pd.Timestamp | str
    kind: str
    quantity: float
    settle: str = "usd"
    carry: float | str = 0.0
    rate: float | str = 0.0
    model: str = "black76"

    def __post_init__(self) -> None:
        object.__setattr__(self, "strike", checks.number("strike", self.strike, above=0.0))
        object.__setattr__(self, "expiry", terms.expiry_time(self.expiry))
        checks.one_of("kind", self.kind, ("call", "put"))
        object.__setattr__(self, "quantity", checks.number("quantity", self.quantity))
        checks.one_of("settle", self.settle, ("usd", "coin"))
        object.__setattr__(self, "carry", terms.rate("carry", self.carry))
        object.__setattr__(self, "rate", terms.rate("rate", self.rate))
        checks.one_of("model", self.model, tuple(PRICES))
        if self.settle == "coin" and self.rate != 0.0:
            raise DataError(
                "a payment in coins is not discounted", got=f"rate={self.rate!r}", expected='rate=0 with settle="coin"'
            )

    @property
    def name(self) -> str:
        """What reports call the position."""
        return f"{self.asset} {self.expiry:%Y-%m-%d} {self.strike:g} {self.kind}"

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the market factors that the value depends on."""
        return (f"{self.asset}.spot", f"{self.asset}.vol", *dict.fromkeys(terms.named(self.carry, self.rate)))

    def value(self, market: MarketState) -> float | FloatArray:
        """Return the value in the market's money; an array where the market holds scenarios."""
        now = self._terms(market)
        price = PRICES[self.model](now.forward, self.strike, now.years, now.volatility, self.kind, discount=now.discount)
        return terms.plain(self.quantity * price)

    def notional(self, market: MarketState) -> float | FloatArray:
        """Return the value of the coins that the options are on; negative for options sold."""
        return self.quantity * market[f"{self.asset}.spot"]

    def greeks(self, market: MarketState) -> Greeks:
        """Return the Greeks in spot and volatility, today; the smile stays as it is at this strike."""
        now = self._terms(market)
        by = GREEKS[self.model](now.forward, self.strike, now.years, now.volatility, self.kind, discount=now.discount)
        size, growth = self.quantity, float(now.growth)
        carry = float(terms.read(market, self.carry))
        rolled = by.theta - carry * now.forward * by.delta  # per year: the forward falls towards spot
        return Greeks(
            delta=size * growth * float(by.delta), gamma=size * growth**2 * float(by.gamma), vega=size * float(by.vega),
            theta=size * float(rolled) / terms.DAYS_PER_YEAR, vanna=size * growth * float(by.vanna),
            volga=size * float(by.volga),
        )  # fmt: skip

    def _terms(self, market: MarketState) -> Terms:
        years = terms.years_left(market, pd.Timestamp(self.expiry))
        growth = np.exp(terms.read(market, self.carry) * years)
        forward = market[f"{self.asset}.spot"] * growth
        volatility = market[f"{self.asset}.vol"]
        if not isinstance(volatility, float | np.ndarray):  # a surface
            volatility = volatility.volatility(self.strike, pd.Timestamp(self.expiry))
        discount = 1.0 / growth if self.settle == "coin" else np.exp(-terms.read(market, self.rate) * years)
        return Terms(growth, forward, years, volatility, discount)

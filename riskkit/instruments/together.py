"""Positions valued together: options on one forward share its logarithm, and one call of the kernel prices them all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.core import MarketState
from riskkit.errors import DataError
from riskkit.instruments import terms
from riskkit.instruments.option import Option
from riskkit_ext import _black76


class Valued(Protocol):
    """Anything that can be valued in a market."""

    def value(self, market: MarketState) -> float | FloatArray:
        """Value in the market's money; an array where the market holds scenarios."""


@dataclass(frozen=True)
class Together:
    """Some positions, made ready to be valued in many scenarios as one.

    Parameters
    ----------
    options : tuple of tuples of Option
        Under Black's law, at fixed rates; those of a tuple are on the same forward.
    others : tuple of instruments

    Examples
    --------
    >>> calls = [rk.instruments.Option("BTC", strike, "2027-03-26", "call", 1.0) for strike in (60e3, 70e3)]
    >>> market = rk.MarketState({"BTC.spot": np.array([6e4, 5e4]), "BTC.vol": 0.6}, asof="2026-12-26T08:00")
    >>> Together.of(calls).value(market, 2).round(2)
    array([10800.74,  3815.95])
    """

    options: tuple[tuple[Option, ...], ...]
    others: tuple[Valued, ...]

    @classmethod
    def of(cls, positions: Sequence[Valued]) -> "Together":
        """Sort positions into options on the same forward and all others."""
        found: dict[tuple[Any, ...], list[Option]] = {}
        others = []
        for position in positions:
            if type(position) is Option and position.model == "black76" and not terms.named(position.carry, position.rate):
                forward = (position.asset, position.carry, position.expiry if position.carry else None)
                found.setdefault(forward, []).append(position)
            else:
                others.append(position)
        return cls(tuple(map(tuple, found.values())), tuple(others))

    def value(self, market: MarketState, size: int) -> FloatArray:
        """Return the sum of the values in each of ``size`` scenarios of the market (1: today)."""
        total = np.zeros(size)
        for options in self.options:
            if isinstance(market[f"{options[0].asset}.vol"], float | np.ndarray):
                _add(options, market, total)
            else:  # a surface has a volatility for each of them
                for option in options:
                    total += option.value(market)
        for position in self.others:
            total += position.value(market)
        return total


def _add(options: tuple[Option, ...], market: MarketState, total: FloatArray) -> None:
    """Add the values of options on one forward to ``total``."""
    first = options[0]
    carry = float(terms.read(market, first.carry))
    years = np.array([terms.years_left(market, pd.Timestamp(option.expiry)) for option in options])
    rates = np.array([carry if option.settle == "coin" else float(option.rate) for option in options])
    factor = np.array([option.quantity for option in options]) * np.exp(-rates * years)
    forward = _laid_out(np.multiply(market[f"{first.asset}.spot"], np.exp(carry * years[0])), len(total))
    volatility = _laid_out(market[f"{first.asset}.vol"], len(total))
    strike = np.array([option.strike for option in options])
    sign = np.array([1.0 if option.kind == "call" else -1.0 for option in options])
    if not _black76.revalue(forward, volatility, strike, years, sign, factor, total):
        raise DataError(
            f"{first.asset} leaves the domain of the formula in some scenarios",
            got=f"spot up to {forward.max():g}, volatility up to {volatility.max():g}",
            expected="positive prices below 1e100, volatilities below 10,000", remedy="look at the largest moves",
        )  # fmt: skip


def _laid_out(values: float | FloatArray, size: int) -> FloatArray:
    return np.ascontiguousarray(np.broadcast_to(values, size), dtype=np.float64)

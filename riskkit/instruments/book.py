"""A book of positions, valued in one market or under many scenarios by the same line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import MarketState
from riskkit.errors import DataError


@runtime_checkable
class Instrument(Protocol):
    """Anything that names its factors and can be valued."""

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the market factors that the value depends on."""

    def value(self, market: MarketState) -> float | FloatArray:
        """Value in the market's money; an array where the market holds scenarios."""


@dataclass(frozen=True)
class Book:
    """Positions held together.

    Parameters
    ----------
    positions : sequence of instruments
        P objects with ``factors`` and ``value(market)``.
    names : sequence of P str, optional
        Names in reports; default: each position's own ``name``, else its class, numbered where needed.

    Examples
    --------
    >>> from riskkit.instruments import Spot
    >>> book = Book([Spot("BTC", 1.0), Spot("ETH", -10.0)])
    >>> book.value(rk.MarketState({"BTC.spot": 60_000.0, "ETH.spot": 3_000.0}))
    array([ 60000., -30000.])
    """

    positions: Sequence[Instrument]
    names: Sequence[str] = ()

    def __post_init__(self) -> None:
        positions = tuple(self.positions)
        if not positions:
            raise DataError("the book is empty", expected="at least one position")
        for position in positions:
            if not isinstance(position, Instrument):
                raise DataError(
                    "a position is not an instrument",
                    got=repr(position),
                    expected="an object with factors and value(market)",
                )
        names = self.names or _names(positions)
        object.__setattr__(self, "positions", positions)
        object.__setattr__(self, "names", checks.names("names", tuple(names), len(positions)))

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def factors(self) -> tuple[str, ...]:
        """All factors that the book reads, each once, in the order of the positions."""
        return tuple(dict.fromkeys(factor for position in self.positions for factor in position.factors))

    def value(self, market: MarketState) -> FloatArray:
        """Return the value of each position: shape (P,) today, (S, P) where the market holds S scenarios."""
        return np.stack(np.broadcast_arrays(*[position.value(market) for position in self.positions]), axis=-1)


def _names(positions: tuple[Instrument, ...]) -> list[str]:
    base = [str(getattr(position, "name", type(position).__name__)) for position in positions]
    return [name if base.count(name) == 1 else f"{name} {base[: row + 1].count(name)}" for row, name in enumerate(base)]

"""A book of positions, valued in one market or under many scenarios by the same line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import MarketState
from riskkit.errors import DataError
from riskkit.instruments.book_table import positions_from
from riskkit.instruments.greeks import Greeks, by_differences


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

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> "Book":
        """Build a book from a table, one position a row.

        Parameters
        ----------
        frame : DataFrame
            ``instrument`` (spot, perpetual, future, option, cash, collateral) and the arguments of that class as columns;
            what a row leaves empty takes its default. A column ``name`` gives the positions' names.

        Raises
        ------
        DataError
            For a column that no instrument knows, a value that the row's instrument does not know, or one that is missing.

        Examples
        --------
        >>> table = pd.DataFrame(
        ...     {"instrument": ["spot", "perpetual"], "asset": ["BTC", "ETH"], "quantity": [1, -20], "entry": [None, 3_100]}
        ... )
        >>> Book.from_frame(table).names
        ('BTC spot', 'ETH perpetual')
        """
        positions, names = positions_from(frame)
        return cls(positions, names)

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def factors(self) -> tuple[str, ...]:
        """All factors that the book reads, each once, in the order of the positions."""
        return tuple(dict.fromkeys(factor for position in self.positions for factor in position.factors))

    def value(self, market: MarketState) -> FloatArray:
        """Return the value of each position: shape (P,) today, (S, P) where the market holds S scenarios."""
        return np.stack(np.broadcast_arrays(*[position.value(market) for position in self.positions]), axis=-1)

    def groups(self, by: "str | Sequence[str] | Mapping[str, str]") -> tuple[str, ...]:
        """Return the group of each position.

        Parameters
        ----------
        by : "asset", "instrument", sequence of P labels, or mapping from position name to label

        Examples
        --------
        >>> Book([rk.instruments.Spot("BTC", 1), rk.instruments.Cash("USDT", 10)]).groups("asset")
        ('BTC', 'USDT')
        """
        if isinstance(by, Mapping):
            missing = [name for name in self.names if name not in by]
            if missing:
                raise DataError("positions without a group", got=", ".join(missing), expected="a label for every position")
            return tuple(str(by[name]) for name in self.names)
        if isinstance(by, str):
            checks.one_of("by", by, ("asset", "instrument"))
            return tuple(_asset(position) if by == "asset" else type(position).__name__ for position in self.positions)
        if len(by) != len(self):
            raise DataError("labels do not fit the book", got=f"{len(by)} labels", expected=f"{len(self)}")
        return tuple(str(label) for label in by)

    def greeks(self, market: MarketState) -> pd.DataFrame:
        """Return the Greeks of every position, in the asset that it is on; sum them over ``groupby("asset")``.

        An instrument answers by its own ``greeks(market)`` where it has one, otherwise by finite differences.

        Returns
        -------
        DataFrame
            Index: position and asset; columns as :class:`riskkit.instruments.Greeks`.

        Examples
        --------
        >>> book = Book([rk.instruments.Spot("BTC", 2), rk.instruments.Perpetual("BTC", -1, entry=60_000)])
        >>> market = rk.MarketState({"BTC.spot": 60_000.0, "BTC.funding": 0.0001})
        >>> book.greeks(market).groupby("asset").sum()[["delta", "theta"]].round(6).to_dict("index")
        {'BTC': {'delta': 1.0, 'theta': 18.0}}
        """
        rows, labels = [], []
        for name, position in zip(self.names, self.positions, strict=True):
            asset, own = _asset(position), getattr(position, "greeks", None)
            rows.append(own(market) if own else by_differences(position, market, asset))
            labels.append((name, asset))
        return pd.DataFrame(rows, pd.MultiIndex.from_tuples(labels, names=["position", "asset"]), columns=Greeks._fields)


def _asset(position: Instrument) -> str:
    return str(getattr(position, "asset", None) or (position.factors[0].rpartition(".")[0] if position.factors else "none"))


def _names(positions: tuple[Instrument, ...]) -> list[str]:
    base = [str(getattr(position, "name", type(position).__name__)) for position in positions]
    return [name if base.count(name) == 1 else f"{name} {base[: row + 1].count(name)}" for row, name in enumerate(base)]

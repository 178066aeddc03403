"""First and second derivatives of a book by the moves of its factors: what delta and delta-gamma methods replace it with."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import MarketState
from riskkit.core.frozen import restore
from riskkit.errors import DataError
from riskkit.instruments.book import Book
from riskkit.instruments.greeks import FIRST, PLACES, SECOND, STEP


@dataclass(frozen=True, eq=False)
class Sensitivities:
    """Derivatives of every position's value by the factors' moves: log moves, or additive ones where the factor's kind is.

    Parameters
    ----------
    factors : tuple of F names
    gradient : array of shape (P, F)
    curvature : array of shape (P, F, F)
        Symmetric.
    names : tuple of P names

    Examples
    --------
    >>> book = rk.instruments.Book([rk.instruments.Spot("BTC", 2.0)])
    >>> by = rk.instruments.sensitivities(book, rk.MarketState({"BTC.spot": 60_000.0}))
    >>> by.gradient.round(3), by.pnl(np.array([[np.log(1.1)]]), order=2).round(0)
    (array([[120000.]]), array([[11982.]]))
    """

    factors: tuple[str, ...]
    gradient: FloatArray
    curvature: FloatArray
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        self.gradient.setflags(write=False)
        self.curvature.setflags(write=False)

    __setstate__ = restore

    def pnl(self, moves: FloatArray, *, order: int = 1) -> FloatArray:
        """Return the gain of each position under S moves, to the first or second order: (S, F) -> (S, P)."""
        if order not in (1, 2):
            raise DataError("order is unknown", got=repr(order), expected="1 (delta) or 2 (delta and gamma)")
        moves = checks.array("moves", moves, ndim=2)
        gain = moves @ self.gradient.T
        if order == 2:
            for position, curvature in enumerate(self.curvature):
                gain[:, position] += 0.5 * np.sum((moves @ curvature) * moves, axis=1)
        return gain

    def total(self) -> "Sensitivities":
        """Return the derivatives of the whole book, as of one position."""
        return Sensitivities(
            self.factors, self.gradient.sum(axis=0, keepdims=True), self.curvature.sum(axis=0, keepdims=True), ("total",)
        )


def sensitivities(book: Book, market: MarketState, factors: Sequence[str] | None = None) -> Sensitivities:
    """Return the derivatives of each position by the moves of the factors.

    Finite differences of the fourth order, all shifted markets in one valuation of the book, good to about eight digits. A
    surface moves by its dynamics, so that its share is in the derivative by spot.

    Parameters
    ----------
    book : Book
    market : MarketState
    factors : sequence of F names, optional
        Default: those of the book.
    """
    names = tuple(book.factors if factors is None else factors)
    size = len(names)
    pairs = list(combinations(range(size), 2))
    axes = np.zeros((size, len(PLACES), size))
    for place in range(size):
        axes[place, :, place] = PLACES * STEP
    corners = np.zeros((len(pairs), 4, size))
    for row, (first, second) in enumerate(pairs):
        corners[row, :, first] = np.array([1.0, 1.0, -1.0, -1.0]) * STEP
        corners[row, :, second] = np.array([1.0, -1.0, 1.0, -1.0]) * STEP
    moves = np.concatenate([axes.reshape(-1, size), corners.reshape(-1, size)])
    values = np.broadcast_to(book.value(market.shifted(names, moves)), (len(moves), len(book)))
    along = values[: size * len(PLACES)].reshape(size, len(PLACES), len(book))
    gradient = np.einsum("k,fkp->pf", FIRST, along) / STEP
    curvature = np.zeros((len(book), size, size))
    diagonal = np.einsum("k,fkp->pf", SECOND, along) / STEP**2
    curvature[:, range(size), range(size)] = diagonal
    across = values[size * len(PLACES) :].reshape(len(pairs), 4, len(book))
    for row, (first, second) in enumerate(pairs):
        mixed = (across[row, 0] - across[row, 1] - across[row, 2] + across[row, 3]) / (4.0 * STEP**2)
        curvature[:, first, second] = curvature[:, second, first] = mixed
    return Sensitivities(names, gradient, curvature, tuple(book.names))

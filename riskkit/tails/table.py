"""Quantile functions as tables: a million quantiles of a law in a few milliseconds, to 1e-9 of their size."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.core.pieces import Piece
from riskkit.core.student_quantile import student_quantile
from riskkit.errors import ModelError
from riskkit.tails.student_law import student_cdf
from riskkit_ext import _margins

RAREST = 2.0**-70  # of the probabilities that a table tells apart: the 53 bits of a uniform never come near it
LAST_TERM = 1e-9  # of the largest polynomial term left in, relative to scale + abs(value)
BITS = range(2, 11)  # cells per octave, as a power of two: few where that will do
NODES = np.cos((np.arange(_margins.degree + 1) + 0.5) * np.pi / (_margins.degree + 1))
POWERS = np.linalg.inv(np.vander(NODES, increasing=True))  # values at the nodes -> coefficients
CHEBYSHEV = np.linalg.inv(np.polynomial.chebyshev.chebvander(NODES, _margins.degree))[-1]  # ... -> the last coefficient


@dataclass(frozen=True, eq=False)
class QuantileTable:
    """Table of ``location + scale * Q(u)``, where u is given itself or by the score of a copula.

    Parameters
    ----------
    law : a fit of this room, or an innovation
        Anything with ``pieces``: its quantile function Q in pieces without kinks.
    score : float, optional
        None: the argument is a uniform u. Else it is a score x with ``u = G(x)``: G the t law of so many degrees of freedom,
        infinity for the normal law. Then neither G nor Q is computed.
    location, scale : float
        What a value of the law is moved and multiplied by.

    Notes
    -----
    Probabilities below 2**-70 (8.5e-22), on either side, have the quantile of 2**-70.

    Examples
    --------
    >>> fit = rk.tails.Student().fit(pd.Series(np.random.default_rng(1).standard_t(4, size=500)))
    >>> u = np.array([0.001, 0.5, 0.99])
    >>> bool(np.allclose(QuantileTable(fit)(u), fit.quantile(u), rtol=1e-9))
    True
    """

    law: Any
    score: float | None = None
    location: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        if self.score is not None and not self.score > 0.0:
            raise ModelError("a score has no such law", got=f"{self.score} degrees of freedom", expected="> 0, or None")
        checks.number("location", self.location)
        checks.number("scale", self.scale, above=0.0)

    __setstate__ = restore

    def __call__(self, values: FloatArray) -> FloatArray:
        """Quantiles at uniforms in (0, 1), or at scores; any shape, NaN stays NaN."""
        flat = np.ascontiguousarray(values, np.float64).reshape(-1)
        result = np.empty_like(flat)
        self.margin.quantiles(flat, result)
        return result.reshape(np.shape(values))

    @cached_property
    def margin(self) -> _margins.Margin:
        """The table as the kernel reads it."""
        pieces = self.law.pieces
        for bits in BITS:
            cells, rough = self._cells(pieces, bits)
            if rough <= LAST_TERM:
                return self._kernel(pieces, bits, cells)
        raise ModelError(
            f"the quantiles of {type(self.law).__name__} cannot be tabulated", got=f"a polynomial term of {rough:.1e}",
            expected=f"at most {LAST_TERM:.0e} in cells of 1/{2**bits} octave", remedy="call quantile itself",
        )  # fmt: skip

    def _kernel(self, pieces: tuple[Piece, ...], bits: int, cells: FloatArray) -> _margins.Margin:
        bodies = [number for number, piece in enumerate(pieces) if piece.quantile is None]
        body = bodies[0] if bodies else -1
        probability, value = self.law.knots if bodies else (np.empty(0), np.empty(0))
        bins = np.linspace(probability[0], probability[-1], 2 * len(probability) + 1) if bodies else np.empty(0)
        guide = np.clip(np.searchsorted(probability, bins, side="right") - 1, 0, max(len(probability) - 2, 0))
        return _margins.Margin(
            cells, bits, int(_cell_of(self._reach[0], bits)), self._edges(pieces)[1:-1], *self._reach, self.score is None,
            body, np.ascontiguousarray(probability), self.location + self.scale * value, guide.astype(np.int64),
        )  # fmt: skip

    @cached_property
    def _reach(self) -> tuple[float, float]:
        """Smallest and largest t."""
        if self.score is None:
            return RAREST, 0.5
        return 1.0, 1.0 - float(student_quantile(np.array(RAREST), self.score))

    def _cells(self, pieces: tuple[Piece, ...], bits: int) -> tuple[FloatArray, float]:
        """Coefficients (pieces, 2, cells, degree + 1) and the largest last term of all cells, relative."""
        low, high = (_cell_of(t, bits) for t in self._reach)
        begins = _begin_of(np.arange(low, high + 2), bits)
        middle, half = 0.5 * (begins[1:] + begins[:-1]), 0.5 * np.diff(begins)
        t = middle[:, np.newaxis] + half[:, np.newaxis] * NODES
        result, rough = np.zeros((len(pieces), 2, len(t), len(NODES))), 0.0
        edges = self._edges(pieces)
        for number, piece in enumerate(pieces):
            for side in (0, 1):
                first, last = self._argument(begins[:-1], side), self._argument(begins[1:], side)
                needed = (np.minimum(first, last) <= edges[number + 1]) & (np.maximum(first, last) >= edges[number])
                if not needed.any():
                    continue
                values = self._values(piece, t[needed], side)
                rest = np.abs(values @ CHEBYSHEV) / (self.scale + np.abs(values).max(axis=1))
                rough = float(np.maximum(rough, rest.max()))  # NaN stays
                result[number, side, needed] = values @ POWERS.T
        return result, rough

    def _values(self, piece: Piece, t: FloatArray, side: int) -> FloatArray:
        """What the table holds at places t on one side of the middle."""
        outer = t if self.score is None else student_cdf(1.0 - t, self.score)
        lower, upper = (1.0 - outer, outer) if side else (outer, 1.0 - outer)
        if piece.quantile is None:
            return lower
        return self.location + self.scale * piece.quantile(lower, upper)

    def _argument(self, t: FloatArray, side: int) -> FloatArray:
        """The uniform or score that lies at place t of one side."""
        if self.score is None:
            return 1.0 - t if side else t
        return t - 1.0 if side else 1.0 - t

    def _edges(self, pieces: tuple[Piece, ...]) -> FloatArray:
        """Where the pieces begin and end, as uniforms or scores, (pieces + 1,)."""
        ends = np.array([piece.end for piece in pieces[:-1]])
        if self.score is not None:
            ends = np.where(ends <= 0.5, 1.0, -1.0) * student_quantile(np.minimum(ends, 1.0 - ends), self.score)
        return np.concatenate([[-np.inf], ends, [np.inf]])


def _cell_of(t: float, bits: int) -> int:
    return int(np.float64(t).view(np.int64)) >> (52 - bits)


def _begin_of(cells: np.ndarray, bits: int) -> FloatArray:
    return (cells.astype(np.int64) << (52 - bits)).view(np.float64)

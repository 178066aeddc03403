"""Unconditional draws of the elliptical copulas: block by block, no array of their size but the result."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.core.student_quantile import student_quantile
from riskkit.dependence.elliptical_density import probabilities
from riskkit_ext import _elliptical_uniforms

RAREST = 2.0**-70  # of the tails told apart: rarer ones count as this
ABSOLUTE, RELATIVE = 1e-14, 1e-11  # the last term of a cell's polynomial, at most
BITS = range(2, 12)  # cells per octave, as a power of two
VALUES = 16_384  # of a block
NODES = np.cos((np.arange(_elliptical_uniforms.degree + 1) + 0.5) * np.pi / (_elliptical_uniforms.degree + 1))
POWERS = np.linalg.inv(np.vander(NODES, increasing=True)).T  # values at the nodes -> coefficients
LAST = np.linalg.inv(np.polynomial.chebyshev.chebvander(NODES, _elliptical_uniforms.degree))[-1]


@dataclass(frozen=True, eq=False)
class TailTable:
    """The distribution function of a score as the kernel reads it: cells by the bits of 1 + abs(x), up to ``high``."""

    cells: FloatArray
    bits: int
    high: float

    __setstate__ = restore

    def __call__(self, x: FloatArray) -> FloatArray:
        """Probabilities (n,) of at most ``x``, strictly between 0 and 1."""
        result = np.empty_like(x)
        _elliptical_uniforms.probabilities(x, self.cells, self.bits, self.high, result)
        return result


@lru_cache(maxsize=32)
def tail_table(nu: float) -> TailTable:
    """Tabulate the t law of ``nu`` degrees of freedom, infinite for the normal law."""
    high = 1.0 - float(student_quantile(np.array([RAREST]), nu)[0])
    for bits in BITS:
        count = (int(np.float64(high).view(np.int64)) >> (52 - bits)) - (1023 << bits) + 1
        edges = ((np.arange(count + 1) + (1023 << bits)) << (52 - bits)).view(np.float64)
        middle, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * np.diff(edges)
        tails = probabilities(1.0 - middle[:, np.newaxis] - half[:, np.newaxis] * NODES, nu)
        rest = np.abs(tails @ LAST)
        if bool(np.all(rest <= np.minimum(ABSOLUTE, RELATIVE * tails.min(axis=1)))):
            break
    cells = tails @ POWERS
    cells.setflags(write=False)
    return TailTable(cells, bits, high)


def draw(root: FloatArray, nu: float, n: int, rng: np.random.Generator) -> FloatArray:
    """Uniforms (n, d) of the law whose correlation has Cholesky's ``root``."""
    d, shape, table = len(root), 0.5 * nu, tail_table(nu)
    rows = max(VALUES // d, 1)
    normal, gamma, result = np.empty((rows, d)), np.empty(rows), np.empty((n, d))
    for first in range(0, n, rows):
        part = result[first : first + rows]
        own, shock = normal[: len(part)], None
        rng.standard_normal(out=own)
        if np.isfinite(nu):
            shock = gamma[: len(part)]
            rng.standard_gamma(shape, out=shock)
        _elliptical_uniforms.fill(own, shock, shape, root, table.cells, table.bits, table.high, part)
    return result

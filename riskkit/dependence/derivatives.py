"""Derivatives of a copula's log density: what the errors of an estimate are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from scipy import special

from riskkit.checks import FloatArray

SCORE_STEP = 2e-3  # of a normal score, where nothing better is known


@dataclass(frozen=True, eq=False)
class Derivatives:
    """Derivatives at n observations of d variables, by the K parameters.

    Parameters
    ----------
    scores : array of shape (n, K)
        Of each observation's log density, by the parameters.
    hessian : array of shape (K, K)
        Second derivatives of the mean of the log densities.
    slopes : callable
        ``slopes(j)`` are the derivatives of the scores by the uniforms of variable j, (n, K). A function, because all of
        them together may not fit into memory.
    """

    scores: FloatArray
    hessian: FloatArray
    slopes: Callable[[int], FloatArray]


class Movable(Protocol):
    """A law that can be had at other parameters."""

    def moved(self, params: FloatArray) -> Self:
        """Return the same family at other parameters (K,)."""

    def log_density(self, u: FloatArray) -> FloatArray:
        """Logarithm of the density at points (n, d), shape (n,)."""


def by_differences(law: Movable, u: FloatArray, point: FloatArray, steps: FloatArray) -> Derivatives:
    """Return the derivatives of ``law``, which is at ``point`` (K,), from central differences with ``steps`` (K,)."""
    shifts = np.diag(steps)
    around = [(law.moved(point + shift), law.moved(point - shift)) for shift in shifts]

    def scores(at: FloatArray) -> FloatArray:
        columns = [up.log_density(at) - down.log_density(at) for up, down in around]
        return np.column_stack(columns) / (2.0 * steps)

    def slopes(j: int) -> FloatArray:
        normal = special.ndtri(u[:, j])  # a step in u itself would be too long at one end or too short in the middle
        up, down = u.copy(), u.copy()
        up[:, j], down[:, j] = special.ndtr(normal + SCORE_STEP), special.ndtr(normal - SCORE_STEP)
        density = np.exp(-0.5 * normal * normal) / np.sqrt(2.0 * np.pi)
        return (scores(up) - scores(down)) / (2.0 * SCORE_STEP * density)[:, np.newaxis]

    def height(at: FloatArray) -> float:
        return float(law.moved(at).log_density(u).mean())

    single = [(float(up.log_density(u).mean()), float(down.log_density(u).mean())) for up, down in around]
    return Derivatives(scores(u), _hessian(height, single, point, shifts, steps), slopes)


def _hessian(
    height: Callable[[FloatArray], float],
    single: list[tuple[float, float]],
    point: FloatArray,
    shifts: FloatArray,
    steps: FloatArray,
) -> FloatArray:
    """Second derivatives; ``single`` holds the heights a step up and a step down."""
    count, middle = len(point), height(point)
    hessian = np.empty((count, count))
    for i in range(count):
        hessian[i, i] = (single[i][0] - 2.0 * middle + single[i][1]) / steps[i] ** 2
        for j in range(i):
            both = height(point + shifts[i] + shifts[j]) + height(point - shifts[i] - shifts[j])
            alone = sum(single[i]) + sum(single[j])
            hessian[i, j] = hessian[j, i] = (both - alone + 2.0 * middle) / (2.0 * steps[i] * steps[j])
    return hessian

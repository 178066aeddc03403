"""Maximum likelihood of the generalised Pareto law, a search in one dimension.

With theta = xi / beta the best xi is the mean of log(1 + theta y), so that only theta is searched (Grimshaw 1993). The
likelihood is unbounded for xi < -1 and its maximum is not regular below -1/2: the search ends at xi = -1/2.
"""

from typing import NamedTuple

import numpy as np
from scipy import optimize

from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.likelihood import positive_inverse
from riskkit.errors import ConvergenceError, DataError

LEAST_XI = -0.5
LEAST = 10  # excesses
NEAR_ZERO = 1e-4  # below it the derivatives by xi are taken from their series
GRID = 200


class Pareto(NamedTuple):
    """An estimate from excesses over a threshold."""

    xi: float
    beta: float
    loglikelihood: float
    errors: FloatArray  # (2,) of xi and beta, from the observed information
    status: FitStatus


def fit_excesses(excess: FloatArray) -> Pareto:
    """Estimate xi and beta from excesses y > 0, (n,).

    Raises
    ------
    DataError
        Fewer than ten excesses, or none that differ.
    ConvergenceError
        When the likelihood has no maximum with xi >= -1/2 and no bound is reached either.
    """
    if len(excess) < LEAST or np.ptp(excess) == 0.0:
        raise DataError(
            "too few values lie beyond the threshold", got=f"{len(np.unique(excess))} different ones of {len(excess)}",
            expected=f"at least {LEAST}, not all equal", remedy="choose a threshold further in",
        )  # fmt: skip
    unit = float(excess.mean())
    theta, status = _best_theta(excess / unit)
    xi = _xi(theta, excess / unit)
    beta = unit * (xi / theta if theta != 0.0 else 1.0)
    value = -len(excess) * (np.log(beta) + xi + 1.0)
    errors = np.sqrt(np.diag(positive_inverse(_information(excess, xi, beta))))
    return Pareto(xi, beta, float(value), np.full(2, np.nan) if status is FitStatus.BOUND else errors, status)


def _xi(theta: float, y: FloatArray) -> float:
    return float(np.log1p(theta * y).mean())


def _best_theta(y: FloatArray) -> tuple[float, FitStatus]:
    """Highest point of the profile likelihood of excesses of mean 1."""
    grid = np.expm1(np.linspace(np.log(1e-8), np.log(1e6), GRID)) / y.max()  # from just inside -1 / max(y)
    xi = np.log1p(np.outer(grid, y)).mean(axis=1)
    allowed = xi >= LEAST_XI
    grid, xi = grid[allowed], xi[allowed]
    height = -np.log(xi / grid) - xi
    best = int(np.argmax(height))
    if best == len(grid) - 1:
        raise ConvergenceError("the generalised Pareto likelihood has no maximum", got=f"xi = {xi[best]:g} and rising")
    low = grid[best - 1] if best else _theta_at_bound(y, float(grid[0]))
    if _steepness(low, y) > 0.0:
        return low, FitStatus.BOUND
    theta = optimize.brentq(_steepness, low, grid[best + 1], args=(y,), xtol=1e-14, rtol=1e-14)
    return float(theta), FitStatus.OK


def _theta_at_bound(y: FloatArray, inside: float) -> float:
    least = -1.0 / float(y.max()) * (1.0 - 1e-12)
    if _xi(least, y) >= LEAST_XI:
        return least
    return float(optimize.brentq(lambda theta: _xi(theta, y) - LEAST_XI, least, inside, xtol=1e-15))


def _steepness(theta: float, y: FloatArray) -> float:
    """Has the sign of minus the slope of the profile likelihood, and no singularity at theta = 0."""
    if abs(theta) < 1e-5:  # of excesses of mean 1
        second, third = float((y**2).mean()), float((y**3).mean())
        return 1.0 - 0.5 * second + theta * (2.0 / 3.0 * third - 1.5 * second)
    xi = _xi(theta, y)
    return float(((y / (1.0 + theta * y)).mean() * (1.0 + xi) - xi / theta) / theta)


def _information(y: FloatArray, xi: float, beta: float) -> FloatArray:
    """Minus the second derivatives of the log-likelihood by xi and beta, (2, 2)."""
    w = y / beta
    ratio = w / (1.0 + xi * w)
    if abs(xi) < NEAR_ZERO:
        by_xi = float((w**2 - 2.0 / 3.0 * w**3).sum())
    else:
        by_xi = float((-2.0 * np.log1p(xi * w) / xi**3 + 2.0 * ratio / xi**2 + (1.0 / xi + 1.0) * ratio**2).sum())
    slope = float((-1.0 + (1.0 + xi) * ratio).sum())
    by_beta = -(slope + (1.0 + xi) * float((ratio - xi * ratio**2).sum())) / beta**2
    mixed = float((ratio - (1.0 + xi) * ratio**2).sum()) / beta
    return -np.array([[by_xi, mixed], [mixed, by_beta]])

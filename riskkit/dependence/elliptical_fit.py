"""Estimates of the elliptical copulas.

The degrees of freedom are searched as 1/nu between 0 (the normal copula) and 2: first on a grid with the correlations by
Kendall's tau, then between its points, or together with the correlations from each of its peaks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.elliptical_likelihood import Likelihood, nu_of
from riskkit.dependence.elliptical_search import Maximum, Search
from riskkit.dependence.nearest import nearest_correlation
from riskkit.dependence.rank_correlation import kendall_matrix
from riskkit.dependence.uniforms import uniforms

GRID = (0.0, 0.02, 0.05, 0.1, 0.2, 1 / 3, 0.5, 1.0, 2.0)  # of 1/nu
STEEP = 1e-3  # log-likelihood per standard error
LEAST_EIGENVALUE = 1e-6
PRECISION = 1e-7  # of 1/nu
SEARCHES = 10
NORMAL = 1e-4  # below this 1/nu the copula is the normal one: no sample tells them apart


@dataclass(frozen=True)
class Optimum:
    """What a search found."""

    correlation: FloatArray
    nu: float
    gradient_norm: float
    status: FitStatus


def fit(spec: Any, law: Callable[..., Any], u: pd.DataFrame, method: str, *, student: bool) -> CopulaFit:
    """Estimate an elliptical copula; ``law(correlation, nu)`` makes it."""
    frame = uniforms(u)
    checks.one_of("method", method, ("ml", "tau"))
    checks.names("columns", list(frame.columns), frame.shape[1])
    values = frame.to_numpy()
    likelihood = Likelihood(values)
    start, repaired = _by_tau(values)
    if method == "tau":
        found = _tau_fit(likelihood, start, repaired, student)
    else:
        root = _normal_ml(likelihood, start) if repaired or not student else _root(start)
        found = _student_ml(likelihood, root) if student else _ended(likelihood, 0.0, root, FitStatus.OK)
    matrix = pd.DataFrame(found.correlation, frame.columns, frame.columns)
    return CopulaFit(spec, law(matrix, found.nu), frame, method, found.gradient_norm, found.status)


def _by_tau(u: FloatArray) -> tuple[FloatArray, bool]:
    """Correlations sin(pi tau / 2), and whether they had to be moved to become a correlation matrix."""
    matrix = np.sin(0.5 * np.pi * kendall_matrix(u))
    if np.linalg.eigvalsh(matrix)[0] >= LEAST_EIGENVALUE:
        return matrix, False
    names = [str(column) for column in range(len(matrix))]
    nearest = nearest_correlation(pd.DataFrame(matrix, names, names), least_eigenvalue=LEAST_EIGENVALUE)
    return nearest.matrix.to_numpy(), True


def _tau_fit(likelihood: Likelihood, correlation: FloatArray, repaired: bool, student: bool) -> Optimum:
    """A matrix that was moved is at a bound, and so is an infinite nu."""
    eta, root = 0.0, _root(correlation)
    if student:
        eta = _highest(lambda eta: likelihood.value(eta, root))
    bound = repaired or (student and eta in (GRID[0], GRID[-1]))
    return Optimum(correlation, nu_of(eta), np.nan, FitStatus.BOUND if bound else FitStatus.OK)


def _highest(height: Callable[[float], float]) -> float:
    """1/nu where the height is greatest: the best of a grid, refined between its neighbours; a bound where that is best."""
    heights = [height(eta) for eta in GRID]
    top = int(np.argmax(heights))
    low, high = GRID[max(top - 1, 0)], GRID[min(top + 1, len(GRID) - 1)]
    if 0 < top < len(GRID) - 1:
        inside = _climbed(height, _vertex(heights, top)[0], low, high)
        if inside is not None:
            return inside
    found = optimize.minimize_scalar(
        lambda eta: -height(eta), bounds=(low, high), method="bounded", options={"xatol": PRECISION}
    )
    if found.x < NORMAL:
        return 0.0
    at_end = top in (0, len(GRID) - 1) and heights[top] >= -found.fun
    return GRID[top] if at_end else float(found.x)


def _climbed(height: Callable[[float], float], at: float, low: float, high: float) -> float | None:
    """Top by Newton's method with ever finer differences, nine heights in all; None where it did not settle there."""
    for share in (1e-2, 1e-3, 1e-4):
        step = share * (high - low)
        at = min(max(at, low + 2.0 * step), high - 2.0 * step)
        left, middle, right = (height(at + shift) for shift in (-step, 0.0, step))
        bend = 2.0 * middle - left - right
        if bend <= 0.0:
            return None
        moved = 0.5 * step * (right - left) / bend
        at += moved
    return at if abs(moved) < step else None


def _normal_ml(likelihood: Likelihood, by_tau: FloatArray) -> FloatArray:
    """Root of the normal copula's correlation, searched from the better of Kendall's and that of the normal scores."""
    starts = [_root(matrix) for matrix in (by_tau, likelihood.normal_correlation())]
    return _risen(likelihood, max(starts, key=lambda root: likelihood.value(0.0, root)), 0.0, 0.0).root


def _student_ml(likelihood: Likelihood, root: FloatArray) -> Optimum:
    heights = [likelihood.value(eta, root) for eta in GRID]
    inner = range(1, len(GRID) - 1)
    tops = {k for k in inner if heights[k] >= max(heights[k - 1], heights[k + 1])} | {int(np.argmax(heights))}
    starts = [_vertex(heights, top) for top in tops]
    best = max((_risen(likelihood, root, *start) for start in starts), key=lambda one: one.value)
    if best.eta < NORMAL:
        best = _risen(likelihood, best.root, 0.0, 0.0)
    bound = best.eta in (GRID[0], GRID[-1])
    return _ended(likelihood, best.eta, best.root, FitStatus.BOUND if bound else FitStatus.OK)


def _risen(likelihood: Likelihood, root: FloatArray, eta: float, error: float) -> Maximum:
    """Where a search ends; one from afar, whose standard errors were others, is taken up again where it stopped."""
    found = Search(likelihood, root, eta, error, GRID[-1]).best()
    for _ in range(SEARCHES):
        if found.reached:
            break
        found = Search(likelihood, found.root, found.eta, error, GRID[-1]).best()
    return found


def _vertex(heights: list[float], top: int) -> tuple[float, float]:
    """Top of the parabola through a peak of the grid and its neighbours, and the standard error of 1/nu by its curvature."""
    if top in (0, len(GRID) - 1):
        return GRID[top], GRID[1]
    (low, middle, high), (left, at, right) = GRID[top - 1 : top + 2], heights[top - 1 : top + 2]
    before, after = (at - left) / (middle - low), (right - at) / (high - middle)
    fall = (before - after) / (0.5 * (high - low))  # of the slope, between the middles of the two steps
    vertex = 0.5 * (low + middle) + before / fall if fall > 0.0 else middle
    return vertex, min(1.0 / np.sqrt(max(fall, 1.0)), high - low)


def _ended(likelihood: Likelihood, eta: float, root: FloatArray, reached: FitStatus) -> Optimum:
    """What was found, and whether it is a maximum: the steepest rise left, per standard error."""
    end = Maximum(likelihood.value(eta, root), eta, root, True)
    upper = np.triu_indices(likelihood.d, 1)
    error = (1.0 - end.correlation[upper] ** 2) / np.sqrt(likelihood.n)  # of a correlation, in the normal case
    steepness = float(np.abs(2.0 * likelihood.rise(eta, root)[1][upper] * error).max())
    if 0.0 < eta < GRID[-1]:
        steepness = max(steepness, _steepness(lambda eta: likelihood.value(eta, root), eta))
    status = reached if steepness <= STEEP else FitStatus.NOT_CONVERGED
    return Optimum(end.correlation, nu_of(eta), steepness, status)


def _steepness(height: Callable[[float], float], eta: float) -> float:
    """Rise of the log-likelihood by 1/nu, per standard error, from differences."""
    step = min(1e-3 * eta, GRID[-1] - eta)
    left, middle, right = (height(eta + shift) for shift in (-step, 0.0, step))
    curvature = -(left - 2.0 * middle + right) / step**2
    return abs(right - left) / (2.0 * step) / float(np.sqrt(max(curvature, 1.0)))


def _root(correlation: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.cholesky(correlation), dtype=np.float64)

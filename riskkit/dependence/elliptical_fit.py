"""Estimates of the elliptical copulas.

The correlation is searched as a matrix whose rows of Cholesky's root have length one, so its diagonal is 1 all the time:
scaling an unrestricted estimate to a unit diagonal ends elsewhere than at the maximum. The degrees of freedom move the
scores themselves; they are searched in one dimension, 1/nu between 0 (the normal copula) and 2, with a correlation for each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.elliptical_density import Uniforms, log_density
from riskkit.dependence.nearest import nearest_correlation
from riskkit.dependence.rank_correlation import kendall
from riskkit.dependence.uniforms import uniforms

GRID = (0.0, 0.02, 0.05, 0.1, 0.2, 1 / 3, 0.5, 1.0, 2.0)  # of 1/nu
STEEP = 1e-3  # log-likelihood per standard error
LEAST_EIGENVALUE = 1e-6
PRECISION = 1e-7  # of 1/nu
NORMAL = 1e-4  # below this 1/nu the copula is the normal one: the difference drowns in the rounding of the Gamma functions


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
    values = Uniforms(np.ascontiguousarray(frame.to_numpy()))
    start, repaired = _by_tau(frame)
    if method == "tau":
        found = _tau_fit(values, start, repaired, student)
    else:
        found = _student_ml(values, start) if student else _normal_ml(values, start)
    matrix = pd.DataFrame(found.correlation, frame.columns, frame.columns)
    return CopulaFit(spec, law(matrix, found.nu), frame, method, found.gradient_norm, found.status)


def _by_tau(u: pd.DataFrame) -> tuple[FloatArray, bool]:
    """Correlations sin(pi tau / 2), and whether they had to be moved to become a correlation matrix."""
    tau = kendall(u)
    matrix = pd.DataFrame(np.sin(0.5 * np.pi * tau.to_numpy()), tau.index, tau.columns)
    if np.linalg.eigvalsh(matrix.to_numpy())[0] >= LEAST_EIGENVALUE:
        return matrix.to_numpy(), False
    return nearest_correlation(matrix, least_eigenvalue=LEAST_EIGENVALUE).matrix.to_numpy(), True


def _tau_fit(u: Uniforms, correlation: FloatArray, repaired: bool, student: bool) -> Optimum:
    """A matrix that was moved is at a bound, and so is an infinite nu."""
    eta, root = 0.0, _root(correlation)
    if student:
        eta = _highest(lambda eta: log_density(u.quantiles(_nu(eta)), root, _nu(eta)).sum())
    bound = repaired or (student and eta in (GRID[0], GRID[-1]))
    return Optimum(correlation, _nu(eta), np.nan, FitStatus.BOUND if bound else FitStatus.OK)


def _normal_ml(u: Uniforms, start: FloatArray) -> Optimum:
    scores = u.quantiles(np.inf)
    correlation = _correlation_ml(scores, np.inf, start)
    steepness = _steepness(scores, np.inf, correlation)
    return Optimum(correlation, np.inf, steepness, FitStatus.OK if steepness <= STEEP else FitStatus.NOT_CONVERGED)


def _student_ml(u: Uniforms, start: FloatArray) -> Optimum:
    best = start  # each search begins where the last one ended

    def profile(eta: float) -> float:
        nonlocal best
        scores = u.quantiles(_nu(eta))
        best = _correlation_ml(scores, _nu(eta), best)
        return float(log_density(scores, _root(best), _nu(eta)).sum())

    eta = _highest(profile)
    profile(eta)
    bound = eta in (GRID[0], GRID[-1])
    steepness = _steepness(u.quantiles(_nu(eta)), _nu(eta), best)
    if not bound:
        steepness = max(steepness, _slope(partial(_at, u, best), eta))
    reached = FitStatus.BOUND if bound else FitStatus.OK
    return Optimum(best, _nu(eta), steepness, reached if steepness <= STEEP else FitStatus.NOT_CONVERGED)


def _at(u: Uniforms, correlation: FloatArray, eta: float) -> float:
    return float(log_density(u.quantiles(_nu(eta)), _root(correlation), _nu(eta)).sum())


def _nu(eta: float) -> float:
    return 1.0 / eta if eta > 0.0 else np.inf


def _highest(height: Callable[[float], float]) -> float:
    """1/nu where the height is greatest: the best of a grid, refined between its neighbours; a bound where that is best."""
    heights = [height(eta) for eta in GRID]
    top = int(np.argmax(heights))
    low, high = GRID[max(top - 1, 0)], GRID[min(top + 1, len(GRID) - 1)]
    found = optimize.minimize_scalar(
        lambda eta: -height(eta), bounds=(low, high), method="bounded", options={"xatol": PRECISION}
    )
    if found.x < NORMAL:
        return 0.0
    at_end = top in (0, len(GRID) - 1) and heights[top] >= -found.fun
    return GRID[top] if at_end else float(found.x)


def _correlation_ml(scores: FloatArray, nu: float, start: FloatArray) -> FloatArray:
    """The correlation of highest likelihood at given scores, from ``start``."""
    d = scores.shape[1]
    lower = np.tril_indices(d, -1)

    def matrix(free: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        raw = np.eye(d)
        raw[lower] = free
        length = np.sqrt((raw**2).sum(axis=1, keepdims=True))
        root = raw / length
        return root, length, root @ root.T

    def objective(free: FloatArray) -> tuple[float, FloatArray]:
        root, length, correlation = matrix(free)
        slope = _slope_by_correlation(scores, nu, correlation)
        by_root = 2.0 * slope @ root
        by_raw = (by_root - root * (by_root * root).sum(axis=1, keepdims=True)) / length
        n = len(scores)
        return -log_density(scores, root, nu).sum() / n, -by_raw[lower] / n

    root = _root(start)
    free = (root / np.diag(root)[:, np.newaxis])[lower]
    found = optimize.minimize(objective, free, jac=True, method="BFGS", options={"gtol": 1e-8, "maxiter": 500})
    return matrix(found.x)[2]


def _slope_by_correlation(scores: FloatArray, nu: float, correlation: FloatArray) -> FloatArray:
    """Derivative of the log-likelihood by the entries of the correlation, each counted by itself, (d, d)."""
    inverse = np.linalg.inv(correlation)
    turned = scores @ inverse
    d, n = scores.shape[1], len(scores)
    weight = 1.0 if np.isinf(nu) else (nu + d) / (nu + np.einsum("nd,nd->n", turned, scores))[:, np.newaxis]
    return 0.5 * ((turned * weight).T @ turned - n * inverse)


def _steepness(scores: FloatArray, nu: float, correlation: FloatArray) -> float:
    """Steepest rise left by a correlation, per its standard error in the normal case, (1 - rho^2) / sqrt(n)."""
    upper = np.triu_indices(len(correlation), 1)
    error = (1.0 - correlation[upper] ** 2) / np.sqrt(len(scores))
    return float(np.abs(2.0 * _slope_by_correlation(scores, nu, correlation)[upper] * error).max())


def _slope(height: Callable[[float], float], eta: float) -> float:
    """Rise of the log-likelihood by 1/nu, per standard error, from differences."""
    step = 1e-3 * eta
    left, middle, right = (height(eta + shift) for shift in (-step, 0.0, step))
    curvature = -(left - 2.0 * middle + right) / step**2
    return abs(right - left) / (2.0 * step) / np.sqrt(max(curvature, 1.0))


def _root(correlation: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.cholesky(correlation), dtype=np.float64)

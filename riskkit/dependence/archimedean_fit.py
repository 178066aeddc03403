"""The estimate of an Archimedean copula's one parameter: by maximum likelihood, or from Kendall's tau."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.likelihood import STEEP
from riskkit.core.status import FitStatus
from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.families import FAMILIES, Generator
from riskkit.dependence.rank_correlation import kendall
from riskkit.dependence.uniforms import uniforms

TAUS = (0.02, 0.06, 0.12, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88, 0.94, 0.97)  # where the search looks first


def fit(spec: Any, law: type, u: pd.DataFrame, method: str) -> CopulaFit:
    """Estimate theta of ``spec.family``; ``law(family, theta, names, survival)`` makes the copula."""
    frame = uniforms(u)
    checks.one_of("method", method, ("ml", "tau"))
    names = checks.names("columns", list(frame.columns), frame.shape[1])
    survival = getattr(spec, "survival", False)

    def at(theta: float) -> Any:
        return law(spec.family, theta, names, survival)

    kind = FAMILIES[spec.family]
    negative = spec.family == "frank" and len(names) == 2
    least = -kind.largest if negative else kind.independence
    if method == "tau":
        theta, steepness, status = _by_tau(kind, frame, least)
    else:
        theta, steepness, status = _by_likelihood(kind, at, np.ascontiguousarray(frame.to_numpy()), least)
    return CopulaFit(spec, at(theta), frame, method, steepness, status)


def _by_tau(kind: type[Generator], u: pd.DataFrame, least: float) -> tuple[float, float, FitStatus]:
    """Return theta whose tau is the mean of the pairs'; the bound where there is none."""
    taus = kendall(u).to_numpy()
    tau = float(taus[np.triu_indices_from(taus, 1)].mean())
    if tau < 0.0 and least < kind.independence:
        theta, steepness, status = _by_tau_positive(kind, -tau)
        return -theta, steepness, status
    return _by_tau_positive(kind, tau)


def _by_tau_positive(kind: type[Generator], tau: float) -> tuple[float, float, FitStatus]:
    if tau <= 0.0:
        return kind.independence, np.nan, FitStatus.BOUND
    if tau >= kind(kind.largest).tau():
        return kind.largest, np.nan, FitStatus.BOUND
    return kind.of_tau(tau).theta, np.nan, FitStatus.OK


def _by_likelihood(
    kind: type[Generator], law_at: Callable[[float], Any], values: FloatArray, least: float
) -> tuple[float, float, FitStatus]:
    """Return theta, the steepest rise left per standard error, and how the search ended.

    The highest of a grid over Kendall's tau is refined between its neighbours.
    """

    def loglikelihood(theta: float) -> float:
        return float(law_at(theta).log_density(values).sum())

    inner = [theta for tau in TAUS if (theta := kind.of_tau(tau).theta) < kind.largest]
    grid = [kind.independence, *inner, kind.largest]
    if least < kind.independence:
        grid = [-theta for theta in grid[:0:-1]] + grid
    heights = [loglikelihood(theta) for theta in grid]
    top = int(np.argmax(heights))
    low, high = grid[max(top - 1, 0)], grid[min(top + 1, len(grid) - 1)]
    found = optimize.minimize_scalar(lambda theta: -loglikelihood(theta), bounds=(low, high), method="bounded",
                                     options={"xatol": 1e-7 * (high - low)})  # fmt: skip
    at_end = top in (0, len(grid) - 1)
    if at_end and -found.fun <= heights[top]:
        return grid[top], 0.0, FitStatus.BOUND
    theta, steepness = _polished(loglikelihood, float(found.x), low, high, kind.independence)
    return theta, steepness, FitStatus.OK if steepness <= STEEP else FitStatus.NOT_CONVERGED


def _polished(
    height: Callable[[float], float], theta: float, low: float, high: float, independence: float
) -> tuple[float, float]:
    """Newton's steps from five-point differences, a twentieth of a standard error apart: their error is near rounding's."""
    step, steepness = 1e-3 * (1.0 + abs(theta)), np.nan
    for _ in range(8):
        room = min(abs(theta - low), abs(high - theta)) if independence in (low, high) else np.inf
        step = min(step, room / 3.0)
        a, b, c, d, e = (height(theta + k * step) for k in (-2, -1, 0, 1, 2))
        slope = (a - 8.0 * b + 8.0 * d - e) / (12.0 * step)
        curvature = (30.0 * c - 16.0 * (b + d) + a + e) / (12.0 * step**2)
        if not curvature > 0.0:
            return theta, np.nan
        error = curvature**-0.5
        steepness = abs(slope) * error
        moved = theta + slope / curvature
        if steepness < 1e-8 or not low < moved < high:
            break
        theta, step = moved, 0.05 * error
    return theta, float(steepness)

r"""Who owns the risk: Euler's shares of VaR and ES, with what chance has done to them.

A component's share of ES is its mean loss in the tail (Tasche 1999). Its share of VaR is its mean loss *at* the quantile;
one scenario says next to nothing about that, so the mean is taken over a window of probabilities about the level with
weights that fall to zero at its ends (a triangular kernel), and the shares are scaled to add up to VaR.

References
----------
Tasche, D. (1999). Risk contributions and performance measurement. Technische Universität München.
Epperlein, E. and Smillie, A. (2006). Cracking VaR with kernels. Risk 19 (8), 70-74.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import LossDistribution
from riskkit.errors import DataError, ModelError


class Shares(NamedTuple):
    """Scenarios, the weight that each has in a measure, and their components."""

    scenarios: npt.NDArray[np.intp]  # (n,)
    weights: FloatArray  # (n,), adding up to 1
    components: FloatArray  # (n, K)


def attribution(losses: LossDistribution, level: float, measure: str = "es", *, window: float | None = None) -> pd.DataFrame:
    """Split VaR or ES over the components.

    Parameters
    ----------
    losses : LossDistribution
        S scenarios, K components. Where components are priced on demand, all of them are asked for once, for the measures of
        components alone; ``losses.contributions(level)`` asks for the tail only.
    level : float
        Confidence level.
    measure : {"es", "var"}
    window : float, optional
        For VaR: half the width, in probability, of the window about the level; default half of 1 - level, so that the mean
        is taken over the losses between the levels 0.985 and 0.995 when the level is 0.99.

    Returns
    -------
    DataFrame, one row per component
        ``component``: Euler's share; they add up to the total. ``standard_error``: of that share, from the number of
        scenarios (NaN where the losses are a law). ``share``: of the total. ``stand_alone``: the measure of the component by
        itself. ``incremental``: what the total would fall by without it.

    Examples
    --------
    >>> losses = rk.LossDistribution([[1, 0], [0, 2], [3, 1], [0, 5]], names=("a", "b"))
    >>> attribution(losses, 0.75)[["component", "stand_alone", "incremental"]].to_numpy().tolist()
    [[0.0, 3.0, 0.0], [5.0, 5.0, 2.0]]
    """
    level = checks.level(level)
    total = losses.es(level) if checks.one_of("measure", measure, ("es", "var")) == "es" else losses.var(level)
    if measure == "es":
        if window is not None:
            raise DataError("ES has no window", got=window, expected='None, or measure="var"')
        component, error = _expected_shortfall(losses, level)
    else:
        component, error = _value_at_risk(losses, level, window)
    alone, without = _alone_and_without(losses, level, measure)
    share = component / total if total else np.full_like(component, np.nan)
    columns = {
        "component": component,
        "standard_error": error,
        "share": share,
        "stand_alone": alone,
        "incremental": total - without,
    }
    return pd.DataFrame(columns, pd.Index(losses.names, name="component"))


def diversification_ratio(losses: LossDistribution, level: float, measure: str = "es") -> float:
    """Return the sum of the components' own measures over that of the total: 1 where nothing is diversified.

    Examples
    --------
    >>> losses = rk.LossDistribution([[1, 0], [0, 2], [3, 1], [0, 5]], names=("a", "b"))
    >>> diversification_ratio(losses, 0.75)
    1.6
    """
    table = attribution(losses, level, measure)
    total = float(table["component"].sum())
    if not total > 0.0:
        raise ModelError("the total has no risk to compare with", got=f"{measure} {total:g}", expected="> 0")
    return float(table["stand_alone"].sum()) / total


def _expected_shortfall(losses: LossDistribution, level: float) -> tuple[FloatArray, FloatArray]:
    """Shares of ES, and their errors by influence: the estimate of the quantile moves each share as well."""
    found = _tail(losses, level)
    component = found.weights @ found.components
    if not losses.sampled:
        return component, np.full(len(component), np.nan)
    at_quantile = _at_quantile(losses, level, 0.5 * (1.0 - level))
    # one scenario's influence on a share: in the tail (component - its mean at the quantile) / (1 - level), centred
    own = losses.weights[found.scenarios]
    influence = (found.components - at_quantile) * (found.weights / own)[:, np.newaxis]
    mean = component - at_quantile
    outside = np.sum(losses.weights**2) - np.sum(own**2)
    return component, np.sqrt((own**2) @ (influence - mean) ** 2 + outside * mean**2)


def _value_at_risk(losses: LossDistribution, level: float, window: float | None) -> tuple[FloatArray, FloatArray]:
    half = 0.5 * (1.0 - level) if window is None else checks.number("window", window, above=0.0, most=1.0 - level)
    found = _window(losses, level, half)
    component = found.weights @ found.components
    total, target = float(component.sum()), losses.var(level)
    if total == 0.0:
        raise ModelError(
            "the losses about the quantile add up to nothing", got=f"window {half:g}", expected="a wider window"
        )
    error = np.full(len(component), np.nan)
    if losses.sampled:
        error = np.sqrt((found.weights**2) @ (found.components - component) ** 2) * abs(target / total)
    return component * (target / total), error


def _tail(losses: LossDistribution, level: float) -> Shares:
    tail = losses.tail(level)
    return Shares(tail.scenarios, tail.weights, losses.rows(tail.scenarios))


def _window(losses: LossDistribution, level: float, half: float) -> Shares:
    """Scenarios whose rank lies about the level, with a triangular kernel; equal losses share their ranks."""
    order = np.argsort(losses.total, kind="stable")
    total, weights = losses.total[order], losses.weights[order]
    mass = np.diff(_triangle((np.concatenate([[0.0], np.cumsum(weights)]) - level) / half))
    inside = np.flatnonzero(mass > 0.0)
    first = np.searchsorted(total, total[inside[0]], side="left")  # whole blocks of equal losses
    chosen = np.arange(first, np.searchsorted(total, total[inside[-1]], side="right"))
    _, block = np.unique(total[chosen], return_inverse=True)
    shared = np.bincount(block, mass[chosen]) / np.bincount(block, weights[chosen])
    mass = shared[block] * weights[chosen]
    scenarios = order[chosen]
    return Shares(scenarios, mass / mass.sum(), losses.rows(scenarios))


def _triangle(x: FloatArray) -> FloatArray:
    """Distribution function of the triangular law on [-1, 1]."""
    x = np.clip(x, -1.0, 1.0)
    return np.where(x < 0.0, 0.5 * (1.0 + x) ** 2, 1.0 - 0.5 * (1.0 - x) ** 2)


def _at_quantile(losses: LossDistribution, level: float, half: float) -> FloatArray:
    found = _window(losses, level, half)
    return np.asarray(found.weights @ found.components)


def _alone_and_without(losses: LossDistribution, level: float, measure: str) -> tuple[FloatArray, FloatArray]:
    """The measure of each component by itself, and of the total without it."""
    components = losses.components
    answers = np.empty((2, components.shape[1]))
    for column in range(components.shape[1]):
        for row, values in enumerate((components[:, column], losses.total - components[:, column])):
            one = LossDistribution(values, weights=losses.weights)
            answers[row, column] = one.es(level) if measure == "es" else one.var(level)
    return answers[0], answers[1]

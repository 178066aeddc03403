"""The maximum of a log-likelihood of a few parameters in a box, from the scores of its observations.

Far from the maximum the sum of squares of the scores about their mean stands for the curvature (Berndt, Hall, Hall and
Hausman 1974): it is never indefinite, costs hardly more than the gradient, and is new at every place. Near the maximum it
would be off by its own error, a tenth or so; there it is corrected by the gradients met on the way (BFGS). Six to ten
gradients make a search.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskkit.checks import FloatArray

Slope = Callable[[FloatArray], tuple[float, FloatArray]]
Information = Callable[[FloatArray], tuple[float, FloatArray, FloatArray]]
NEAR = 0.5  # standard errors from the maximum, as the scores see it
SMALL = 1e-6  # standard errors: there
STEPS = 60
SHORTER = 20
SWEEPS = 60
LEFT = 0.25  # of the way to a lower bound, after a step: likelihoods fall off there, and a peak may lie between
BESIDE = 1e-2  # of the distance of the bounds: so near, a step may go onto the lower one
ON = 1e-12  # of the distance of the bounds: on one


class Peak(NamedTuple):
    """Where a search ended."""

    at: FloatArray
    value: float
    steepest: float  # rise left, per standard error of one parameter that is on no bound


def climb(slope: Slope, information: Information, start: FloatArray, lower: FloatArray, upper: FloatArray) -> Peak:
    """Go up from ``start``, (k,). A coordinate whose bounds are equal is not searched.

    Parameters
    ----------
    slope, information : callable
        At a place, the log-likelihood and its gradient (k,), and besides them the sum of squares of the scores about
        their mean (k, k). Where there is no likelihood the value is minus infinity.
    lower, upper : array of shape (k,)
        Bounds.
    """
    at, steepest = _inside(start, lower, upper), np.inf
    value, gradient, curvature = information(at)
    for _ in range(STEPS if np.isfinite(value) else 0):
        step, distance, steepest = _step(at, gradient, curvature, lower, upper)
        if distance < SMALL:
            break
        fresh, tried = distance > NEAR, None
        for shrunk in 0.3 ** np.arange(SHORTER):
            there = _inside(at + shrunk * step, lower, upper)
            better, new, scored = information(there) if fresh else (*slope(there), curvature)
            if better >= value + 1e-4 * float(gradient @ (there - at)) - 1e-12 * abs(value):
                tried = there, better, new, scored if fresh else _corrected(curvature, there - at, gradient - new)
                break
        if tried is None:
            break
        at, value, gradient, curvature = tried
    return Peak(at, value, steepest)


def _inside(at: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    near = ON * (upper - lower)
    return np.where(at <= lower + near, lower, np.where(at >= upper - near, upper, at))


def _step(
    at: FloatArray, gradient: FloatArray, curvature: FloatArray, lower: FloatArray, upper: FloatArray
) -> tuple[FloatArray, float, float]:
    """Newton's step in the box, its length in standard errors, and the steepest rise."""
    held = ((at <= lower) & (gradient <= 0.0)) | ((at >= upper) & (gradient >= 0.0)) | (lower >= upper)
    spread = _inverse(curvature, ~held)
    steepest = float(np.max(np.abs(gradient) * np.sqrt(np.diagonal(spread)), initial=0.0))
    step: FloatArray = spread @ gradient
    room = at - lower
    lowest = np.where(room < BESIDE * (upper - lower), -room, (LEFT - 1.0) * room)
    if ((step < lowest) | (step > upper - at)).any():
        step = _boxed(gradient, curvature, lowest, upper - at)
    return step, max(float(gradient @ step), 0.0) ** 0.5, steepest


def _boxed(gradient: FloatArray, curvature: FloatArray, lowest: FloatArray, highest: FloatArray) -> FloatArray:
    """Newton's step where bounds are in its way: the best step along each coordinate in turn, which never goes down."""
    step = np.zeros(len(gradient))
    for _ in range(SWEEPS):
        before = step.copy()
        for i in np.flatnonzero((np.diagonal(curvature) > 0.0) & (highest > lowest)):
            left = gradient[i] - curvature[i] @ step
            step[i] = min(max(step[i] + left / curvature[i, i], lowest[i]), highest[i])
        if (np.abs(step - before) <= 1e-6 * np.abs(step)).all():
            break
    return step


def _inverse(matrix: FloatArray, free: npt.NDArray[np.bool_]) -> FloatArray:
    """The inverse of the block of free coordinates, zero elsewhere; a coordinate that changes nothing stays where it is."""
    result = np.zeros_like(matrix)
    block = matrix[np.ix_(free, free)]
    own = np.diagonal(block)
    result[np.ix_(free, free)] = np.linalg.inv(block + np.diag(np.where(own > 0.0, 1e-10 * own, 1.0)))
    return result


def _corrected(curvature: FloatArray, moved: FloatArray, fallen: FloatArray) -> FloatArray:
    """BFGS: ``fallen`` is how much the gradient fell along ``moved``; nothing is learnt where it did not."""
    bent, along = curvature @ moved, float(moved @ fallen)
    before = float(moved @ bent)
    if not along > 0.01 * before or not before > 0.0:
        return curvature
    result: FloatArray = curvature + np.outer(fallen, fallen) / along - np.outer(bent, bent) / before
    return result

"""The maximum of a smooth function of some dozens of bounded coordinates, from its gradient.

BFGS on the coordinates that are not held at a bound, with a shortened step where it would not rise. L-BFGS-B of scipy finds
the same points, but spends more time in the threads of its linear algebra than a likelihood takes.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from riskkit.checks import FloatArray

Rise = Callable[[FloatArray], tuple[float, FloatArray]]
LONGEST = 1.0  # step of any coordinate
STEPS = 300


class End(NamedTuple):
    """Where a search ended, and the steepest free gradient there."""

    value: float
    at: FloatArray
    steepest: float


def maximise(
    rise: Rise,
    start: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    enough: float,
    *,
    inverse: FloatArray | None = None,
    longest: float = LONGEST,
) -> End:
    """Return the greatest value found and its place; ``enough`` is the steepest free gradient at which the search ends.

    ``inverse`` is that of minus the second derivatives at the start, as far as it is known, and ``longest`` a step of any
    coordinate.
    """
    at = np.clip(start, lower, upper)
    value, gradient = rise(at)
    if inverse is None:
        inverse = np.eye(len(at)) / max(float(np.abs(gradient).max()), 1e-12)
    for _ in range(STEPS):
        held = _held(at, gradient, lower, upper)
        slope = np.where(held, 0.0, gradient)
        if np.abs(slope).max() < enough:
            break
        direction = np.where(held, 0.0, inverse @ slope)
        found = _rising(rise, at, value, slope, direction, lower, upper, longest)
        if found is None:
            inverse = np.eye(len(at)) / np.abs(slope).max()
            found = _rising(rise, at, value, slope, inverse @ slope, lower, upper, longest)
            if found is None:
                break
        there, better, new = found
        inverse = _updated(inverse, there - at, gradient - new)
        at, value, gradient = there, better, new
    return End(value, at, float(np.abs(np.where(_held(at, gradient, lower, upper), 0.0, gradient)).max()))


def _held(at: FloatArray, gradient: FloatArray, lower: FloatArray, upper: FloatArray) -> np.ndarray:
    return ((at <= lower) & (gradient < 0.0)) | ((at >= upper) & (gradient > 0.0))


def _rising(
    rise: Rise,
    at: FloatArray,
    value: float,
    slope: FloatArray,
    direction: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    longest: float,
) -> tuple[FloatArray, float, FloatArray] | None:
    share = min(1.0, longest / max(float(np.abs(direction).max()), 1e-300))
    for _ in range(30):
        there = np.clip(at + share * direction, lower, upper)
        promised = float(slope @ (there - at))
        if promised <= 0.0:
            return None
        better, new = rise(there)
        if better >= value + 1e-4 * promised:
            return there, better, new
        share *= 0.3
    return None


def _updated(inverse: FloatArray, moved: FloatArray, fallen: FloatArray) -> FloatArray:
    """BFGS: ``fallen`` is how much the gradient fell along ``moved``; nothing is learnt where it did not."""
    product = float(moved @ fallen)
    if product <= 1e-10 * float(np.linalg.norm(moved) * np.linalg.norm(fallen)):
        return inverse
    through = inverse @ fallen
    both = np.outer(moved, through)
    scale = (1.0 + float(fallen @ through) / product) / product
    return inverse + scale * np.outer(moved, moved) - (both + both.T) / product

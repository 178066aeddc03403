"""The search for the parameters of a dynamic correlation: coordinates in a box, several starts, Newton's steps at the end.

Searched are (p, s, r, eta): persistence p = a + b + delta g, share s of the news in it, part r of the news that falls have,
and eta = 1 / nu: a = p s (1 - r), delta g = p s r, b = p (1 - s). So the constraints of the model are a box.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage, optimize

from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.likelihood import STEEP, positive_inverse
from riskkit.dependence.dcc_sample import DccSample
from riskkit.errors import ConvergenceError

FULL = 1.0 - 1e-6  # persistence at most
NU = (2.05, 500.0)
NO_NEWS = 1e-9  # of a + delta g: what is less is none
CLOSE = 1e-9  # to a bound: on it
GRID = (0.6, 0.93, 0.985), (0.01, 0.04, 0.15)  # starts: persistence, share of the news
SEARCHES = 3  # from the best peaks of the grid
FLAT = 1e-9  # of the mean log density: the rest is Newton's
LITTLE = 0.02  # of news: then none at all is tried too
STEPS = 8  # of Newton
SMALL = 1e-7  # a rise per standard error that is none
FIRST_NU = 8.0


class Optimum(NamedTuple):
    """Where a search ended."""

    point: FloatArray  # a, b, g, nu
    value: float
    slope: float  # steepest rise left per standard error of one parameter
    status: FitStatus


class Search:
    """The log-likelihood of a sample in the coordinates of the box.

    Parameters
    ----------
    sample : DccSample
        What is fitted.
    moving : bool
        Whether correlations move; else only eta is searched.
    """

    def __init__(self, sample: DccSample, moving: bool) -> None:
        self.sample, asymmetric = sample, sample.kind == 2
        self.delta = sample.weight_of_falls if asymmetric else 1.0
        eta = (1.0 / NU[1], 1.0 / NU[0]) if sample.student else (0.0, 0.0)
        self.lower = np.array([0.0, 0.0, 0.0, eta[0]])
        self.upper = (
            np.array([FULL, 1.0, 1.0 if asymmetric else 0.0, eta[1]]) if moving else np.array([0.0, 0.0, 0.0, eta[1]])
        )
        self.searched = np.flatnonzero(self.upper > self.lower)

    def natural(self, at: FloatArray) -> FloatArray:
        """From (p, s, r, eta) to (a, b, g, nu)."""
        p, s, r, eta = at
        return np.array([p * s * (1.0 - r), p * (1.0 - s), p * s * r / self.delta, 1.0 / eta if eta > 0.0 else np.inf])

    def value(self, at: FloatArray) -> float:
        """Log-likelihood; minus infinity where it has none."""
        found = self.sample.evaluate(self._finite(at))
        return found if np.isfinite(found) else -np.inf

    def slope(self, at: FloatArray) -> tuple[float, FloatArray]:
        """Log-likelihood and its derivatives by (p, s, r, eta)."""
        p, s, r, eta = at
        gradient = np.empty(4)
        value = self.sample.evaluate(self._finite(at), gradient)
        if not np.isfinite(value):
            return -np.inf, np.zeros(4)
        a, b, g, nu = gradient
        by_news = a * (1.0 - r) + g * r / self.delta
        by_eta = -nu / eta**2 if eta > 0.0 else 0.0
        return value, np.array([s * by_news + (1.0 - s) * b, p * (by_news - b), p * s * (g / self.delta - a), by_eta])

    def climb(self, start: FloatArray) -> FloatArray:
        """The end of a quasi-Newton search in the box, in steps that fit the place where it starts."""
        count, searched = len(self.sample.values), self.searched
        p, s, _, eta = start
        scale = np.array([1.0 - p, s, 0.3, eta])[searched]

        def falling(moves: FloatArray) -> tuple[float, FloatArray]:
            at = start.copy()
            at[searched] = np.clip(start[searched] + scale * moves, self.lower[searched], self.upper[searched])
            value, slope = self.slope(at)
            return (-value / count, -scale * slope[searched] / count) if np.isfinite(value) else (1e10, np.zeros(len(scale)))

        ends = ((end - start)[searched] / scale for end in (self.lower, self.upper))
        found = optimize.minimize(
            falling, np.zeros(len(scale)), jac=True, method="L-BFGS-B", bounds=list(zip(*ends, strict=True)),
            options={"ftol": FLAT, "gtol": FLAT},
        )  # fmt: skip
        end = start.copy()
        end[searched] = np.clip(start[searched] + scale * found.x, self.lower[searched], self.upper[searched])
        return end

    def curvature(self, at: FloatArray, free: npt.NDArray[np.intp]) -> FloatArray:
        """Second derivatives by the coordinates ``free``, from differences of the exact first ones."""
        result = np.empty((len(free), len(free)))
        for row, i in enumerate(free):
            width = 1e-4 * min(at[i] - self.lower[i], self.upper[i] - at[i])
            above, below = at.copy(), at.copy()
            above[i] += width
            below[i] -= width
            result[row] = (self.slope(above)[1] - self.slope(below)[1])[free] / (above[i] - below[i])
        return 0.5 * (result + result.T)

    def free(self, at: FloatArray) -> npt.NDArray[np.intp]:
        """Coordinates that are searched, off their bounds, and have a meaning: without news p and s have none."""
        inside = (at - self.lower > CLOSE) & (self.upper - at > CLOSE)
        if at[0] * at[1] < NO_NEWS:
            inside[:3] = False
        return np.flatnonzero(inside)

    def _finite(self, at: FloatArray) -> FloatArray:
        point = self.natural(at)
        if not self.sample.student:
            point[3] = 0.0
        return point


def highest(sample: DccSample, *, moving: bool = True) -> Optimum:
    """Search the maximum from several starts.

    Raises
    ------
    ConvergenceError
        When the likelihood is finite nowhere.
    """
    search = Search(sample, moving)
    best, at = -np.inf, np.zeros(4)
    for start in _starts(search):
        end = search.climb(start) if len(search.searched) else start
        value = search.value(end)
        if value > best:
            best, at = value, end
    if moving and at[0] * at[1] < LITTLE:  # a search along the bound may end beside it
        still = highest(sample, moving=False)
        if still.value >= best - 1e-6:
            return still._replace(status=FitStatus.BOUND) if still.status == FitStatus.OK else still
    if not np.isfinite(best):
        raise ConvergenceError(
            "the likelihood of the correlations is not finite", got=f"{len(sample.values)} observations",
            remedy="look at the residuals: is one huge, or a column nearly a combination of others?",
        )  # fmt: skip
    return _polished(search, np.where(at - search.lower < CLOSE, search.lower, at))


def _starts(search: Search) -> list[FloatArray]:
    """The peaks of the grid, the highest first: points not below their neighbours."""
    eta = 1.0 / FIRST_NU if search.sample.student else 0.0
    if not search.upper[0] > 0.0:
        return [np.array([0.0, 0.0, 0.0, eta])]
    third = 0.3 if search.upper[2] > 0.0 else 0.0
    points = [[np.array([p, s, third, eta]) for s in GRID[1]] for p in GRID[0]]
    values = np.array([[search.value(point) for point in row] for row in points])
    around = ndimage.maximum_filter(values, size=3, mode="nearest")  # diagonals too: the ridge runs along them
    peaks = sorted(zip(*np.nonzero(values == around), strict=True), key=lambda cell: -values[cell])
    return [points[i][j] for i, j in peaks[:SEARCHES]]


def _polished(search: Search, at: FloatArray) -> Optimum:
    """Newton's steps until the likelihood is flat; then what can be said of the place."""
    value, gradient = search.slope(at)
    free, steepest, spread = search.free(at)[:0], np.inf, np.zeros((0, 0))
    for _ in range(STEPS):
        before, steepest = steepest, _steepest(gradient[free], spread)
        known = len(free) and steepest < 1e-2 * before  # the curvature of the last place does where the step was short
        if not known or len(search.free(at)) != len(free):
            free = search.free(at)
            spread = positive_inverse(-search.curvature(at, free)) if len(free) else np.zeros((0, 0))
            steepest = _steepest(gradient[free], spread)
        if not SMALL < steepest < np.inf:  # flat, or the curvature is not that of a maximum
            break
        step = np.zeros(4)
        step[free] = spread @ gradient[free]
        room = np.where(step > 0.0, search.upper - at, at - search.lower)
        shrink = min(1.0, float(np.min(0.5 * room[free] / np.maximum(np.abs(step[free]), 1e-300))))
        next_value, next_gradient = search.slope(at + shrink * step)
        if next_value < value - 1e-9 * abs(value):
            break
        at, value, gradient = at + shrink * step, next_value, next_gradient
    return Optimum(_point(search, at), value, steepest, _status(search, free, steepest))


def _steepest(gradient: FloatArray, spread: FloatArray) -> float:
    """Rise of the log-likelihood per standard error of one parameter."""
    return float(np.max(np.abs(gradient) * np.sqrt(np.diagonal(spread)), initial=0.0))


def _point(search: Search, at: FloatArray) -> FloatArray:
    point = search.natural(at)
    if at[0] * at[1] < NO_NEWS:
        point[:3] = 0.0
    return point


def _status(search: Search, free: npt.NDArray[np.intp], steepest: float) -> FitStatus:
    if not steepest <= STEEP:
        return FitStatus.NOT_CONVERGED
    return FitStatus.OK if len(free) == len(search.searched) else FitStatus.BOUND

"""The search for the parameters of a dynamic correlation: coordinates in a box, and where it starts.

Searched are (p, s, r, eta): persistence p = a + b + delta g, share s of the news in it, part r of the news that falls have,
and eta = 1 / nu: a = p s (1 - r), delta g = p s r, b = p (1 - s). So the constraints of the model are a box.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.likelihood import STEEP
from riskkit.dependence.dcc_sample import DccSample
from riskkit.dependence.scored_search import Peak, climb
from riskkit.errors import ConvergenceError

FULL = 1.0 - 1e-6  # persistence at most
NU = (2.05, 500.0)
NO_NEWS = 1e-9  # of a + delta g: what is less is none
CLOSE = 1e-9  # to a bound: on it
GRID = (0.6, 0.93, 0.985), (0.01, 0.04, 0.15)  # starts: persistence, share of the news
SEARCHES = 3  # from the best peaks of the grid
LITTLE = 0.02  # of news: then none at all is tried too
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
        gradient = np.empty(4)
        value = self.sample.evaluate(self._finite(at), gradient)
        return (value, gradient @ self._chain(at)) if np.isfinite(value) else (-np.inf, np.zeros(4))

    def information(self, at: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Value and slope, and the sum of squares of the scores of all rows about their mean (4, 4)."""
        gradient, scores = np.empty(4), np.empty((len(self.sample.values), 4))
        value = self.sample.evaluate(self._finite(at), gradient, scores)
        if not np.isfinite(value):
            return -np.inf, np.zeros(4), np.zeros((4, 4))
        chain = self._chain(at)
        centred = scores - gradient / len(scores)
        return value, gradient @ chain, chain.T @ (centred.T @ centred) @ chain

    def free(self, at: FloatArray) -> npt.NDArray[np.intp]:
        """Coordinates that are searched, off their bounds, and have a meaning: without news p and s have none."""
        inside = (at - self.lower > CLOSE) & (self.upper - at > CLOSE)
        if at[0] * at[1] < NO_NEWS:
            inside[:3] = False
        return np.flatnonzero(inside)

    def _chain(self, at: FloatArray) -> FloatArray:
        """Derivatives of (a, b, g, nu), rows, by (p, s, r, eta)."""
        p, s, r, eta = at
        news, fallen = 1.0 - r, r / self.delta
        return np.array(
            [
                [s * news, p * news, -p * s, 0.0],
                [1.0 - s, -p, 0.0, 0.0],
                [s * fallen, p * fallen, p * s / self.delta, 0.0],
                [0.0, 0.0, 0.0, -1.0 / eta**2 if eta > 0.0 else 0.0],
            ]
        )

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
    ends = [climb(search.slope, search.information, start, search.lower, search.upper) for start in _starts(search)]
    end = max(ends, key=lambda end: end.value)
    if moving and end.at[0] * end.at[1] < LITTLE:  # a search along the bound may end beside it
        still = highest(sample, moving=False)
        if still.value >= end.value - 1e-6:
            return still._replace(status=FitStatus.BOUND) if still.status == FitStatus.OK else still
    if not np.isfinite(end.value):
        raise ConvergenceError(
            "the likelihood of the correlations is not finite", got=f"{len(sample.values)} observations",
            remedy="look at the residuals: is one huge, or a column nearly a combination of others?",
        )  # fmt: skip
    return Optimum(_point(search, end.at), end.value, end.steepest, _status(search, end))


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


def _point(search: Search, at: FloatArray) -> FloatArray:
    point = search.natural(at)
    if at[0] * at[1] < NO_NEWS:
        point[:3] = 0.0
    return point


def _status(search: Search, end: Peak) -> FitStatus:
    if not end.steepest <= STEEP:
        return FitStatus.NOT_CONVERGED
    return FitStatus.OK if len(search.free(end.at)) == len(search.searched) else FitStatus.BOUND

"""The estimate of the skew Student copula by maximum likelihood."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.dependence.bounded_search import maximise
from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.elliptical import StudentCopula
from riskkit.dependence.skew_student import SkewStudentLaw
from riskkit.dependence.skew_student_density import Evaluation, Points
from riskkit.dependence.uniforms import uniforms

LEAST_NU, MOST_NU, MOST_SKEW = 1.0, 200.0, 30.0  # of an estimate
NU_STEP = 1e-4  # of log nu, for its derivative
CURVATURE_STEP = 1e-4
ROUGHLY = 5e-6  # gradient per observation at which Newton's steps take over
REACHED, ENOUGH = 1e-5, 1e-3  # steepest rise left, per standard error of one parameter: no more steps; still an optimum


@dataclass(frozen=True)
class SkewStudentCopula:
    """Specification of the skew Student copula: correlations, skew, degrees of freedom.

    Parameters
    ----------
    skew : {"common", "each"}
        One skew that all variables share, or one per variable. Common is the one to begin with: a joint tail says little
        about which of its variables is skewed, and on few observations (under some 300) skews of their own run away.

    Examples
    --------
    >>> names = ["BTC", "ETH"]
    >>> law = SkewStudentLaw(pd.DataFrame([[1.0, 0.5], [0.5, 1.0]], names, names), skew=-1.5, nu=4.0)
    >>> fit = SkewStudentCopula().fit(law.sample(1000, rng=1))
    >>> str(fit.status), bool(fit.params["skew"] < -0.5)
    ('ok', True)
    """

    skew: str = "common"

    def __post_init__(self) -> None:
        checks.one_of("skew", self.skew, ("common", "each"))

    def fit(self, u: pd.DataFrame, method: str = "ml") -> CopulaFit:
        """Estimate from uniforms.

        Parameters
        ----------
        u : DataFrame of shape (T, d)
            Observations of the copula, strictly between 0 and 1; see :func:`pseudo_observations`.
        method : {"ml"}
            Maximum likelihood.

        Raises
        ------
        DataError
            Anything that is not an observation of a copula; too few rows.

        Notes
        -----
        The likelihood can have several maxima in the skew. The search goes from the Student copula's estimate (skew 0) to
        both signs of a common skew, and for a skew of each from the best common one and from alternating signs; the best of
        the maxima found counts. Student's maximum is a start too, so that the likelihood is never less.
        """
        frame = uniforms(u)
        checks.one_of("method", method, ("ml",))
        search = _Search(Points.of(np.ascontiguousarray(frame.to_numpy())), frame.shape[1])
        student = search.start(StudentCopula().fit(frame).law)
        found = search.best([student, *_tilted(student)], skews=1)
        if self.skew == "each":
            found = search.best(list(_own(found, frame.shape[1])), skews=frame.shape[1])
        found, gradient_norm, status = search.finished(found)
        root, skew, nu = search.unpacked(found)
        names = [str(name) for name in frame.columns]
        own = pd.Series(skew, names) if self.skew == "each" else float(skew[0])
        law = SkewStudentLaw(pd.DataFrame(root @ root.T, names, names), own, nu)
        return CopulaFit(self, law, frame, method, gradient_norm, status)


def _tilted(student: FloatArray) -> Iterator[FloatArray]:
    for skew in (-1.0, 1.0):
        yield np.r_[student[:-1], skew, student[-1]]


def _own(common: FloatArray, d: int) -> Iterator[FloatArray]:
    before, skew, after = common[:-2], common[-2], common[-1:]
    yield np.r_[before, np.full(d, skew), after]
    signs = np.where(np.arange(d) % 2, 1.0, -1.0)
    yield np.r_[before, skew + 0.5 * signs, after]
    yield np.r_[before, skew - 0.5 * signs, after]


@dataclass(frozen=True, eq=False)
class _Search:
    """Points are the rows of the correlation's Cholesky factor over their diagonal, then 1 or d skews, then log nu."""

    points: Points
    d: int
    lower: tuple[np.ndarray, np.ndarray] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lower", np.tril_indices(self.d, -1))

    def start(self, student: Any) -> FloatArray:
        """A Student copula, without a skew."""
        root = np.linalg.cholesky(student.correlation.to_numpy())
        nu = np.clip(student.nu, LEAST_NU, MOST_NU)
        return np.r_[(root / np.diag(root)[:, np.newaxis])[self.lower], np.log(nu)]

    def unpacked(self, at: FloatArray) -> tuple[FloatArray, FloatArray, float]:
        """Cholesky factor (d, d), skew (d,), nu."""
        root, pairs = np.eye(self.d), len(self.lower[0])
        root[self.lower] = at[:pairs]
        skew = np.full(self.d, at[pairs:-1])
        return root / np.linalg.norm(root, axis=1)[:, np.newaxis], skew, float(np.exp(at[-1]))

    def value(self, at: FloatArray) -> float:
        return float(Evaluation(self.points, *self.unpacked(at)).log_density.sum())

    def rise(self, at: FloatArray) -> tuple[float, FloatArray]:
        """Log-likelihood and its gradient; exact but for log nu, a central difference."""
        root, skew, nu = self.unpacked(at)
        evaluation = Evaluation(self.points, root, skew, nu)
        by_matrix, by_skew = evaluation.gradient()
        by_root = 2.0 * by_matrix @ root
        length = 1.0 / np.diag(root)  # of the rows before they were brought to length 1
        by_row = (by_root - root * (by_root * root).sum(axis=1)[:, np.newaxis]) / length[:, np.newaxis]
        skews = len(at) - len(self.lower[0]) - 1
        by_skew = by_skew if skews == self.d else by_skew.sum(keepdims=True)
        step = np.zeros_like(at)
        step[-1] = NU_STEP
        by_nu = (self.value(at + step) - self.value(at - step)) / (2.0 * NU_STEP)
        return float(evaluation.log_density.sum()), np.r_[by_row[self.lower], by_skew, by_nu]

    def bounds(self, size: int) -> optimize.Bounds:
        pairs = len(self.lower[0])
        most = np.r_[np.full(pairs, np.inf), np.full(size - pairs - 1, MOST_SKEW), np.log(MOST_NU)]
        return optimize.Bounds(np.r_[-most[:-1], np.log(LEAST_NU)], most)

    def best(self, starts: list[FloatArray], skews: int) -> FloatArray:
        """The best of the maxima found from the starts; a start without skews has skew 0."""
        size, ends = len(self.lower[0]) + 1 + skews, []
        bounds = self.bounds(size)
        for start in starts:
            whole = start if len(start) == size else np.r_[start[:-1], np.zeros(skews), start[-1]]
            ends.append(maximise(self.rise, whole, bounds.lb, bounds.ub, ROUGHLY * len(self.points.place)))
        return max(ends, key=lambda end: end[0])[1]

    def finished(self, at: FloatArray) -> tuple[FloatArray, float, FitStatus]:
        """Newton steps on the coordinates inside their bounds; the rise left per standard error; what became of it."""
        bounds, norm = self.bounds(len(at)), np.inf
        free = (at > bounds.lb + 1e-6) & (at < bounds.ub - 1e-6)
        value, gradient = self.rise(at)
        for _ in range(3):
            curvature = self._curvature(at, free)
            if np.linalg.eigvalsh(curvature)[-1] >= 0.0:
                return at, float("nan"), FitStatus.NOT_CONVERGED
            covariance = np.linalg.inv(-curvature)
            errors = np.sqrt(np.diag(covariance))
            norm = float(np.abs(gradient[free] * errors).max())
            moved = at.copy()
            moved[free] += covariance @ gradient[free]
            if norm < REACHED or np.any((moved < bounds.lb) | (moved > bounds.ub)):
                break
            there, slope = self.rise(moved)
            if there < value - 1e-7:
                break
            at, value, gradient = moved, there, slope
            norm = float(np.abs(gradient[free] * errors).max())
            if norm < REACHED:
                break
        if norm > ENOUGH:
            return at, norm, FitStatus.NOT_CONVERGED
        return at, norm, FitStatus.OK if free.all() else FitStatus.BOUND

    def _curvature(self, at: FloatArray, free: np.ndarray) -> FloatArray:
        columns = []
        for place in np.flatnonzero(free):
            step = np.zeros_like(at)
            step[place] = CURVATURE_STEP
            columns.append((self.rise(at + step)[1] - self.rise(at - step)[1])[free] / (2.0 * CURVATURE_STEP))
        matrix = np.array(columns)
        return 0.5 * (matrix + matrix.T)

"""The correlation matrix nearest to a matrix that is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.dependence.correlation_checks import places, unit_diagonal
from riskkit.errors import DataError, ModelError

Mask = npt.NDArray[np.bool_]
MOST_STEPS, MOST_INNER_STEPS = 100, 300
TOLERANCE = 1e-12  # of the entries that are held, relative to their size


@dataclass(frozen=True, eq=False)
class NearestCorrelation:
    """The answer of :func:`nearest_correlation`.

    Parameters
    ----------
    matrix : DataFrame of shape (d, d)
        Symmetric, ones on the diagonal, no eigenvalue below the one asked for.
    distance : float
        Frobenius norm of what was changed, weighted as asked; 0 where nothing was.
    iterations : int
        Newton steps.
    status : FitStatus
        OK where the optimum was reached; otherwise ``matrix`` is a correlation matrix, but not the nearest, or does not
        keep what was to be fixed.
    """

    matrix: pd.DataFrame
    distance: float
    iterations: int
    status: FitStatus


def nearest_correlation(
    matrix: pd.DataFrame,
    *,
    weights: pd.Series | Sequence[float] | None = None,
    fixed: pd.DataFrame | Sequence[tuple[str, str]] | None = None,
    least_eigenvalue: float = 0.0,
) -> NearestCorrelation:
    """Find the correlation matrix nearest to a symmetric matrix, and say how far it is.

    Parameters
    ----------
    matrix : DataFrame of shape (d, d)
        Symmetric with ones on the diagonal: correlations put together pair by pair, stressed by hand, or rounded.
    weights : Series or sequence of length d, optional
        Positive confidence in each variable, taken relative to the largest; the change of correlation (i, j) counts
        w_i w_j times in the squared distance.
    fixed : DataFrame of bool (d, d) or list of pairs of names, optional
        Correlations that must not change.
    least_eigenvalue : float
        At least 0 and below 1. The nearest matrix usually has eigenvalues at this bound: choose it above 0, for example
        1e-6, where the matrix is to be inverted.

    Returns
    -------
    NearestCorrelation

    Raises
    ------
    DataError
        What is not symmetric with ones on the diagonal; weights that are not positive; a mask of another shape.
    ModelError
        No correlation matrix has the fixed entries.

    Notes
    -----
    Higham's problem, solved by the Newton method of Qi and Sun on its dual, in which every entry that is held (the
    diagonal, and what is fixed) has one multiplier. The weights scale the problem: D^1/2 X D^1/2 has the diagonal w.

    References
    ----------
    Higham, N. J. (2002). Computing the nearest correlation matrix - a problem from finance. IMA Journal of Numerical
    Analysis 22, 329-343.
    Qi, H. and Sun, D. (2006). A quadratically convergent Newton method for computing the nearest correlation matrix. SIAM
    Journal on Matrix Analysis and Applications 28, 360-385.

    Examples
    --------
    >>> tight = pd.DataFrame([[1, 1, 0], [1, 1, 1], [0, 1, 1]], index=list("abc"), columns=list("abc"))
    >>> nearest = nearest_correlation(tight)
    >>> nearest.matrix.round(4).loc["a"].tolist(), round(nearest.distance, 4)
    ([1.0, 0.7607, 0.1573], 0.5278)
    """
    frame = unit_diagonal("matrix", matrix)
    bound = checks.number("least_eigenvalue", least_eigenvalue, least=0.0, most=1.0 - 1e-9)
    size = np.sqrt(_weights(weights, frame.columns))
    mask = _mask(fixed, frame.columns)
    given = frame.to_numpy()
    if np.linalg.eigvalsh(given)[0] >= bound:
        return NearestCorrelation(frame, 0.0, 0, FitStatus.OK)
    scale = np.outer(size, size)
    target = given * scale
    np.fill_diagonal(target, (1.0 - bound) * size**2)  # what stands above the bound is positive semidefinite
    solution = _dual_newton(target, mask)
    result = _correlation(solution.matrix / scale, bound)
    found = pd.DataFrame(result, index=frame.index, columns=frame.columns)
    return NearestCorrelation(found, float(np.linalg.norm((given - result) * scale)), solution.steps, solution.status)


def _weights(weights: object, names: pd.Index) -> FloatArray:
    if weights is None:
        return np.ones(len(names))
    if isinstance(weights, pd.Series) and not weights.index.equals(names):
        raise DataError("weights have other names", got=list(weights.index), expected=list(names))
    result = checks.array("weights", weights, ndim=1)
    if result.shape != (len(names),) or result.min() <= 0.0:
        raise DataError("weights do not fit the matrix", got=repr(weights), expected=f"{len(names)} positive numbers")
    return result / result.max()


def _mask(fixed: object, names: pd.Index) -> Mask:
    """What must not change, with the diagonal."""
    mask = np.eye(len(names), dtype=bool)
    if fixed is None:
        return mask
    if isinstance(fixed, (pd.DataFrame, np.ndarray)):
        values = np.asarray(fixed)
        if values.shape != mask.shape or values.dtype != bool or not np.array_equal(values, values.T):
            raise DataError(
                "fixed does not fit the matrix", got=f"{values.dtype} of shape {values.shape}",
                expected=f"a symmetric mask of shape {mask.shape}",
            )  # fmt: skip
        return mask | values
    for pair in fixed if isinstance(fixed, (list, tuple)) else [fixed]:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise DataError("fixed does not hold pairs", got=repr(pair), expected='for example [("BTC", "ETH")]')
        row, column = places("fixed", pair, names)
        mask[row, column] = mask[column, row] = True
    return mask


def _correlation(surplus: FloatArray, bound: float) -> FloatArray:
    """Put the bound back, and ones on the diagonal by a scaling that keeps the signs of all eigenvalues."""
    size = np.sqrt(np.diag(surplus) / (1.0 - bound))
    result = surplus / np.outer(size, size)
    result = (result + result.T) / 2.0
    np.fill_diagonal(result, 1.0)
    return result


class _Solution(NamedTuple):
    matrix: FloatArray
    steps: int
    status: FitStatus


class _Dual:
    """The dual at multipliers Y: f(Y) = |(G + Y)_+|^2 / 2 - <Y, G>, over symmetric Y that vanish where nothing is held."""

    def __init__(self, target: FloatArray, mask: Mask, multipliers: FloatArray) -> None:
        self.target, self.mask, self.multipliers = target, mask, multipliers
        self.values, self.vectors = np.linalg.eigh(target + multipliers)
        positive = np.maximum(self.values, 0.0)
        self.projection = (self.vectors * positive) @ self.vectors.T
        self.gradient = np.where(mask, self.projection - target, 0.0)
        self.value = 0.5 * float(positive @ positive) - float(np.vdot(multipliers, target))

    def moved(self, step: FloatArray) -> "_Dual":
        return _Dual(self.target, self.mask, self.multipliers + step)

    def shares(self) -> FloatArray:
        """First divided differences of the positive part at the eigenvalues."""
        positive = np.maximum(self.values, 0.0)
        above, below = positive[:, np.newaxis], np.abs(self.values)
        size = np.abs(self.values)[:, np.newaxis] + below
        same = np.sign(self.values)[:, np.newaxis] == np.sign(self.values)
        mixed = np.maximum(above, positive) / np.where(size > 0.0, size, 1.0)
        return np.where(same, (positive > 0.0).astype(float), mixed)

    def newton_step(self) -> FloatArray:
        """Solve (Hessian + small) step = -gradient by conjugate gradients, as exactly as the distance asks for."""
        shares, size = self.shares(), float(np.linalg.norm(self.gradient))
        ridge = min(1e-3, 0.1 * size)
        step, residual = np.zeros_like(self.gradient), -self.gradient
        direction, left = residual, size**2
        for _ in range(MOST_INNER_STEPS):
            inner = self.vectors.T @ direction @ self.vectors
            curved = np.where(self.mask, self.vectors @ (shares * inner) @ self.vectors.T, 0.0) + ridge * direction
            length = left / float(np.vdot(direction, curved))
            step, residual = step + length * direction, residual - length * curved
            before, left = left, float(np.vdot(residual, residual))
            if left <= (min(0.1, size) * size) ** 2:
                break
            direction = residual + left / before * direction
        return step


def _dual_newton(target: FloatArray, mask: Mask) -> _Solution:
    size = np.sqrt(np.diag(target))
    farthest = 0.5 * float(np.square(np.abs(target) + np.outer(size, size)).sum())  # no correlation matrix is farther
    half_norm, tolerance = 0.5 * float(np.vdot(target, target)), TOLERANCE * float(np.linalg.norm(target[mask]))
    dual = _Dual(target, mask, np.zeros_like(target))
    for steps in range(MOST_STEPS + 1):
        if np.linalg.norm(dual.gradient) <= tolerance:
            return _Solution(dual.projection, steps, FitStatus.OK)
        if half_norm - dual.value > farthest:  # the dual bounds the distance of every solution from below
            raise ModelError(
                "no correlation matrix has the fixed entries", got=f"{int(np.triu(mask, 1).sum())} fixed pairs",
                expected="fixed correlations that can stand together", remedy="fix fewer of them",
            )  # fmt: skip
        after = _descent(dual, dual.newton_step()) if steps < MOST_STEPS else None
        if after is None:
            break
        dual = after
    return _Solution(dual.projection, steps, FitStatus.NOT_CONVERGED)


def _descent(dual: _Dual, step: FloatArray) -> _Dual | None:
    """Shorten the step until the dual falls enough; near the optimum, where it is flat, until the gradient does."""
    slope, flat = float(np.vdot(dual.gradient, step)), 1e-14 * (1.0 + abs(dual.value))
    for halvings in range(30):
        length = 0.5**halvings
        after = dual.moved(length * step)
        falls = after.value <= dual.value + 1e-4 * length * slope
        level = abs(after.value - dual.value) <= flat
        if falls or (level and np.linalg.norm(after.gradient) < np.linalg.norm(dual.gradient)):
            return after
    return None

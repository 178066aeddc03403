"""What a dynamic correlation is fitted to: standardised residuals, their targets, and the likelihood from the kernel."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.dependence.uniforms import several
from riskkit.errors import DataError
from riskkit_ext import _dcc

SINGULAR = 1e-10  # an eigenvalue of a correlation matrix below which its columns are called dependent


@dataclass(frozen=True, eq=False)
class DccSample:
    """Residuals laid out for the kernel.

    Parameters
    ----------
    kind : int
        Position in the kernel's ``kinds``.
    student : bool
        Student-t, else normal.
    values : array (T, d)
        The residuals.
    stretches : array (L, d, lanes)
        The same in ``lanes`` consecutive stretches, zeros behind the last row.
    matrices : array (4, m)
        What the kernel wants, packed: target, mean product of falls, and what a row before the first adds to either.
    """

    kind: int
    student: bool
    values: FloatArray
    stretches: FloatArray
    matrices: FloatArray

    def evaluate(self, point: FloatArray, gradient: FloatArray | None = None, scores: FloatArray | None = None) -> float:
        """Log-likelihood at (a, b, g, nu), NaN where it has none; the derivatives are written where given."""
        return _dcc.evaluate(
            self.kind, self.student, len(self.values), self.stretches, self.matrices, point, gradient, scores
        )

    def target(self, point: FloatArray) -> FloatArray:
        """The matrix (d, d) that Q returns to; in the corrected kind it depends on a and b."""
        if _dcc.kinds[self.kind] != "cdcc":
            return unpacked(self.matrices[0])
        packed = np.empty(self.matrices.shape[1])
        _dcc.evaluate(self.kind, self.student, len(self.values), self.stretches, self.matrices, point, None, None, packed)
        return unpacked(packed)

    @property
    def weight_of_falls(self) -> float:
        """Largest eigenvalue of N in units of the target: Q stays positive definite while a + b + this * g < 1."""
        root = np.linalg.inv(np.linalg.cholesky(unpacked(self.matrices[0])))
        return float(np.linalg.eigvalsh(root @ unpacked(self.matrices[1]) @ root.T)[-1])


def residuals(z: object) -> pd.DataFrame:
    """Return standardised residuals, checked: a table of columns that vary, differ, and have mean squares near 1."""
    frame = several("z", z)
    squares = (frame.to_numpy() ** 2).mean(axis=0)
    odd = np.flatnonzero((squares < 0.25) | (squares > 4.0))
    if len(odd):
        raise DataError(
            "z is not standardised", got=f"mean square {squares[odd[0]]:.3g} in {frame.columns[odd[0]]!r}",
            expected="columns of variance about 1", remedy="rk.volatility.fit_many(returns, spec).standardised",
        )  # fmt: skip
    return frame


def sample_of(spec: Any, frame: pd.DataFrame) -> DccSample:
    """Lay out checked residuals for a specification."""
    values = np.ascontiguousarray(frame.to_numpy())
    falls = np.minimum(values, 0.0)
    if spec.start == "target":
        target, fallen = values.T @ values / len(values), falls.T @ falls / len(values)
    else:
        target, fallen = np.cov(values.T), np.cov(falls.T)
    least = float(np.linalg.eigvalsh(normalised(target))[0])
    if least < SINGULAR:
        raise DataError(
            "z holds columns that are linear combinations of others", got=f"correlations with an eigenvalue of {least:.3g}",
            expected=f"none below {SINGULAR:g}", remedy="drop a column of each such group",
        )  # fmt: skip
    matrices = kernel_matrices(spec.start, target, fallen)
    return DccSample(_dcc.kinds.index(spec.kind), spec.dist == "t", values, _stretches(values), matrices)


def kernel_matrices(start: str, target: FloatArray, fallen: FloatArray) -> FloatArray:
    """Pack the targets and what the row before the first adds to them, (4, m)."""
    nothing = np.zeros_like(target)
    row = np.ones_like(target) if start == "ones" else nothing
    before, fallen_before = (nothing, nothing) if start == "target" else (row - target, row - fallen)
    return np.array([packed(matrix) for matrix in (target, fallen, before, fallen_before)])


def packed(matrix: FloatArray) -> FloatArray:
    """The lower triangle of a symmetric matrix (d, d), row after row."""
    return matrix[np.tril_indices(len(matrix))]


def unpacked(lower: FloatArray) -> FloatArray:
    """The symmetric matrix (d, d) of a lower triangle.

    Examples
    --------
    >>> unpacked(np.array([1.0, 0.5, 2.0])).tolist()
    [[1.0, 0.5], [0.5, 2.0]]
    """
    d = int(np.sqrt(2 * len(lower)))
    result = np.empty((d, d))
    rows, columns = np.tril_indices(d)
    result[rows, columns] = result[columns, rows] = lower
    return result


def normalised(q: FloatArray) -> FloatArray:
    """Covariances (..., d, d) scaled to correlations; the diagonal is exactly 1."""
    root = np.sqrt(np.diagonal(q, axis1=-2, axis2=-1))
    result: FloatArray = q / (root[..., :, None] * root[..., None, :])
    diagonal = np.arange(q.shape[-1])
    result[..., diagonal, diagonal] = 1.0
    return result


def _stretches(values: FloatArray) -> FloatArray:
    n, d = values.shape
    length = -(-n // _dcc.lanes)
    filled = np.zeros((_dcc.lanes * length, d))
    filled[:n] = values
    return np.ascontiguousarray(filled.reshape(_dcc.lanes, length, d).transpose(1, 2, 0))


def given_sigma(sigma: object, frame: pd.DataFrame) -> FloatArray:
    """Return conditional standard deviations (T, d) of the residuals in ``frame``, checked."""
    if not isinstance(sigma, pd.DataFrame):
        raise DataError("sigma is no table", got=type(sigma).__name__, expected="a DataFrame like z")
    if not sigma.index.equals(frame.index) or not sigma.columns.equals(frame.columns):
        raise DataError(
            "sigma has other labels than z", got=f"{sigma.shape}", expected=f"the index and columns of z {frame.shape}",
            remedy="sigma.loc[z.index, z.columns]",
        )  # fmt: skip
    values = checks.array("sigma", sigma.to_numpy(), ndim=2)
    if values.min() <= 0.0:
        raise DataError("sigma holds a value that is no standard deviation", got=f"{values.min():g}", expected="> 0")
    return values

"""Log density of the skew Student copula, and its derivatives, over points that stay while the parameters move.

With y_j = x_j sqrt(1 + skew_j^2) and C the correlation of Z, all that the joint density reads is

    B = y' C^-1 y,   b = skew' C^-1 y,   q = skew' C^-1 skew,   a = b / sqrt(1 + q),   Q = B - a^2,

and log |P| = log |C| + log(1 + q) - sum log(1 + skew_j^2), because P is the correlation (C + skew skew') scaled to a unit
diagonal.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from riskkit.checks import FloatArray
from riskkit_ext import _skew_student


@dataclass(frozen=True, eq=False)
class Points:
    """Uniforms by their distinct values: ranks have the same ones in every column, and a quantile is taken once."""

    logit: FloatArray  # sorted
    place: np.ndarray  # (n, d), into logit

    @classmethod
    def of(cls, u: FloatArray) -> "Points":
        """Sort the distinct values of ``u`` (n, d)."""
        distinct, place = np.unique(u, return_inverse=True)
        return cls(np.log(distinct) - np.log1p(-distinct), place.reshape(u.shape))


def density(square: FloatArray, shift: FloatArray, nu: float, d: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log density without the determinant, and its derivatives by Q = ``square`` and a = ``shift``."""
    value, by_square, by_shift = np.empty_like(square), np.empty_like(square), np.empty_like(square)
    _skew_student.density(square, shift, nu, float(d), value, by_square, by_shift)
    return value, by_square, by_shift


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The density at ``points``, at the Cholesky factor ``root`` of the correlation, skew (d,) and nu."""

    points: Points
    root: FloatArray
    skew: FloatArray
    nu: float

    @cached_property
    def _margins(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Quantiles x (n, d), the sum of the log densities (n,), their derivatives by x and by the skew at fixed x."""
        place, logit = self.points.place, self.points.logit
        x, by_x, by_skew = (np.empty(place.shape) for _ in range(3))
        total = np.zeros(len(place))
        for skew in np.unique(self.skew):
            quantile = np.empty_like(logit)
            _skew_student.quantiles(logit, skew, self.nu, quantile)
            value, by_square, by_shift = density(quantile * quantile, skew * quantile, self.nu, 1)
            for column in np.flatnonzero(self.skew == skew):
                rows = place[:, column]
                x[:, column] = quantile[rows]
                by_x[:, column] = (2.0 * by_square * quantile + by_shift * skew)[rows]
                by_skew[:, column] = (by_shift * quantile)[rows]
                total += value[rows]
        return x, total, by_x, by_skew

    @cached_property
    def _joint(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
        """C^-1 y (n, d), a (n,), log density, its derivatives by Q and a."""
        x = self._margins[0]
        inverse = np.linalg.inv(self.root)
        white = (x * np.sqrt(1.0 + self.skew**2)) @ inverse.T
        direction = inverse @ self.skew
        shift = np.ascontiguousarray(white @ direction) / np.sqrt(1.0 + direction @ direction)
        square = np.maximum(np.square(white).sum(axis=1) - shift * shift, 0.0)
        return white @ inverse, shift, *density(square, shift, self.nu, len(self.root))

    @cached_property
    def log_density(self) -> FloatArray:
        """Logarithm of the copula's density (n,)."""
        direction = np.linalg.inv(self.root) @ self.skew
        determinant = 2.0 * np.log(np.diag(self.root)).sum() + np.log1p(direction @ direction) - np.log1p(self.skew**2).sum()
        return self._joint[2] - self._margins[1] - 0.5 * determinant

    def gradient(self) -> tuple[FloatArray, FloatArray]:
        """Derivatives of the sum of log densities by the correlation (d, d), each entry by itself, and by the skew (d,)."""
        x, _, margin_by_x, margin_by_skew = self._margins
        solved, shift, _, by_square, by_shift = self._joint  # solved: C^-1 y
        inverse = np.linalg.inv(self.root)
        precision = inverse.T @ inverse
        scale, toward = np.sqrt(1.0 + self.skew**2), precision @ self.skew
        spread = 1.0 + self.skew @ toward
        by_shift = by_shift - 2.0 * shift * by_square  # total, as Q = B - a^2
        by_b = by_shift / np.sqrt(spread)
        by_q = -0.5 * float(by_shift @ shift) / spread - 0.5 * len(x) / spread
        first = by_b @ solved  # C^-1 sum by_b y
        by_matrix = -(solved * by_square[:, np.newaxis]).T @ solved - by_q * np.outer(toward, toward)
        by_matrix -= 0.5 * (np.outer(toward, first) + np.outer(first, toward)) + 0.5 * len(x) * precision
        by_y = 2.0 * by_square[:, np.newaxis] * solved + by_b[:, np.newaxis] * toward
        by_x = by_y * scale - margin_by_x
        by_skew = first + 2.0 * by_q * toward + len(x) * self.skew / scale**2
        by_skew = by_skew + (by_y * x).sum(axis=0) * self.skew / scale - margin_by_skew.sum(axis=0)
        return by_matrix, by_skew + (by_x * self._quantile_by_skew(x)).sum(axis=0)

    def _quantile_by_skew(self, x: FloatArray) -> FloatArray:
        """-(dF / dskew) / f at the quantiles x (n, d): dF / dskew has a closed form."""
        wide = 1.0 + self.skew**2
        below = -np.exp(-0.5 * self.nu * np.log1p(wide * x * x / self.nu)) / (np.pi * wide)
        result = np.empty_like(x)
        for column, skew in enumerate(self.skew):
            own = np.ascontiguousarray(x[:, column])
            result[:, column] = -below[:, column] * np.exp(-density(own * own, skew * own, self.nu, 1)[0])
        return result


def uniforms_of(x: FloatArray, skew: FloatArray, nu: float) -> FloatArray:
    """Shares of the margins below ``x`` (n, d)."""
    logit = np.empty((x.shape[1], len(x)))
    for column, own in enumerate(skew):
        _skew_student.logits(np.ascontiguousarray(x[:, column]), own, nu, logit[column])
    return special.expit(logit.T)


def quantiles_of(u: FloatArray, skew: float, nu: float) -> FloatArray:
    """Values of a margin below which the shares ``u`` (n,) lie."""
    points = Points.of(u)
    x = np.empty_like(points.logit)
    _skew_student.quantiles(points.logit, skew, nu, x)
    return x[points.place]

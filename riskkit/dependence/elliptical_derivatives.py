"""Derivatives of the log density of the elliptical copulas: exact by the correlations, from differences by nu.

With scores x, P the inverse of the correlation, y = P x and w = (nu + d) / (nu + x' y), or 1 for the normal law, the
derivative by the correlation of the pair (a, b), which stands in the matrix twice, is

    w y_a y_b - P_ab,

its own derivatives by the correlation of (e, f) and by the score x_j are

    2 w^2 y_a y_b y_e y_f / (nu + d) - w (P_ae y_f y_b + P_af y_e y_b + P_be y_f y_a + P_bf y_e y_a) + P_ae P_bf + P_af P_be,
    w (P_aj y_b + P_bj y_a) - 2 w^2 y_a y_b y_j / (nu + d),

and that of the log density by x_j is (nu + 1) x_j / (nu + x_j^2) - w y_j.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from riskkit.checks import FloatArray
from riskkit.core.student_quantile import student_quantile
from riskkit.dependence.derivatives import Derivatives
from riskkit.dependence.elliptical_density import log_density

NU_STEP = 1e-3  # of nu itself


def derivatives(u: FloatArray, correlation: FloatArray, nu: float) -> Derivatives:
    """Return the derivatives at uniforms ``u`` (n, d) by the correlations of the pairs, and by nu where it is finite."""
    here = _At(student_quantile(u, nu), correlation, nu)
    if np.isinf(nu):
        return Derivatives(here.scores, here.hessian, here.slopes)
    step = NU_STEP * nu
    down, up = (_At(student_quantile(u, moved), correlation, moved) for moved in (nu - step, nu + step))
    by_nu = (up.log_density - down.log_density) / (2.0 * step)
    bend = (up.log_density - 2.0 * here.log_density + down.log_density).mean() / step**2
    across = (up.scores.mean(axis=0) - down.scores.mean(axis=0)) / (2.0 * step)
    hessian = np.block([[here.hessian, across[:, np.newaxis]], [across[np.newaxis], np.array([[bend]])]])

    def slopes(j: int) -> FloatArray:
        return np.column_stack([here.slopes(j), (up.by_uniform(j) - down.by_uniform(j)) / (2.0 * step)])

    return Derivatives(np.column_stack([here.scores, by_nu]), hessian, slopes)


@dataclass(frozen=True, eq=False)
class _At:
    """The copula at scores ``x`` (n, d)."""

    x: FloatArray
    correlation: FloatArray
    nu: float

    @cached_property
    def log_density(self) -> FloatArray:
        return log_density(self.x, np.asarray(np.linalg.cholesky(self.correlation), dtype=np.float64), self.nu)

    @cached_property
    def _inverse(self) -> FloatArray:
        return np.asarray(np.linalg.inv(self.correlation), dtype=np.float64)

    @cached_property
    def _turned(self) -> FloatArray:
        return self.x @ self._inverse

    @property
    def _pairs(self) -> tuple[np.ndarray, np.ndarray]:
        return np.triu_indices(self.x.shape[1], 1)

    @cached_property
    def _weight(self) -> FloatArray:
        square = np.einsum("nd,nd->n", self._turned, self.x)
        n, d = self.x.shape
        return np.ones(n) if np.isinf(self.nu) else (self.nu + d) / (self.nu + square)

    @cached_property
    def _products(self) -> FloatArray:
        """w y_a y_b of every pair, (n, K)."""
        a, b = self._pairs
        return self._weight[:, np.newaxis] * self._turned[:, a] * self._turned[:, b]

    @cached_property
    def scores(self) -> FloatArray:
        return self._products - self._inverse[self._pairs]

    @cached_property
    def hessian(self) -> FloatArray:
        """Mean over the observations, (K, K)."""
        (n, d), (a, b) = self.x.shape, self._pairs
        own, mean = self._inverse, (self._turned * self._weight[:, np.newaxis]).T @ self._turned / n
        fourth = 0.0 if np.isinf(self.nu) else 2.0 / (self.nu + d) * (self._products.T @ self._products) / n

        def crossed(one: FloatArray, other: FloatArray) -> FloatArray:
            """one_ae other_bf + one_af other_be, (a, b) down and (e, f) across."""
            return one[np.ix_(a, a)] * other[np.ix_(b, b)] + one[np.ix_(a, b)] * other[np.ix_(b, a)]

        return fourth - crossed(own, mean) - crossed(mean, own) + crossed(own, own)

    def slopes(self, j: int) -> FloatArray:
        """Derivatives of the scores by the uniforms of variable j, (n, K)."""
        (a, b), y, own = self._pairs, self._turned, self._inverse[j]
        by_score = self._weight[:, np.newaxis] * (own[a] * y[:, b] + own[b] * y[:, a])
        if np.isfinite(self.nu):
            by_score -= (2.0 / (self.nu + self.x.shape[1]) * self._weight * y[:, j])[:, np.newaxis] * self._products
        return by_score * self._stretch(j)[:, np.newaxis]

    def by_uniform(self, j: int) -> FloatArray:
        """Derivative of the log density by the uniforms of variable j, (n,); for finite nu."""
        own = self.x[:, j]
        by_score = (self.nu + 1.0) * own / (self.nu + own**2) - self._weight * self._turned[:, j]
        return by_score * self._stretch(j)

    def _stretch(self, j: int) -> FloatArray:
        """Rise of the score x_j with its uniform: one over the density of the margin."""
        own = self.x[:, j]
        if np.isinf(self.nu):
            return np.sqrt(2.0 * np.pi) * np.exp(0.5 * own**2)
        half = 0.5 * self.nu
        constant = special.gammaln(half) - special.gammaln(half + 0.5) + 0.5 * np.log(self.nu * np.pi)
        return np.exp(constant + (half + 0.5) * np.log1p(own**2 / self.nu))

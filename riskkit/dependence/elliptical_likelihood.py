"""The log-likelihood of the elliptical copulas as a function of the correlation and of 1/nu."""

import numpy as np

from riskkit.checks import FloatArray
from riskkit.core.student_quantile import student_quantile
from riskkit_ext import _student_copula

ETA_STEP = 2e-5  # for the derivative by 1/nu


class Likelihood:
    """Log-likelihood of uniforms (n, d), asked at many correlations and 1/nu.

    Pseudo-observations hold each rank once per column, and mirror ranks have mirror quantiles: only the distinct ones below
    one half are computed.
    """

    def __init__(self, u: FloatArray) -> None:
        self._tails, self._place = _student_copula.tails(np.ascontiguousarray(u))
        self.n, self.d = u.shape
        self._eta, self._scores = np.nan, np.empty((len(self._tails), 2))

    def value(self, eta: float, root: FloatArray, moment: FloatArray | None = None) -> float:
        """Return the log-likelihood; ``root`` is Cholesky's of the correlation, and ``moment`` takes the weighted moment."""
        if eta != self._eta:
            lower = student_quantile(self._tails, nu_of(eta))
            self._eta, self._scores[:, 0], self._scores[:, 1] = eta, lower, -lower
        inverse = np.asarray(np.linalg.inv(root), np.float64)
        return _student_copula.loglikelihood(eta, self._scores, self._place, inverse, moment)

    def rise(self, eta: float, root: FloatArray) -> tuple[float, FloatArray]:
        """Return the log-likelihood and its slope by the entries of the correlation, each counted by itself, (d, d)."""
        moment, inverse = np.empty((self.d, self.d)), np.linalg.inv(root)
        value = self.value(eta, root, moment)
        precision = inverse.T @ inverse
        return value, 0.5 * (precision @ moment @ precision - self.n * precision)

    def normal_correlation(self) -> FloatArray:
        """Return the correlation of the normal scores (d, d): the unrestricted estimate scaled to a unit diagonal."""
        moment = np.empty((self.d, self.d))
        self.value(0.0, np.eye(self.d), moment)
        deviation = np.sqrt(np.diag(moment))
        return moment / np.outer(deviation, deviation)

    def by_eta(self, eta: float, root: FloatArray) -> float:
        """Return the slope by 1/nu, also at 0."""
        if eta < ETA_STEP:
            here, near, far = (self.value(eta + step * ETA_STEP, root) for step in (0, 1, 2))
            return (4.0 * near - far - 3.0 * here) / (2.0 * ETA_STEP)
        return (self.value(eta + ETA_STEP, root) - self.value(max(eta - ETA_STEP, 0.0), root)) / (2.0 * ETA_STEP)


def nu_of(eta: float) -> float:
    """Return nu = 1 / ``eta``."""
    return 1.0 / eta if eta > 0.0 else np.inf

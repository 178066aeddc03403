"""Scores and density of the elliptical copulas."""

import numpy as np
from scipy import special

from riskkit.checks import FloatArray


def probabilities(scores: FloatArray, nu: float) -> FloatArray:
    """Return the distribution function at ``scores``."""
    return np.asarray(special.ndtr(scores) if np.isinf(nu) else special.stdtr(nu, scores))


def log_density(scores: FloatArray, root: FloatArray, nu: float) -> FloatArray:
    """Return the logarithm of the copula's density at ``scores`` (n, d), (n,); ``root`` is Cholesky's of the correlation."""
    d = scores.shape[1]
    standard = scores @ np.linalg.inv(root).T  # small: a product beats n solutions
    square, own = np.einsum("nd,nd->n", standard, standard), scores**2
    volume = float(np.log(np.diag(root)).sum())
    if np.isinf(nu):
        return -volume - 0.5 * (square - own.sum(axis=1))
    half = 0.5 * nu
    constant = special.gammaln(half + 0.5 * d) + (d - 1) * special.gammaln(half) - d * special.gammaln(half + 0.5)
    joint = (half + 0.5 * d) * np.log1p(square / nu)
    return constant - volume - joint + (half + 0.5) * np.log1p(own / nu).sum(axis=1)

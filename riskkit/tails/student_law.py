"""The plain Student-t law, and the normal one as its limit."""

import numpy as np
from scipy import special

from riskkit.checks import FloatArray


def student_cdf(x: FloatArray, degrees: float) -> FloatArray:
    """Probability of at most ``x``; infinite degrees are the normal law."""
    return np.asarray(special.ndtr(x) if np.isinf(degrees) else special.stdtr(degrees, x))


def student_log_density(x: FloatArray, degrees: float) -> FloatArray:
    """Logarithm of the density."""
    if np.isinf(degrees):
        return -0.5 * (x**2 + np.log(2.0 * np.pi))
    constant = special.gammaln(0.5 * (degrees + 1.0)) - special.gammaln(0.5 * degrees) - 0.5 * np.log(degrees * np.pi)
    return constant - 0.5 * (degrees + 1.0) * np.log1p(x**2 / degrees)

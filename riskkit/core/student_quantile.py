"""Quantiles of the plain Student-t law, and of the normal law as its limit, at many probabilities."""

import numpy as np
from scipy import special

from riskkit.checks import FloatArray
from riskkit_ext import _student_copula

FEW = 64  # up to so many iteration is faster than the series of the kernel
RAREST = 1e-290  # of the probabilities, on either side, that the kernel takes
MOST_ETA = 2.0


def student_quantile(p: FloatArray, nu: float) -> FloatArray:
    """Return the quantiles at ``p``, of any shape; infinite ``nu`` is the normal law.

    Examples
    --------
    >>> student_quantile(np.array([0.01, 0.5]), 4.0).round(6).tolist()
    [-3.746947, 0.0]
    """
    if np.isinf(nu):
        return np.asarray(special.ndtri(p))
    if p.size <= FEW or nu * MOST_ETA < 1.0:
        return np.asarray(special.stdtrit(nu, p))
    least = min(float(p.min()), 1.0 - float(p.max()))
    if not least > RAREST:  # 0, 1, NaN, or what only a tail beyond measure would ask
        return np.asarray(special.stdtrit(nu, p))
    edge = _student_copula.edge(least)
    result = np.empty(p.size)
    flat = np.ascontiguousarray(p, np.float64).reshape(-1)
    _student_copula.scores(1.0 / nu, edge, float(special.stdtrit(nu, edge)), flat, result)
    return result.reshape(p.shape)

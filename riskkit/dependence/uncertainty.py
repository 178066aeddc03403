"""How sure the parameters of a copula are, for any family: from differences of its density."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.core.likelihood import positive_inverse

STEP = 2e-4  # of a parameter: cube root of the rounding of a log-likelihood, per unit


def standard_errors(law: Any, u: FloatArray) -> pd.Series:
    """Return the square roots of the diagonal of the inverse of minus the Hessian of the log-likelihood.

    Parameters
    ----------
    law : CopulaLaw
        At its maximum-likelihood estimates.
    u : array of shape (T, d)
        The uniforms. That they are ranks, and not draws of known margins, is not in the errors.

    Returns
    -------
    Series
        By parameter; NaN for all where minus the Hessian is not positive definite.
    """
    params = law.params
    point = params.to_numpy()

    def height(at: FloatArray) -> float:
        return float(law.moved(at).log_density(u).sum())

    covariance = positive_inverse(-_hessian(height, point, STEP * np.maximum(np.abs(point), 0.1)))
    return pd.Series(np.sqrt(np.diag(covariance)), params.index, name="hessian standard errors")


def _hessian(height: Callable[[FloatArray], float], point: FloatArray, steps: FloatArray) -> FloatArray:
    """Second derivatives from central differences."""
    count, middle = len(point), height(point)
    shifts = np.diag(steps)
    single = [(height(point + shift), height(point - shift)) for shift in shifts]
    hessian = np.empty((count, count))
    for i in range(count):
        hessian[i, i] = (single[i][0] - 2.0 * middle + single[i][1]) / steps[i] ** 2
        for j in range(i):
            both = height(point + shifts[i] + shifts[j]) + height(point - shifts[i] - shifts[j])
            alone = sum(single[i]) + sum(single[j])
            hessian[i, j] = hessian[j, i] = (both - alone + 2.0 * middle) / (2.0 * steps[i] * steps[j])
    return hessian

"""The recursion of the GARCH(1,1) variance with known parameters: through returns that came, and through shocks to come."""

from itertools import accumulate

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.errors import DataError


def variances(series: pd.Series, params: pd.Series, first: float) -> FloatArray:
    """Conditional variance of each observation, the first being ``first``, and of the one after the last: (T + 1,).

    Examples
    --------
    >>> params = pd.Series({"mu": 0.0, "omega": 0.5, "alpha": 0.25, "beta": 0.5})
    >>> variances(pd.Series([2.0, 0.0]), params, first=1.0).tolist()
    [1.0, 2.0, 1.5]
    """
    values = series.to_numpy()
    largest = float(np.abs(values).max())
    if largest >= 1e100:
        raise DataError("the series is out of range", got=f"largest magnitude {largest:g}", expected="below 1e100")
    mu, omega, alpha, beta = params.to_numpy()[:4]
    pushes = omega + alpha * (values - mu) ** 2
    steps = accumulate(pushes, lambda variance, push: push + beta * variance, initial=first)
    return np.fromiter(steps, np.float64, len(values) + 1)


def returns_of(shocks: FloatArray, params: pd.Series, first: float) -> FloatArray:
    """Returns that standardised shocks (T, S) make when the variance of the first step is ``first``: (T, S), in place.

    Examples
    --------
    >>> params = pd.Series({"mu": 1.0, "omega": 3.0, "alpha": 0.25, "beta": 0.5})
    >>> returns_of(np.array([[0.0, -2.0], [1.0, 1.0]]), params, first=4.0).round(6).tolist()
    [[1.0, -3.0], [3.236068, 4.0]]
    """
    mu, omega, alpha, beta = params.to_numpy()[:4]
    variance = np.full(shocks.shape[1], first)
    for step in shocks:
        step *= np.sqrt(variance)
        variance = omega + alpha * step**2 + beta * variance
        step += mu
    return shocks

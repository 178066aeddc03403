"""The recursion of the GARCH and GJR variance with known parameters: through returns that came, and shocks to come."""

from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.errors import DataError


class Coefficients(NamedTuple):
    """What moves the variance: numbers, or arrays of one shape. A model without mu or gamma has zero there."""

    mu: Any
    omega: Any
    alpha: Any
    gamma: Any
    beta: Any

    @property
    def persistence(self) -> Any:
        """Share of a deviation of the variance from its level that is left after one step: half of all shocks are falls."""
        return self.alpha + 0.5 * self.gamma + self.beta

    def push(self, shock: Any) -> Any:
        """What today's shock adds to tomorrow's variance."""
        return (self.alpha + self.gamma * (shock < 0.0)) * shock**2

    def after(self, shock: Any, variance: Any) -> Any:
        """Tomorrow's variance."""
        return self.omega + self.push(shock) + self.beta * variance


def coefficients(params: pd.Series) -> Coefficients:
    """Read them from the parameters by name.

    Examples
    --------
    >>> coefficients(pd.Series({"omega": 0.5, "alpha": 0.25, "gamma": 0.1, "beta": 0.5, "nu": 5.0})).persistence
    0.8
    """
    return Coefficients(*(float(params.get(name, 0.0)) for name in Coefficients._fields))


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
    by = coefficients(params)
    pushes = by.omega + by.push(values - by.mu)
    steps = accumulate(pushes, lambda variance, push: push + by.beta * variance, initial=first)
    return np.fromiter(steps, np.float64, len(values) + 1)


def expected_variances(by: Coefficients, first: Any, horizon: int) -> FloatArray:
    """Variance that is expected today of each of the next ``horizon`` steps, (horizon,) or (horizon, N).

    Examples
    --------
    >>> expected_variances(Coefficients(0.0, 1.0, 0.25, 0.0, 0.25), first=4.0, horizon=3).tolist()
    [4.0, 3.0, 2.5]
    """
    result = np.empty((horizon, *np.shape(first)))
    result[0] = first
    for step in range(1, horizon):
        result[step] = by.omega + by.persistence * result[step - 1]
    return result


def standard_shocks(random: np.random.Generator, degrees: float, shape: tuple[int, int]) -> FloatArray:
    """Draw innovations of variance 1: normal for infinite ``degrees``, else Student-t."""
    if np.isinf(degrees):
        return random.standard_normal(shape)
    return random.standard_t(degrees, shape) * np.sqrt(1.0 - 2.0 / degrees)


def returns_of(shocks: FloatArray, by: Coefficients, first: float) -> FloatArray:
    """Returns that standardised shocks (T, S) make when the variance of the first step is ``first``: (T, S), in place.

    Examples
    --------
    >>> by = Coefficients(mu=1.0, omega=3.0, alpha=0.25, gamma=0.0, beta=0.5)
    >>> returns_of(np.array([[0.0, -2.0], [1.0, 1.0]]), by, first=4.0).round(6).tolist()
    [[1.0, -3.0], [3.236068, 4.0]]
    """
    variance = np.full(shocks.shape[1], first)
    for step in shocks:
        step *= np.sqrt(variance)
        variance = by.after(step, variance)
        step += by.mu
    return shocks

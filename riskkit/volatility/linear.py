"""The recursion of GARCH and GJR: the variance is linear in the squared shock, one slope above zero and one below.

``h' = omega + (alpha + gamma 1[e < 0]) e**2 + beta h``. What is known of it in closed form, for shocks of any shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from riskkit.checks import FloatArray
from riskkit.core.innovation import Innovation

Params = Mapping[str, Any]  # numbers, or arrays of them: one parameter vector per draw


@dataclass(frozen=True)
class Linear:
    """Recursion of GARCH (without leverage) or GJR.

    Parameters
    ----------
    leverage : bool
        Does a fall push the variance by ``gamma`` more than a rise?
    targeting : bool
        Is omega what makes the sample variance the stationary one?
    """

    leverage: bool = False
    targeting: bool = False
    kind = 0  # the kernel's number
    closed_form = True  # the expected variance of any step ahead

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its parameters."""
        return ("omega", "alpha", "gamma", "beta") if self.leverage else ("omega", "alpha", "beta")

    @property
    def searched(self) -> tuple[bool, ...]:
        """Which of the kernel's omega, alpha, gamma, beta, - are searched."""
        return not self.targeting, True, self.leverage, True, False

    def moment(self, params: Params, law: Innovation) -> Any:
        """E[Z**2; Z < 0]: the share of a variance that lies below zero."""
        return law.half_moment(2.0, above=False) if law.dist == "skewt" and "gamma" in params else 0.5

    def persistence(self, params: Params, moment: Any) -> Any:
        """Share of a deviation of the variance that is left after one step."""
        return params["alpha"] + params.get("gamma", 0.0) * moment + params["beta"]

    def level(self, params: Params, moment: Any, added: Any = 0.0) -> Any:
        """Stationary variance, ``added`` being what regressors add per step; infinite where there is none."""
        left = 1.0 - self.persistence(params, moment)
        return (params["omega"] + added) / left if left > 0.0 else np.inf

    def state(self, variance: Any, params: Params) -> FloatArray:
        """States that stand for a variance, (2, ...)."""
        return np.stack([variance, np.zeros_like(variance)])

    def variance(self, state: Any, params: Params) -> Any:
        """Variance for which the first state stands."""
        return state

    def step(self, params: Params, moment: Any, shock: Any, states: FloatArray) -> FloatArray:
        """Next states (2, ...) after a shock e."""
        push = params["alpha"] + params.get("gamma", 0.0) * (shock < 0.0)
        return np.stack([params["omega"] + push * shock**2 + params["beta"] * states[0], states[1]])

    def expected(self, params: Params, moment: Any, states: FloatArray) -> FloatArray:
        """Expectation of the next states."""
        return np.stack([params["omega"] + self.persistence(params, moment) * states[0], states[1]])

    def admissible(self, own: FloatArray) -> Any:
        """Which columns of own parameters (5, ...) the model allows."""
        omega, alpha, gamma, beta, _ = own
        slopes = (alpha >= 0.0) & (alpha + gamma >= 0.0) & (beta >= 0.0)
        return (omega > 0.0) & slopes & (alpha + 0.5 * gamma + beta <= 1.0 + 1e-9)

    def in_unit(self, own: FloatArray, scale: float) -> tuple[FloatArray, FloatArray]:
        """Own parameters (5,) of data that are ``scale`` times as large, and their derivatives by the old ones, (5, 5)."""
        factors = np.array([scale**2, 1.0, 1.0, 1.0, 1.0])
        return own * factors, np.diag(factors)

    def states_in_unit(self, states: FloatArray, params: Params, scale: float) -> FloatArray:
        """States (2, ...) of data that are ``scale`` times as large."""
        return states * scale**2

    def regressor_unit(self, own: FloatArray, scale: float) -> tuple[float, FloatArray]:
        """Factor of a regressor's coefficient in that unit, and its derivative by the own parameters, (5,)."""
        return scale**2, np.zeros(5)

    def box(self) -> tuple[list[float], list[float]]:
        """Bounds of the coordinates omega, p, q, s, -: see ``include/general_fit.h``."""
        return [1e-12, 0.0, 0.0, 0.0, 0.0], [10.0, 1.0, 1.0, 1.0, 0.0]

    def starts(self, rows: int, first: float) -> list[list[list[float]]]:
        """Where to search from: a list per basin, of which the best is taken; ``first``: variance before the first row."""
        basins = []
        for share in (0.0, 0.02, 0.06, 0.12, 0.25, 0.6):
            basin = []
            for p, q in product((0.5, 0.85, 0.95, 0.98, 0.995), (0.5, 0.8) if self.leverage else (0.5,)):
                faded = (1.0 - p**rows) / (rows * (1.0 - p))  # so that the expected path has the mean variance 1
                level = max((1.0 - first * faded) / (1.0 - faded), 0.01)
                basin.append([level * (1.0 - p), p, q, share, 0.0])
            basins.append(basin)
        return basins

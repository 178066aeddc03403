"""Component GARCH of Engle and Lee: a variance that moves fast around a long-run level that moves slowly."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.core.innovation import Innovation
from riskkit.volatility.general import fit
from riskkit.volatility.general_fit import GeneralFit
from riskkit.volatility.specification import parameter_names, refuse_unknown_options

Params = Mapping[str, Any]


@dataclass(frozen=True)
class ComponentGarch:
    """Component GARCH: ``q' = omega + rho q + varphi (e**2 - h)`` and ``h' = q' + alpha (e**2 - q) + beta (h - q)``.

    q is the long-run variance; h returns to it at the rate alpha + beta, and q to omega / (1 - rho) at the rate rho. It is a
    GARCH(2,2) with restrictions. Both variances stand before the first observation at the start variance.

    Parameters
    ----------
    dist : {"t", "normal", "skewt", "ged"}
        Law of the standardised innovations.
    mean : {"constant", "zero", "ar1"}
        Mean of the return; "ar1": ``y[t] = mu + phi y[t-1] + e[t]``, the first observation being conditioned on.
    start : {"ewma", "sample", "fcp"} or positive number
        Variance before the first observation, as in :class:`riskkit.volatility.egarch.Egarch`.

    Examples
    --------
    >>> returns = 0.01 * pd.Series(np.random.default_rng(1).standard_t(5, size=500))
    >>> list(ComponentGarch(dist="normal").fit(returns).params.index)
    ['mu', 'omega', 'rho', 'varphi', 'alpha', 'beta']

    References
    ----------
    Engle, R. and Lee, G. (1999). A long-run and short-run component model of stock return volatility. In Engle, R. and
    White, H. (eds), Cointegration, causality and forecasting, 475-497. Oxford University Press.
    """

    dist: str = "t"
    mean: str = "constant"
    start: str | float = "ewma"

    def __post_init__(self) -> None:
        refuse_unknown_options(self)

    @property
    def names(self) -> pd.Index:
        """Names of the parameters."""
        return parameter_names(self)

    @property
    def recursion(self) -> "Component":
        """How its variance moves."""
        return Component()

    def fit(self, series: pd.Series, regressors: pd.DataFrame | None = None) -> GeneralFit:
        """Estimate the parameters by maximum likelihood; see :func:`riskkit.volatility.general.fit`.

        Bounds: omega > 0, alpha, beta >= 0, alpha + beta <= rho <= 1, 0 <= varphi <= beta: Engle and Lee's sufficient
        condition for a positive variance. Regressors are added to h.
        """
        return fit(self, series, regressors)


@dataclass(frozen=True)
class Component:
    """Recursion of component GARCH; the states are (h, q). Its methods are told in :class:`Linear`."""

    kind = 3
    closed_form = True
    targeting = False
    names = ("omega", "rho", "varphi", "alpha", "beta")
    searched = (True, True, True, True, True)

    def moment(self, params: Params, law: Innovation) -> Any:
        """No moment of the law is needed."""
        return 0.5

    def persistence(self, params: Params, moment: Any) -> Any:
        """Share of a deviation of the long-run variance that is left after one step."""
        return params["rho"]

    def level(self, params: Params, moment: Any, added: Any = 0.0) -> Any:
        """Stationary variance, ``added`` being what regressors add to h per step; infinite where there is none."""
        if params["rho"] >= 1.0:
            return np.inf
        return params["omega"] / (1.0 - params["rho"]) + added / (1.0 - params["alpha"] - params["beta"])

    def state(self, variance: Any, params: Params) -> FloatArray:
        """States that stand for a variance: both at it, (2, ...)."""
        return np.stack([variance, variance])

    def variance(self, state: Any, params: Params) -> Any:
        """Variance for which the first state stands."""
        return state

    def step(self, params: Params, moment: Any, shock: Any, states: FloatArray) -> FloatArray:
        """Next states (2, ...) after a shock e."""
        return self._next(params, shock**2, states)

    def expected(self, params: Params, moment: Any, states: FloatArray) -> FloatArray:
        """Expectation of the next states."""
        return self._next(params, states[0], states)

    def _next(self, params: Params, square: Any, states: FloatArray) -> FloatArray:
        h, q = states
        slow = params["omega"] + params["rho"] * q + params["varphi"] * (square - h)
        return np.stack([slow + params["alpha"] * (square - q) + params["beta"] * (h - q), slow])

    def admissible(self, own: FloatArray) -> Any:
        """Which columns of own parameters (5, ...) the model allows."""
        omega, rho, varphi, alpha, beta = own
        fast = (alpha >= 0.0) & (beta >= 0.0) & (alpha + beta <= rho + 1e-9)
        return (omega > 0.0) & fast & (rho <= 1.0 + 1e-9) & (varphi >= 0.0) & (varphi <= beta + 1e-9)

    def in_unit(self, own: FloatArray, scale: float) -> tuple[FloatArray, FloatArray]:
        """Own parameters (5,) of data ``scale`` times as large, and their derivatives by the old ones, (5, 5)."""
        factors = np.array([scale**2, 1.0, 1.0, 1.0, 1.0])
        return own * factors, np.diag(factors)

    def states_in_unit(self, states: FloatArray, params: Params, scale: float) -> FloatArray:
        """States (2, ...) of data that are ``scale`` times as large."""
        return states * scale**2

    def regressor_unit(self, own: FloatArray, scale: float) -> tuple[float, FloatArray]:
        """Factor of a regressor's coefficient in that unit, and its derivative by the own parameters, (5,)."""
        return scale**2, np.zeros(5)

    def box(self) -> tuple[list[float], list[float]]:
        """Bounds of the coordinates omega, rho, f, s, a: see ``include/general_fit.h``."""
        return [1e-12, 0.0, 0.0, 0.0, 0.0], [10.0, 1.0, 1.0, 1.0, 1.0]

    def starts(self, rows: int, first: float) -> list[list[list[float]]]:
        """Where to search from: a list per basin, of which the best is taken."""
        basins = []
        for a, s in ((0.3, 0.4), (0.7, 0.2), (0.9, 0.1), (0.97, 0.04), (0.95, 0.3)):
            columns = product((0.9, 0.97, 0.99, 0.998), (0.05, 0.3))
            basins.append([[1.0 - rho, rho, f, s, a] for rho, f in columns])
        return basins

"""APARCH(1,1): a power of the standard deviation is linear in the same power of the shock, and the power is estimated."""

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
class Aparch:
    """APARCH(1,1) of Ding, Granger and Engle; GARCH is its case delta = 2, gamma = 0.

    ``s'**delta = omega + alpha (|e| - gamma e)**delta + beta s**delta`` with s the standard deviation: gamma > 0 where
    a fall raises it more than a rise.

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
    >>> list(Aparch(dist="normal").fit(returns).params.index)
    ['mu', 'omega', 'alpha', 'gamma', 'beta', 'delta']

    References
    ----------
    Ding, Z., Granger, C. and Engle, R. (1993). A long memory property of stock market returns and a new model. Journal of
    Empirical Finance 1, 83-106.
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
    def recursion(self) -> "Power":
        """How its variance moves."""
        return Power()

    def fit(self, series: pd.Series, regressors: pd.DataFrame | None = None) -> GeneralFit:
        """Estimate the parameters by maximum likelihood; see :func:`riskkit.volatility.general.fit`.

        Bounds: 0 <= alpha <= 2; abs(gamma) <= 0.9997; 0 <= beta <= 1; 0.3 <= delta <= 4. A missing return needs
        E|z|**delta to be finite, which a t law has for delta < nu only. In mu the likelihood has a kink at every observation
        (with delta < 1 a cusp): where the maximum sits on one, mu counts as on a bound.
        """
        return fit(self, series, regressors)


@dataclass(frozen=True)
class Power:
    """Recursion of APARCH; the state is the power of the standard deviation. Its methods are told in :class:`Linear`."""

    kind = 2
    closed_form = False
    targeting = False
    names = ("omega", "alpha", "gamma", "beta", "delta")
    searched = (True, True, True, True, True)

    def moment(self, params: Params, law: Innovation) -> Any:
        """E(|Z| - gamma Z)**delta."""
        gamma, delta = params["gamma"], float(params["delta"])
        below, above = law.half_moment(delta, above=False), law.half_moment(delta, above=True)
        return (1.0 + gamma) ** delta * below + (1.0 - gamma) ** delta * above

    def persistence(self, params: Params, moment: Any) -> Any:
        """Share of a deviation of the power of the standard deviation that is left after one step."""
        return params["alpha"] * moment + params["beta"] if params["alpha"] > 0.0 else params["beta"]

    def level(self, params: Params, moment: Any, added: Any = 0.0) -> Any:
        """Variance at the stationary mean of the power of the standard deviation; infinite where there is none."""
        left = 1.0 - self.persistence(params, moment)
        return ((params["omega"] + added) / left) ** (2.0 / params["delta"]) if left > 0.0 else np.inf

    def state(self, variance: Any, params: Params) -> FloatArray:
        """States that stand for a variance, (2, ...)."""
        return np.stack([variance ** (params["delta"] / 2.0), np.zeros_like(variance)])

    def variance(self, state: Any, params: Params) -> Any:
        """Variance for which the first state stands."""
        return state ** (2.0 / params["delta"])

    def step(self, params: Params, moment: Any, shock: Any, states: FloatArray) -> FloatArray:
        """Next states (2, ...) after a shock e."""
        push = params["alpha"] * (np.abs(shock) - params["gamma"] * shock) ** params["delta"]
        return np.stack([params["omega"] + push + params["beta"] * states[0], states[1]])

    def admissible(self, own: FloatArray) -> Any:
        """Which columns of own parameters (5, ...) the model allows."""
        omega, alpha, gamma, beta, delta = own
        return (omega > 0.0) & (alpha >= 0.0) & (np.abs(gamma) < 1.0) & (beta >= 0.0) & (beta <= 1.0) & (delta > 0.0)

    def in_unit(self, own: FloatArray, scale: float) -> tuple[FloatArray, FloatArray]:
        """Own parameters (5,) of data ``scale`` times as large, and their derivatives by the old ones, (5, 5)."""
        by, factor = np.eye(5), scale ** own[4]
        by[0, 0], by[0, 4] = factor, own[0] * factor * np.log(scale)
        return own * np.array([factor, 1.0, 1.0, 1.0, 1.0]), by

    def states_in_unit(self, states: FloatArray, params: Params, scale: float) -> FloatArray:
        """States (2, ...) of data that are ``scale`` times as large."""
        return states * scale ** params["delta"]

    def regressor_unit(self, own: FloatArray, scale: float) -> tuple[float, FloatArray]:
        """Factor of a regressor's coefficient in that unit, and its derivative by the own parameters, (5,)."""
        factor = float(scale ** own[4])
        return factor, factor * np.log(scale) * np.eye(5)[4]

    def box(self) -> tuple[list[float], list[float]]:
        """Bounds of omega, alpha, gamma, beta, delta."""
        return [1e-12, 0.0, -0.9997, 0.0, 0.3], [10.0, 2.0, 0.9997, 1.0, 4.0]

    def starts(self, rows: int, first: float) -> list[list[list[float]]]:
        """Where to search from: a list per basin, of which the best is taken."""
        basins = []
        for delta, alpha in product((1.1, 2.0), (0.02, 0.06, 0.2)):
            columns = product((-0.2, 0.4), (0.6, 0.9, 0.97, 0.99))
            basins.append([[1.0 - p, alpha, gamma, max(p - 0.9 * alpha, 0.0), delta] for gamma, p in columns])
        return basins

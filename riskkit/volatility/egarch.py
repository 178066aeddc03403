"""EGARCH(1,1): the logarithm of the variance is autoregressive, so the variance is positive whatever the parameters."""

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
class Egarch:
    """EGARCH(1,1): falls and rises push the logarithm of the variance by different amounts.

    ``log h' = omega + alpha (|z| - E|z|) + gamma z + beta log h`` with ``z = e / sqrt(h)``: gamma < 0 where a fall raises
    the volatility. E|z| is that of the law itself.

    Parameters
    ----------
    dist : {"t", "normal", "skewt", "ged"}
        Law of the standardised innovations.
    mean : {"constant", "zero", "ar1"}
        Mean of the return; "ar1": ``y[t] = mu + phi y[t-1] + e[t]``, the first observation being conditioned on.
    start : {"ewma", "sample", "fcp"} or positive number
        Variance before the first observation: the weighted mean of the first 75 squared deviations (decay 0.94), the sample
        variance, the mean of ``e**2`` at the current mean, or a variance in the unit of the data squared.

    Examples
    --------
    >>> returns = 0.01 * pd.Series(np.random.default_rng(1).standard_t(5, size=500))
    >>> list(Egarch(dist="normal").fit(returns).params.index)
    ['mu', 'omega', 'alpha', 'gamma', 'beta']

    References
    ----------
    Nelson, D. (1991). Conditional heteroskedasticity in asset returns: a new approach. Econometrica 59, 347-370.
    Wintenberger, O. (2013). Continuous invertibility and stable QML estimation of the EGARCH(1,1) model. Scandinavian
    Journal of Statistics 40, 846-867.
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
    def recursion(self) -> "Exponential":
        """How its variance moves."""
        return Exponential()

    def fit(self, series: pd.Series, regressors: pd.DataFrame | None = None) -> GeneralFit:
        """Estimate the parameters by maximum likelihood; see :func:`riskkit.volatility.general.fit`.

        Bounds: 0 <= alpha <= 3; -3 <= gamma <= 3; -0.999 <= beta <= 0.9999. With alpha < 0 and beta near 1 the variance
        filtered from the data depends on its start for ever and the likelihood is chaotic (Wintenberger 2013). In mu the
        likelihood has a kink at every observation: where the maximum sits on one, mu counts as on a bound.
        """
        return fit(self, series, regressors)


@dataclass(frozen=True)
class Exponential:
    """Recursion of EGARCH; the state is the logarithm of the variance. Its methods are told in :class:`Linear`."""

    kind = 1
    closed_form = False
    targeting = False
    names = ("omega", "alpha", "gamma", "beta")
    searched = (True, True, True, True, False)

    def moment(self, params: Params, law: Innovation) -> Any:
        """E|Z|."""
        return law.absolute_mean

    def persistence(self, params: Params, moment: Any) -> Any:
        """Share of a deviation of the logarithm of the variance that is left after one step."""
        return params["beta"]

    def level(self, params: Params, moment: Any, added: Any = 0.0) -> Any:
        """Exponential of the stationary mean of the logarithm: the geometric mean of the variance."""
        return np.exp((params["omega"] + added) / (1.0 - params["beta"])) if abs(params["beta"]) < 1.0 else np.inf

    def state(self, variance: Any, params: Params) -> FloatArray:
        """States that stand for a variance, (2, ...)."""
        return np.stack([np.log(variance), np.zeros_like(variance)])

    def variance(self, state: Any, params: Params) -> Any:
        """Variance for which the first state stands."""
        return np.exp(state)

    def step(self, params: Params, moment: Any, shock: Any, states: FloatArray) -> FloatArray:
        """Next states (2, ...) after a shock e."""
        z = shock * np.exp(-0.5 * states[0])
        push = params["alpha"] * (np.abs(z) - moment) + params["gamma"] * z
        return np.stack([params["omega"] + push + params["beta"] * states[0], states[1]])

    def admissible(self, own: FloatArray) -> Any:
        """Which columns of own parameters (5, ...) the model allows."""
        return (np.abs(own[1:3]) <= 3.0).all(axis=0) & (np.abs(own[3]) < 1.0)

    def in_unit(self, own: FloatArray, scale: float) -> tuple[FloatArray, FloatArray]:
        """Own parameters (5,) of data ``scale`` times as large, and their derivatives by the old ones, (5, 5)."""
        by, log_square = np.eye(5), 2.0 * np.log(scale)
        by[0, 3] = -log_square
        return own + np.array([(1.0 - own[3]) * log_square, 0.0, 0.0, 0.0, 0.0]), by

    def states_in_unit(self, states: FloatArray, params: Params, scale: float) -> FloatArray:
        """States (2, ...) of data that are ``scale`` times as large."""
        return states + np.array([[2.0 * np.log(scale)], [0.0]])

    def regressor_unit(self, own: FloatArray, scale: float) -> tuple[float, FloatArray]:
        """Factor of a regressor's coefficient in that unit, and its derivative by the own parameters, (5,)."""
        return 1.0, np.zeros(5)

    def box(self) -> tuple[list[float], list[float]]:
        """Bounds of the coordinates level, alpha, gamma, beta, -."""
        return [-50.0, 0.0, -3.0, -0.999, 0.0], [50.0, 3.0, 3.0, 0.9999, 0.0]

    def starts(self, rows: int, first: float) -> list[list[list[float]]]:
        """Where to search from: a list per basin, of which the best is taken."""
        columns = list(product((-0.3, 0.5), (-0.1, 0.05), (0.5, 0.85, 0.95, 0.985)))
        basins = [[[level, alpha, gamma, beta, 0.0] for level, gamma, beta in columns] for alpha in (0.03, 0.1, 0.25, 0.5)]
        return [*basins, [[-0.3, 0.2, 0.0, beta, 0.0] for beta in (-0.6, 0.0)]]

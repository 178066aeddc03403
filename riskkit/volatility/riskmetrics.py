"""RiskMetrics 2006: a volatility that remembers for a year, made of many exponentially weighted ones.

One exponentially weighted variance forgets at one speed; real volatility forgets slowly, about like a logarithm. A weighted
sum of variances with geometrically spaced memories does the same, and needs no estimate.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.core.likelihood import refuse_unusable
from riskkit.errors import DataError
from riskkit.volatility.given import GivenVolatility

FORGOTTEN = 0.01  # the start of a component averages squares down to this weight


@dataclass(frozen=True)
class RiskMetrics2006:
    """Long-memory volatility of Zumbach: a weighted sum of exponentially weighted variances, about a mean of zero.

    Component k = 1, ..., kmax has the memory ``tau[k] = tau1 * rho**(k - 1)`` and the decay ``mu[k] = exp(-1 / tau[k])``:
    ``v[k, t+1] = mu[k] * v[k, t] + (1 - mu[k]) * y[t]**2``. The variance is ``sigma[t]**2 = sum_k w[k] * v[k, t]`` with
    weights in proportion to ``1 - log(tau[k]) / log(tau0)`` that add up to 1. Nothing is estimated.

    Parameters
    ----------
    tau0 : float
        Observations after which the memory is gone; above the longest tau[k].
    tau1 : float
        Shortest memory, in observations; above 1.
    kmax : int
        Number of components. 14, as in the packages `arch` and MFE, ends at 362 observations.
    rho : float
        Ratio of neighbouring memories; above 1. Default: the root of 2.

    Notes
    -----
    Component k starts at the weighted mean of the first squares, with weights falling by mu[k] until they are below 1 %: at
    most the first ``4.6 * tau[k]`` observations. The package `arch` starts there too. :class:`Ewma` starts at the mean
    square of the whole sample instead.

    Examples
    --------
    >>> returns = 0.02 * pd.Series(np.random.default_rng(1).standard_t(5, size=500))
    >>> fit = RiskMetrics2006().fit(returns)
    >>> fit.forecast(250).loc[[1, 10, 250], "sigma"].round(4).tolist()
    [0.027, 0.0272, 0.0273]

    References
    ----------
    Zumbach, G. (2007). The RiskMetrics 2006 methodology. RiskMetrics Group.
    """

    tau0: float = 1560.0
    tau1: float = 4.0
    kmax: int = 14
    rho: float = 2.0**0.5

    def __post_init__(self) -> None:
        object.__setattr__(self, "tau0", checks.number("tau0", self.tau0, above=1.0))
        object.__setattr__(self, "tau1", checks.number("tau1", self.tau1, above=1.0))
        object.__setattr__(self, "kmax", checks.whole("kmax", self.kmax, least=1))
        object.__setattr__(self, "rho", checks.number("rho", self.rho, above=1.0))
        if not np.log(self.tau1) + (self.kmax - 1) * np.log(self.rho) < np.log(self.tau0):
            raise DataError(
                "the longest component remembers longer than tau0", got=f"tau0={self.tau0:g}, tau1={self.tau1:g}, "
                f"kmax={self.kmax}, rho={self.rho:g}", expected="tau1 * rho**(kmax - 1) < tau0",
                remedy="choose fewer components or a larger tau0",
            )  # fmt: skip

    @property
    def memories(self) -> FloatArray:
        """Characteristic times of the components in observations, shape (kmax,)."""
        return np.asarray(self.tau1 * self.rho ** np.arange(self.kmax), float)

    @property
    def decays(self) -> FloatArray:
        """Weight of yesterday's variance in each component, shape (kmax,)."""
        return np.exp(-1.0 / self.memories)

    @property
    def weights(self) -> FloatArray:
        """Share of each component in the variance, shape (kmax,); they add up to 1."""
        weights = 1.0 - np.log(self.memories) / np.log(self.tau0)
        return np.asarray(weights / weights.sum(), float)

    def fit(self, series: pd.Series) -> "RiskMetrics2006Fit":
        """Run the components through a series.

        Parameters
        ----------
        series : Series of length T >= 2
            Returns in decimals per step; finite, sorted by time, not constant.

        Raises
        ------
        DataError
            When the series cannot be used, or begins with so many zeros that its first variance is zero.
        """
        observed = checks.series(series, name="series", least=2)
        refuse_unusable("series", observed.to_numpy())
        squares = observed.to_numpy() ** 2
        decays = self.decays
        components = np.empty((len(squares) + 1, self.kmax))
        components[0] = [_start(squares, decay) for decay in decays]
        for row, square in enumerate(squares):
            components[row + 1] = decays * components[row] + (1.0 - decays) * square
        if not (components @ self.weights).min() > 0.0:
            raise DataError(
                "the variance of the first observations is zero", got=f"{int(np.argmax(squares > 0.0))} leading zeros",
                expected="a positive variance on every date", remedy="cut the leading zeros off",
            )  # fmt: skip
        components.setflags(write=False)
        return RiskMetrics2006Fit(self, observed, components)


def _start(squares: FloatArray, decay: float) -> float:
    """Weighted mean of the first squares, the first weighing most."""
    weights = decay ** np.arange(min(int(np.log(FORGOTTEN) / np.log(decay)), len(squares)))
    return float(weights @ squares[: len(weights)] / weights.sum())


@dataclass(frozen=True, eq=False)
class RiskMetrics2006Fit(GivenVolatility):
    """A RiskMetrics 2006 volatility run through a series; made by :meth:`RiskMetrics2006.fit`.

    Parameters
    ----------
    spec : RiskMetrics2006
        The model.
    observed : Series of length T
        The returns.
    components : array of shape (T + 1, kmax)
        Variance of each component before each observation, and after the last.
    """

    spec: RiskMetrics2006
    observed: pd.Series
    components: FloatArray

    __setstate__ = restore

    @property
    def params(self) -> pd.Series:  # type: ignore[override]
        """tau0, tau1, kmax and rho, as given."""
        return pd.Series({name: float(getattr(self.spec, name)) for name in ("tau0", "tau1", "kmax", "rho")}, name="params")

    @cached_property
    def variance(self) -> FloatArray:  # type: ignore[override]
        """Conditional variance of each observation, and of the one after the last, shape (T + 1,)."""
        return np.asarray(self.components @ self.spec.weights)

    def forecast(self, horizon: int = 1) -> pd.DataFrame:
        """Mean and sigma of each of the next ``horizon`` steps (not of their sum), exact for this process.

        The expectation of each component is pulled towards that of the whole: tomorrow's ``v[k]`` is ``mu[k]`` times
        today's plus ``1 - mu[k]`` times today's ``sigma**2``. Short memories lose their say first, so the term structure
        moves slowly from the recent variance to that of the longest memories; it has no long-run level.

        Returns
        -------
        DataFrame (horizon, 2)
            Indexed by step 1, ..., horizon; columns ``mean`` (zero) and ``sigma``, per step.

        Notes
        -----
        The package `arch` answers with a flat forecast, which is not the expectation of this process.
        """
        steps = pd.RangeIndex(1, checks.whole("horizon", horizon, least=1) + 1, name="step")
        weights, decays = self.spec.weights, self.spec.decays
        component, variance = self.components[-1], np.empty(horizon)
        for step in range(horizon):
            variance[step] = weights @ component
            component = decays * component + (1.0 - decays) * variance[step]
        return pd.DataFrame({"mean": 0.0, "sigma": np.sqrt(variance)}, index=steps)

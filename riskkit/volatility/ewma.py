"""Exponentially weighted volatility: yesterday's variance, and a little of yesterday's square."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.errors import DataError
from riskkit.volatility.given import GivenVolatility
from riskkit_ext import _ewma


@dataclass(frozen=True)
class Ewma:
    """Exponentially weighted moving average of squared returns (RiskMetrics), about a mean of zero.

    ``sigma[t+1]**2 = decay * sigma[t]**2 + (1 - decay) * y[t]**2``, started at the mean square of the whole sample.
    The decay is given, not estimated; 0.94 is RiskMetrics' choice for daily data.

    Parameters
    ----------
    decay : float
        Weight of yesterday's variance, 0 < decay < 1. The memory is 1 / (1 - decay) observations long.

    Examples
    --------
    >>> returns = pd.Series([0.01, -0.02, 0.005, 0.03])
    >>> fit = Ewma(decay=0.94).fit(returns)
    >>> fit.forecast(2).round(6)["sigma"].tolist()
    [0.018967, 0.018967]

    References
    ----------
    J.P. Morgan/Reuters (1996). RiskMetrics Technical Document, 4th edition, section 5.2.
    """

    decay: float = 0.94

    def __post_init__(self) -> None:
        decay = checks.number("decay", self.decay)
        if not 0.0 < decay < 1.0:
            raise DataError(
                "decay is out of range", got=repr(decay), expected="0 < decay < 1",
                remedy="0.94 is usual for daily data, 0.97 for monthly",
            )  # fmt: skip
        object.__setattr__(self, "decay", decay)

    def fit(self, series: pd.Series) -> "EwmaFit":
        """Run the recursion through a series.

        Parameters
        ----------
        series : Series of length T >= 2
            Returns in decimals per step; finite, sorted by time, not constant.

        Raises
        ------
        DataError
            When the series cannot be used, or is so quiet or so wild that a variance underflows or overflows.
        """
        observed = checks.series(series, name="series", least=2)
        values = np.ascontiguousarray(observed.to_numpy())
        checks.varied("series", values)
        variance = np.empty(len(values) + 1)
        _ewma.variance(values, self.decay, variance)
        if not (variance.min() > 0.0 and variance.max() < np.inf):
            raise DataError(
                "the exponentially weighted variance vanishes or overflows",
                got=f"between {variance.min():g} and {variance.max():g} with decay {self.decay:g}",
                expected="a positive finite variance on every date",
                remedy="rescale the series or choose a larger decay",
            )  # fmt: skip
        variance.setflags(write=False)
        return EwmaFit(self, observed, variance)


@dataclass(frozen=True, eq=False)
class EwmaFit(GivenVolatility):
    """An exponentially weighted volatility run through a series; made by :meth:`Ewma.fit`.

    Parameters
    ----------
    spec : Ewma
        The model.
    observed : Series of length T
        The returns.
    variance : array of shape (T + 1,)
        Conditional variance of each observation, and of the one after the last.
    """

    spec: Ewma
    observed: pd.Series
    variance: FloatArray

    __setstate__ = restore

    @property
    def params(self) -> pd.Series:  # type: ignore[override]
        """The decay."""
        return pd.Series({"decay": self.spec.decay}, name="params")

    def forecast(self, horizon: int = 1) -> pd.DataFrame:
        """Mean and sigma of the next ``horizon`` steps: the expected variance stays where it is.

        Returns
        -------
        DataFrame (horizon, 2)
            Indexed by step 1, ..., horizon; columns ``mean`` (zero) and ``sigma``, per step.
        """
        steps = pd.RangeIndex(1, checks.whole("horizon", horizon, least=1) + 1, name="step")
        return pd.DataFrame({"mean": 0.0, "sigma": self.next_sigma}, index=steps)

"""Realised variance forecast by its own last day, week and month."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.frozen import restore
from riskkit.core.likelihood import refuse_unusable
from riskkit.errors import DataError, ModelError

if TYPE_CHECKING:
    from statsmodels.regression.linear_model import RegressionResults

LEAST = 30  # rows of the regression beyond one per slope
KINDS = ("hac", "ols")


@dataclass(frozen=True)
class Har:
    """Heterogeneous autoregression: tomorrow's realised variance from its averages over the last day, week and month.

    ``x[t] = const + sum_l b[l] * mean(x[t-1], ..., x[t-l]) + e[t]``, by least squares; x is the realised variance or, with
    ``log=True``, its logarithm.

    Parameters
    ----------
    lags : tuple of int
        Lengths of the averages in observations, increasing. Default: day, week and month of an exchange; (1, 7, 30) are
        those of a market without weekends.
    log : bool
        Model the logarithm: closer to normal, and its forecast cannot be negative. The averages are then those of
        logarithms.

    Examples
    --------
    >>> realised = pd.Series(np.random.default_rng(1).chisquare(24, size=500) * 1e-5)
    >>> fit = Har(log=True).fit(realised)
    >>> list(fit.params.index)
    ['const', 'lag 1', 'lag 5', 'lag 22']

    References
    ----------
    Corsi, F. (2009). A simple approximate long-memory model of realized volatility. Journal of Financial Econometrics 7,
    174-196.
    """

    lags: tuple[int, ...] = (1, 5, 22)
    log: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.lags, (tuple, list)) or not self.lags:
            raise DataError(
                "lags are not usable", got=repr(self.lags), expected="a tuple of whole numbers, such as (1, 5, 22)"
            )
        lags = tuple(checks.whole("lag", lag, least=1) for lag in self.lags)
        if list(lags) != sorted(set(lags)):
            raise DataError("lags do not increase", got=lags, expected="increasing whole numbers, such as (1, 5, 22)")
        checks.switch("log", self.log)
        object.__setattr__(self, "lags", lags)

    @property
    def names(self) -> pd.Index:
        """Names of the parameters."""
        return pd.Index(["const", *(f"lag {lag}" for lag in self.lags)])

    def fit(self, realised: pd.Series) -> "HarFit":
        """Estimate by ordinary least squares.

        Parameters
        ----------
        realised : Series of length T >= max(lags) + len(lags) + 30
            Realised variances (not volatilities), one per day, none missing; not negative, and positive with ``log=True``.

        Raises
        ------
        DataError
            When the series cannot be used, or its averages are linearly dependent.
        """
        observed = checks.series(realised, name="realised", least=self.lags[-1] + len(self.lags) + LEAST)
        values = observed.to_numpy()
        refuse_unusable("realised", values)
        self._refuse_no_variance(observed)
        from statsmodels.regression.linear_model import OLS

        # in units of the mean, so that the constant's column and the others have one magnitude
        scale = 1.0 if self.log else float(values.mean())
        x = np.log(values) if self.log else values / scale
        design = _design(x, self.lags)
        rank = np.linalg.matrix_rank(design)
        if rank < design.shape[1]:
            raise DataError(
                "the averages of realised are linearly dependent", got=f"rank {rank} with lags {self.lags}",
                expected=f"rank {design.shape[1]}", remedy="use fewer lags",
            )  # fmt: skip
        return HarFit(self, observed, *_estimates(OLS(x[self.lags[-1] :], design).fit(), scale))

    def _refuse_no_variance(self, observed: pd.Series) -> None:
        least, where = observed.min(), f"{observed.min():g} at {observed.idxmin()}"
        if least < 0.0:
            raise DataError("realised is no variance", got=where, expected="numbers >= 0", remedy="use squares of returns")
        if self.log and least == 0.0:
            raise DataError(
                "realised is zero, which has no logarithm", got=where, expected="numbers > 0", remedy="fit with log=False"
            )


def _design(x: FloatArray, lags: tuple[int, ...]) -> FloatArray:
    """Return ones and, for each lag, the mean of the last values: shape (T - max(lags), 1 + len(lags))."""
    longest = lags[-1]
    means = [np.lib.stride_tricks.sliding_window_view(x, lag).mean(axis=1)[longest - lag : -1] for lag in lags]
    return np.column_stack([np.ones(len(x) - longest), *means])


def _estimates(regression: "RegressionResults", scale: float) -> tuple[FloatArray, FloatArray, float, float]:
    """Coefficients (K,), covariances (2, K, K) as in KINDS, error variance and R squared, in the unit of the data."""
    units = np.append(scale, np.ones(len(regression.params) - 1))
    robust = regression.get_robustcov_results("HAC", maxlags=newey_west_lags(int(regression.nobs)))
    covariances = np.stack([robust.cov_params(), regression.cov_params()]) * np.outer(units, units)
    coefficients = regression.params * units
    for array in (coefficients, covariances):
        array.setflags(write=False)
    return coefficients, covariances, float(regression.scale * scale**2), float(regression.rsquared)


def newey_west_lags(count: int) -> int:
    """Lags of the Bartlett kernel for ``count`` observations: ``4 * (count / 100)**(2/9)``, rounded down.

    Examples
    --------
    >>> newey_west_lags(1000)
    6
    """
    return int(4.0 * (count / 100.0) ** (2.0 / 9.0))


@dataclass(frozen=True, eq=False)
class HarFit:
    """An estimated heterogeneous autoregression; made by :meth:`Har.fit`.

    Parameters
    ----------
    spec : Har
        The model.
    observed : Series of length T
        The realised variances.
    coefficients : array of shape (K,)
        Constant and slopes.
    covariances : array of shape (2, K, K)
        Covariance of the coefficients, Newey-West and ordinary.
    error_variance : float
        Variance of the errors of the regression, with its degrees of freedom taken off.
    r_squared : float
        Share of the variation explained: of the logarithms with ``log=True``.
    """

    spec: Har
    observed: pd.Series
    coefficients: FloatArray
    covariances: FloatArray
    error_variance: float
    r_squared: float

    __setstate__ = restore

    @property
    def status(self) -> FitStatus:
        """Always OK: least squares has one solution, and data without one are refused."""
        return FitStatus.OK

    @property
    def params(self) -> pd.Series:
        """Constant and slopes; the constant in the unit of the variance, or of its logarithm."""
        return pd.Series(self.coefficients, self.spec.names, name="params")

    def standard_errors(self, kind: str = "hac") -> pd.Series:
        """Standard errors of the parameters.

        Parameters
        ----------
        kind : {"hac", "ols"}
            Newey and West's, which allow for errors whose size varies and which are correlated over
            :func:`newey_west_lags`, or those of independent errors of one size.
        """
        checks.one_of("kind", kind, KINDS)
        variances = np.diag(self.covariances[KINDS.index(kind)])
        return pd.Series(np.sqrt(variances), self.spec.names, name=f"{kind} standard errors")

    @cached_property
    def fitted(self) -> pd.Series:
        """Variance expected one day before, from day max(lags) + 1 on; with ``log=True`` with half the error variance added.

        A linear model may expect a negative variance. It is shown as it is.
        """
        values = _design(self._regressed, self.spec.lags) @ self.coefficients
        if self.spec.log:
            values = np.exp(values + 0.5 * self.error_variance)
        return pd.Series(values, index=self.observed.index[self.spec.lags[-1] :], name="fitted")

    @property
    def residuals(self) -> pd.Series:
        """What the regression leaves: of logarithms with ``log=True``."""
        longest = self.spec.lags[-1]
        values = self._regressed[longest:] - _design(self._regressed, self.spec.lags) @ self.coefficients
        return pd.Series(values, index=self.observed.index[longest:], name="residuals")

    def forecast(self, horizon: int = 1) -> pd.DataFrame:
        """Expected realised variance of each of the next ``horizon`` days, by iterating the regression.

        With ``log=True`` it is ``exp(m + s**2 / 2)``, where m is the iterated forecast of the logarithm and s**2 the
        variance of its error that many days ahead: exact for normal errors. The exponential of m alone is the median.

        Returns
        -------
        DataFrame (horizon, 2)
            Indexed by step 1, ..., horizon; columns ``variance`` and ``sigma``, its root, per step.

        Raises
        ------
        ModelError
            When a linear model expects a variance that is not positive, or the forecast grows without bound.
        """
        steps = pd.RangeIndex(1, checks.whole("horizon", horizon, least=1) + 1, name="step")
        longest = self.spec.lags[-1]
        slopes = np.zeros(longest)  # of x[t-1], ..., x[t-longest]
        for lag, slope in zip(self.spec.lags, self.coefficients[1:], strict=True):
            slopes[:lag] += slope / lag
        past, echo, variance = self._regressed[: -longest - 1 : -1], np.append(1.0, np.zeros(longest - 1)), np.empty(horizon)
        error = 0.0
        with np.errstate(over="ignore", invalid="ignore"):
            for step in range(horizon):
                variance[step] = self.coefficients[0] + slopes @ past
                past = np.append(variance[step], past[:-1])
                error += self.error_variance * echo[0] ** 2
                echo = np.append(slopes @ echo, echo[:-1])
                if self.spec.log:
                    variance[step] = np.exp(variance[step] + 0.5 * error)
        good = np.isfinite(variance) & (variance > 0.0)
        if not good.all():
            remedy = "choose a shorter horizon: the slopes add up to 1 or more" if self.spec.log else "fit with log=True"
            raise ModelError(
                "the forecast is no variance", got=f"{variance[np.argmin(good)]:g} at step {np.argmin(good) + 1}",
                expected="positive numbers", remedy=remedy,
            )  # fmt: skip
        return pd.DataFrame({"variance": variance, "sigma": np.sqrt(variance)}, index=steps)

    @property
    def _regressed(self) -> FloatArray:
        values = self.observed.to_numpy()
        return np.log(values) if self.spec.log else values

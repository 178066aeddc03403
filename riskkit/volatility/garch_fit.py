"""The estimate of a GARCH or GJR: found by our own kernel, and what it says of itself from exact derivatives."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.frozen import restore
from riskkit.core.likelihood import STATUSES, STEEP, refuse_unusable
from riskkit.errors import ConvergenceError
from riskkit.rng import Rng
from riskkit.volatility.garch_filter import GarchState
from riskkit.volatility.garch_optimum import (
    AHEAD,
    KINDS,
    MEAN,
    SCALE,
    SIZE,
    STATUS,
    Information,
    in_fast_lane,
    information,
    natural,
    parameters,
    reading,
    start_variance,
    units,
)
from riskkit.volatility.garch_uncertainty import forecast_interval
from riskkit_ext import _garch

if TYPE_CHECKING:
    from riskkit.volatility.garch import Garch, Gjr

LEAST = 50  # five parameters from fewer observations are not worth having


def fit(spec: "Garch | Gjr", series: pd.Series, regressors: pd.DataFrame | None) -> Any:
    """Estimate a model: in the kernel where that knows it, else in general; the public door is :meth:`Garch.fit`."""
    if regressors is not None or not in_fast_lane(spec) or _has_gaps(series):
        from riskkit.volatility import general

        return general.fit(spec, series, regressors)
    observed = checks.series(series, name="series", least=LEAST)
    values = np.ascontiguousarray(observed.to_numpy())
    refuse_unusable("series", values)
    maxima = np.empty((_garch.most_starts, _garch.OPTIMUM_SIZE))
    _garch.fit(reading(spec).model, values, np.empty(len(values) * _garch.lanes), maxima)
    if STATUSES[int(maxima[0, STATUS])] is FitStatus.FAILED:
        raise ConvergenceError(
            "the GARCH likelihood has no maximum that can be found", got=f"{len(values)} observations",
            remedy="look at the series: is it mostly zeros, or one huge value? and is a given start variance in its unit?",
        )  # fmt: skip
    maxima.setflags(write=False)
    return GarchFit(spec, observed, maxima[0])


def _has_gaps(series: object) -> bool:
    if not isinstance(series, pd.Series) or series.dtype != np.float64 or len(series) == 0:
        return False
    return bool(np.isnan(series.to_numpy().min()))


@dataclass(frozen=True, eq=False)
class GarchFit(GarchState):
    """An estimated GARCH(1,1) or GJR; made by :meth:`Garch.fit`. What it answers besides stands in :class:`GarchState`.

    Parameters
    ----------
    spec : Garch or Gjr
        The model.
    observed : Series of length T
        The returns.
    optimum : array of shape (12,)
        The kernel's answer, in units of the standardised series.
    """

    spec: "Garch | Gjr"
    observed: pd.Series
    optimum: FloatArray

    __setstate__ = restore

    @cached_property
    def params(self) -> pd.Series:  # type: ignore[override]
        """Estimates of mu, omega, alpha, gamma, beta and nu (those that the model has), in the unit of the data."""
        told = reading(self.spec)
        return pd.Series(parameters(self.optimum.tolist(), told), told.names, name="params")

    @property
    def loglikelihood(self) -> float:
        """Maximum of the log-likelihood, of the data in their own unit.

        Examples
        --------
        >>> returns = pd.Series(np.random.default_rng(1).normal(size=300))
        >>> round(rk.volatility.Garch(dist="normal").fit(returns).loglikelihood, 4)
        -397.949
        """
        return float(self._information.value - len(self.observed) * np.log(self.optimum[SCALE]))

    @property
    def gradient_norm(self) -> float:
        """Steepest rise left: log-likelihood per standard error of one parameter, bounds respected; no unit."""
        return self._information.slope

    @cached_property
    def status(self) -> FitStatus:
        """OK only where the gradient is zero and the curvature right; BOUND when a parameter ended on a bound."""
        said = STATUSES[int(self.optimum[STATUS])]
        steep = said in (FitStatus.OK, FitStatus.BOUND) and not self.gradient_norm <= STEEP
        return FitStatus.NOT_CONVERGED if steep else said

    def covariance(self, kind: str = "robust") -> pd.DataFrame:
        """Covariance matrix of the estimates from exact derivatives, in the unit of the data.

        NaN for a parameter on a bound, and where the curvature is wrong.

        Parameters
        ----------
        kind : {"robust", "hessian", "opg"}
            Sandwich of Bollerslev and Wooldridge (valid for other laws too), inverse Hessian, or outer product of scores.

        Notes
        -----
        With one parameter on its bound the others' errors are those of the model with that parameter fixed there. With
        targeting omega is a function of the others, given the sample's variance: its error is theirs by the delta method,
        and that of the sample's variance is not in it.

        Examples
        --------
        >>> fit = rk.volatility.Garch(dist="normal").fit(pd.Series(np.random.default_rng(1).normal(size=300)))
        >>> bool(np.isclose(fit.covariance().loc["mu", "mu"], fit.standard_errors()["mu"] ** 2))
        True
        """
        names = reading(self.spec).names
        return pd.DataFrame(self._covariances[KINDS.index(checks.one_of("kind", kind, KINDS))], names, names)

    def standard_errors(self, kind: str = "robust") -> pd.Series:
        """Square roots of the diagonal of :meth:`covariance`."""
        variances = self._covariances[KINDS.index(checks.one_of("kind", kind, KINDS))].diagonal()
        return pd.Series(np.sqrt(variances), reading(self.spec).names, name=f"{kind} standard errors")

    @property
    def scores(self) -> pd.DataFrame:
        """Derivative of each observation's log density by the parameters, (T, K), in the unit of the data.

        With targeting omega has no column of its own: it moves with alpha, gamma and beta.
        """
        scores, told = self._path[1].copy(), reading(self.spec)
        if self.spec.targeting:
            scores[:, [2, 3, 5]] -= np.outer(scores[:, 1], (1.0, 1.0, 0.5))  # alpha, beta, gamma
        scores /= units(self.optimum)
        result = pd.DataFrame(scores[:, told.columns], self.observed.index, told.names)
        return result.drop(columns="omega") if self.spec.targeting else result

    def forecast_interval(self, horizon: int, level: float = 0.9, *, rng: Rng, draws: int = 1_000) -> pd.DataFrame:
        """How sure the forecast of sigma is, given that the parameters are estimates.

        See :func:`riskkit.volatility.garch_uncertainty.forecast_interval`, which also says what is drawn.
        """
        return forecast_interval(self, horizon, level, rng=rng, draws=draws)

    @cached_property
    def sigma(self) -> pd.Series:  # type: ignore[override]
        """Conditional standard deviation of each observation, known one step before it but for the parameters."""
        variance = self._path[0][:-1]
        return pd.Series(self.optimum[SCALE] * np.sqrt(variance), index=self.observed.index, name="sigma")

    @cached_property
    def next_sigma(self) -> float:  # type: ignore[override]
        """Standard deviation of the observation after the last."""
        return float(self.optimum[SCALE] * np.sqrt(self.optimum[AHEAD]))

    def variance_before(self, mu: Any) -> Any:
        """Variance before the first observation, in the unit of the data, at other values of mu; shape of ``mu``."""
        constant, linear, square = self._standard[1]
        location = (mu - self.optimum[MEAN]) / self.optimum[SCALE]
        return self.optimum[SCALE] ** 2 * (constant + location * (linear + location * square))

    @cached_property
    def _standard(self) -> tuple[FloatArray, FloatArray]:
        """Standardised data and start variance, as the kernel's functions want them."""
        z = (self.observed.to_numpy() - self.optimum[MEAN]) / self.optimum[SCALE]
        return z, start_variance(self.spec, z, float(self.optimum[SCALE]))

    @cached_property
    def _information(self) -> Information:
        """Of the standardised data."""
        return information(self.spec, *self._standard, self.optimum)

    @cached_property
    def _path(self) -> tuple[FloatArray, FloatArray]:
        """Standardised variances (T + 1,) and scores (T, 6)."""
        variance, scores = np.empty(len(self.observed) + 1), np.empty((len(self.observed), SIZE))
        _garch.path(reading(self.spec).model, *self._standard, np.array(natural(self.optimum)), variance, scores)
        return variance, scores

    @cached_property
    def _covariances(self) -> FloatArray:
        """One matrix for each of ``KINDS``, (3, K, K)."""
        unit = units(self.optimum)
        told = reading(self.spec)
        in_unit = self._information.covariances * np.multiply.outer(unit, unit).ravel()
        return in_unit[:, told.cells].reshape(len(KINDS), len(told.columns), -1)

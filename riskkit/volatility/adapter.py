"""Fits of the package `arch`, read as ours: so any of its volatility models can be forecast, plotted and backtested here."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from arch.univariate import ConstantMean, Distribution, Normal, StudentsT, ZeroMean
from arch.univariate.base import ARCHModelResult

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus, LossDistribution, from_law, law
from riskkit.errors import DataError, ModelError


def from_arch(result: ARCHModelResult) -> "ArchFit":
    """Adapt the result of ``arch_model(...).fit()``.

    Parameters
    ----------
    result : arch.univariate.base.ARCHModelResult
        A fit with constant or zero mean. The unit is that of the data given to `arch`: percent in, percent out.

    Raises
    ------
    DataError
        When it is not such a result.
    ModelError
        When its mean has regressors or lags.

    Examples
    --------
    >>> from arch import arch_model
    >>> returns = pd.Series(np.random.default_rng(1).standard_t(5, size=500))
    >>> fit = from_arch(arch_model(returns, vol="EGARCH", dist="t").fit(disp="off"))
    >>> list(fit.params.index)
    ['mu', 'omega', 'alpha[1]', 'beta[1]', 'nu']
    """
    if not isinstance(result, ARCHModelResult):
        raise DataError(
            "result is no estimate of arch", got=type(result).__name__, expected="what arch_model(...).fit() returns"
        )
    if type(result.model) not in (ConstantMean, ZeroMean):
        raise ModelError(
            "the mean of the arch model cannot be read", got=type(result.model).__name__, expected="a constant or zero mean",
            remedy="regress first and fit the residuals",
        )  # fmt: skip
    return ArchFit(result)


@dataclass(frozen=True, eq=False)
class ArchFit:
    """An estimate of the package `arch` behind the questions of a riskkit fit; made by :func:`from_arch`."""

    result: ARCHModelResult

    @property
    def params(self) -> pd.Series:
        """Estimates under arch's names; in arch's rescaled unit when it was allowed to rescale (``result.scale``)."""
        return self.result.params

    @property
    def status(self) -> FitStatus:
        """OK when arch's optimiser says that it converged."""
        return FitStatus.OK if self.result.convergence_flag == 0 else FitStatus.NOT_CONVERGED

    @property
    def loglikelihood(self) -> float:
        """Log-likelihood of the data in their own unit."""
        return float(self.result.loglikelihood + len(self.sigma) * np.log(self.result.scale))

    def standard_errors(self, kind: str = "robust") -> pd.Series:
        """Arch's standard errors, "robust" or "hessian", from its numerical derivatives."""
        checks.one_of("kind", kind, ("robust", "hessian"))
        covariance = self.result.model.compute_param_cov(np.asarray(self.params, float), robust=kind == "robust")
        return pd.Series(np.sqrt(np.diag(covariance)), self.params.index, name=f"{kind} standard errors")

    @cached_property
    def sigma(self) -> pd.Series:
        """Conditional standard deviation of each observation in the sample of the fit."""
        return self._series(self.result.conditional_volatility, "sigma")

    @cached_property
    def residuals(self) -> pd.Series:
        """The observations less the mean."""
        return self._series(self.result.resid, "residuals")

    @property
    def standardised(self) -> pd.Series:
        """Residuals divided by sigma."""
        return (self.residuals / self.sigma).rename("standardised")

    def forecast(self, horizon: int = 1) -> pd.DataFrame:
        """Mean and sigma of each of the ``horizon`` steps after the sample of the fit, by arch's analytic forecast.

        Data that arch was given but did not fit (``last_obs``) are not looked at.

        Raises
        ------
        ModelError
            Where arch has no analytic forecast (EGARCH and APARCH beyond one step).
        """
        steps = pd.RangeIndex(1, checks.whole("horizon", horizon, least=1) + 1, name="step")
        try:
            ahead = self.result.forecast(horizon=horizon, start=self.result.fit_stop - 1, reindex=False)
        except ValueError as cause:
            raise ModelError(
                f"arch has no analytic forecast {horizon} steps ahead", got=self.result.model.volatility.name,
                expected="horizon=1", remedy='simulate with result.forecast(method="simulation")',
            ) from cause  # fmt: skip
        mean, variance = ahead.mean.to_numpy()[0], ahead.variance.to_numpy()[0]
        return pd.DataFrame({"mean": mean, "sigma": np.sqrt(variance)}, index=steps) / self.result.scale

    def loss_distribution(self) -> LossDistribution:
        """Law of the next step's loss: normal and Student-t in closed form, others through arch's own quantiles."""
        mean, sigma = (float(value) for value in self.forecast(1).to_numpy()[0])
        distribution = self.result.model.distribution
        names = distribution.parameter_names()
        shape = self.params[names].to_numpy(dtype=float)
        if isinstance(distribution, Normal):
            return law.normal(-mean, sigma)
        if isinstance(distribution, StudentsT):
            return law.student(-mean, sigma * float(np.sqrt(1.0 - 2.0 / shape[0])), float(shape[0]))

        def quantile(probability: FloatArray) -> FloatArray:
            return -mean - sigma * np.asarray(distribution.ppf(1.0 - probability, shape))

        def partial_mean(probability: FloatArray) -> FloatArray:
            return -mean * probability + sigma * _partial_moment(distribution, shape, 1.0 - probability)

        return from_law(quantile, partial_mean, -mean)

    def _series(self, values: object, name: str) -> pd.Series:
        """One of arch's columns in the unit of the data, without the observations that arch held back."""
        return (pd.Series(values) / self.result.scale).dropna().rename(name)


def _partial_moment(distribution: Distribution, shape: FloatArray, probability: FloatArray) -> FloatArray:
    """E[Z; Z <= quantile(p)] of arch's law at falling probabilities: its own at the lowest, quadrature between the others.

    Arch's own takes half a millisecond for each of 10,000.
    """
    edges = np.asarray(distribution.ppf(probability, shape))[::-1]
    nodes, weights = np.polynomial.legendre.leggauss(6)
    half = np.diff(edges)[:, np.newaxis] / 2.0
    z = edges[:-1, np.newaxis] + half * (1.0 + nodes)
    log_pdf = distribution.loglikelihood(shape, z.ravel(), np.ones(z.size), individual=True)
    between = np.sum(half * weights * z * np.exp(log_pdf).reshape(z.shape), axis=1)
    lowest = float(distribution.partial_moment(1, float(edges[0]), shape))
    return lowest + np.concatenate([[0.0], np.cumsum(between)])[::-1]

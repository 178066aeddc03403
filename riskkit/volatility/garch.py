"""GARCH(1,1) with normal or Student-t innovations, estimated by maximum likelihood in our own kernel."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.frozen import restore
from riskkit.core.likelihood import STATUSES, STEEP, positive_inverse, refuse_unusable
from riskkit.errors import ConvergenceError
from riskkit.rng import Rng
from riskkit.volatility.garch_filter import GarchState
from riskkit.volatility.garch_uncertainty import forecast_interval
from riskkit_ext import _garch

BoolArray = npt.NDArray[np.bool_]
LEAST = 50  # five parameters from fewer observations are not worth having
VALUE, AHEAD, MEAN, SCALE, STATUS = 6, 7, 8, 9, 10  # columns of the kernel's optimum, after the point
KINDS = ("hessian", "opg", "robust")
STARTS = {"ewma": 0, "fcp": 2}  # by their number in the kernel
NAMES = {"normal": pd.Index(["mu", "omega", "alpha", "beta"]), "t": pd.Index(["mu", "omega", "alpha", "beta", "nu"])}


class Derivatives(NamedTuple):
    """Of the log-likelihood of the standardised data, in mu, omega, alpha, beta, eta = 1/nu."""

    value: float
    gradient: FloatArray  # (5,)
    hessian: FloatArray  # (5, 5)


@dataclass(frozen=True)
class Garch:
    """GARCH(1,1): today's variance is yesterday's, pulled towards its level and pushed by yesterday's square.

    ``e[t] = y[t] - mu`` and ``sigma[t+1]**2 = omega + alpha * e[t]**2 + beta * sigma[t]**2``, where ``e[t] / sigma[t]`` has
    mean 0, variance 1 and a normal or Student-t law. Stationary variance: omega / (1 - alpha - beta).

    Parameters
    ----------
    dist : {"t", "normal"}
        Law of the standardised innovations.
    start : {"ewma", "fcp"}
        Variance before the first observation: the exponentially weighted mean of the first 75 squared deviations (decay
        0.94, as the package `arch` has it), or the mean of ``e[t]**2`` at the current mu (Fiorentini and others).

    Examples
    --------
    >>> returns = 0.01 * pd.Series(np.random.default_rng(1).standard_t(5, size=500))
    >>> fit = Garch(dist="t").fit(returns)
    >>> list(fit.params.index)
    ['mu', 'omega', 'alpha', 'beta', 'nu']

    References
    ----------
    Bollerslev, T. (1987). A conditionally heteroskedastic time series model for speculative prices and rates of return.
    Review of Economics and Statistics 69, 542-547.
    Fiorentini, G., Calzolari, G. and Panattoni, L. (1996). Analytic derivatives and the computation of GARCH estimates.
    Journal of Applied Econometrics 11, 399-417.
    """

    dist: str = "t"
    start: str = "ewma"

    def __post_init__(self) -> None:
        checks.one_of("dist", self.dist, ("t", "normal"))
        checks.one_of("start", self.start, tuple(STARTS))

    @property
    def names(self) -> pd.Index:
        """Names of the parameters."""
        return NAMES[self.dist]

    @property
    def kernel(self) -> _garch.Model:
        """The model as the kernel knows it."""
        return _garch.Model(student=self.dist == "t", start=STARTS[self.start])

    def fit(self, series: pd.Series) -> "GarchFit":
        """Estimate the parameters by maximum likelihood, 0 <= alpha, beta; alpha + beta <= 1; 2.05 <= nu <= 500.

        The likelihood may have several maxima: a grid of starting points is searched and the highest maximum found is kept.
        The estimate does not depend on the unit of the data.

        Parameters
        ----------
        series : Series of length T >= 50
            Returns in decimals per step (any other unit will do); finite, sorted by time, not constant.

        Raises
        ------
        DataError
            When the series cannot be used.
        ConvergenceError
            When no maximum was found at all. A search that merely did not end says so in ``status``.
        """
        observed = checks.series(series, name="series", least=LEAST)
        values = np.ascontiguousarray(observed.to_numpy())
        refuse_unusable("series", values)
        maxima = np.empty((_garch.most_starts, _garch.OPTIMUM_SIZE))
        workspace = np.empty(len(values) * _garch.lanes)
        _garch.fit(self.kernel, values, workspace, maxima)
        if STATUSES[int(maxima[0, STATUS])] is FitStatus.FAILED:
            raise ConvergenceError(
                "the GARCH likelihood has no maximum that can be found", got=f"{len(values)} observations",
                remedy="look at the series: is it mostly zeros, or one huge value?",
            )  # fmt: skip
        maxima.setflags(write=False)
        return GarchFit(self, observed, maxima[0])


@dataclass(frozen=True, eq=False)
class GarchFit(GarchState):
    """An estimated GARCH(1,1); made by :meth:`Garch.fit`. What it answers besides stands in :class:`GarchState`.

    Parameters
    ----------
    spec : Garch
        The model.
    observed : Series of length T
        The returns.
    optimum : array of shape (12,)
        The kernel's answer, in units of the standardised series.
    """

    spec: Garch
    observed: pd.Series
    optimum: FloatArray

    __setstate__ = restore

    @cached_property
    def params(self) -> pd.Series:  # type: ignore[override]
        """Estimates of mu, omega, alpha, beta (and nu), in the unit of the data."""
        return pd.Series(natural_parameters(self.optimum[np.newaxis], self.spec.dist)[0], self.spec.names, name="params")

    @property
    def loglikelihood(self) -> float:
        """Maximum of the log-likelihood, of the data in their own unit.

        Examples
        --------
        >>> returns = pd.Series(np.random.default_rng(1).normal(size=300))
        >>> round(Garch(dist="normal").fit(returns).loglikelihood, 4)
        -397.949
        """
        return self._derivatives.value - len(self.observed) * float(np.log(self.optimum[SCALE]))

    @property
    def gradient_norm(self) -> float:
        """Steepest rise left: log-likelihood per standard error of one parameter, bounds respected; no unit."""
        slopes = self._by_search @ self._derivatives.gradient
        low, high = self._at_bounds
        slopes = np.where(low, np.maximum(slopes, 0.0), np.where(high, np.minimum(slopes, 0.0), slopes))
        curvature = np.einsum("ij,jk,ik->i", self._by_search, -self._derivatives.hessian, self._by_search)
        return float(np.max(np.abs(slopes) / np.sqrt(np.maximum(curvature, 1.0))))

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
        With one parameter on its bound the others' errors are those of the model with that parameter fixed there.

        Examples
        --------
        >>> fit = Garch(dist="normal").fit(pd.Series(np.random.default_rng(1).normal(size=300)))
        >>> bool(np.isclose(fit.covariance().loc["mu", "mu"], fit.standard_errors()["mu"] ** 2))
        True
        """
        return pd.DataFrame(self._covariance(kind), self.spec.names, self.spec.names)

    def standard_errors(self, kind: str = "robust") -> pd.Series:
        """Square roots of the diagonal of :meth:`covariance`."""
        errors = np.sqrt(np.diag(self._covariance(kind)))
        return pd.Series(errors, self.spec.names, name=f"{kind} standard errors")

    @property
    def scores(self) -> pd.DataFrame:
        """Derivative of each observation's log density by the parameters, (T, 4 or 5), in the unit of the data."""
        size = len(self.spec.names)
        return pd.DataFrame(self._path[1][:, :size] / self._unit[:size], self.observed.index, self.spec.names)

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

    def variance_before(self, mu: FloatArray) -> FloatArray:
        """Variance before the first observation, in the unit of the data, at other values of mu; shape of ``mu``."""
        constant, linear, square = self._standard[1]
        location = (mu - self.optimum[MEAN]) / self.optimum[SCALE]
        return self.optimum[SCALE] ** 2 * (constant + location * (linear + location * square))

    @cached_property
    def _standard(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Standardised data, start variance and point, as the kernel's functions want them."""
        z = np.ascontiguousarray((self.observed.to_numpy() - self.optimum[MEAN]) / self.optimum[SCALE])
        if self.spec.start == "fcp":
            start = np.array([np.mean(z**2), -2.0 * np.mean(z), 1.0])
        else:
            weights = 0.94 ** np.arange(min(75, len(z)))
            start = np.array([weights @ z[: len(weights)] ** 2 / weights.sum(), 0.0, 0.0])
        location, omega, persistence, share, eta = self.optimum[:5]
        alpha = persistence * share
        return z, start, np.array([location, omega, alpha, persistence - alpha, eta, 0.0])

    @cached_property
    def _derivatives(self) -> Derivatives:
        gradient, hessian = np.empty(6), np.empty((6, 6))
        workspace = np.empty(len(self.observed) * _garch.lanes)
        value = _garch.derivatives(self.spec.kernel, *self._standard, workspace, gradient, hessian)
        return Derivatives(value, gradient[:5], hessian[:5, :5])

    @cached_property
    def _path(self) -> tuple[FloatArray, FloatArray]:
        """Standardised variances (T + 1,) and scores (T, 5)."""
        variance, scores = np.empty(len(self.observed) + 1), np.empty((len(self.observed), 6))
        _garch.path(self.spec.kernel, *self._standard, variance, scores)
        return variance, scores[:, :5]

    def _covariance(self, kind: str) -> FloatArray:
        checks.one_of("kind", kind, KINDS)
        free = ~(self._at_bounds[0] | self._at_bounds[1])
        directions = self._by_search[free]
        directions = directions[np.abs(directions).max(axis=1) > 0.0].T  # (5, free)
        outer = directions.T @ (self._path[1].T @ self._path[1]) @ directions
        information = directions.T @ -self._derivatives.hessian @ directions
        inner = positive_inverse(outer if kind == "opg" else information)
        if kind == "robust":
            inner = inner @ outer @ inner
        unit = self._unit
        result = directions @ inner @ directions.T * np.outer(unit, unit)
        fixed = ~(np.diag(result) > 0.0)
        result[fixed] = result[:, fixed] = np.nan
        size = len(self.spec.names)
        return result[:size, :size]

    @property
    def _unit(self) -> FloatArray:
        """Derivative of the parameters in the unit of the data by (mu, omega, alpha, beta, eta) of the standardised data."""
        scale = self.optimum[SCALE]
        return np.array([scale, scale**2, 1.0, 1.0, -(max(self.optimum[4], 1e-9) ** -2)])

    @property
    def _by_search(self) -> FloatArray:
        """Row i: derivative of (mu, omega, alpha, beta, eta) by the i-th coordinate of the search (mu, omega, p, s, eta)."""
        persistence, share = self.optimum[2:4]
        result = np.eye(5)[: len(self.spec.names)]
        result[2, 2:4] = share, 1.0 - share
        result[3, 2:4] = persistence, -persistence
        return result

    @property
    def _at_bounds(self) -> tuple[BoolArray, BoolArray]:
        point, kernel = self.optimum[: len(self.spec.names)], self.spec.kernel
        return point <= kernel.lower[: len(point)], point >= kernel.upper[: len(point)]


def natural_parameters(optima: FloatArray, dist: str) -> FloatArray:
    """From the kernel's optima (W, 12) to mu, omega, alpha, beta (and nu) in the unit of the data, (W, 4 or 5)."""
    location, omega, persistence, share, eta = optima[:, :5].T
    mean, scale = optima[:, MEAN], optima[:, SCALE]
    alpha = persistence * share
    columns = [mean + scale * location, omega * scale**2, alpha, persistence - alpha]
    if dist == "t":
        columns.append(1.0 / np.maximum(eta, 1e-300))
    return np.column_stack(columns)

"""An estimate of a model of the GARCH family: its parameters, its likelihood, and how sure it is of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.frozen import restore
from riskkit.core.likelihood import STEEP, positive_inverse
from riskkit.rng import Rng
from riskkit.volatility.general_report import Report, report
from riskkit.volatility.general_sample import Sample
from riskkit.volatility.general_state import GeneralState
from riskkit.volatility.general_uncertainty import forecast_interval
from riskkit.volatility.specification import kernel_model, parameter_names, recursion_of

BoolArray = npt.NDArray[np.bool_]
KINDS = ("hessian", "opg", "robust")


@dataclass(frozen=True, eq=False)
class GeneralFit(GeneralState):
    """An estimated model; made by the ``fit`` of its specification. What it answers besides: :class:`GeneralState`.

    Parameters
    ----------
    spec : Garch, Gjr, Egarch, Aparch or ComponentGarch
        The model.
    observed : Series of length T
        The returns, NaN where none was observed.
    regressors : DataFrame (T, K) or None
        What was added to the variance.
    sample : Sample
        The data as the kernel saw them.
    point : array of shape (P,)
        Coordinates of the optimum.
    ended : FitStatus
        What the search said of it.
    pin : int
        Row whose shock is zero because the maximum sits on the kink that it makes in mu; -1 for none.
    """

    spec: Any
    observed: pd.Series
    regressors: pd.DataFrame | None
    sample: Sample
    point: FloatArray
    ended: FitStatus
    pin: int = -1

    __setstate__ = restore

    @cached_property
    def params(self) -> pd.Series:  # type: ignore[override]
        """Estimates in the unit of the data."""
        return pd.Series(self._report.values, parameter_names(self.spec, self.regressors), name="params")

    @property
    def loglikelihood(self) -> float:
        """Maximum of the log-likelihood, of the data in their own unit."""
        counted = int(self.residuals.notna().sum())
        return self._derivatives[0] - counted * float(np.log(self.sample.scale))

    @property
    def gradient_norm(self) -> float:
        """Steepest rise left: log-likelihood per standard error of one coordinate, bounds respected; no unit."""
        _, slopes, hessian = self._derivatives
        low, high = self._at_bounds
        slopes = np.where(low & (slopes < 0.0) | high & (slopes > 0.0), 0.0, slopes)
        return float(np.max(np.abs(slopes) / np.sqrt(np.maximum(-np.diag(hessian), 1.0))))

    @cached_property
    def status(self) -> FitStatus:
        """OK only where the gradient is zero and the curvature right; BOUND when a parameter ended on a bound."""
        steep = self.ended in (FitStatus.OK, FitStatus.BOUND) and not self.gradient_norm <= STEEP
        return FitStatus.NOT_CONVERGED if steep else self.ended

    def covariance(self, kind: str = "robust") -> pd.DataFrame:
        """Covariance matrix of the estimates from exact derivatives, in the unit of the data.

        NaN for a parameter on a bound, and where the curvature is wrong. With targeting, omega's by the delta method: the
        sample variance counts as known.

        Parameters
        ----------
        kind : {"robust", "hessian", "opg"}
            Sandwich of Bollerslev and Wooldridge (valid for other laws too), inverse Hessian, or outer product of scores.

        Examples
        --------
        >>> fit = rk.volatility.Garch(dist="skewt").fit(pd.Series(np.random.default_rng(1).standard_t(6, size=500)))
        >>> bool(np.isclose(fit.covariance().loc["nu", "nu"], fit.standard_errors()["nu"] ** 2))
        True
        """
        names = self.params.index
        return pd.DataFrame(self._covariance(kind, self._report.by_search), names, names)

    def standard_errors(self, kind: str = "robust") -> pd.Series:
        """Square roots of the diagonal of :meth:`covariance`."""
        variances = np.diag(self._covariance(kind, self._report.by_search))
        return pd.Series(np.sqrt(variances), self.params.index, name=f"{kind} standard errors")

    @property
    def scores(self) -> pd.DataFrame:
        """Derivative of each row's log density by the free parameters, (T, P); zero where there is no observation."""
        free = slice(None) if not recursion_of(self.spec).targeting else self.params.index != "omega"
        by = self._report.by_natural[free]
        return pd.DataFrame(self._path[1] @ np.linalg.inv(by), self.observed.index, self.params.index[free])

    def forecast_interval(
        self, horizon: int, level: float = 0.9, *, rng: Rng, draws: int = 1_000, regressors: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """How sure the forecast of sigma is, given that the parameters are estimates.

        See :func:`riskkit.volatility.general_uncertainty.forecast_interval`, which also says what is drawn.
        """
        return forecast_interval(self, horizon, level, rng=rng, draws=draws, regressors=regressors)

    def kernel_path(self, natural: FloatArray, states: FloatArray, scores: FloatArray) -> None:
        """Fill the standardised states (T + 1, 2) and, unless empty, scores (T, P) of natural parameters."""
        self._model.path(self.sample.values, self.sample.regressors, self.sample.start, natural, states, scores)

    def natural_covariance(self) -> tuple[FloatArray, FloatArray]:
        """Robust covariance of the kernel's natural parameters of the standardised data, and their estimates."""
        return self._covariance("robust", self._report.natural_by_search.T), self._report.natural

    @cached_property
    def states(self) -> FloatArray:  # type: ignore[override]
        """States of the recursion in the unit of the data, (T + 1, 2), the last one without regressors."""
        result = recursion_of(self.spec).states_in_unit(self._path[0].T, self.params, self.sample.scale).T
        result.setflags(write=False)
        return result

    @cached_property
    def _model(self) -> Any:
        model = kernel_model(self.spec, self.sample.regressors.shape[1], self.sample.level)
        if self.pin >= 0:
            model.pin(self.sample.values[self.pin], self.sample.values[max(self.pin - 1, 0)])
        return model

    @cached_property
    def _report(self) -> Report:
        return report(self.spec, self._model, self.sample, self.point)

    @cached_property
    def _derivatives(self) -> tuple[float, FloatArray, FloatArray]:
        """Log-likelihood of the standardised data, gradient and Hessian by the coordinates of the search."""
        size = self._model.size
        gradient, hessian = np.empty(size), np.empty((size, size))
        data = self.sample.values, self.sample.regressors, self.sample.start
        return self._model.evaluate(*data, self.point, gradient, hessian), gradient, hessian

    @cached_property
    def _path(self) -> tuple[FloatArray, FloatArray]:
        """Standardised states (T + 1, 2) and scores by natural parameters (T, P)."""
        rows = len(self.observed)
        states, scores = np.full((rows + 1, 2), np.nan), np.zeros((rows, self._model.size))
        self.kernel_path(self._report.natural, states, scores)
        return states, scores

    @cached_property
    def _at_bounds(self) -> tuple[BoolArray, BoolArray]:
        lower, upper = self._report.box
        low, high = self.point <= lower, self.point >= upper
        low[0] |= self.pin >= 0
        high[0] |= self.pin >= 0
        return low, high

    def _covariance(self, kind: str, by: FloatArray) -> FloatArray:
        """Covariance of what has derivatives ``by`` (R, P) by the coordinates."""
        checks.one_of("kind", kind, KINDS)
        free = ~(self._at_bounds[0] | self._at_bounds[1]) & (np.abs(by).max(axis=0) > 0.0)
        scores = (self._path[1] @ self._report.natural_by_search.T)[:, free]
        outer = scores.T @ scores
        inner = positive_inverse(outer if kind == "opg" else -self._derivatives[2][np.ix_(free, free)])
        if kind == "robust":
            inner = inner @ outer @ inner
        result = by[:, free] @ inner @ by[:, free].T
        fixed = ~(np.diag(result) > 0.0)
        result[fixed] = result[:, fixed] = np.nan
        return result

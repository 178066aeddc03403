"""Estimates of dynamic and of constant correlations, and what they say of themselves."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.frozen import restore
from riskkit.core.likelihood import positive_inverse
from riskkit.dependence.dcc_sample import normalised, sample_of
from riskkit.dependence.dcc_search import FULL, NU
from riskkit.dependence.dcc_state import DccState

Positions = npt.NDArray[np.intp]
NAMES = ("a", "b", "g", "nu")
KINDS = ("robust", "hessian")


@dataclass(frozen=True, eq=False)
class DccFit(DccState):
    """An estimated dynamic correlation; made by :meth:`Dcc.fit`. What it answers besides stands in :class:`DccState`.

    Parameters
    ----------
    gradient_norm : float
        Steepest rise left: log-likelihood per standard error of one parameter, bounds respected.
    status : FitStatus
        BOUND when a parameter ended on a bound. Without news (a = 0, g = 0) correlations are constant, and b, which then
        has no effect, is not identified: it is NaN.
    """

    gradient_norm: float
    status: FitStatus

    __setstate__ = restore

    @property
    def _names(self) -> list[str]:
        absent = {"g": self.spec.kind != "adcc", "nu": self.spec.dist != "t"}
        return [name for name in NAMES if not absent.get(name)]

    @property
    def params(self) -> pd.Series:
        """Estimates of a, b, g and nu, those that the model has; b is NaN where it is not identified."""
        values = dict(zip(NAMES, self.point.tolist(), strict=True))
        if values["a"] == 0.0 and values["g"] == 0.0:
            values["b"] = np.nan
        return pd.Series({name: values[name] for name in self._names}, name="params")

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2 K - 2 log-likelihood; K counts the d (d - 1) / 2 correlations of the target too."""
        return 2.0 * self._count - 2.0 * self.loglikelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion, K log T - 2 log-likelihood, K as in ``aic``."""
        return float(np.log(len(self.observed))) * self._count - 2.0 * self.loglikelihood

    @property
    def _count(self) -> int:
        d = len(self.target)
        return len(self._names) + d * (d - 1) // 2

    def standard_errors(self, kind: str = "robust") -> pd.Series:
        """Standard errors of the second stage; NaN for a parameter on a bound or not identified.

        Parameters
        ----------
        kind : {"robust", "hessian"}
            Sandwich of the second derivatives and the scores, or inverse second derivatives.

        Notes
        -----
        They take the residuals and the target as given: neither the error of the volatility models (the first stage) nor
        that of the sample's moments is in them.
        """
        which = KINDS.index(checks.one_of("kind", kind, KINDS))
        values = dict(zip(NAMES, np.sqrt(np.diagonal(self._covariances[which])), strict=True))
        return pd.Series({name: values[name] for name in self._names}, name=f"{kind} standard errors")

    @cached_property
    def _covariances(self) -> FloatArray:
        """Of (a, b, g, nu), for each of ``KINDS``, (2, 4, 4); NaN where there is none."""
        result = np.full((2, 4, 4), np.nan)
        free = self._free
        if len(free) == 0:
            return result
        sample = sample_of(self.spec, self.observed)
        point = np.where(np.isinf(self.point), 0.0, self.point)
        curvature = np.empty((len(free), len(free)))
        for row, i in enumerate(free):
            slopes, width = np.empty((2, 4)), 1e-4 * self._room[i]
            for slope, sign in zip(slopes, (1.0, -1.0), strict=True):
                moved = point.copy()
                moved[i] += sign * width
                sample.evaluate(moved, slope)
            curvature[row] = (slopes[0] - slopes[1])[free] / (2.0 * width)
        scores, cells = np.empty((len(self.observed), 4)), np.ix_(free, free)
        sample.evaluate(point, np.empty(4), scores)
        inverse = positive_inverse(-0.5 * (curvature + curvature.T))
        result[0][cells] = inverse @ scores[:, free].T @ scores[:, free] @ inverse
        result[1][cells] = inverse
        return result

    @property
    def _room(self) -> FloatArray:
        """Distance of a, b, g and nu to the nearest bound."""
        a, b, g, nu = self.point
        left = FULL - a - b
        return np.array([min(a, left), min(b, left), min(g, left) if g > 0.0 else 0.0, min(nu - NU[0], NU[1] - nu)])

    @property
    def _free(self) -> Positions:
        """Parameters that the sample tells."""
        free = self._room > 1e-8
        if self.point[0] + self.point[2] == 0.0 or self.persistence > FULL - 1e-8:
            free[:3] = False
        free[3] &= np.isfinite(self.point[3])
        return np.flatnonzero(free)


@dataclass(frozen=True, eq=False)
class ConstantCorrelationFit(DccState):
    """Estimated constant correlations; made by :meth:`ConstantCorrelation.fit`. It answers what :class:`DccFit` does.

    Parameters
    ----------
    gradient_norm, status
        As in :class:`DccFit`, of nu; the correlations are moments of the sample.
    """

    gradient_norm: float
    status: FitStatus

    __setstate__ = restore

    @cached_property
    def params(self) -> pd.Series:
        """The correlations of all pairs, in the order of the columns, and nu."""
        values = normalised(self.target)[self._pairs]
        named = pd.Series(values, self._pair_names, name="params")
        return named if np.isinf(self.point[3]) else pd.concat([named, pd.Series({"nu": self.point[3]})]).rename("params")

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2 K - 2 log-likelihood, comparable with that of :class:`DccFit`."""
        return 2.0 * len(self.params) - 2.0 * self.loglikelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion, K log T - 2 log-likelihood."""
        return float(np.log(len(self.observed))) * len(self.params) - 2.0 * self.loglikelihood

    @cached_property
    def _errors(self) -> pd.Series:
        z = self.observed.to_numpy()
        z = z / np.sqrt((z**2).mean(axis=0))
        i, j = self._pairs
        rho = normalised(self.target)[i, j]
        influence = z[:, i] * z[:, j] - 0.5 * rho * (z[:, i] ** 2 + z[:, j] ** 2)
        named = pd.Series(np.sqrt((influence**2).mean(axis=0) / len(z)), self._pair_names)
        if np.isfinite(self.point[3]):
            alone = DccFit(self.spec, self.observed, self.point, self.target, self.fallen, self.gradient_norm, self.status)
            named["nu"] = alone.standard_errors()["nu"]
        return named.rename("robust standard errors")

    def standard_errors(self) -> pd.Series:
        """Robust standard errors: of the correlations from their influence functions, of nu as in :class:`DccFit`."""
        return self._errors.copy()

    @property
    def _pairs(self) -> tuple[Positions, Positions]:
        first, second = np.triu_indices(len(self.target), 1)
        return first, second

    @property
    def _pair_names(self) -> list[str]:
        names = self.observed.columns
        return [f"{names[i]} {names[j]}" for i, j in zip(*self._pairs, strict=True)]

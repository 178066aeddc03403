"""Hansen's skew t law with location and scale, by maximum likelihood."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus, LossDistribution
from riskkit.core.frozen import restore
from riskkit.core.innovation import Innovation
from riskkit.core.likelihood import STATUSES, STEEP, positive_inverse, refuse_unusable
from riskkit.core.pieces import Piece
from riskkit.errors import ConvergenceError
from riskkit.tails.body import probabilities
from riskkit_ext import _general

LEAST = 20  # four parameters from fewer observations are not worth having
NAMES = pd.Index(["location", "scale", "nu", "lambda"])
# of location, squared scale, 1/nu and lambda in the kernel
BOUNDS = np.array([[-100.0, 1e-6, 1.0 / 500.0, -0.995], [100.0, 100.0, 1.0 / 2.05, 0.995]])
STARTS = np.array([[0.0, scale, eta, skew] for scale in (0.6, 1.0) for eta in (0.05, 0.3) for skew in (-0.3, 0.3)])


@dataclass(frozen=True)
class SkewStudent:
    """Observations are independent draws of ``location + scale * Z`` with Z Hansen's skew t, of mean 0 and variance 1.

    So location is the mean and scale the standard deviation. nu lies in [2.05, 500]; lambda in [-0.995, 0.995], negative
    where falls are heavier than rises. These are the parameters of ``rk.volatility.Garch(dist="skewt")``.

    References
    ----------
    Hansen, B. (1994). Autoregressive conditional density estimation. International Economic Review 35, 705-730.

    Examples
    --------
    >>> sample = pd.Series(np.random.default_rng(1).standard_t(5, size=2_000))
    >>> SkewStudent().fit(sample).params.round(2).to_dict()
    {'location': -0.01, 'scale': 1.34, 'nu': 4.48, 'lambda': 0.01}
    """

    def fit(self, series: pd.Series) -> "SkewStudentFit":
        """Estimate the four parameters by maximum likelihood; the estimate does not depend on the unit of the data.

        Parameters
        ----------
        series : Series of length T >= 20
            Finite, sorted by its index, not constant.

        Raises
        ------
        DataError
            When the series cannot be used.
        ConvergenceError
            When no maximum was found at all. A search that merely did not end says so in ``status``.
        """
        observed = checks.series(series, name="series", least=LEAST)
        refuse_unusable("series", observed.to_numpy())
        point = np.empty(len(NAMES))
        _, ended, _, _ = _model().fit(*_data(observed), BOUNDS[0], BOUNDS[1], STARTS, point)
        if STATUSES[ended] is FitStatus.FAILED:
            raise ConvergenceError("the skew t likelihood has no maximum that can be found", got=f"{len(observed)} values")
        point.setflags(write=False)
        return SkewStudentFit(observed, point, STATUSES[ended])


@dataclass(frozen=True, eq=False)
class SkewStudentFit:
    """An estimated skew t law; made by :meth:`SkewStudent.fit`.

    Parameters
    ----------
    observed : Series of length T
        The sample.
    point : array of shape (4,)
        Location, squared scale, 1/nu and lambda of the standardised sample.
    ended : FitStatus
        What the search said of it.
    """

    observed: pd.Series
    point: FloatArray
    ended: FitStatus

    __setstate__ = restore

    @cached_property
    def params(self) -> pd.Series:
        """Estimates of location, scale, nu and lambda, in the unit of the data."""
        mean, scale = _unit(self.observed)
        location, variance, eta, skew = self.point
        values = [mean + scale * location, scale * np.sqrt(variance), 1.0 / eta, skew]
        return pd.Series(values, NAMES, name="params")

    @property
    def loglikelihood(self) -> float:
        """Maximum of the log-likelihood, of the data in their own unit."""
        return self._derivatives[0] - len(self.observed) * float(np.log(_unit(self.observed)[1]))

    @property
    def gradient_norm(self) -> float:
        """Steepest rise left: log-likelihood per standard error of one parameter, bounds respected; no unit."""
        _, slopes, hessian = self._derivatives
        low, high = self.point <= BOUNDS[0], self.point >= BOUNDS[1]
        slopes = np.where(low & (slopes < 0.0) | high & (slopes > 0.0), 0.0, slopes)
        return float(np.max(np.abs(slopes) / np.sqrt(np.maximum(-np.diag(hessian), 1.0))))

    @cached_property
    def status(self) -> FitStatus:
        """OK only where the gradient is zero; BOUND when a parameter ended on a bound."""
        steep = self.ended in (FitStatus.OK, FitStatus.BOUND) and not self.gradient_norm <= STEEP
        return FitStatus.NOT_CONVERGED if steep else self.ended

    def standard_errors(self) -> pd.Series:
        """Standard errors from the exact Hessian; NaN for a parameter on a bound, and where the curvature is wrong."""
        free = (self.point > BOUNDS[0]) & (self.point < BOUNDS[1])
        errors = np.full(len(NAMES), np.nan)
        errors[free] = np.sqrt(np.diag(positive_inverse(-self._derivatives[2][np.ix_(free, free)])))
        unit = _unit(self.observed)[1]
        by = np.array([unit, 0.5 * unit / np.sqrt(self.point[1]), self.point[2] ** -2, 1.0])
        return pd.Series(errors * by, NAMES, name="standard errors")

    def cdf(self, x: npt.ArrayLike) -> FloatArray:
        """Probability of at most ``x``, in closed form."""
        return self.standard.distribution(self._standardised(x))

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """Inverse of :meth:`cdf`, in closed form."""
        return self.params["location"] + self.params["scale"] * self.standard.quantile(probabilities(u))

    def log_density(self, x: npt.ArrayLike) -> FloatArray:
        """Logarithm of the density."""
        return self.standard.log_density(self._standardised(x)) - float(np.log(self.params["scale"]))

    def loss_distribution(self) -> LossDistribution:
        """Law of the loss, minus the fitted variable.

        Examples
        --------
        >>> sample = 0.01 * pd.Series(np.random.default_rng(1).standard_t(5, size=2_000))
        >>> losses = SkewStudent().fit(sample).loss_distribution()
        >>> 0.03 < losses.var(0.99) < losses.es(0.99) < 0.06
        True
        """
        return self.standard.loss(float(self.params["location"]), float(self.params["scale"]))

    @property
    def standard(self) -> Innovation:
        """The law of Z."""
        return Innovation("skewt", float(self.params["nu"]), float(self.params["lambda"]))

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The quantile function below and above the mode."""
        location, scale = float(self.params["location"]), float(self.params["scale"])
        return tuple(piece.moved(location, scale) for piece in self.standard.pieces)

    def _standardised(self, x: npt.ArrayLike) -> FloatArray:
        return (np.asarray(x, np.float64) - self.params["location"]) / self.params["scale"]

    @cached_property
    def _derivatives(self) -> tuple[float, FloatArray, FloatArray]:
        """Log-likelihood of the standardised data, gradient and Hessian."""
        gradient, hessian = np.empty(len(NAMES)), np.empty((len(NAMES), len(NAMES)))
        return _model().derivatives(*_data(self.observed), self.point, gradient, hessian), gradient, hessian


def _model() -> _general.Model:
    """The kernel's GARCH whose variance is its constant: independent observations."""
    return _general.Model(0, [True, False, False, False, False], 2, 0, 0, 0.0)


def _unit(observed: pd.Series) -> tuple[float, float]:
    """Mean and standard deviation of the sample."""
    return float(observed.mean()), float(observed.std(ddof=0))


def _data(observed: pd.Series) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Standardised observations, no regressors, and a variance before the first that is not used."""
    mean, scale = _unit(observed)
    return (observed.to_numpy() - mean) / scale, np.empty((len(observed), 0)), np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])

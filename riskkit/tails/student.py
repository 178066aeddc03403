"""Student's t law with location and scale, by maximum likelihood."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus, LossDistribution, law, targets
from riskkit.core.frozen import restore
from riskkit.core.likelihood import STATUSES, STEEP, positive_inverse, refuse_unusable
from riskkit.core.pieces import Piece
from riskkit.core.student_quantile import student_quantile
from riskkit.errors import ConvergenceError, DataError
from riskkit.tails.body import probabilities
from riskkit.tails.student_law import student_cdf, student_log_density
from riskkit_ext import _student

BoolArray = npt.NDArray[np.bool_]
LEAST = 10  # three parameters from fewer observations are not worth having
STRETCH = 50  # windows of a roll between two fresh searches
VALUE, MEAN, SCALE, STATUS = 6, 8, 9, 10  # columns of the kernel's optimum, after the point
NAMES = pd.Index(["location", "scale", "nu"])
BOUNDS = ((-100.0, -12.0, 0.0), (100.0, 3.0, 0.95))  # of location, log scale, 1/nu in the kernel


@dataclass(frozen=True)
class Student:
    """Observations are independent draws of ``location + scale * T`` with T Student-t of ``nu`` degrees of freedom.

    The variance is ``scale**2 * nu / (nu - 2)`` for nu > 2. Estimated is 1/nu between 0 (the normal law, nu = inf) and 0.95.

    Examples
    --------
    >>> sample = pd.Series(np.random.default_rng(1).standard_t(4, size=2_000))
    >>> Student().fit(sample).params.round(2).to_dict()
    {'location': -0.0, 'scale': 0.99, 'nu': 3.63}
    """

    def fit(self, series: pd.Series) -> "StudentFit":
        """Estimate location, scale and nu by maximum likelihood; the estimate does not depend on the unit of the data.

        Parameters
        ----------
        series : Series of length T >= 10
            Finite, sorted by its index, not constant.

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
        maxima = np.empty((_student.most_starts, _student.OPTIMUM_SIZE))
        _student.fit(values, np.empty(len(values) * _student.lanes), maxima)
        if STATUSES[int(maxima[0, STATUS])] is FitStatus.FAILED:
            raise ConvergenceError("the Student-t likelihood has no maximum that can be found", got=f"{len(values)} values")
        maxima.setflags(write=False)
        return StudentFit(observed, maxima[0])


@dataclass(frozen=True, eq=False)
class StudentFit:
    """An estimated Student-t law; made by :meth:`Student.fit`.

    Parameters
    ----------
    observed : Series of length T
        The sample.
    optimum : array of shape (12,)
        The kernel's answer, in units of the standardised sample.
    """

    observed: pd.Series
    optimum: FloatArray

    __setstate__ = restore

    @cached_property
    def params(self) -> pd.Series:
        """Estimates of location, scale and nu, in the unit of the data."""
        return pd.Series(_parameters(self.optimum[np.newaxis])[0], NAMES, name="params")

    @property
    def loglikelihood(self) -> float:
        """Maximum of the log-likelihood, of the data in their own unit."""
        return self._derivatives[0] - len(self.observed) * float(np.log(self.optimum[SCALE]))

    @property
    def gradient_norm(self) -> float:
        """Steepest rise left: log-likelihood per standard error of one parameter, bounds respected; no unit."""
        _, slopes, hessian = self._derivatives
        low, high = self._at_bounds
        slopes = np.where(low, np.maximum(slopes, 0.0), np.where(high, np.minimum(slopes, 0.0), slopes))
        return float(np.max(np.abs(slopes) / np.sqrt(np.maximum(-np.diag(hessian), 1.0))))

    @cached_property
    def status(self) -> FitStatus:
        """OK only where the gradient is zero and the curvature right; BOUND when a parameter ended on a bound."""
        said = STATUSES[int(self.optimum[STATUS])]
        steep = said in (FitStatus.OK, FitStatus.BOUND) and not self.gradient_norm <= STEEP
        return FitStatus.NOT_CONVERGED if steep else said

    def standard_errors(self, kind: str = "hessian") -> pd.Series:
        """Standard errors from exact derivatives; NaN for a parameter on a bound, and where the curvature is wrong.

        Parameters
        ----------
        kind : {"hessian", "opg", "robust"}
            Inverse Hessian, outer product of scores, or the sandwich of the two.
        """
        checks.one_of("kind", kind, ("hessian", "opg", "robust"))
        free = ~(self._at_bounds[0] | self._at_bounds[1])
        scores = self._scores[:, free]
        outer = scores.T @ scores
        covariance = positive_inverse(outer if kind == "opg" else -self._derivatives[2][np.ix_(free, free)])
        if kind == "robust":
            covariance = covariance @ outer @ covariance
        errors = np.full(3, np.nan)
        errors[free] = np.sqrt(np.diag(covariance))
        _, scale, degrees = self.params
        unit = np.array([self.optimum[SCALE], scale, degrees**2 if free[2] else np.nan])
        return pd.Series(errors * unit, NAMES, name=f"{kind} standard errors")

    def cdf(self, x: npt.ArrayLike) -> FloatArray:
        """Probability of at most ``x``, of the same shape."""
        location, scale, degrees = self.params
        return student_cdf((np.asarray(x, np.float64) - location) / scale, degrees)

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """Value that is not exceeded with probability ``u`` in (0, 1), of the same shape.

        Examples
        --------
        >>> fit = Student().fit(pd.Series(np.random.default_rng(1).standard_t(4, size=500)))
        >>> bool(np.isclose(fit.cdf(fit.quantile(0.01)), 0.01))
        True
        """
        location, scale, degrees = self.params
        return location + scale * student_quantile(probabilities(u), degrees)

    def log_density(self, x: npt.ArrayLike) -> FloatArray:
        """Logarithm of the density at ``x``, of the same shape."""
        location, scale, degrees = self.params
        return student_log_density((np.asarray(x, np.float64) - location) / scale, degrees) - np.log(scale)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The quantile function in one piece."""
        location, scale, degrees = (float(value) for value in self.params)

        def quantile(lower: FloatArray, upper: FloatArray) -> FloatArray:
            outer = student_quantile(np.minimum(lower, upper), degrees)
            return np.where(lower <= upper, outer, -outer)

        return (Piece(1.0, quantile).moved(location, scale),)

    def loss_distribution(self) -> LossDistribution:
        """Law of the loss, minus the fitted variable.

        Examples
        --------
        >>> sample = 0.01 * pd.Series(np.random.default_rng(1).standard_t(4, size=2_000))
        >>> round(Student().fit(sample).loss_distribution().var(0.99), 4)
        0.0392
        """
        location, scale, degrees = (float(value) for value in self.params)
        return law.student(-location, scale, degrees)

    @cached_property
    def _standard(self) -> FloatArray:
        return np.ascontiguousarray((self.observed.to_numpy() - self.optimum[MEAN]) / self.optimum[SCALE])

    @cached_property
    def _derivatives(self) -> tuple[float, FloatArray, FloatArray]:
        """Log-likelihood of the standardised data, gradient and Hessian in location, log scale, 1/nu."""
        gradient, hessian = np.empty(3), np.empty((3, 3))
        workspace = np.empty(len(self.observed) * _student.lanes)
        point = np.ascontiguousarray(self.optimum[:3])
        return _student.derivatives(self._standard, point, workspace, gradient, hessian), gradient, hessian

    @property
    def _scores(self) -> FloatArray:
        """Derivative of every observation's log density by location, log scale and 1/nu, (T, 3)."""
        location, log_scale, eta = self.optimum[:3]
        inverse = np.exp(-log_scale)
        z = (self._standard - location) * inverse
        weight = (1.0 + eta) / (1.0 + eta * z**2)
        normaliser = np.empty(3)
        _student.normaliser(eta, normaliser)
        tail = np.zeros_like(z)  # not read for eta = 0: there 1/nu is on its bound
        if eta > 0.0:
            tail = normaliser[1] + np.log1p(eta * z**2) / (2.0 * eta**2) - weight * z**2 / (2.0 * eta)
        return np.column_stack([weight * z * inverse, weight * z**2 - 1.0, tail])

    @property
    def _at_bounds(self) -> tuple[BoolArray, BoolArray]:
        return self.optimum[:3] <= np.array(BOUNDS[0]), self.optimum[:3] >= np.array(BOUNDS[1])


def roll(returns: pd.Series, spec: Student, window: int, step: int = 1, level: float = 0.99) -> pd.DataFrame:
    """Refit the law for every ``step``-th date from the ``window`` observations before it, in one kernel call.

    Returns
    -------
    DataFrame
        Indexed by target date: ``var`` and ``es`` of the loss, ``location``, ``scale``, ``nu`` and ``status``. A constant
        window has status "failed" and NaN.

    Examples
    --------
    >>> sample = 0.01 * pd.Series(np.random.default_rng(1).standard_t(4, size=102))
    >>> roll(sample, Student(), window=100).columns.tolist()
    ['var', 'es', 'location', 'scale', 'nu', 'status']
    """
    level = checks.level(level)
    if not isinstance(spec, Student):
        raise DataError("spec is not a tail law", got=type(spec).__name__, expected="Student()")
    observed = checks.series(returns)
    dates = targets(observed.index, checks.whole("window", window, least=LEAST), step)
    values = np.ascontiguousarray(observed.to_numpy())
    refuse_unusable("returns", values)
    optima = np.empty((len(dates), _student.OPTIMUM_SIZE))
    _student.roll(values, step, window, 0, len(dates), STRETCH, np.empty(window * _student.lanes), optima)
    params = pd.DataFrame(_parameters(optima), dates, NAMES)
    result = pd.DataFrame(index=dates)
    for name, factor in zip(("var", "es"), law.tail_factors_each(level, params["nu"].to_numpy()), strict=True):
        result[name] = -params["location"] + params["scale"] * factor
    result = result.join(params)
    status = optima[:, STATUS].astype(int)
    result[status == STATUSES.index(FitStatus.FAILED)] = np.nan
    result["status"] = np.array([str(name) for name in STATUSES])[status]
    return result


def _parameters(optima: FloatArray) -> FloatArray:
    """From the kernel's optima (W, 12) to location, scale and nu in the unit of the data, (W, 3)."""
    location, log_scale, eta = optima[:, :3].T
    mean, scale = optima[:, MEAN], optima[:, SCALE]
    nu = np.divide(1.0, eta, out=np.full_like(eta, np.inf), where=eta > 0.0)
    return np.column_stack([mean + scale * location, scale * np.exp(log_scale), nu])

"""Copulas of two variables: density, distribution and conditional laws, by formula; vectorised.

Everywhere ``h(u, v) = P(U <= u | V = v)``, the derivative of the distribution function by its second argument: v is the
variable that is known. All six families are exchangeable, so the law of V given U = u is ``h(v, u)``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.student_quantile import student_quantile
from riskkit.dependence.archimedean import ArchimedeanLaw
from riskkit.dependence.families import FAMILIES
from riskkit.errors import DataError, ModelError

NODES = 170  # of the double exponential rule, on either side of its middle
REACH = 3.2  # of its variable: the weights beyond are below 1e-16


class PairCopula(Protocol):
    """A copula of two variables with known parameters; ``u`` and ``v`` are numbers or arrays in (0, 1), broadcast."""

    def pdf(self, u: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """Density."""

    def cdf(self, u: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """P(U <= u, V <= v)."""

    def h(self, u: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """P(U <= u | V = v)."""

    def h_inverse(self, w: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """Return u with h(u, v) = w: the quantile w of U given V = v."""


def pair(family: str, *params: float) -> PairCopula:
    """Return the copula of two variables.

    Parameters
    ----------
    family : {"normal", "student", "clayton", "gumbel", "frank", "joe"}
        Name of the family.
    *params : float
        "normal": correlation; "student": correlation and degrees of freedom nu > 0; the others: theta, in the domain of
        :class:`ArchimedeanLaw`.

    Returns
    -------
    PairCopula
        With ``pdf(u, v)``, ``cdf(u, v)``, ``h(u, v) = P(U <= u | V = v)`` and its inverse in u, ``h_inverse(w, v)``.

    Raises
    ------
    DataError
        An unknown family, a wrong number of parameters, points that are not in (0, 1).
    ModelError
        A parameter outside its domain.

    Notes
    -----
    Errors are near those of rounding: some 1e-14, relative to the density, absolute for probabilities. ``h_inverse`` finds u
    to about 1e-14 divided by the density, and so to 1e-12 where that is above 0.02; below it, as in the corners that a
    strongly dependent pair avoids, h itself no longer tells neighbouring u apart to 1e-12.

    Examples
    --------
    >>> copula = pair("clayton", 2.0)
    >>> copula.h(0.1, 0.1).round(4), copula.h_inverse(copula.h(0.1, 0.7), 0.7).round(12)
    (np.float64(0.3562), np.float64(0.1))
    >>> pair("normal", 0.5).cdf(0.5, [0.5, 0.9]).round(6)
    array([0.333333, 0.483799])

    References
    ----------
    Aas, K., Czado, C., Frigessi, A. and Bakken, H. (2009). Pair-copula constructions of multiple dependence. Insurance:
    Mathematics and Economics 44, 182-198.
    """
    checks.one_of("family", family, ("normal", "student", *FAMILIES))
    wanted = 2 if family == "student" else 1
    if len(params) != wanted:
        raise DataError(f"the {family} copula has {wanted} parameter(s)", got=params, expected=f"{wanted} numbers")
    numbers = [checks.number("parameter", value) for value in params]
    if family in FAMILIES:
        return ArchimedeanPair(ArchimedeanLaw(family, numbers[0], ("U", "V")))
    rho = numbers[0]
    if not -1.0 < rho < 1.0:
        raise ModelError("a correlation is outside its domain", got=f"{rho:g}", expected="-1 < correlation < 1")
    if family == "normal":
        return NormalPair(rho)
    if not numbers[1] > 0.0:
        raise ModelError("nu is outside its domain", got=f"{numbers[1]:g}", expected="nu > 0")
    return StudentPair(rho, numbers[1])


@dataclass(frozen=True)
class ArchimedeanPair:
    """Clayton, Gumbel, Frank, Joe: ``h = psi'(phi(u) + phi(v)) / psi'(phi(v))``; see :mod:`riskkit.dependence.families`."""

    law: ArchimedeanLaw

    def pdf(self, u: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """Density."""
        points = np.stack(_open(u, v), axis=-1)
        return np.exp(self.law.log_density(points.reshape(-1, 2))).reshape(points.shape[:-1])[()]

    def cdf(self, u: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """P(U <= u, V <= v)."""
        points = np.stack(_open(u, v), axis=-1)
        return self.law.cdf(points.reshape(-1, 2)).reshape(points.shape[:-1])[()]

    def h(self, u: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """P(U <= u | V = v)."""
        first, second = self._unreflected(*_open(u, v))
        family = self.law.generator
        known = family.log_inverse(second)
        both = np.logaddexp(family.log_inverse(first), known)
        return np.exp(family.log_derivative(both, 1) - family.log_derivative(known, 1))[()]

    def h_inverse(self, w: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """Return u with h(u, v) = w."""
        level, second = self._unreflected(*_open(w, v))
        family = self.law.generator
        return family.value(family.log_steps(family.log_inverse(second), level))[()]

    def _unreflected(self, u: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Turn V around where theta < 0: of the two it is the known one."""
        return u, 1.0 - v if self.law.theta < 0.0 else v


@dataclass(frozen=True)
class NormalPair:
    """The copula of two normal variables of correlation rho."""

    rho: float

    def pdf(self, u: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """Density."""
        x, y = self._scores(u, v)
        rest = (1.0 - self.rho) * (1.0 + self.rho)
        return np.exp(-self.rho * (self.rho * (x * x + y * y) - 2.0 * x * y) / (2.0 * rest)) / np.sqrt(rest)

    def cdf(self, u: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """P(U <= u, V <= v), to an absolute error of 1e-14."""
        first, second = _open(u, v)
        x, y = special.ndtri(first), special.ndtri(second)
        return _elliptical_cdf(first, second, x, y, self.rho, lambda square: np.exp(-0.5 * square))

    def h(self, u: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """P(U <= u | V = v)."""
        x, y = self._scores(u, v)
        return special.ndtr((x - self.rho * y) / np.sqrt((1.0 - self.rho) * (1.0 + self.rho)))

    def h_inverse(self, w: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """Return u with h(u, v) = w."""
        z, y = self._scores(w, v)
        return special.ndtr(self.rho * y + np.sqrt((1.0 - self.rho) * (1.0 + self.rho)) * z)

    def _scores(self, u: npt.ArrayLike, v: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        first, second = _open(u, v)
        return special.ndtri(first), special.ndtri(second)


@dataclass(frozen=True)
class StudentPair:
    """The copula of two Student variables of correlation rho and nu degrees of freedom."""

    rho: float
    nu: float

    def pdf(self, u: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """Density."""
        x, y = self._scores(u, v)
        rest, nu = (1.0 - self.rho) * (1.0 + self.rho), self.nu
        square = ((x - self.rho * y) ** 2 + rest * y * y) / (rest * nu)
        constant = special.gammaln(nu / 2 + 1) + special.gammaln(nu / 2) - 2 * special.gammaln(nu / 2 + 0.5)
        tails = (nu + 1) / 2 * (np.log1p(x * x / nu) + np.log1p(y * y / nu)) - (nu + 2) / 2 * np.log1p(square)
        return np.exp(constant + tails) / np.sqrt(rest)

    def cdf(self, u: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """P(U <= u, V <= v), to an absolute error of 1e-13."""
        first, second = _open(u, v)
        x, y = student_quantile(first, self.nu), student_quantile(second, self.nu)
        return _elliptical_cdf(first, second, x, y, self.rho, self._fall)

    def _fall(self, square: FloatArray) -> FloatArray:
        return np.exp(-0.5 * self.nu * np.log1p(square / self.nu))

    def h(self, u: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """P(U <= u | V = v): Student's law of nu + 1 degrees of freedom about rho y."""
        x, y = self._scores(u, v)
        return special.stdtr(self.nu + 1.0, (x - self.rho * y) / self._scale(y))

    def h_inverse(self, w: npt.ArrayLike, v: npt.ArrayLike) -> FloatArray:
        """Return u with h(u, v) = w."""
        level, second = _open(w, v)
        y = student_quantile(second, self.nu)
        return special.stdtr(self.nu, self.rho * y + self._scale(y) * student_quantile(level, self.nu + 1.0))

    def _scores(self, u: npt.ArrayLike, v: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        first, second = _open(u, v)
        return student_quantile(first, self.nu), student_quantile(second, self.nu)

    def _scale(self, y: FloatArray) -> FloatArray:
        return np.sqrt((1.0 - self.rho) * (1.0 + self.rho) * (self.nu + y * y) / (self.nu + 1.0))


def _elliptical_cdf(
    u: FloatArray, v: FloatArray, x: FloatArray, y: FloatArray, rho: float, fall: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """Integrate Plackett's derivative of the distribution function by the correlation, from -1 to rho.

    At -1 it is max(u + v - 1, 0). In the angle a = (arcsin(rho) + pi / 2) / 2 the derivative is ``fall(square) / pi``,
    square = ``((x + y) / (2 sin a))**2 + ((x - y) / (2 cos a))**2``: nothing is subtracted. It may change abruptly at either
    end, where the nodes of the rule crowd.
    """
    last = 0.5 * np.arcsin(rho) + 0.25 * np.pi
    t = np.linspace(-REACH, REACH, 2 * NODES + 1)
    share = special.expit(np.pi * np.sinh(t))
    weights = (t[1] - t[0]) * last * np.cosh(t) * share * (1.0 - share)
    total = np.zeros(np.broadcast_shapes(x.shape, y.shape))
    for angle, weight in zip(last * share, weights, strict=True):
        with np.errstate(over="ignore"):  # an infinite square adds nothing
            square = ((x + y) / (2.0 * np.sin(angle))) ** 2 + ((x - y) / (2.0 * np.cos(angle))) ** 2
        total += weight * fall(square)
    return np.maximum(u + v - 1.0, 0.0) + total


def _open(u: npt.ArrayLike, v: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return both as arrays of one shape, strictly between 0 and 1."""
    first, second = np.broadcast_arrays(np.asarray(u, dtype=np.float64), np.asarray(v, dtype=np.float64))
    for values in (first, second):
        outside = ~((values > 0.0) & (values < 1.0))
        if outside.any():
            raise DataError(
                "points are not inside the unit square", got=f"{values[outside][0]:g}", expected="numbers in (0, 1)"
            )
    return first, second

"""Archimedean copulas: one parameter for all pairs; crashes together (Clayton), booms together (Gumbel, Joe), or neither."""

from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.dependence.archimedean_fit import fit
from riskkit.dependence.conditions import conditions_of
from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.derivatives import Derivatives, by_differences
from riskkit.dependence.families import FAMILIES, Generator, Gumbel
from riskkit.dependence.frailty import draw
from riskkit.dependence.law import Given, pair_index
from riskkit.errors import DataError, ModelError
from riskkit.rng import Rng, generator

DIFFERENCE = 1e-3  # of theta


@dataclass(frozen=True)
class ArchimedeanLaw:
    """An Archimedean copula with a known parameter.

    Parameters
    ----------
    family : {"clayton", "gumbel", "frank", "joe"}
        Clayton has lower tail dependence, Gumbel and Joe upper, Frank none.
    theta : float
        Clayton and Frank 0 <= theta <= 100, independence at 0; Gumbel and Joe 1 <= theta <= 100, independence at 1. For two
        variables Frank also takes -100 <= theta < 0, negative dependence.
    names : sequence of str
        Names of the d >= 2 variables.
    survival : bool
        The copula of 1 - U: what the family does above, the survival copula does below.

    Examples
    --------
    >>> law = ArchimedeanLaw("clayton", 2.0, ["BTC", "ETH"])
    >>> law.tail_dependence().loc[("BTC", "ETH"), "lower"].round(4)
    np.float64(0.7071)
    >>> law.sample(3, rng=1).shape
    (3, 2)

    References
    ----------
    Hofert, M., Machler, M. and McNeil, A. (2012). Likelihood inference for Archimedean copulas in high dimensions under
    known margins. Journal of Multivariate Analysis 110, 133-150.
    Marshall, A. and Olkin, I. (1988). Families of multivariate distributions. Journal of the American Statistical
    Association 83, 834-841.
    """

    family: str
    theta: float
    names: tuple[str, ...]
    survival: bool = False

    def __post_init__(self) -> None:
        kind = FAMILIES[checks.one_of("family", self.family, tuple(FAMILIES))]
        checks.switch("survival", self.survival)
        names = checks.names("names", self.names, len(tuple(self.names)))
        if len(names) < 2:
            raise DataError("names are too few", got=names, expected="at least two: one has nothing to depend on")
        theta = checks.number("theta", self.theta)
        least = -kind.largest if self.family == "frank" and len(names) == 2 else kind.independence
        if not least <= theta <= kind.largest:
            raise ModelError(
                f"theta is outside the domain of the {self.family} copula of {len(names)} variables", got=f"{theta:g}",
                expected=f"{least:g} <= theta <= {kind.largest:g}",
            )  # fmt: skip
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "theta", theta)

    @property
    def params(self) -> pd.Series:
        """The parameter by name, (1,)."""
        return pd.Series({"theta": self.theta})

    def moved(self, params: FloatArray) -> Self:
        """Return the copula at another theta, the only element of ``params``."""
        return type(self)(self.family, float(params[0]), self.names, self.survival)

    @property
    def generator(self) -> Generator:
        """The generator behind it; that of independence is Gumbel's at 1."""
        kind = FAMILIES[self.family]
        return Gumbel(1.0) if self.theta == kind.independence else kind(abs(self.theta))

    @property
    def reflected(self) -> np.ndarray:
        """Which of the d variables enter the generator as 1 - u: all of a survival copula, one where theta < 0."""
        mask = np.full(len(self.names), self.survival)
        mask[-1] ^= self.theta < 0.0
        return mask

    def log_density(self, u: FloatArray) -> FloatArray:
        """Logarithm of the density at points ``u`` (n, d) strictly between 0 and 1, shape (n,)."""
        family, points = self.generator, np.where(self.reflected, 1.0 - u, u)
        log_t = np.logaddexp.reduce(family.log_inverse(points), axis=1)
        return family.log_derivative(log_t, len(self.names)) + family.log_slope(points).sum(axis=1)

    def derivatives(self, u: FloatArray) -> Derivatives:
        """Derivatives of the log density at points ``u`` (n, d), by theta and the uniforms; from differences."""
        return by_differences(self, u, np.array([self.theta]), np.array([self._step]))

    def params_by_tau(self) -> FloatArray:
        """Slopes of theta by the Kendall's taus of the pairs, whose mean it stands for, (1, pairs)."""
        pairs = len(self.names) * (len(self.names) - 1) // 2
        higher, lower = (self.moved(np.array([self.theta + step])).generator.tau() for step in (self._step, -self._step))
        slope = 2.0 * self._step / abs(higher - lower)
        return np.full((1, pairs), slope / pairs)

    @property
    def _step(self) -> float:
        """Of theta, for a difference that stays within the domain and on one side of independence."""
        kind, size = FAMILIES[self.family], abs(self.theta)
        return float(min(DIFFERENCE * max(size, 0.1), 0.3 * abs(size - kind.independence), 0.3 * (kind.largest - size)))

    def cdf(self, u: FloatArray) -> FloatArray:
        """Probability that no variable exceeds its entry of ``u`` (n, d), 0 <= u <= 1; shape (n,).

        Where variables are reflected it is a sum of 2**r terms of both signs, r of them, and has an absolute error of about
        2**r * 1e-16.
        """
        family, reflected = self.generator, np.flatnonzero(self.reflected)
        log_steps = family.log_inverse(np.where(self.reflected, 1.0 - u, u))
        total = np.zeros(len(u))
        for size in range(len(reflected) + 1):
            for exceeding in combinations(reflected, size):
                parts = np.delete(log_steps, np.setdiff1d(reflected, exceeding), axis=1)
                log_t = np.logaddexp.reduce(parts, axis=1, initial=-np.inf)
                total += (-1.0) ** size * family.value(log_t)
        return np.clip(total, 0.0, 1.0)

    def sample(self, n: int, *, rng: Rng, given: Given | None = None) -> pd.DataFrame:
        """Draw ``n`` joint uniforms (n, d), strictly between 0 and 1.

        Parameters
        ----------
        n : int
            Number of draws.
        rng : int or numpy.random.Generator
            Seed or source of randomness.
        given : dict, optional
            Conditions by name: a value, ``{"BTC": 0.01}``, or an interval, ``{"BTC": (0.0, 0.01)}``; of several variables at
            once if need be, but not values of all. Exact: see :mod:`riskkit.dependence.frailty`.

        Raises
        ------
        FactorError
            A condition on a variable that there is not.
        DataError
            A value outside (0, 1), an interval that is empty or reaches beyond [0, 1], values of all variables.
        ModelError
            Conditions so rare that fewer than one in 100,000 proposals would be kept.
        """
        count = checks.whole("n", n)
        conditions = conditions_of(self.names, given)
        bounds = {}
        for column, value in conditions.items():
            low, high = value if isinstance(value, tuple) else (value, value)
            bounds[column] = (1.0 - high, 1.0 - low) if self.reflected[column] else (low, high)
        values = draw(self.generator, len(self.names), count, bounds, generator(rng))
        values = np.where(self.reflected, 1.0 - values, values)
        for column, value in conditions.items():
            if not isinstance(value, tuple):
                values[:, column] = value
        inner = np.clip(values, np.finfo(float).tiny, 1.0 - checks.EPSILON / 2)  # a uniform that is 0 or 1 has no quantile
        return pd.DataFrame(inner, columns=list(self.names))

    def tail_dependence(self) -> pd.DataFrame:
        """Coefficients of tail dependence, one row per pair (first, second), columns ``lower`` and ``upper``."""
        tails = self.generator.tails()
        if self.survival:
            tails = tails[::-1]
        pairs = pair_index(self.names)
        return pd.DataFrame([tails] * len(pairs), index=pairs, columns=["lower", "upper"])


@dataclass(frozen=True)
class ClaytonCopula:
    """Clayton's copula: lower tail dependence, one theta >= 0 for all pairs.

    Parameters
    ----------
    survival : bool
        Fit the copula of 1 - U.

    Examples
    --------
    >>> law = ArchimedeanLaw("clayton", 2.0, ["BTC", "ETH"])
    >>> fit = ClaytonCopula().fit(law.sample(500, rng=1))
    >>> fit.status, list(fit.params.index)
    (<FitStatus.OK: 'ok'>, ['theta'])
    """

    family: ClassVar[str] = "clayton"

    survival: bool = False

    def fit(self, u: pd.DataFrame, method: str = "ml") -> CopulaFit:
        """Estimate theta from uniforms ``u`` (T, d).

        Parameters
        ----------
        u : DataFrame of shape (T, d)
            Observations of the copula, :func:`riskkit.dependence.pseudo_observations` of data.
        method : {"ml", "tau"}
            Maximum likelihood, or the theta whose Kendall's tau is the mean over the pairs.

        Returns
        -------
        CopulaFit
            With status "at a bound" where no dependence of this kind is found: theta is then that of independence.

        Raises
        ------
        DataError
            When the observations cannot be used.
        """
        return fit(self, ArchimedeanLaw, u, method)


@dataclass(frozen=True)
class GumbelCopula:
    """Gumbel's copula: upper tail dependence, one theta >= 1 for all pairs; survival turns it into the lower.

    Parameters
    ----------
    survival : bool
        Fit the copula of 1 - U.

    Examples
    --------
    >>> law = ArchimedeanLaw("gumbel", 2.0, ["BTC", "ETH"])
    >>> fit = GumbelCopula().fit(law.sample(500, rng=1))
    >>> fit.status, list(fit.params.index)
    (<FitStatus.OK: 'ok'>, ['theta'])
    """

    family: ClassVar[str] = "gumbel"

    survival: bool = False

    def fit(self, u: pd.DataFrame, method: str = "ml") -> CopulaFit:
        """Estimate theta from uniforms ``u`` (T, d); everything else is as in :meth:`ClaytonCopula.fit`."""
        return fit(self, ArchimedeanLaw, u, method)


@dataclass(frozen=True)
class FrankCopula:
    """Frank's copula: no tail dependence, one theta >= 0 for all pairs; of either sign for two variables.

    Examples
    --------
    >>> law = ArchimedeanLaw("frank", 2.0, ["BTC", "ETH"])
    >>> fit = FrankCopula().fit(law.sample(500, rng=1))
    >>> fit.status, list(fit.params.index)
    (<FitStatus.OK: 'ok'>, ['theta'])
    """

    family: ClassVar[str] = "frank"

    def fit(self, u: pd.DataFrame, method: str = "ml") -> CopulaFit:
        """Estimate theta from uniforms ``u`` (T, d); everything else is as in :meth:`ClaytonCopula.fit`."""
        return fit(self, ArchimedeanLaw, u, method)


@dataclass(frozen=True)
class JoeCopula:
    """Joe's copula: upper tail dependence, one theta >= 1 for all pairs; survival turns it into the lower.

    Parameters
    ----------
    survival : bool
        Fit the copula of 1 - U.

    Examples
    --------
    >>> law = ArchimedeanLaw("joe", 2.0, ["BTC", "ETH"])
    >>> fit = JoeCopula().fit(law.sample(500, rng=1))
    >>> fit.status, list(fit.params.index)
    (<FitStatus.OK: 'ok'>, ['theta'])
    """

    family: ClassVar[str] = "joe"

    survival: bool = False

    def fit(self, u: pd.DataFrame, method: str = "ml") -> CopulaFit:
        """Estimate theta from uniforms ``u`` (T, d); everything else is as in :meth:`ClaytonCopula.fit`."""
        return fit(self, ArchimedeanLaw, u, method)

"""The copulas of the normal and of the multivariate Student-t law."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from scipy import special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.core.student_quantile import student_quantile
from riskkit.dependence.conditional import conditional_scores
from riskkit.dependence.conditions import conditions_of
from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.correlation_checks import correlation_matrix
from riskkit.dependence.derivatives import Derivatives
from riskkit.dependence.elliptical_density import log_density, probabilities
from riskkit.dependence.elliptical_derivatives import derivatives
from riskkit.dependence.elliptical_fit import fit
from riskkit.dependence.elliptical_sample import draw
from riskkit.dependence.law import Given, matrix_of, pair_index, pair_names
from riskkit.errors import DataError
from riskkit.rng import Rng, generator

LEAST_NU = 0.5


@dataclass(frozen=True, eq=False)
class EllipticalLaw:
    """The copula of a Student-t law, and at ``nu = inf`` of the normal law.

    Parameters
    ----------
    correlation : DataFrame of shape (d, d)
        Named on both axes, positive definite. Of the t law it is the correlation of the normal law that is mixed.
    nu : float
        Degrees of freedom, at least 0.5; infinite for the normal copula.

    Examples
    --------
    >>> law = EllipticalLaw(pd.DataFrame([[1, 0.5], [0.5, 1]], ["BTC", "ETH"], ["BTC", "ETH"]), nu=4)
    >>> law.tail_dependence()["lower"].round(4).to_dict()
    {('BTC', 'ETH'): 0.2532}
    >>> law.sample(2, rng=1, given={"BTC": (0.0, 0.01)}).columns.tolist()
    ['BTC', 'ETH']

    References
    ----------
    Demarta, S. and McNeil, A. J. (2005). The t copula and related copulas. International Statistical Review 73, 111-129.
    """

    correlation: pd.DataFrame
    nu: float = np.inf

    __setstate__ = restore

    def __post_init__(self) -> None:
        matrix = correlation_matrix("correlation", self.correlation)
        try:
            np.linalg.cholesky(matrix.to_numpy())
        except np.linalg.LinAlgError as cause:
            raise DataError(
                "correlation is singular: one variable is a combination of the others", got=f"{len(matrix)} variables",
                expected="a positive definite matrix", remedy="leave one of them out",
            ) from cause  # fmt: skip
        nu = np.inf if self.nu == np.inf else checks.number("nu", self.nu, least=LEAST_NU)
        object.__setattr__(self, "correlation", matrix)
        object.__setattr__(self, "nu", nu)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the d variables."""
        return tuple(str(name) for name in self.correlation.columns)

    @property
    def params(self) -> pd.Series:
        """Correlations of the pairs, in the order of the columns, and nu where it is finite."""
        values = self.correlation.to_numpy()[np.triu_indices(len(self.names), 1)]
        names = pair_names(self.names)
        if np.isfinite(self.nu):
            values, names = np.append(values, self.nu), [*names, "nu"]
        return pd.Series(values, names, name="params")

    def moved(self, params: FloatArray) -> Self:
        """Return the copula at other correlations (and nu), in the order of ``params``."""
        pairs = len(self.names) * (len(self.names) - 1) // 2
        nu = float(params[-1]) if np.isfinite(self.nu) else np.inf
        return replace(self, correlation=matrix_of(self.names, params[:pairs]), nu=nu)

    def log_density(self, u: FloatArray) -> FloatArray:
        """Logarithm of the density at points ``u`` (n, d) strictly between 0 and 1, shape (n,)."""
        return log_density(student_quantile(np.asarray(u, dtype=float), self.nu), self._root, self.nu)

    def derivatives(self, u: FloatArray) -> Derivatives:
        """Derivatives of the log density at points ``u`` (n, d), by the parameters and the uniforms."""
        return derivatives(u, self.correlation.to_numpy(), self.nu)

    def params_by_tau(self) -> FloatArray:
        """Slopes of the correlations, sin(pi tau / 2), by the Kendall's taus of the pairs, (pairs, pairs)."""
        entries = self.correlation.to_numpy()[np.triu_indices(len(self.names), 1)]
        return np.diag(0.5 * np.pi * np.sqrt((1.0 - entries) * (1.0 + entries)))

    def sample(self, n: int, *, rng: Rng, given: Given | None = None) -> pd.DataFrame:
        """Draw ``n`` joint uniforms.

        Parameters
        ----------
        n : int
            Number of draws.
        rng : int or Generator
            Source of random numbers.
        given : dict from str to float or (low, high), optional
            Values or intervals of some variables, on the scale of the uniforms; exact, however rare they are. Values, or an
            interval of one, are drawn directly; several intervals, or one beside values, by rejection from a law so near
            that a large share is kept.

        Raises
        ------
        FactorError
            A name that is none of the copula's.
        DataError
            A condition that cannot be.
        ModelError
            Conditions that contradict each other so far that fewer than one in 100,000 proposals would be kept.
        """
        count, source = checks.whole("n", n, least=1), generator(rng)
        conditions = conditions_of(self.names, given)
        if not conditions:
            return pd.DataFrame(draw(self._root, self.nu, count, source), columns=list(self.names), copy=False)
        scores = conditional_scores(self.correlation.to_numpy(), self.nu, count, conditions, source)
        uniform = probabilities(scores, self.nu)
        for column, condition in conditions.items():  # to the bit what was asked for
            low, high = condition if isinstance(condition, tuple) else (condition, condition)
            uniform[:, column] = np.clip(uniform[:, column], low, high)
        tiny = np.finfo(float).tiny
        return pd.DataFrame(np.clip(uniform, tiny, 1.0 - 2.0**-53), columns=list(self.names))

    def tail_dependence(self) -> pd.DataFrame:
        """Coefficients of tail dependence of every pair; zero for the normal copula, equal in both tails for the t."""
        rho = self.correlation.to_numpy()[np.triu_indices(len(self.names), 1)]
        if np.isinf(self.nu):
            both = np.zeros(len(rho))
        else:
            both = 2.0 * special.stdtr(self.nu + 1.0, -np.sqrt((self.nu + 1.0) * (1.0 - rho) / (1.0 + rho)))
        return pd.DataFrame({"lower": both, "upper": both}, pair_index(self.names))

    @cached_property
    def _root(self) -> FloatArray:
        return np.linalg.cholesky(self.correlation.to_numpy())


@dataclass(frozen=True)
class GaussianCopula:
    """The copula of a normal law: correlation, and no tail dependence.

    Examples
    --------
    >>> normal = pd.DataFrame(np.random.default_rng(1).normal(size=(300, 2)), columns=["BTC", "ETH"])
    >>> fit = GaussianCopula().fit(rk.dependence.pseudo_observations(normal))
    >>> fit.status.value, round(float(fit.params["BTC ETH"]), 3)
    ('ok', -0.074)
    """

    def fit(self, u: pd.DataFrame, method: str = "ml") -> CopulaFit:
        """Estimate the correlations.

        Parameters
        ----------
        u : DataFrame of shape (T, d)
            Uniforms, d >= 2; see :func:`riskkit.dependence.pseudo_observations`.
        method : {"ml", "tau"}
            Maximum likelihood with the diagonal held at one, or sin(pi tau / 2) of every pair; where these make no
            correlation matrix, the nearest one is taken and the status is "at a bound".
        """
        return fit(self, EllipticalLaw, u, method, student=False)


@dataclass(frozen=True)
class StudentCopula:
    """The copula of a Student-t law: correlation, and a common shock that gives both tails the same dependence.

    Examples
    --------
    >>> names = ["BTC", "ETH"]
    >>> law = EllipticalLaw(pd.DataFrame([[1, 0.6], [0.6, 1]], names, names), nu=4)
    >>> fit = StudentCopula().fit(law.sample(2_000, rng=1))
    >>> fit.params.round(2).to_dict()
    {'BTC ETH': 0.58, 'nu': 3.85}
    """

    def fit(self, u: pd.DataFrame, method: str = "ml") -> CopulaFit:
        """Estimate correlations and degrees of freedom.

        Parameters
        ----------
        u : DataFrame of shape (T, d)
            Uniforms, d >= 2.
        method : {"ml", "tau"}
            Maximum likelihood of all parameters, or correlations from Kendall's tau and the likelihood for nu alone. An
            infinite nu, the normal copula, has status "at a bound".
        """
        return fit(self, EllipticalLaw, u, method, student=True)

"""What a dynamic correlation answers once its parameters are known: its path, what comes next, simulated shocks."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.dependence.dcc_sample import given_sigma, kernel_matrices, normalised, residuals
from riskkit.errors import DataError, FactorError
from riskkit.rng import Rng, generator
from riskkit_ext import _dcc


@dataclass(frozen=True, eq=False)
class DccState:
    """A dynamic correlation with known parameters that has seen residuals; a fit is one, and so is :meth:`filter`.

    Parameters
    ----------
    spec : Dcc or ConstantCorrelation
        The model.
    observed : DataFrame of shape (T, d)
        Standardised residuals.
    point : array of shape (4,)
        a, b, g and nu; nu is infinite for the normal law.
    target : array of shape (d, d)
        The matrix that Q returns to.
    fallen : array of shape (d, d)
        Mean product of the falls, ``min(z, 0)``.
    """

    spec: Any
    observed: pd.DataFrame
    point: FloatArray
    target: FloatArray
    fallen: FloatArray

    __setstate__ = restore

    @cached_property
    def log_densities(self) -> pd.Series:
        """Log density of each row of residuals given the rows before it, (T,)."""
        lower = np.linalg.cholesky(self.correlation)
        white = np.linalg.solve(lower, self.observed.to_numpy()[:, :, None])[:, :, 0]
        log_det = 2.0 * np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
        d, nu, squares = white.shape[1], float(self.point[3]), (white**2).sum(axis=1)
        if np.isinf(nu):
            values = -0.5 * (d * np.log(2.0 * np.pi) + log_det + squares)
        else:
            constant = special.gammaln(0.5 * (nu + d)) - special.gammaln(0.5 * nu) - 0.5 * d * np.log(np.pi * (nu - 2.0))
            values = constant - 0.5 * log_det - 0.5 * (nu + d) * np.log1p(squares / (nu - 2.0))
        return pd.Series(values, self.observed.index, name="log density")

    @property
    def loglikelihood(self) -> float:
        """Log-likelihood of the residuals. Engle's "correlation part" is this less that of independent normal residuals."""
        return float(self.log_densities.sum())

    def total_loglikelihood(self, sigma: pd.DataFrame) -> float:
        """Log-likelihood of the returns whose conditional standard deviations (T, d) divided them into the residuals."""
        return self.loglikelihood - float(np.log(given_sigma(sigma, self.observed)).sum())

    @cached_property
    def _q(self) -> FloatArray:
        """Q of every row and of the one after the last, (T + 1, d, d)."""
        values = np.ascontiguousarray(self.observed.to_numpy())
        point = np.where(np.isinf(self.point), 0.0, self.point)
        q = np.empty((len(values) + 1, *self.target.shape))
        matrices = kernel_matrices(self.spec.start, self.target, self.fallen)
        _dcc.path(_dcc.kinds.index(self.spec.kind), values, matrices, point, q)
        return q

    @cached_property
    def correlation(self) -> FloatArray:
        """Correlations of every row, (T, d, d), known one step before it but for the parameters and the target."""
        result = normalised(self._q[:-1])
        result.setflags(write=False)
        return result

    def path(self, first: str, second: str) -> pd.Series:
        """Conditional correlation of two columns, by name, (T,)."""
        i, j = self._position(first), self._position(second)
        return pd.Series(self.correlation[:, i, j], self.observed.index, name=f"{first} {second}")

    @property
    def next_correlation(self) -> pd.DataFrame:
        """Correlation matrix of the row after the last, (d, d)."""
        names = self.observed.columns
        return pd.DataFrame(normalised(self._q[-1]), names, names)

    @property
    def persistence(self) -> float:
        """Share of a deviation of Q from its target that is expected to be left after one step: a + b."""
        return float(self.point[0] + self.point[1])

    def forecast(self, horizon: int = 1) -> FloatArray:
        """Correlations expected of each of the next ``horizon`` steps, (horizon, d, d); the first is exact.

        Notes
        -----
        Engle and Sheppard's second approximation: the correlations themselves decay to those of the target,
        ``R[t + k] = (1 - p**(k - 1)) * R_target + p**(k - 1) * R[t + 1]`` with p the persistence. In the asymmetric model
        the products of falls are held at their sample mean. No formula is exact: R is not linear in the shocks.

        References
        ----------
        Engle, R. and Sheppard, K. (2001). Theoretical and empirical properties of dynamic conditional correlation
        multivariate GARCH. NBER working paper 8554.
        """
        left = self.persistence ** np.arange(checks.whole("horizon", horizon, least=1))
        result: FloatArray = normalised(self.target) + np.multiply.outer(
            left, normalised(self._q[-1]) - normalised(self.target)
        )
        result[:, range(len(self.target)), range(len(self.target))] = 1.0
        return result

    def news_impact(self, first: str, second: str, shocks: Any) -> pd.DataFrame:
        """Correlation of the next step as a function of today's two shocks, from a Q that is at its target today.

        Parameters
        ----------
        first, second : str
            Two columns.
        shocks : array of shape (N,)
            Standardised residuals to try in either.

        Returns
        -------
        DataFrame of shape (N, N)
            Indexed by the shock of ``first``, a column for each of ``second``.
        """
        tried = checks.array("shocks", shocks, ndim=1)
        i, j = self._position(first), self._position(second)
        a, _, g, _ = self.point
        z1, z2 = tried[:, None], tried[None, :]
        n1, n2 = np.minimum(z1, 0.0), np.minimum(z2, 0.0)

        def after(row: int, column: int, product: FloatArray, falls: FloatArray) -> FloatArray:
            level = self.target[row, column]
            return level + a * (product - level) + g * (falls - self.fallen[row, column])

        covariance = after(i, j, z1 * z2, n1 * n2)
        values = covariance / np.sqrt(after(i, i, z1**2, n1**2) * after(j, j, z2**2, n2**2))
        return pd.DataFrame(values, pd.Index(tried, name=first), pd.Index(tried, name=second))

    def simulate(self, paths: int, horizon: int, *, rng: Rng, shocks: str = "law") -> FloatArray:
        """Draw standardised shocks of the next ``horizon`` steps.

        Parameters
        ----------
        paths, horizon : int
            Number of paths S and of steps h.
        rng : int or numpy.random.Generator
            Where the numbers come from.
        shocks : {"law", "bootstrap"}
            Draw from the law of the model, or draw whole rows of past shocks with replacement, freed of the correlations of
            their own date.

        Returns
        -------
        array of shape (h, S, d)
            Time outermost; ``sigma * shock`` is a return less its mean.
        """
        steps, width = checks.whole("horizon", horizon, least=1), checks.whole("paths", paths, least=1)
        drawn = self._drawn(generator(rng), checks.one_of("shocks", shocks, ("law", "bootstrap")), steps, width)
        a, b, g, _ = self.point
        q = np.broadcast_to(self._q[-1], (width, *self.target.shape))
        for step in drawn:  # turned into correlated shocks in place
            step[:] = np.einsum("sij,sj->si", np.linalg.cholesky(normalised(q)), step)
            z = step * np.sqrt(np.diagonal(q, axis1=1, axis2=2)) if self.spec.kind == "cdcc" else step
            q = self.target + b * (q - self.target) + a * (z[:, :, None] * z[:, None, :] - self.target)
            if g > 0.0:
                falls = np.minimum(step, 0.0)
                q += g * (falls[:, :, None] * falls[:, None, :] - self.fallen)
        return drawn

    def filter(self, z: pd.DataFrame) -> "DccState":
        """Run the same parameters and targets through other residuals with the same columns."""
        frame = residuals(z)
        if not frame.columns.equals(self.observed.columns):
            raise DataError("z has other columns", got=list(frame.columns), expected=list(self.observed.columns))
        return DccState(self.spec, frame, self.point, self.target, self.fallen)

    def append(self, new: pd.DataFrame) -> "DccState":
        """Carry the correlations on through later residuals (N, d), with the old parameters; nothing is estimated.

        Raises
        ------
        DataError
            When the rows have other columns, cannot be used, or do not come after the old ones.

        Examples
        --------
        >>> z = pd.DataFrame(np.random.default_rng(1).normal(size=(300, 2)), columns=["BTC", "ETH"])
        >>> fit = rk.dependence.Dcc().fit(z[:200])
        >>> longer = fit.append(z[200:])
        >>> longer.correlation.shape, bool(np.allclose(longer.correlation[200], fit.next_correlation))
        ((300, 2, 2), True)
        """
        if not isinstance(new, pd.DataFrame) or not new.columns.equals(self.observed.columns):
            got = list(new.columns) if isinstance(new, pd.DataFrame) else type(new).__name__
            raise DataError("new has other columns", got=got, expected=list(self.observed.columns))
        return self.filter(pd.concat([self.observed, new]))

    def _drawn(self, random: np.random.Generator, shocks: str, steps: int, width: int) -> FloatArray:
        """Uncorrelated shocks (steps, width, d)."""
        d, nu = len(self.target), float(self.point[3])
        if shocks == "bootstrap":
            lower = np.linalg.cholesky(self.correlation)
            white: FloatArray = np.linalg.solve(lower, self.observed.to_numpy()[:, :, None])[:, :, 0]
            return white[random.integers(len(white), size=(steps, width))]
        result = random.standard_normal((steps, width, d))
        if np.isfinite(nu):
            result *= np.sqrt((nu - 2.0) / random.chisquare(nu, (steps, width, 1)))
        return result

    def _position(self, name: str) -> int:
        names = self.observed.columns
        if name not in names:
            raise FactorError("no column of that name", got=repr(name), expected=", ".join(map(str, names)))
        return names.tolist().index(name)

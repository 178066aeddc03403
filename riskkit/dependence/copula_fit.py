"""The estimate of a copula: the same for every family."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.frozen import restore
from riskkit.dependence.goodness_of_fit import GoodnessOfFit, goodness_of_fit
from riskkit.dependence.law import CopulaLaw, Given
from riskkit.dependence.uncertainty import standard_errors
from riskkit.rng import Rng


@dataclass(frozen=True, eq=False)
class CopulaFit:
    """An estimated copula; made by the ``fit`` of a specification.

    Parameters
    ----------
    spec : GaussianCopula, StudentCopula, ClaytonCopula or another
        What was asked for; ``spec.fit(u, method)`` repeats the estimate on other data.
    law : CopulaLaw
        The copula at the estimates; it can be used alone.
    observed : DataFrame of shape (T, d)
        The uniforms.
    method : {"ml", "tau"}
        Maximum likelihood, or the inversion of Kendall's tau (and maximum likelihood for what tau does not tell).
    gradient_norm : float
        Steepest rise of the log-likelihood left, per standard error of one parameter; NaN where the estimate is no maximum.
    status : FitStatus
        OK only where the search ended at an optimum inside the bounds.
    """

    spec: Any
    law: CopulaLaw
    observed: pd.DataFrame
    method: str
    gradient_norm: float
    status: FitStatus

    __setstate__ = restore

    @property
    def params(self) -> pd.Series:
        """Estimates by name."""
        return self.law.params

    @property
    def loglikelihood(self) -> float:
        """Log-likelihood of the observed uniforms at the estimates."""
        return float(self.law.log_density(np.ascontiguousarray(self.observed.to_numpy())).sum())

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2 K - 2 log-likelihood: lower is better."""
        return 2.0 * len(self.params) - 2.0 * self.loglikelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion, K log T - 2 log-likelihood: lower is better."""
        return float(np.log(len(self.observed))) * len(self.params) - 2.0 * self.loglikelihood

    def standard_errors(self, kind: str = "ranks") -> pd.Series:
        """Standard errors of the estimates.

        Parameters
        ----------
        kind : {"ranks", "hessian"}
            "ranks": the margins are unknown and the uniforms their ranks, :func:`riskkit.dependence.pseudo_observations`.
            It also holds where the family is not quite right. "hessian": the margins are known, from the curvature of the
            likelihood; these are too large or too small for ranks, and NaN for estimates by Kendall's tau.

        Returns
        -------
        Series
            By parameter; NaN where the estimate is at a bound or is no optimum.

        Notes
        -----
        Observations count as independent: residuals, not returns. The errors of a vine, which is fitted pair after pair, are
        those of a fit of all pairs at once. By Kendall's tau they take O(T^2 d^2) time.

        References
        ----------
        Genest, C., Ghoudi, K. and Rivest, L.-P. (1995). A semiparametric estimation procedure of dependence parameters in
        multivariate families of distributions. Biometrika 82, 543-552.
        Genest, C. and Rivest, L.-P. (1993). Statistical inference procedures for bivariate Archimedean copulas. Journal of
        the American Statistical Association 88, 1034-1043.

        Examples
        --------
        >>> law = rk.dependence.ArchimedeanLaw("clayton", 2.0, ["BTC", "ETH"])
        >>> fit = rk.dependence.ClaytonCopula().fit(rk.dependence.pseudo_observations(law.sample(500, rng=1)))
        >>> {kind: round(float(fit.standard_errors(kind)["theta"]), 3) for kind in ("ranks", "hessian")}
        {'ranks': 0.173, 'hessian': 0.119}
        """
        checks.one_of("kind", kind, ("ranks", "hessian"))
        if self.status != FitStatus.OK:
            return pd.Series(np.nan, self.params.index, name=f"{kind} standard errors")
        return standard_errors(self.law, np.ascontiguousarray(self.observed.to_numpy()), self.method, kind)

    def log_density(self, u: FloatArray) -> FloatArray:
        """Logarithm of the density at points ``u`` (n, d), shape (n,)."""
        return self.law.log_density(u)

    def sample(self, n: int, *, rng: Rng, given: Given | None = None) -> pd.DataFrame:
        """Draw ``n`` joint uniforms (n, d); ``given`` holds values or intervals of some of them, by name."""
        return self.law.sample(n, rng=rng, given=given)

    def tail_dependence(self) -> pd.DataFrame:
        """Coefficients of tail dependence that the parameters imply, one row per pair."""
        return self.law.tail_dependence()

    def goodness_of_fit(
        self, u: pd.DataFrame | None = None, *, rng: Rng, replications: int = 200, workers: int | None = None
    ) -> GoodnessOfFit:
        """Test whether the observations come from this family at all: :func:`riskkit.dependence.goodness_of_fit`."""
        return goodness_of_fit(self, u, rng=rng, replications=replications, workers=workers)

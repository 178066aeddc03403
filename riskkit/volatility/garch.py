"""GARCH(1,1) and its asymmetric relative GJR: what is estimated. How, and what it answers, stands in ``garch_fit``."""

from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from riskkit import checks
from riskkit.volatility.garch_fit import fit
from riskkit.volatility.specification import refuse_unknown_options


@dataclass(frozen=True)
class Garch:
    """GARCH(1,1): today's variance is yesterday's, pulled towards its level and pushed by yesterday's square.

    ``e[t] = y[t] - mu`` and ``sigma[t+1]**2 = omega + alpha * e[t]**2 + beta * sigma[t]**2``, where ``e[t] / sigma[t]`` has
    mean 0 and variance 1. Stationary variance: omega / (1 - alpha - beta).

    Parameters
    ----------
    dist : {"t", "normal", "skewt", "ged"}
        Law of the standardised innovations.
    mean : {"constant", "zero", "ar1"}
        Mean of the return: mu, nothing, or ``mu + phi * y[t-1]``.
    start : {"ewma", "sample", "fcp"} or float
        Variance before the first observation: the exponentially weighted mean of the first 75 squared deviations (decay
        0.94, as the package `arch` has it), the variance of the sample, the mean of ``e[t]**2`` at the current mu
        (Fiorentini and others), or a variance of your own, in the unit of the data squared.
    targeting : bool
        Hold the stationary variance at that of the sample: ``omega = (1 - persistence) * variance`` is then not estimated
        but follows (Francq and others).

    Notes
    -----
    Normal and Student-t innovations about a constant or zero mean are estimated in a kernel of their own, in well under a
    millisecond; every other choice, regressors and missing observations in :mod:`riskkit.volatility.general`.

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
    Francq, C., Horvath, L. and Zakoian, J.-M. (2011). Merits and drawbacks of variance targeting in GARCH models. Journal of
    Financial Econometrics 9, 619-656.
    """

    leverage: ClassVar[bool] = False

    dist: str = "t"
    mean: str = "constant"
    start: str | float = "ewma"
    targeting: bool = False

    def __post_init__(self) -> None:
        refuse_unknown_options(self)
        checks.switch("targeting", self.targeting)

    def fit(self, series: pd.Series, regressors: pd.DataFrame | None = None) -> Any:
        """Estimate the parameters by maximum likelihood, 0 <= alpha, beta; alpha + beta <= 1; 2.05 <= nu <= 500.

        The likelihood may have several maxima: a grid of starting points is searched and the highest maximum found is kept.
        The estimate does not depend on the unit of the data.

        Parameters
        ----------
        series : Series of length T >= 50
            Returns in decimals per step (any other unit will do); sorted by time, not constant. A missing observation (NaN)
            adds nothing to the likelihood, and its square is replaced by what was expected of it.
        regressors : DataFrame (T, K), optional
            Columns >= 0 known before the row they stand in; each adds its coefficient >= 0 times its value to the variance
            of that row.

        Returns
        -------
        GarchFit
            Or what :func:`riskkit.volatility.general.fit` makes of the choices that the kernel does not know.

        Raises
        ------
        DataError
            When the series cannot be used.
        ConvergenceError
            When no maximum was found at all. A search that merely did not end says so in ``status``.
        """
        return fit(self, series, regressors)


@dataclass(frozen=True)
class Gjr:
    """GJR-GARCH(1,1): a fall moves tomorrow's variance by more than a rise of the same size, where gamma is positive.

    ``e[t] = y[t] - mu`` and ``sigma[t+1]**2 = omega + (alpha + gamma * (e[t] < 0)) * e[t]**2 + beta * sigma[t]**2``, where
    ``e[t] / sigma[t]`` has mean 0 and variance 1. Persistence is alpha + gamma / 2 + beta: half of all shocks are falls.

    Parameters
    ----------
    dist, mean, start, targeting
        As in :class:`Garch`, which this is for gamma = 0.

    Notes
    -----
    The likelihood has a corner where an observation equals mu; its second derivative by mu, and with it the standard error
    from the Hessian, is that beside the corner.

    Examples
    --------
    >>> returns = 0.01 * pd.Series(np.random.default_rng(1).standard_t(5, size=500))
    >>> list(Gjr(dist="t").fit(returns).params.index)
    ['mu', 'omega', 'alpha', 'gamma', 'beta', 'nu']

    References
    ----------
    Glosten, L., Jagannathan, R. and Runkle, D. (1993). On the relation between the expected value and the volatility of the
    nominal excess return on stocks. Journal of Finance 48, 1779-1801.
    """

    leverage: ClassVar[bool] = True

    dist: str = "t"
    mean: str = "constant"
    start: str | float = "ewma"
    targeting: bool = False

    def __post_init__(self) -> None:
        refuse_unknown_options(self)
        checks.switch("targeting", self.targeting)

    def fit(self, series: pd.Series, regressors: pd.DataFrame | None = None) -> Any:
        """Estimate the parameters by maximum likelihood, 0 <= alpha, alpha + gamma, beta; persistence <= 1.

        Everything else is as in :meth:`Garch.fit`.
        """
        return fit(self, series, regressors)

"""What a GARCH(1,1) or GJR answers once its parameters are known: memory, news, paths and forecasts, and new data filtered.

Nothing is estimated here. ``GarchState`` holds the questions. An estimate (``GarchFit``) answers them, and so does a filter
(``GarchFilter``): given parameters, run through a series.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import LossDistribution, law
from riskkit.core.frozen import restore
from riskkit.core.innovation import Innovation
from riskkit.errors import DataError
from riskkit.rng import Rng, generator
from riskkit.volatility.garch_recursion import coefficients, expected_variances, returns_of, standard_shocks, variances
from riskkit.volatility.general_sample import refuse_overlap

if TYPE_CHECKING:
    from riskkit.volatility.garch import Garch, Gjr


class GarchState:
    """A GARCH or GJR with known parameters that has seen a series; read as :class:`GarchFit` or :class:`GarchFilter`."""

    # a subclass holds these as fields, or works them out
    spec: "Garch | Gjr"
    observed: pd.Series  # (T,)
    params: pd.Series  # mu, omega, alpha, gamma, beta and nu, those that the model has, in the unit of the data
    sigma: pd.Series  # (T,)
    next_sigma: float

    @property
    def residuals(self) -> pd.Series:
        """The observations less mu."""
        return (self.observed - coefficients(self.params).mu).rename("residuals")

    @property
    def standardised(self) -> pd.Series:
        """Residuals divided by sigma: mean about 0, variance about 1, and what is left to explain."""
        return (self.residuals / self.sigma).rename("standardised")

    @property
    def innovation(self) -> Innovation:
        """Law of the standardised innovations."""
        return Innovation.of(self.spec.dist, self.params)

    @property
    def persistence(self) -> float:
        """Share of a deviation of the variance from its level that is left after one step: alpha + gamma / 2 + beta."""
        return float(coefficients(self.params).persistence)

    @property
    def half_life(self) -> float:
        """Steps until half of a deviation of the variance is forgotten; infinite when none ever is (persistence 1)."""
        if self.persistence >= 1.0:
            return np.inf
        return float(-np.log(2.0) / np.log(self.persistence)) if self.persistence > 0.0 else 0.0

    @property
    def unconditional_volatility(self) -> float:
        """Stationary standard deviation of a step, the root of omega / (1 - persistence); infinite at persistence 1."""
        left = 1.0 - self.persistence
        return float(np.sqrt(self.params["omega"] / left)) if left > 0.0 else np.inf

    def news_impact(self, shocks: Any, *, sigma: float | None = None) -> pd.Series:
        """Variance of the next step as a function of today's shock.

        Parameters
        ----------
        shocks : array of shape (N,)
            Today's return less its mean, in the unit of the data.
        sigma : float, optional
            Today's standard deviation; the unconditional one when left out.

        Returns
        -------
        Series of length N
            Variances, indexed by shock.

        Raises
        ------
        DataError
            When a shock is not finite, and when there is no unconditional volatility and no ``sigma``.

        Examples
        --------
        >>> fit = rk.volatility.Garch(dist="normal").fit(pd.Series(np.random.default_rng(1).normal(size=300)))
        >>> curve = fit.news_impact([-2.0, 0.0, 2.0], sigma=1.0)
        >>> bool(curve.iloc[0] == curve.iloc[2])
        True

        References
        ----------
        Engle, R. and Ng, V. (1993). Measuring and testing the impact of news on volatility. Journal of Finance 48,
        1749-1778.
        """
        values = checks.array("shocks", shocks, ndim=1)
        variance = coefficients(self.params).after(values, self._volatility("sigma", sigma) ** 2)
        return pd.Series(variance, index=pd.Index(values, name="shock"), name="variance")

    def forecast(self, horizon: int = 1) -> pd.DataFrame:
        """Mean and sigma of each of the next ``horizon`` steps (not of their sum), exact.

        Returns
        -------
        DataFrame (horizon, 2)
            Indexed by step 1, ..., horizon; columns ``mean`` and ``sigma``, per step.
        """
        steps = pd.RangeIndex(1, checks.whole("horizon", horizon, least=1) + 1, name="step")
        by = coefficients(self.params)
        variance = expected_variances(by, self.next_sigma**2, horizon)
        return pd.DataFrame({"mean": by.mu, "sigma": np.sqrt(variance)}, index=steps)

    def simulate(self, paths: int, horizon: int, *, rng: Rng, shocks: str = "law") -> FloatArray:
        """Draw returns of the next ``horizon`` steps.

        Parameters
        ----------
        paths, horizon : int
            Number of paths S and of steps T.
        rng : int or numpy.random.Generator
            Where the numbers come from.
        shocks : {"law", "bootstrap"}
            Draw from the law of the model (normal, or Student-t of variance 1), or draw past standardised residuals with
            replacement, as they are: their mean and variance are not forced to 0 and 1.

        Returns
        -------
        array of shape (T, S)
            Returns in the unit of the data, time outermost.

        Examples
        --------
        >>> fit = rk.volatility.Garch(dist="normal").fit(pd.Series(np.random.default_rng(1).normal(size=300)))
        >>> fit.simulate(paths=1_000, horizon=10, rng=1).shape
        (10, 1000)
        """
        shape = checks.whole("horizon", horizon, least=1), checks.whole("paths", paths, least=1)
        checks.one_of("shocks", shocks, ("law", "bootstrap"))
        random = generator(rng)
        if shocks == "bootstrap":
            result = random.choice(self.standardised.to_numpy(), shape)
        else:
            result = standard_shocks(random, float(self.params.get("nu", np.inf)), shape)
        return returns_of(result, coefficients(self.params), self.next_sigma**2)

    def paths(self, shocks: FloatArray) -> FloatArray:
        """Returns of the next T steps that standardised shocks (T, S) make, (T, S): the model runs on along every path.

        Examples
        --------
        >>> fit = rk.volatility.Garch(dist="normal").fit(pd.Series(np.random.default_rng(1).normal(size=300)))
        >>> bool(np.isclose(fit.paths(np.array([[1.0]]))[0, 0], fit.params["mu"] + fit.next_sigma))
        True
        """
        drawn = np.array(checks.array("shocks", shocks, ndim=2))
        return returns_of(drawn, coefficients(self.params), self.next_sigma**2)

    def loss_distribution(self) -> LossDistribution:
        """Law of the next step's loss, -y: normal, or Student-t scaled to the forecast's standard deviation.

        Examples
        --------
        >>> returns = 0.01 * pd.Series(np.random.default_rng(1).standard_t(5, size=500))
        >>> 0.02 < rk.volatility.Garch(dist="t").fit(returns).loss_distribution().var(0.99) < 0.05
        True
        """
        location = -coefficients(self.params).mu
        if self.spec.dist == "normal":
            return law.normal(location, self.next_sigma)
        degrees = self.params["nu"]
        return law.student(location, self.next_sigma * float(np.sqrt(1.0 - 2.0 / degrees)), degrees)

    def filter(self, series: pd.Series, *, first_sigma: float | None = None) -> "GarchFilter":
        """Run these parameters through another series, from its start; nothing is estimated.

        Parameters
        ----------
        series : Series of length N >= 1
            Returns in the unit of the data of the fit.
        first_sigma : float, optional
            Standard deviation of the first observation; the unconditional one when left out. No rule that looks at the
            series is used, so each sigma knows only what came before it.

        Raises
        ------
        DataError
            When the series cannot be used, and when there is no unconditional volatility and no ``first_sigma``.

        Examples
        --------
        >>> returns = pd.Series(np.random.default_rng(1).normal(size=400))
        >>> fit = rk.volatility.Garch(dist="normal").fit(returns[:300])
        >>> later = fit.filter(returns[300:])
        >>> later.params.equals(fit.params), len(later.sigma)
        (True, 100)
        """
        observed = checks.series(series, name="series")
        first = self._volatility("first_sigma", first_sigma)
        return GarchFilter(self.spec, observed, self.params, variances(observed, self.params, first**2))

    def append(self, new: pd.Series) -> "GarchFilter":
        """Carry the variance on through later observations, with the old parameters; nothing is estimated.

        Parameters
        ----------
        new : Series of length N >= 1
            Returns after the last observation, in the same unit.

        Returns
        -------
        GarchFilter
            Of the old and the new observations together.

        Raises
        ------
        DataError
            When the new observations cannot be used or do not come after the old ones.

        Examples
        --------
        >>> returns = pd.Series(np.random.default_rng(1).normal(size=400))
        >>> fit = rk.volatility.Garch(dist="normal").fit(returns[:300])
        >>> longer = fit.append(returns[300:])
        >>> len(longer.sigma), bool(longer.sigma[300] == fit.next_sigma)
        (400, True)
        """
        added = checks.series(new, name="new")
        refuse_overlap(self.observed.index, added.index)
        later = variances(added, self.params, self.next_sigma**2)
        added.name = self.observed.name
        observed = pd.concat([self.observed, added])
        variance = np.concatenate([self.sigma.to_numpy() ** 2, later])
        return GarchFilter(self.spec, observed, self.params, variance)

    def _volatility(self, name: str, value: float | None) -> float:
        """The given standard deviation, or else the unconditional one."""
        if value is not None:
            return checks.number(name, value, above=0.0)
        if not np.isfinite(self.unconditional_volatility):
            raise DataError(
                "the process has no unconditional volatility", got=f"persistence {self.persistence:g}",
                expected="persistence below 1", remedy=f"give {name}, for example the fit's next_sigma",
            )  # fmt: skip
        return self.unconditional_volatility


@dataclass(frozen=True, eq=False)
class GarchFilter(GarchState):
    """A GARCH or GJR with given parameters, run through a series; made by :meth:`GarchState.filter` and ``append``.

    Parameters
    ----------
    spec : Garch or Gjr
        The model.
    observed : Series of length T
        The returns.
    params : Series
        mu, omega, alpha, gamma, beta and nu, those that the model has, in the unit of the data.
    variance : array of shape (T + 1,)
        Conditional variance of each observation, and of the one after the last.
    """

    spec: "Garch | Gjr"
    observed: pd.Series
    params: pd.Series
    variance: FloatArray

    def __post_init__(self) -> None:
        self.variance.setflags(write=False)

    __setstate__ = restore

    @cached_property
    def sigma(self) -> pd.Series:  # type: ignore[override]
        """Conditional standard deviation of each observation, known one step before it."""
        return pd.Series(np.sqrt(self.variance[:-1]), index=self.observed.index, name="sigma")

    @cached_property
    def next_sigma(self) -> float:  # type: ignore[override]
        """Standard deviation of the observation after the last."""
        return float(np.sqrt(self.variance[-1]))

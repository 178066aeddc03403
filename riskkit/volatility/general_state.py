"""What a model of the GARCH family answers once its parameters are known: memory, news, forecasts, paths, new data.

Nothing is estimated here. ``GeneralState`` holds the questions. An estimate (``GeneralFit``) answers them, and so does a
filter (``GeneralFilter``): given parameters, run through a series.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import LossDistribution
from riskkit.core.frozen import restore
from riskkit.core.innovation import SHAPES, Innovation
from riskkit.errors import DataError, ModelError
from riskkit.rng import Rng
from riskkit.volatility.general_ahead import forecast, mean_ahead, returns_of, simulate
from riskkit.volatility.general_sample import columns_of, observations, refuse_overlap
from riskkit.volatility.specification import checked_regressors, filtered_states, recursion_of


class GeneralState:
    """A model of the GARCH family with known parameters that has seen a series."""

    # a subclass holds these as fields, or works them out
    spec: Any
    observed: pd.Series  # (T,), NaN where nothing was observed
    regressors: pd.DataFrame | None  # (T, K)
    params: pd.Series  # in the unit of the data
    states: FloatArray  # (T + 1, 2) of the recursion, in the unit of the data; the last one without regressors

    @cached_property
    def innovation(self) -> Innovation:
        """Law of the standardised innovations."""
        return Innovation.of(self.spec.dist, self.params)

    @property
    def residuals(self) -> pd.Series:
        """The observations less their conditional mean; NaN where one is missing, and before an AR(1) begins."""
        mean = self.params.get("mu", 0.0)
        if "phi" in self.params:
            mean = mean + self.params["phi"] * self.observed.shift(1)
        return (self.observed - mean).rename("residuals")

    @property
    def sigma(self) -> pd.Series:
        """Conditional standard deviation of each row, also of those without an observation; NaN before an AR(1) begins."""
        variance = recursion_of(self.spec).variance(self.states[:-1, 0], self.params)
        return pd.Series(np.sqrt(variance), self.observed.index, name="sigma")

    @property
    def standardised(self) -> pd.Series:
        """Residuals divided by sigma: mean about 0, variance about 1, and what is left to explain."""
        return (self.residuals / self.sigma).rename("standardised")

    @property
    def next_sigma(self) -> float:
        """Standard deviation of the observation after the last; with regressors ask :meth:`forecast`."""
        if self.regressors is not None:
            raise DataError(
                "the next variance depends on the next regressors", expected="their values",
                remedy="forecast(1, regressors=...)",
            )  # fmt: skip
        return float(np.sqrt(recursion_of(self.spec).variance(self.states[-1, 0], self.params)))

    @cached_property
    def moment(self) -> float:
        """What the recursion needs of the law: E[Z**2; Z < 0], E abs(Z), or E(abs(Z) - gamma Z)**delta."""
        return float(recursion_of(self.spec).moment(self.params, self.innovation))

    @property
    def persistence(self) -> float:
        """Share of a deviation from the stationary state that is left after one step.

        Of the variance for GARCH (alpha + beta), GJR (alpha + gamma E[Z**2; Z < 0] + beta) and the long run of component
        GARCH (rho); of the logarithm of the variance for EGARCH (beta); of the power of the standard deviation for APARCH.
        """
        return float(recursion_of(self.spec).persistence(self.params, self.moment))

    @property
    def half_life(self) -> float:
        """Steps until half of such a deviation is forgotten; infinite when none ever is (persistence 1)."""
        left = abs(self.persistence)
        if left >= 1.0:
            return np.inf
        return float(-np.log(2.0) / np.log(left)) if left > 0.0 else 0.0

    @property
    def unconditional_volatility(self) -> float:
        """Stationary standard deviation of a step's shock, regressors at their mean; infinite where there is none.

        For EGARCH the geometric mean, for APARCH the root at the mean of its power: no closed form is more.
        """
        added = 0.0 if self.regressors is None else float(self._added(self.regressors).mean())
        return float(np.sqrt(recursion_of(self.spec).level(self.params, self.moment, added)))

    def news_impact(self, shocks: Any, *, sigma: float | None = None) -> pd.Series:
        """Variance of the next step as a function of today's shock, without regressors.

        Parameters
        ----------
        shocks : array of shape (N,)
            Today's return less its mean, in the unit of the data.
        sigma : float, optional
            Today's standard deviation; the unconditional one when left out. Component GARCH has its long-run variance there.

        Returns
        -------
        Series of length N
            Variances, indexed by shock.

        Raises
        ------
        DataError
            When a shock is not finite, and when there is no unconditional volatility and no ``sigma``.

        References
        ----------
        Engle, R. and Ng, V. (1993). Measuring and testing the impact of news on volatility. Journal of Finance 48,
        1749-1778.

        Examples
        --------
        >>> returns = pd.Series(np.random.default_rng(1).normal(size=300))
        >>> fit = rk.volatility.Garch(dist="ged").fit(returns)
        >>> curve = fit.news_impact([-2.0, 0.0, 2.0], sigma=1.0)
        >>> bool(curve.iloc[0] == curve.iloc[2])
        True
        """
        values = checks.array("shocks", shocks, ndim=1)
        recursion = recursion_of(self.spec)
        now = recursion.state(np.full(len(values), self._volatility("sigma", sigma) ** 2), self.params)
        after = recursion.step(self.params, self.moment, values, now)
        return pd.Series(recursion.variance(after[0], self.params), pd.Index(values, name="shock"), name="variance")

    def forecast(
        self, horizon: int = 1, *, regressors: pd.DataFrame | None = None, rng: Rng | None = None, paths: int = 10_000
    ) -> pd.DataFrame:
        """Mean and standard deviation of each of the next ``horizon`` steps (not of their sum).

        Exact for GARCH, GJR and component GARCH, and for one step of every model. EGARCH and APARCH have no closed form
        beyond: their expected variance is the mean over simulated paths.

        Parameters
        ----------
        horizon : int
            Number of steps.
        regressors : DataFrame (horizon, K), optional
            Future rows of the regressors of the fit.
        rng : int or numpy.random.Generator, optional
            Where the numbers of simulated paths come from.
        paths : int
            Number of simulated paths.

        Returns
        -------
        DataFrame (horizon, 2)
            Indexed by step 1, ..., horizon; columns ``mean`` and ``sigma``. With an AR(1) mean, sigma holds what the shocks
            of the steps before carry over.

        Raises
        ------
        ModelError
            When paths are needed and there is no ``rng``.
        DataError
            When the future regressors are missing or unusable.

        Examples
        --------
        >>> returns = pd.Series(np.random.default_rng(1).normal(size=300))
        >>> fit = rk.volatility.Garch(dist="ged").fit(returns)
        >>> ahead = fit.forecast(3)
        >>> ahead.columns.tolist(), bool(ahead.loc[1, "sigma"] == fit.next_sigma)
        (['mean', 'sigma'], True)
        """
        steps = checks.whole("horizon", horizon, least=1)
        added = self._added_ahead(regressors, steps)
        if steps > 1 and not recursion_of(self.spec).closed_form and rng is None:
            raise ModelError(
                f"{type(self.spec).__name__} has no closed forecast of {steps} steps", got="no rng", expected="rng=...",
                remedy="pass a seed, and paths= for more precision",
            )  # fmt: skip
        return forecast(self, steps, added, rng, checks.whole("paths", paths, least=2))

    def simulate(
        self, paths: int, horizon: int, *, rng: Rng, shocks: str = "law", regressors: pd.DataFrame | None = None
    ) -> FloatArray:
        """Draw returns of the next ``horizon`` steps.

        Parameters
        ----------
        paths, horizon : int
            Number of paths S and of steps T.
        rng : int or numpy.random.Generator
            Where the numbers come from.
        shocks : {"law", "bootstrap"}
            Draw from the law of the model, or draw past standardised residuals with replacement, as they are.
        regressors : DataFrame (T, K), optional
            Future rows of the regressors of the fit.

        Returns
        -------
        array of shape (T, S)
            Returns in the unit of the data, time outermost.

        Examples
        --------
        >>> returns = pd.Series(np.random.default_rng(1).normal(size=300))
        >>> fit = rk.volatility.Garch(dist="ged").fit(returns)
        >>> fit.simulate(paths=1_000, horizon=10, rng=1).shape
        (10, 1000)
        """
        shape = checks.whole("horizon", horizon, least=1), checks.whole("paths", paths, least=1)
        checks.one_of("shocks", shocks, ("law", "bootstrap"))
        return simulate(self, shape, self._added_ahead(regressors, horizon), rng, shocks)[0]

    def paths(self, shocks: FloatArray) -> FloatArray:
        """Returns of the next T steps that standardised shocks (T, S) make, (T, S): the model runs on along every path."""
        drawn = np.array(checks.array("shocks", shocks, ndim=2))
        return returns_of(self, drawn, self._added_ahead(None, len(drawn)))[0]

    def loss_distribution(self, *, regressors: pd.DataFrame | None = None) -> LossDistribution:
        """Law of the next step's loss, -y; ``regressors``: their next row, where the fit has some.

        Examples
        --------
        >>> returns = pd.Series(np.random.default_rng(1).normal(size=300))
        >>> fit = rk.volatility.Garch(dist="ged").fit(returns)
        >>> losses = fit.loss_distribution()
        >>> losses.var(0.99) < losses.es(0.99)
        True
        """
        recursion = recursion_of(self.spec)
        state = self.states[-1, 0] + self._added_ahead(regressors, 1)[0]
        sigma = float(np.sqrt(recursion.variance(state, self.params)))
        return self.innovation.loss(float(mean_ahead(self, 1)[0]), sigma)

    def filter(
        self, series: pd.Series, *, first_sigma: float | None = None, regressors: pd.DataFrame | None = None
    ) -> "GeneralFilter":
        """Run these parameters through another series, from its start; nothing is estimated.

        Parameters
        ----------
        series : Series of length N >= 1
            Returns in the unit of the data of the fit; may hold NaN.
        first_sigma : float, optional
            Standard deviation of the first row (AR(1): of the second, the first being conditioned on) without what
            regressors add; the unconditional one when left out.
        regressors : DataFrame (N, K), optional
            The regressors of the fit over the series.

        Raises
        ------
        DataError
            When the series cannot be used, and when there is no unconditional volatility and no ``first_sigma``.

        Examples
        --------
        >>> returns = pd.Series(np.random.default_rng(1).normal(size=300))
        >>> fit = rk.volatility.Garch(dist="ged").fit(returns)
        >>> later = fit.filter(returns[100:], first_sigma=1.0)
        >>> later.params.equals(fit.params), len(later.sigma)
        (True, 200)
        """
        observed = observations(series, least=1)
        table = self._same_regressors(observed.index, regressors)
        variance = np.array(self._volatility("first_sigma", first_sigma) ** 2)
        first = recursion_of(self.spec).state(variance, self.params)
        states = filtered_states(self.spec, self.params, observed.to_numpy(), columns_of(table, len(observed)), first)
        return GeneralFilter(self.spec, observed, table, self.params, states)

    def append(self, new: pd.Series, *, regressors: pd.DataFrame | None = None) -> "GeneralFilter":
        """Carry the variance on through later observations, with the old parameters; nothing is estimated.

        Parameters
        ----------
        new : Series of length N >= 1
            Returns after the last row, in the same unit; may hold NaN.
        regressors : DataFrame (N, K), optional
            The regressors of the fit over the new rows.

        Returns
        -------
        GeneralFilter
            Of the old and the new rows together.

        Raises
        ------
        DataError
            When the new observations cannot be used or do not come after the old ones.

        Examples
        --------
        >>> returns = pd.Series(np.random.default_rng(1).normal(size=300))
        >>> fit = rk.volatility.Garch(dist="ged").fit(returns[:200])
        >>> longer = fit.append(returns[200:])
        >>> len(longer.sigma), bool(np.isclose(longer.sigma[200], fit.next_sigma))
        (300, True)
        """
        added = observations(new, name="new", least=1)
        refuse_overlap(self.observed.index, added.index)
        table = self._same_regressors(added.index, regressors)
        values, columns = added.to_numpy(), columns_of(table, len(added))
        if "phi" in self.params:  # the row before the first new one is conditioned on
            values = np.concatenate([[self.observed.iloc[-1]], values])
            columns = np.concatenate([np.zeros((1, columns.shape[1])), columns])
        later = filtered_states(self.spec, self.params, values, columns, self.states[-1])
        states = np.concatenate([self.states[:-1], later["phi" in self.params :]])
        added.name = self.observed.name
        observed = pd.concat([self.observed, added])
        both = None if table is None else pd.concat([self.regressors, table])
        return GeneralFilter(self.spec, observed, both, self.params, states)

    def _volatility(self, name: str, value: float | None) -> float:
        """The given standard deviation, or else the unconditional one."""
        if value is not None:
            return checks.number(name, value, above=0.0)
        if not np.isfinite(self.unconditional_volatility):
            raise DataError(
                "the process has no unconditional volatility", got=f"persistence {self.persistence:g}",
                expected="persistence below 1", remedy=f"give {name}, for example the last of fit.sigma",
            )  # fmt: skip
        return self.unconditional_volatility

    def _same_regressors(self, index: pd.Index, regressors: pd.DataFrame | None) -> pd.DataFrame | None:
        """The columns of the fit, over other rows."""
        if (self.regressors is None) != (regressors is None):
            wanted = "none" if self.regressors is None else ", ".join(map(str, self.regressors.columns))
            raise DataError("the regressors are not those of the fit", got=type(regressors).__name__, expected=wanted)
        table = checked_regressors(self.spec, index, regressors)
        if table is not None and self.regressors is not None and list(table.columns) != list(self.regressors.columns):
            raise DataError(
                "the regressors are not those of the fit", got=list(table.columns), expected=list(self.regressors.columns)
            )
        return table

    def _added(self, table: pd.DataFrame) -> FloatArray:
        """What the regressors add to the state of each row."""
        return table.to_numpy() @ self.params[table.columns].to_numpy()

    def _added_ahead(self, regressors: pd.DataFrame | None, horizon: int) -> FloatArray:
        if regressors is None and self.regressors is None:
            return np.zeros(horizon)
        index = getattr(regressors, "index", pd.RangeIndex(horizon))
        table = self._same_regressors(index, regressors)
        if table is None or len(table) != horizon:
            raise DataError("regressors do not fit the horizon", got=f"{len(index)} rows", expected=f"{horizon} rows")
        return self._added(table)


@dataclass(frozen=True, eq=False)
class GeneralFilter(GeneralState):
    """A model with given parameters, run through a series; made by :meth:`GeneralState.filter` and ``append``.

    Parameters
    ----------
    spec : Garch, Gjr, Egarch, Aparch or ComponentGarch
        The model.
    observed : Series of length T
        The returns, NaN where none was observed.
    regressors : DataFrame (T, K) or None
        What was added to the variance.
    params : Series
        Parameters in the unit of the data.
    states : array of shape (T + 1, 2)
        States of the recursion, the last one ahead of the data.
    """

    spec: Any
    observed: pd.Series
    regressors: pd.DataFrame | None
    params: pd.Series
    states: FloatArray

    def __post_init__(self) -> None:
        if not set(SHAPES[self.spec.dist]) <= set(self.params.index):
            raise DataError("the parameters lack those of the law", got=list(self.params.index), expected=self.spec.dist)
        self.states.setflags(write=False)

    __setstate__ = restore

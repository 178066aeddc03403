"""Volatility that jumps between levels: a hidden Markov chain of calm and wild states, estimated and then followed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus, LossDistribution
from riskkit.core.frozen import restore
from riskkit.core.likelihood import refuse_unusable
from riskkit.errors import ConvergenceError, DataError
from riskkit.rng import Rng
from riskkit.volatility.hidden_chain import FLOOR, Chain, filtered, highest, smoothed
from riskkit.volatility.mixture import normal_mixture

LEAST = 50  # observations per state
RARE = 1e-6  # a transition less probable is one that the search is ruling out


@dataclass(frozen=True)
class MarkovSwitching:
    """Markov-switching volatility: ``y[t] = mu + sigma[s[t]] * z[t]`` with z standard normal and s a hidden Markov chain.

    The states are numbered by their volatility: state 1 is the calmest.

    Parameters
    ----------
    states : {2, 3}
        Number of states.
    mean : {"constant", "zero"}
        Mean of the returns, the same in all states.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> returns = pd.Series(np.repeat([0.01, 0.05, 0.01], 200) * rng.normal(size=600))
    >>> fit = MarkovSwitching(states=2).fit(returns)
    >>> fit.states["sigma"].round(3).tolist()
    [0.01, 0.045]
    >>> fit.filtered["state 2"].iloc[[100, 300, 500]].round(3).tolist()
    [0.001, 0.999, 0.002]

    References
    ----------
    Hamilton, J. (1989). A new approach to the economic analysis of nonstationary time series and the business cycle.
    Econometrica 57, 357-384.
    Hamilton, J. (1990). Analysis of time series subject to changes in regime. Journal of Econometrics 45, 39-70.
    """

    states: int = 2
    mean: str = "constant"

    def __post_init__(self) -> None:
        if checks.whole("states", self.states, least=2) > 3:
            raise DataError("states are too many", got=self.states, expected="2 or 3")
        checks.one_of("mean", self.mean, ("constant", "zero"))

    def fit(self, series: pd.Series, *, rng: Rng | None = None) -> "MarkovSwitchingFit":
        """Estimate by maximum likelihood, by expectation-maximisation from several starts; the highest end is kept.

        Parameters
        ----------
        series : Series of length T >= 50 * states
            Returns in decimals per step; finite, sorted by time, not constant.
        rng : int or Generator, optional
            Draws 16 further starts. Without it the starts are a fixed grid, and the answer is the same every time.

        Raises
        ------
        DataError
            When the series cannot be used.
        ConvergenceError
            When no start leads to a finite likelihood. A search that merely did not end says so in ``status``.

        Notes
        -----
        The probabilities of the first state are estimated too (Baum and Welch). `statsmodels` takes the stationary ones
        instead, so its likelihood is lower by about minus the logarithm of one of them.
        A variance is held above 1e-6 of the mean square: a state that sits on one value, such as zero, would have an
        infinite likelihood.
        """
        observed = checks.series(series, name="series", least=LEAST * self.states)
        values = observed.to_numpy()
        refuse_unusable("series", values)
        centre = float(values.mean()) if self.mean == "constant" else 0.0
        scale = float(np.sqrt(np.mean((values - centre) ** 2)))
        z = (values - centre) / scale
        chain, progress, arrived = highest(z, self.states, self.mean == "constant", rng)
        if not np.isfinite(progress[-1]):
            raise ConvergenceError(
                "the likelihood of the regimes is not finite", got=f"{len(values)} observations",
                remedy="look at the series: is it mostly zeros, or one huge value?",
            )  # fmt: skip
        status = _status(chain, smoothed(chain, z).probabilities, arrived)
        chain = chain.ordered
        chain = Chain(centre + scale * chain.mean, scale**2 * chain.variance, chain.transition, chain.initial)
        progress = progress - len(z) * np.log(scale)
        for array in (*chain[1:], progress):
            array.setflags(write=False)
        return MarkovSwitchingFit(self, observed, *chain, progress, status)


def _status(chain: Chain, probabilities: FloatArray, arrived: bool) -> FitStatus:
    """A state that holds less than one observation was not estimated."""
    if probabilities.sum(axis=0).min() < 1.0:
        return FitStatus.FAILED
    if not arrived:
        return FitStatus.NOT_CONVERGED
    at_bound = chain.variance.min() <= FLOOR * (1.0 + 1e-9) or chain.transition.min() < RARE
    return FitStatus.BOUND if at_bound else FitStatus.OK


def _later(first: object, last: object) -> bool:
    try:
        return bool(first > last)  # type: ignore[operator]
    except TypeError:  # a time and a number, or a time without a zone
        return False


@dataclass(frozen=True, eq=False)
class MarkovSwitchingFit:
    """Estimated regimes; made by :meth:`MarkovSwitching.fit`. K is the number of states.

    Parameters
    ----------
    spec : MarkovSwitching
        The model.
    observed : Series of length T
        The returns.
    mean : float
        Mean of the returns.
    variance : array of shape (K,)
        Variance in each state, increasing.
    transition : array of shape (K, K)
        Probability of going from the state of the row to that of the column in one step.
    initial : array of shape (K,)
        Probabilities of the states of the first observation.
    progress : array
        Log-likelihood after each iteration of the last search.
    status : FitStatus
        OK; "at a bound" when a variance is at its floor or a transition is being ruled out (less probable than 1e-6);
        "not converged" after 2,000 iterations; "failed" when a state holds less than one observation. A maximum of this
        likelihood may be a local one: compare with ``fit(series, rng=1)``.
    """

    spec: MarkovSwitching
    observed: pd.Series
    mean: float
    variance: FloatArray
    transition: FloatArray
    initial: FloatArray
    progress: FloatArray
    status: FitStatus

    __setstate__ = restore

    @property
    def names(self) -> pd.Index:
        """Names of the states, the calmest first."""
        return pd.Index([f"state {number}" for number in range(1, self.spec.states + 1)])

    @property
    def params(self) -> pd.Series:
        """Mean, volatility of each state, and ``p[i,j]``, the probability of going from state i to another state j."""
        result = {"mu": self.mean} if self.spec.mean == "constant" else {}
        result |= {f"sigma[{number}]": sigma for number, sigma in enumerate(np.sqrt(self.variance), 1)}
        result |= {f"p[{i + 1},{j + 1}]": p for (i, j), p in np.ndenumerate(self.transition) if i != j}
        return pd.Series(result, name="params")

    @property
    def loglikelihood(self) -> float:
        """Log-likelihood of the series."""
        return float(self.progress[-1])

    @property
    def states(self) -> pd.DataFrame:
        """One row per state: ``sigma`` per step, ``expected_duration`` in steps, ``share`` of the sample."""
        leave = 1.0 - np.diag(self.transition)
        duration = np.divide(1.0, leave, out=np.full_like(leave, np.inf), where=leave > 0.0)
        share = self.smoothed.mean().to_numpy()
        return pd.DataFrame({"sigma": np.sqrt(self.variance), "expected_duration": duration, "share": share}, self.names)

    def sigma_annual(self, periods: float = 365.0) -> pd.Series:
        """Volatility of each state per year of ``periods`` steps: 365 for daily returns of crypto, 252 of equities."""
        year = checks.number("periods", periods, above=0.0)
        return pd.Series(np.sqrt(year * self.variance), self.names, name="sigma_annual")

    @cached_property
    def filtered(self) -> pd.DataFrame:
        """Probability of each state given the returns up to and with each date, (T, K)."""
        return self._frame(filtered(self._chain, self.observed.to_numpy())[0], self.observed.index)

    @cached_property
    def smoothed(self) -> pd.DataFrame:
        """Probability of each state given all returns, (T, K): it looks ahead, so it explains and does not forecast."""
        return self._frame(smoothed(self._chain, self.observed.to_numpy()).probabilities, self.observed.index)

    def filter(self, series: pd.Series) -> pd.DataFrame:
        """Probability of each state given the sample and the new returns up to and with each date; nothing is estimated.

        Parameters
        ----------
        series : Series of length N
            Returns that follow the sample, in its unit: the first is one step after its last.

        Returns
        -------
        DataFrame (N, K)
            A row of it can be handed to :meth:`forecast` and :meth:`loss_distribution` as ``now``.

        Raises
        ------
        DataError
            When the series does not begin after the sample, or cannot be used.
        """
        new = checks.series(series, name="series")
        last = self.observed.index[-1]
        if not _later(new.index[0], last):
            raise DataError(
                "series does not follow the sample", got=f"first row {new.index[0]}", expected=f"rows after {last}",
                remedy="hand over only what came later",
            )  # fmt: skip
        chain = self._chain._replace(initial=self._now(None) @ self.transition)
        return self._frame(filtered(chain, new.to_numpy())[0], new.index)

    @cached_property
    def sigma(self) -> pd.Series:
        """Conditional standard deviation of each observation, known one step before it but for the parameters."""
        predicted = np.vstack([self.initial, self.filtered.to_numpy()[:-1] @ self.transition])
        return pd.Series(np.sqrt(predicted @ self.variance), self.observed.index, name="sigma")

    @property
    def residuals(self) -> pd.Series:
        """The observations less the mean."""
        return (self.observed - self.mean).rename("residuals")

    @property
    def standardised(self) -> pd.Series:
        """Residuals over sigma: of a mixture of normals, so not normal."""
        return (self.residuals / self.sigma).rename("standardised")

    @property
    def next_sigma(self) -> float:
        """Standard deviation of the observation after the last."""
        return float(self.forecast(1)["sigma"].iloc[0])

    def forecast(self, horizon: int = 1, *, now: pd.Series | None = None) -> pd.DataFrame:
        """Mean, sigma and state probabilities of each of the next ``horizon`` steps, exact.

        Parameters
        ----------
        horizon : int
            Number of steps.
        now : Series of length K, optional
            State probabilities to start from, a row of :meth:`filter`. Default: those of the sample's last date.

        Returns
        -------
        DataFrame (horizon, 2 + K)
            Indexed by step 1, ..., horizon; columns ``mean``, ``sigma`` and one per state.
        """
        steps = pd.RangeIndex(1, checks.whole("horizon", horizon, least=1) + 1, name="step")
        probabilities, reached = np.empty((horizon, self.spec.states)), self._now(now)
        for step in range(horizon):
            reached = probabilities[step] = reached @ self.transition
        result = pd.DataFrame({"mean": self.mean, "sigma": np.sqrt(probabilities @ self.variance)}, index=steps)
        return result.join(pd.DataFrame(probabilities, steps, self.names))

    def loss_distribution(self, *, now: pd.Series | None = None) -> LossDistribution:
        """Law of the next step's loss: a mixture of normals; ``now`` as in :meth:`forecast`.

        Examples
        --------
        >>> returns = pd.Series(np.repeat([0.01, 0.05], 200) * np.random.default_rng(1).normal(size=400))
        >>> fit = MarkovSwitching().fit(returns)
        >>> fit.loss_distribution().var(0.99) > fit.loss_distribution(now=fit.filtered.iloc[100]).var(0.99)
        True
        """
        return normal_mixture(-self.mean, np.sqrt(self.variance), self._now(now) @ self.transition)

    @property
    def _chain(self) -> Chain:
        return Chain(self.mean, self.variance, self.transition, self.initial)

    def _now(self, now: pd.Series | None) -> FloatArray:
        if now is None:
            return self.filtered.to_numpy()[-1]
        if not isinstance(now, pd.Series) or not now.index.equals(self.names):
            raise DataError(
                "now is no row of state probabilities", got=type(now).__name__, expected=f"a Series over {list(self.names)}",
                remedy="fit.filter(new_returns).iloc[-1]",
            )  # fmt: skip
        return checks.weights(now.to_numpy(), self.spec.states)

    def _frame(self, probabilities: FloatArray, index: pd.Index) -> pd.DataFrame:
        return pd.DataFrame(probabilities, index, self.names)

"""The sample in the middle, generalised Pareto tails beyond it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus, LossDistribution
from riskkit.core.frozen import restore
from riskkit.core.pieces import Piece
from riskkit.errors import ModelError
from riskkit.tails.body import probabilities, sample
from riskkit.tails.mixed import MixedLaw
from riskkit.tails.pareto_fit import Pareto, fit_excesses
from riskkit.tails.pareto_tail import ParetoTail

LEAST = 50
NAMES = pd.Index([f"{side} {name}" for side in ("lower", "upper") for name in ("threshold", "xi", "beta")])


@dataclass(frozen=True)
class Semiparametric:
    """A generalised Pareto law for each tail, and in between the sample with interpolated quantiles.

    The distribution function is continuous and its inverse is :meth:`SemiparametricFit.quantile`. The thresholds lie halfway
    between two order statistics, so that the tails hold exactly their share of the sample.

    Parameters
    ----------
    lower, upper : float
        Share of the sample in each tail, in (0, 0.5).

    References
    ----------
    McNeil, A. and Frey, R. (2000). Estimation of tail-related risk measures for heteroscedastic financial time series: an
    extreme value approach. Journal of Empirical Finance 7, 271-300.

    Examples
    --------
    >>> fit = Semiparametric().fit(pd.Series(np.random.default_rng(1).standard_t(4, size=2_000)))
    >>> bool(np.isclose(fit.cdf(fit.quantile(0.001)), 0.001)), round(float(fit.params["lower xi"]), 2)
    (True, 0.31)
    """

    lower: float = 0.1
    upper: float = 0.1

    def __post_init__(self) -> None:
        for name in ("lower", "upper"):
            share = checks.number(name, getattr(self, name), above=0.0)
            if share >= 0.5:
                raise ModelError(f"the {name} tail is no tail", got=f"{share:g} of the sample", expected="below 0.5")

    def fit(self, series: pd.Series) -> "SemiparametricFit":
        """Estimate both tails by maximum likelihood.

        Parameters
        ----------
        series : Series of length T >= 50
            Finite, sorted by its index; at least ten values in each tail.

        Raises
        ------
        DataError
            When the series cannot be used, or a tail holds too little.
        """
        observed = sample(series, LEAST)
        ordered = np.sort(observed.to_numpy())
        lower, upper = _tail(-ordered[::-1], self.lower), _tail(ordered, self.upper)
        return SemiparametricFit(self, observed, lower[0], upper[0], MixedLaw.of(ordered, lower[1], upper[1]))


@dataclass(frozen=True, eq=False)
class SemiparametricFit:
    """An estimated law; made by :meth:`Semiparametric.fit`.

    Parameters
    ----------
    spec : Semiparametric
        The shares of the tails.
    observed : Series of length T
        The sample.
    lower, upper : Pareto
        The estimates of both tails.
    law : MixedLaw
        The whole distribution.
    """

    spec: Semiparametric
    observed: pd.Series
    lower: Pareto
    upper: Pareto
    law: MixedLaw

    __setstate__ = restore

    @property
    def params(self) -> pd.Series:
        """Threshold, xi and beta of each tail; those of the lower one are of minus the variable but for the threshold."""
        low, high = self.law.body.value[[0, -1]]
        values = [low, self.lower.xi, self.lower.beta, high, self.upper.xi, self.upper.beta]
        return pd.Series(values, NAMES, name="params")

    @property
    def loglikelihood(self) -> float:
        """Logarithm of the density of the sample, added up."""
        return float(self.log_density(self.observed).sum())

    @property
    def status(self) -> FitStatus:
        """That of the worse tail."""
        return max((self.lower.status, self.upper.status), key=list(FitStatus).index)

    def standard_errors(self) -> pd.Series:
        """Standard errors from the observed information; NaN for the thresholds, which are chosen."""
        values = np.concatenate([[np.nan], self.lower.errors, [np.nan], self.upper.errors])
        return pd.Series(values, NAMES, name="standard errors")

    def cdf(self, x: npt.ArrayLike) -> FloatArray:
        """Probability of at most ``x``."""
        return self.law.cdf(np.asarray(x, np.float64))

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """Inverse of :meth:`cdf`."""
        return self.law.quantile(probabilities(u))

    def log_density(self, x: npt.ArrayLike) -> FloatArray:
        """Logarithm of the density: a step function between the observations, smooth in the tails."""
        return self.law.log_density(np.asarray(x, np.float64))

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Lower tail, body, upper tail."""
        return self.law.pieces

    @property
    def knots(self) -> tuple[FloatArray, FloatArray]:
        """Probabilities and values between which the body is interpolated."""
        return self.law.knots

    def loss_distribution(self) -> LossDistribution:
        """Law of the loss, minus the variable.

        Raises
        ------
        ModelError
            When xi of a tail is 1 or more: then there is no finite mean.
        """
        heaviest = max(self.lower.xi, self.upper.xi)
        if heaviest >= 1.0:
            raise ModelError("the loss has no finite mean", got=f"xi = {heaviest:g}", expected="xi < 1 in both tails")
        return self.law.distribution(sign=-1.0)


def _tail(ordered: FloatArray, share: float) -> tuple[Pareto, ParetoTail]:
    """Estimate the upper tail of an ascending sample."""
    count = int(np.floor(share * len(ordered) + 1e-9))
    threshold = 0.5 * float(ordered[-count] + ordered[-count - 1]) if count else float(ordered[-1])
    excess = ordered[ordered > threshold] - threshold
    found = fit_excesses(excess)
    return found, ParetoTail(threshold, len(excess) / len(ordered), found.xi, found.beta)

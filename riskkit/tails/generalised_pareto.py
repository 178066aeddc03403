"""Peaks over a threshold: the generalised Pareto law of what lies beyond it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus, LossDistribution
from riskkit.core.frozen import restore
from riskkit.core.pieces import Piece
from riskkit.errors import DataError, ModelError
from riskkit.tails.body import probabilities, sample
from riskkit.tails.mixed import MixedLaw
from riskkit.tails.pareto_fit import LEAST, Pareto, fit_excesses
from riskkit.tails.pareto_tail import ParetoTail

NAMES = pd.Index(["xi", "beta"])


@dataclass(frozen=True)
class GeneralisedPareto:
    """What exceeds ``threshold`` does so by a generalised Pareto amount with shape xi and scale beta.

    The larger xi, the heavier the tail: moments of order 1/xi and above are infinite. Estimated is xi >= -1/2. Of what lies
    below the threshold the law says nothing but how much of the sample it is.

    Parameters
    ----------
    threshold : float
        In the unit of the data; see :func:`mean_excess` and :func:`threshold_stability`.

    References
    ----------
    McNeil, A., Frey, R. and Embrechts, P. (2015). Quantitative Risk Management, section 5.2. Princeton.
    Grimshaw, S. (1993). Computing maximum likelihood estimates for the generalized Pareto distribution. Technometrics 35,
    185-191.

    Examples
    --------
    >>> losses = pd.Series(np.random.default_rng(1).pareto(3, size=5_000))
    >>> fit = GeneralisedPareto(threshold=1.0).fit(losses)
    >>> fit.exceedances, fit.params.round(2).to_dict(), round(fit.var(0.99), 2)
    (593, {'xi': 0.35, 'beta': 0.68}, 3.68)
    """

    threshold: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "threshold", checks.number("threshold", self.threshold))

    def fit(self, series: pd.Series) -> "GeneralisedParetoFit":
        """Estimate xi and beta from the values above the threshold by maximum likelihood.

        Parameters
        ----------
        series : Series of length T
            Losses: finite, sorted by their index, at least ten above the threshold. For the tail of falls give minus the
            returns.

        Raises
        ------
        DataError
            When the series cannot be used, or too little of it lies above the threshold.
        """
        observed = sample(series, LEAST)
        values = observed.to_numpy()
        return GeneralisedParetoFit(self, observed, fit_excesses(values[values > self.threshold] - self.threshold))


@dataclass(frozen=True, eq=False)
class GeneralisedParetoFit:
    """An estimated tail; made by :meth:`GeneralisedPareto.fit`.

    Parameters
    ----------
    spec : GeneralisedPareto
        The threshold.
    observed : Series of length T
        The losses, also those below the threshold.
    estimate : Pareto
        What was found.
    """

    spec: GeneralisedPareto
    observed: pd.Series
    estimate: Pareto

    __setstate__ = restore

    @property
    def params(self) -> pd.Series:
        """Estimates of xi and beta, beta in the unit of the data."""
        return pd.Series([self.estimate.xi, self.estimate.beta], NAMES, name="params")

    @property
    def loglikelihood(self) -> float:
        """Maximum of the log-likelihood of the excesses."""
        return self.estimate.loglikelihood

    @property
    def status(self) -> FitStatus:
        """OK where the slope is zero; BOUND where xi ended at -1/2."""
        return self.estimate.status

    @property
    def exceedances(self) -> int:
        """How many observations lie above the threshold."""
        return int((self.observed > self.spec.threshold).sum())

    def standard_errors(self) -> pd.Series:
        """Standard errors from the observed information; NaN on the bound."""
        return pd.Series(self.estimate.errors, NAMES, name="standard errors")

    @cached_property
    def tail(self) -> ParetoTail:
        """The law with its parameters."""
        share = self.exceedances / len(self.observed)
        return ParetoTail(self.spec.threshold, share, self.estimate.xi, self.estimate.beta)

    def cdf(self, x: npt.ArrayLike) -> FloatArray:
        """Probability of at most ``x``; NaN below the threshold."""
        values = np.asarray(x, np.float64)
        return np.where(values >= self.spec.threshold, 1.0 - self.tail.exceedance(values), np.nan)

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """Inverse of :meth:`cdf`; NaN where that lies below the threshold."""
        values = probabilities(u)
        above = 1.0 - values <= self.tail.mass
        return np.where(above, self.tail.value(np.where(above, 1.0 - values, self.tail.mass)), np.nan)

    def log_density(self, x: npt.ArrayLike) -> FloatArray:
        """Logarithm of the density above the threshold, given all of the sample; NaN below."""
        values = np.asarray(x, np.float64)
        above = values >= self.spec.threshold
        return np.where(above, self.tail.log_density(np.where(above, values, self.spec.threshold)), np.nan)

    def var(self, level: float) -> float:
        """Value at Risk, ``threshold + beta / xi * (((1 - level) / share above) ** -xi - 1)``."""
        beyond = 1.0 - checks.level(level)
        if beyond > self.tail.mass:
            raise DataError(
                "the quantile lies below the threshold", got=f"level {level:g}",
                expected=f"at least {1.0 - self.tail.mass:.4g}", remedy="choose a lower threshold",
            )  # fmt: skip
        return float(self.tail.value(np.array(beyond)))

    def es(self, level: float) -> float:
        """Expected Shortfall, ``(VaR + beta - xi * threshold) / (1 - xi)``; infinite for xi >= 1."""
        var = self.var(level)
        xi, beta = self.estimate.xi, self.estimate.beta
        return (var + beta - xi * self.spec.threshold) / (1.0 - xi) if xi < 1.0 else np.inf

    @cached_property
    def law(self) -> MixedLaw:
        """The tail, and below the threshold the interpolated sample: a law of all losses."""
        return MixedLaw.of(self.observed.to_numpy(), None, self.tail)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Those of :attr:`law`."""
        return self.law.pieces

    @property
    def knots(self) -> tuple[FloatArray, FloatArray]:
        """Points of the interpolated sample below the threshold."""
        return self.law.knots

    def loss_distribution(self) -> LossDistribution:
        """Law of the loss, which is the variable itself: below the threshold the sample, above it the tail.

        Raises
        ------
        ModelError
            For xi >= 1, where the loss has no finite mean.
        """
        if self.estimate.xi >= 1.0:
            raise ModelError("the loss has no finite mean", got=f"xi = {self.estimate.xi:g}", expected="xi < 1")
        return self.law.distribution(sign=1.0)

"""The law that a sample is: no more, and nothing beyond it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.core import FitStatus, LossDistribution
from riskkit.core.frozen import restore
from riskkit.core.pieces import Piece
from riskkit.tails.body import Body, points, probabilities, sample

LEAST = 2


@dataclass(frozen=True)
class Empirical:
    """The observations themselves, with quantiles interpolated between them.

    Beyond the data lies nothing: the smallest and the largest observation keep half an observation's probability each. What
    is rarer than that a sample cannot know; :class:`Semiparametric` says something about it.

    Examples
    --------
    >>> fit = Empirical().fit(pd.Series([1.0, 2.0, 3.0, 4.0, 5.0]))
    >>> fit.quantile([0.001, 0.5, 0.6]).tolist(), fit.beyond
    ([1.0, 3.0, 3.5], 0.1)
    """

    def fit(self, series: pd.Series) -> "EmpiricalFit":
        """Take a sample as a law.

        Parameters
        ----------
        series : Series of length T >= 2
            Finite, sorted by its index, not constant.

        Raises
        ------
        DataError
            When the series cannot be used.
        """
        return EmpiricalFit(sample(series, LEAST))


@dataclass(frozen=True, eq=False)
class EmpiricalFit:
    """A sample as a law; made by :meth:`Empirical.fit`.

    Parameters
    ----------
    observed : Series of length T
        The sample.
    """

    observed: pd.Series

    __setstate__ = restore

    @property
    def params(self) -> pd.Series:
        """Empty: nothing is estimated but the distribution itself."""
        return pd.Series(dtype=float, name="params")

    @property
    def loglikelihood(self) -> float:
        """Logarithm of the probability that the sample has under itself: no law on these points gives it more."""
        count = self.observed.value_counts().to_numpy()
        return float(count @ np.log(count / len(self.observed)))

    @property
    def status(self) -> FitStatus:
        """Always OK: there is no search."""
        return FitStatus.OK

    @property
    def beyond(self) -> float:
        """Probability of each end point: what is rarer than that has its quantile there, for want of data."""
        return 0.5 / len(self.observed)

    def standard_errors(self) -> pd.Series:
        """Empty, as :attr:`params`."""
        return pd.Series(dtype=float, name="standard errors")

    def cdf(self, x: npt.ArrayLike) -> FloatArray:
        """Probability of at most ``x``: 0 below the data, 1 from the largest observation on."""
        values = np.asarray(x, np.float64)
        inside = np.where(values < self.body.value[0], 0.0, self.body.cdf(values))
        return np.where(values >= self.body.value[-1], 1.0, inside)

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """Value that is not exceeded with probability ``u``; that of an end point beyond the data."""
        return self.body.quantile(probabilities(u))

    def log_density(self, x: npt.ArrayLike) -> FloatArray:
        """Logarithm of the density between the observations; minus infinity beyond them. The end points are atoms too."""
        return self.body.log_density(np.asarray(x, np.float64))

    def loss_distribution(self) -> LossDistribution:
        """Law of the loss, minus the variable: every observation is one scenario."""
        return LossDistribution(-self.observed.to_numpy())

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """One body."""
        return (Piece(1.0, None),)

    @property
    def knots(self) -> tuple[FloatArray, FloatArray]:
        """Probabilities and values between which the quantiles are interpolated."""
        return self.body.probability, self.body.value

    @cached_property
    def body(self) -> Body:
        """The interpolated distribution function."""
        value, probability = points(self.observed.to_numpy())
        return Body(probability, value)

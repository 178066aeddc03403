"""The middle of a sample as a law: its quantile function interpolated between the observations."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore


@dataclass(frozen=True, eq=False)
class Body:
    """Straight lines between points of a distribution function.

    Parameters
    ----------
    probability, value : arrays of shape (K,)
        Both strictly increasing, K >= 2.
    """

    probability: FloatArray
    value: FloatArray

    def __post_init__(self) -> None:
        self.probability.setflags(write=False)
        self.value.setflags(write=False)

    __setstate__ = restore

    def cdf(self, x: FloatArray) -> FloatArray:
        """Probability of at most ``x``; those of the ends beyond them."""
        return np.interp(x, self.value, self.probability)

    def quantile(self, p: FloatArray) -> FloatArray:
        """Inverse of :meth:`cdf`; the end points beyond them."""
        return np.interp(p, self.probability, self.value)

    def log_density(self, x: FloatArray) -> FloatArray:
        """Logarithm of the slope of the distribution function; minus infinity outside."""
        slopes = np.log(np.diff(self.probability) / np.diff(self.value))
        place = np.clip(np.searchsorted(self.value, x, side="right") - 1, 0, len(slopes) - 1)
        outside = (x < self.value[0]) | (x > self.value[-1])
        return np.where(np.isnan(x), np.nan, np.where(outside, -np.inf, slopes[place]))

    def partial_mean(self, p: FloatArray) -> FloatArray:
        """Integral of the quantile function from the first point to ``p``."""
        place = np.clip(np.searchsorted(self.probability, p, side="right") - 1, 0, len(self.value) - 2)
        width = np.clip(p, self.probability[0], self.probability[-1]) - self.probability[place]
        ends = self.quantile(p)
        return self._areas[place] + 0.5 * (self.value[place] + ends) * width

    @cached_property
    def _areas(self) -> FloatArray:
        areas = 0.5 * (self.value[1:] + self.value[:-1]) * np.diff(self.probability)
        return np.concatenate([[0.0], np.cumsum(areas)])


def points(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distinct values of a sample, ascending, and the probability of each: (rank - 1/2) / n, equal values at their middle.

    Examples
    --------
    >>> [array.tolist() for array in points(np.array([3.0, 1.0, 1.0, 5.0]))]
    [[1.0, 3.0, 5.0], [0.25, 0.625, 0.875]]
    """
    distinct, count = np.unique(values, return_counts=True)
    return distinct, (np.cumsum(count) - 0.5 * count) / len(values)


def sample(series: pd.Series, least: int) -> pd.Series:
    """Return a finite series that varies."""
    observed = checks.series(series, name="series", least=least)
    checks.varied("series", observed.to_numpy())
    return observed


def probabilities(u: object) -> FloatArray:
    """Return probabilities as an array; outside [0, 1] they become NaN."""
    values = np.asarray(u, np.float64)
    return np.where((values >= 0.0) & (values <= 1.0), values, np.nan)

"""A mixture of normals of one mean, laid out as a loss distribution: what regimes say of tomorrow."""

import numpy as np
from scipy import special

from riskkit.checks import FloatArray
from riskkit.core import LossDistribution, from_law


def normal_mixture(location: float, scales: FloatArray, weights: FloatArray) -> LossDistribution:
    """Lay out a loss that is normal with standard deviation ``scales[k]`` with probability ``weights[k]``.

    Parameters
    ----------
    location : float
        Mean of all parts.
    scales : array of shape (K,)
        Standard deviations, increasing.
    weights : array of shape (K,)
        Probabilities that add up to 1.

    Examples
    --------
    >>> round(normal_mixture(0.0, np.array([1.0, 3.0]), np.array([0.9, 0.1])).var(0.99), 6)
    3.853624
    """

    def quantile(probability: FloatArray) -> FloatArray:
        normal = special.ndtri(probability)
        low, high = np.minimum(scales[0] * normal, scales[-1] * normal), np.maximum(scales[0] * normal, scales[-1] * normal)
        for _ in range(60):  # bisection between the quantiles of the calmest and the wildest part
            middle = 0.5 * (low + high)
            below = special.ndtr(middle[:, np.newaxis] / scales) @ weights < probability
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return location + high

    def partial_mean(probability: FloatArray) -> FloatArray:
        z = (quantile(probability)[:, np.newaxis] - location) / scales
        return location * probability - np.exp(-0.5 * z**2) @ (weights * scales) / np.sqrt(2.0 * np.pi)

    return from_law(quantile, partial_mean, location)

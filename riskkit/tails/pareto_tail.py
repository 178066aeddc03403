"""A generalised Pareto tail with known parameters: what is exceeded with which probability, and by how much."""

from dataclasses import dataclass

import numpy as np

from riskkit.checks import FloatArray


@dataclass(frozen=True)
class ParetoTail:
    """Beyond ``threshold`` lies probability ``mass``; the excess is generalised Pareto with shape xi and scale beta.

    ``P(X > x) = mass * (1 + xi * (x - threshold) / beta) ** (-1 / xi)``; for xi = 0 the exponential law.
    """

    threshold: float
    mass: float
    xi: float
    beta: float

    def exceedance(self, x: FloatArray) -> FloatArray:
        """Probability of more than ``x``; ``mass`` below the threshold, 0 beyond the end that a negative xi has."""
        return self.mass * np.exp(-self._log_growth((np.maximum(x, self.threshold) - self.threshold) / self.beta))

    def value(self, probability: FloatArray) -> FloatArray:
        """Value that is exceeded with a probability (0: the end); the formula is carried on where that is above ``mass``."""
        with np.errstate(divide="ignore"):
            log_share = np.log(self.mass) - np.log(probability)
        growth = log_share if self.xi == 0.0 else np.expm1(self.xi * log_share) / self.xi
        return self.threshold + self.beta * growth

    def log_density(self, x: FloatArray) -> FloatArray:
        """Logarithm of the density beyond the threshold, probability ``mass`` included."""
        growth = self._log_growth((x - self.threshold) / self.beta)
        decay = np.where(np.isinf(growth), np.inf, (1.0 + self.xi) * growth)
        return float(np.log(self.mass / self.beta)) - decay

    def partial_mean(self, probability: FloatArray) -> FloatArray:
        """E[X; X > value(probability)], finite for xi < 1; 0 at probability 0."""
        some = np.where(probability > 0.0, probability, self.mass)
        mean = (self.value(some) + self.beta - self.xi * self.threshold) / (1.0 - self.xi)
        return probability * mean

    def _log_growth(self, excess: FloatArray) -> FloatArray:
        """log(1 + xi w) / xi; infinite beyond the end."""
        if self.xi == 0.0:
            return excess
        inside = self.xi * excess > -1.0
        return np.where(inside, np.log1p(np.where(inside, self.xi * excess, 0.0)) / self.xi, np.inf)

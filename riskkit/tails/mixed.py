"""A law made of an interpolated body and generalised Pareto tails on one side or both."""

from dataclasses import dataclass

import numpy as np

from riskkit.checks import FloatArray
from riskkit.core import LossDistribution, from_law
from riskkit.core.frozen import restore
from riskkit.core.pieces import Piece
from riskkit.errors import ModelError
from riskkit.tails.body import Body, points
from riskkit.tails.pareto_tail import ParetoTail


@dataclass(frozen=True, eq=False)
class MixedLaw:
    """A continuous distribution: ``lower`` is the tail of minus the variable.

    Without a tail the smallest (or largest) observation keeps the probability of what would lie beyond it.
    """

    body: Body
    lower: ParetoTail | None
    upper: ParetoTail | None

    __setstate__ = restore

    @classmethod
    def of(cls, values: FloatArray, lower: ParetoTail | None, upper: ParetoTail | None) -> "MixedLaw":
        """Join tails to what lies between their thresholds of a sample (T,)."""
        low = -np.inf if lower is None else -lower.threshold
        high = np.inf if upper is None else upper.threshold
        value, probability = points(values)
        start, end = (0.0 if lower is None else lower.mass), (1.0 if upper is None else 1.0 - upper.mass)
        inside = (value > low) & (value < high) & (probability > start) & (probability < end)
        value, probability = value[inside], probability[inside]
        if lower is not None:
            value, probability = np.concatenate([[low], value]), np.concatenate([[start], probability])
        if upper is not None:
            value, probability = np.concatenate([value, [high]]), np.concatenate([probability, [end]])
        if len(value) < 2:
            raise ModelError("nothing lies between the tails", got=f"{len(value)} points", expected="at least 2")
        return cls(Body(probability, value), lower, upper)

    def cdf(self, x: FloatArray) -> FloatArray:
        """Probability of at most ``x``."""
        result = self.body.cdf(x)
        if self.lower is not None:
            result = np.where(x < self.body.value[0], self.lower.exceedance(-x), result)
        else:
            result = np.where(x < self.body.value[0], 0.0, result)
        if self.upper is not None:
            return np.where(x > self.body.value[-1], 1.0 - self.upper.exceedance(x), result)
        return np.where(x >= self.body.value[-1], 1.0, result)

    def quantile(self, u: FloatArray) -> FloatArray:
        """Inverse of :meth:`cdf`."""
        result = self.body.quantile(u)
        if self.lower is not None:
            out = u < self.lower.mass
            result = np.where(out, -self.lower.value(np.where(out, u, self.lower.mass)), result)
        if self.upper is not None:
            out = 1.0 - u < self.upper.mass
            result = np.where(out, self.upper.value(np.where(out, 1.0 - u, self.upper.mass)), result)
        return result

    def log_density(self, x: FloatArray) -> FloatArray:
        """Logarithm of the density; minus infinity where nothing lies."""
        result = self.body.log_density(x)
        if self.lower is not None:
            out = x < self.body.value[0]
            result = np.where(out, self.lower.log_density(np.where(out, -x, self.lower.threshold)), result)
        if self.upper is not None:
            out = x > self.body.value[-1]
            result = np.where(out, self.upper.log_density(np.where(out, x, self.upper.threshold)), result)
        return result

    def partial_mean(self, p: FloatArray) -> FloatArray:
        """Integral of the quantile function from 0 to ``p``."""
        first, last = self.body.probability[[0, -1]]
        below = -self.lower.partial_mean(np.minimum(p, first)) if self.lower else self.body.value[0] * np.minimum(p, first)
        result = below + self.body.partial_mean(p)
        beyond = np.maximum(p, last)
        if self.upper is None:
            return result + self.body.value[-1] * (beyond - last)
        return result + self.upper.partial_mean(1.0 - last) - self.upper.partial_mean(1.0 - beyond)

    @property
    def mean(self) -> float:
        """Expectation."""
        return float(self.partial_mean(np.array([1.0]))[0])

    def distribution(self, sign: float) -> LossDistribution:
        """Law of the loss ``sign`` times the variable, sign being 1 or -1."""
        if sign > 0.0:
            return from_law(self.quantile, self.partial_mean, self.mean)
        return from_law(lambda p: -self.quantile(1.0 - p), lambda p: self.partial_mean(1.0 - p) - self.mean, -self.mean)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Lower tail, body, upper tail."""
        result = []
        if self.lower is not None:
            lower = self.lower
            result.append(Piece(lower.mass, lambda below, _: -lower.value(below)))
        result.append(Piece(1.0 if self.upper is None else 1.0 - self.upper.mass, None))
        if self.upper is not None:
            upper = self.upper
            result.append(Piece(1.0, lambda _, above: upper.value(above)))
        return tuple(result)

    @property
    def knots(self) -> tuple[FloatArray, FloatArray]:
        """Probabilities and values of the body."""
        return self.body.probability, self.body.value

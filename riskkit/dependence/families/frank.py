"""Frank's family: no tail dependence, symmetric about the middle; V has the logarithmic series law."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy import optimize, special

from riskkit.checks import FloatArray
from riskkit.dependence.families.generator import (
    choices,
    log1mexp,
    log_gamma_draws,
    log_one_plus_poisson,
    log_polynomial,
    logexpm1,
    partitions,
)


@dataclass(frozen=True)
class Frank:
    """``psi(t) = -log(1 - p exp(-t)) / theta``, p = 1 - exp(-theta), theta > 0."""

    independence: ClassVar[float] = 0.0
    largest: ClassVar[float] = 100.0

    theta: float

    def log_inverse(self, u: FloatArray) -> FloatArray:
        """phi(u) = log(1 + (1 - exp(-theta (1 - u))) / (exp(theta u) - 1)), with all its digits up to u = 1."""
        with np.errstate(divide="ignore"):
            return np.log(np.logaddexp(0.0, log1mexp(self.theta * (1.0 - u)) - logexpm1(self.theta * u)))

    def log_slope(self, u: FloatArray) -> FloatArray:
        """-phi'(u) = theta / (exp(theta u) - 1)."""
        return np.log(self.theta) - logexpm1(self.theta * u)

    def value(self, log_t: FloatArray) -> FloatArray:
        """psi(t) = -log(1 - z) / theta, z = p exp(-t)."""
        return -log1mexp(self._depth(log_t)) / self.theta

    def _depth(self, log_t: FloatArray) -> FloatArray:
        """Return x > 0 with ``exp(-x) = p exp(-t)``."""
        return np.exp(np.minimum(log_t, 700.0)) - log1mexp(np.asarray(self.theta))

    def _log_odds(self, log_t: FloatArray) -> FloatArray:
        """Logarithm of ``z / (1 - z)``, z = p exp(-t)."""
        return -logexpm1(self._depth(log_t))

    def log_derivative(self, log_t: FloatArray, order: int) -> FloatArray:
        """From order 1 on a polylogarithm of order 1 - order, a polynomial in z / (1 - z) (Hofert 2012)."""
        if order == 0:
            return np.log(self.value(log_t))
        log_odds = self._log_odds(log_t)
        return log_polynomial(_log_coefficients(order), log_odds) + log_odds - np.log(self.theta)

    def log_steps(self, log_t: FloatArray, level: FloatArray) -> FloatArray:
        """The odds z / (1 - z) shrink by the level, so that x = log(1 + (1 - z) (1 - level) / level)."""
        return np.log(np.logaddexp(0.0, log1mexp(self._depth(log_t)) + np.log1p(-level) - np.log(level)))

    def log_frailty(self, log_tilt: FloatArray, order: int, rng: np.random.Generator) -> FloatArray:
        """Negative binomial mixture: v**(order - 1) is a sum of binomials of v - 1 over j, none negative."""
        depth = self._depth(log_tilt)
        if order == 0:  # Kemp (1981): geometric with a random probability
            log_failure = log1mexp(-rng.random(len(depth)) * log1mexp(depth))
            return np.log1p(np.floor(-rng.standard_exponential(len(depth)) / log_failure))
        log_odds = -logexpm1(depth)
        j = choices(_log_coefficients(order) + np.multiply.outer(log_odds, np.arange(order)), rng)
        draws = log_one_plus_poisson(log_gamma_draws(j + 1.0, len(j), rng) + log_odds, rng)
        return np.log(np.exp(draws) + j)

    def tau(self) -> float:
        """In terms of Debye's function."""
        return _tau(self.theta)

    @classmethod
    def of_tau(cls, tau: float) -> Self:
        """By a search."""
        return cls(float(optimize.brentq(lambda theta: _tau(theta) - tau, 0.0, 4.0 / (1.0 - tau) + 1.0, xtol=1e-13)))

    def tails(self) -> tuple[float, float]:
        """None."""
        return 0.0, 0.0


def _log_coefficients(order: int) -> FloatArray:
    """Logarithms of j! S(order, j + 1), j = 0, ..., order - 1: ``v**(order - 1)`` in terms of binomials of v - 1 over j."""
    return np.log(partitions(order)) + special.gammaln(np.arange(order) + 1.0)


def _tau(theta: float) -> float:
    """``1 - 4 / theta * (1 - D(theta))`` with Debye's function D; by its series where the difference would cancel."""
    if theta < 2.0:
        k = np.arange(1, 21)
        terms = special.bernoulli(40)[2::2] * theta ** (2 * k - 1.0) / ((2 * k + 1) * special.factorial(2 * k))
        return float(4.0 * terms.sum())
    debye = (np.pi**2 / 6 - special.spence(-np.expm1(-theta)) + theta * np.log(-np.expm1(-theta))) / theta
    return float(1.0 - 4.0 / theta * (1.0 - debye))

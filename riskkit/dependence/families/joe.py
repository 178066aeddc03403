"""Joe's family: upper tail dependence stronger than Gumbel's for the same tau; V has Sibuya's law."""

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
    partitions,
)
from riskkit.dependence.families.inversion import log_steps


@dataclass(frozen=True)
class Joe:
    """``psi(t) = 1 - (1 - exp(-t))**alpha``, alpha = 1 / theta, theta > 1."""

    independence: ClassVar[float] = 1.0
    largest: ClassVar[float] = 100.0

    theta: float

    def log_inverse(self, u: FloatArray) -> FloatArray:
        """phi(u) = -log(1 - (1 - u)**theta)."""
        with np.errstate(divide="ignore"):
            steps = -self.theta * np.log1p(-u)
            return np.where(steps > 40.0, -steps, np.log(-log1mexp(np.minimum(steps, 40.0))))

    def log_slope(self, u: FloatArray) -> FloatArray:
        """-phi'(u) = theta (1 - u)**(theta - 1) / (1 - (1 - u)**theta)."""
        steps = -np.log1p(-u)
        return np.log(self.theta) - (self.theta - 1.0) * steps - log1mexp(self.theta * steps)

    def value(self, log_t: FloatArray) -> FloatArray:
        """psi(t) = 1 - (1 - exp(-t))**alpha."""
        return -np.expm1(self._log_gap(log_t) / self.theta)

    def _log_gap(self, log_t: FloatArray) -> FloatArray:
        """Logarithm of 1 - exp(-t); of t where exp(log_t) underflows."""
        t = np.exp(np.clip(log_t, -700.0, 700.0))
        return np.where(log_t < -700.0, log_t, log1mexp(t))

    def _log_odds(self, log_t: FloatArray) -> FloatArray:
        """Logarithm of ``z / (1 - z)``, z = exp(-t)."""
        return -np.exp(np.minimum(log_t, 700.0)) - self._log_gap(log_t)

    def log_derivative(self, log_t: FloatArray, order: int) -> FloatArray:
        """From order 1 on alpha z / (1 - z) (1 - z)**alpha times a polynomial in z / (1 - z), z = exp(-t)."""
        if order == 0:
            return np.log(self.value(log_t))
        log_odds = self._log_odds(log_t)
        outer = log_odds + self._log_gap(log_t) / self.theta - np.log(self.theta)
        return outer + log_polynomial(self._log_coefficients(order), log_odds)

    def _log_coefficients(self, order: int) -> FloatArray:
        """Logarithms of ``S(order, j + 1) (1 - alpha) (2 - alpha) ... (j - alpha)``, j < order (Hofert and others 2012)."""
        rest = (self.theta - 1.0) / self.theta
        rising = np.append(0.0, np.log(rest + np.arange(order - 1)).cumsum())
        return np.log(partitions(order)) + rising

    def log_steps(self, log_t: FloatArray, level: FloatArray) -> FloatArray:
        """By a search."""
        return log_steps(self, log_t, level)

    def log_frailty(self, log_tilt: FloatArray, order: int, rng: np.random.Generator) -> FloatArray:
        """From order 1 on a mixture: j by its weight, then v - 1 - j negative binomial of shape j + 1 - alpha."""
        if order == 0:
            return self._log_tilted_sibuya(log_tilt, rng)
        log_odds = self._log_odds(log_tilt)
        j = choices(self._log_coefficients(order) + np.multiply.outer(log_odds, np.arange(order)), rng)
        shape = j + (self.theta - 1.0) / self.theta
        return np.log(np.exp(log_one_plus_poisson(log_gamma_draws(shape, len(j), rng) + log_odds, rng)) + j)

    def _log_tilted_sibuya(self, log_tilt: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Sibuya's law times exp(-tilt v): accepted from it, or from order 1 with 1 / v, whichever is kept more often."""
        result = np.full(len(log_tilt), np.nan)
        log_z, gap = -np.exp(np.minimum(log_tilt, 700.0)), self._log_gap(log_tilt)
        log_ratio = gap * (1.0 / self.theta - 1.0) + log_z - np.log(self.theta)  # kept from the law, over kept from order 1
        from_law = log_ratio > 0.0
        rows = np.arange(len(result))
        while len(rows):
            plain = from_law[rows]
            draw = np.empty(len(rows))
            draw[plain] = self._log_sibuya(int(plain.sum()), rng)
            draw[~plain] = self.log_frailty(log_tilt[rows[~plain]], 1, rng)
            refusal = np.where(plain, np.exp(np.minimum(log_tilt[rows] + draw, 700.0)), draw)
            kept = rng.standard_exponential(len(rows)) >= refusal
            result[rows[kept]] = draw[kept]
            rows = rows[~kept]
        return result

    def _log_sibuya(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draw: 1 + Poisson, its rate exponential times a ratio of gammas (Devroye 1993)."""
        alpha, rest = 1.0 / self.theta, (self.theta - 1.0) / self.theta
        log_rate = np.log(rng.standard_exponential(size)) + log_gamma_draws(rest, size, rng)
        return log_one_plus_poisson(log_rate - log_gamma_draws(alpha, size, rng), rng)

    def tau(self) -> float:
        """In terms of the digamma function."""
        return _tau(self.theta)

    @classmethod
    def of_tau(cls, tau: float) -> Self:
        """By a search."""
        return cls(float(optimize.brentq(lambda theta: _tau(theta) - tau, 1.0, 2.0 / (1.0 - tau) + 1.0, xtol=1e-13)))

    def tails(self) -> tuple[float, float]:
        """Upper: 2 - 2**(1 / theta)."""
        return 0.0, 2.0 - 2.0 ** (1.0 / self.theta)


def _tau(theta: float) -> float:
    """``1 - 2 (digamma(1 + 2 / theta) - digamma(2)) / (2 - theta)``, and its limit about theta = 2."""
    gap = 2.0 / theta - 1.0
    if abs(gap) < 1e-3:  # Taylor's series of the digamma function about 2
        slope = sum(special.polygamma(k, 2.0) * gap ** (k - 1) / special.factorial(k) for k in range(1, 6))
    else:
        slope = (special.digamma(2.0 + gap) - special.digamma(2.0)) / gap
    return float(1.0 - 2.0 * slope / theta)

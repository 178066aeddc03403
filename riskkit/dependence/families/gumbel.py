"""Gumbel's family: the boom brings the variables together, an extreme-value copula; V is positive stable.

At theta = 1 it is independence, ``psi(t) = exp(-t)`` and V = 1, which therefore stands for independence in every family.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from riskkit.checks import FloatArray
from riskkit.dependence.families.generator import choices, log_gamma_draws, log_polynomial
from riskkit.dependence.families.inversion import log_steps


@dataclass(frozen=True)
class Gumbel:
    """``psi(t) = exp(-t**alpha)``, alpha = 1 / theta, theta >= 1."""

    independence: ClassVar[float] = 1.0
    largest: ClassVar[float] = 100.0

    theta: float

    def log_inverse(self, u: FloatArray) -> FloatArray:
        """phi(u) = (-log u)**theta."""
        with np.errstate(divide="ignore"):
            return self.theta * np.log(-np.log(u))

    def log_slope(self, u: FloatArray) -> FloatArray:
        """-phi'(u) = theta (-log u)**(theta - 1) / u."""
        steps = -np.log(u)
        return np.log(self.theta) + (self.theta - 1.0) * np.log(steps) + steps

    def value(self, log_t: FloatArray) -> FloatArray:
        """psi(t) = exp(-t**alpha)."""
        return np.exp(-np.exp(log_t / self.theta))

    def log_derivative(self, log_t: FloatArray, order: int) -> FloatArray:
        """From order 1 on psi(t) / t**order times a polynomial in t**alpha."""
        log_x = log_t / self.theta  # x = t**alpha
        if order == 0:
            return -np.exp(log_x)
        terms = log_polynomial(self._log_coefficients(order), log_x)
        return terms + log_x - np.exp(log_x) - order * log_t

    def _log_coefficients(self, order: int) -> FloatArray:
        """Logarithms of a_1, ..., a_n with ``(-1)**n psi^(n)(t) = psi(t) / t**n * (a_1 x + ... + a_n x**n)``, x = t**alpha.

        Deriving once more gives ``a'_k = alpha a_(k-1) + (n - alpha k) a_k``: no term is negative, so nothing cancels, which
        the sum over Stirling numbers of both signs would (Hofert, Machler and McNeil 2012).
        """
        alpha, rest = 1.0 / self.theta, (self.theta - 1.0) / self.theta
        row = np.array([alpha])
        for n in range(1, order):
            k = np.arange(1, n + 1)
            row = np.append((n - k + k * rest) * row, 0.0) + alpha * np.append(0.0, row)
        with np.errstate(divide="ignore"):
            return np.log(row)

    def log_steps(self, log_t: FloatArray, level: FloatArray) -> FloatArray:
        """By a search."""
        return log_steps(self, log_t, level)

    def log_frailty(self, log_tilt: FloatArray, order: int, rng: np.random.Generator) -> FloatArray:
        """A sum of k clusters, gamma of shape order - k alpha together, beside a stable variable that is merely tilted.

        V is the sum of the points of a Poisson process, and each factor v of the weight picks one of them (Palm's formula);
        k points picked in all have the weight a_k x**k, with x = tilt**alpha.
        """
        stable = self._log_tilted_stable(log_tilt, rng)
        if order == 0:
            return stable
        log_x = log_tilt / self.theta
        k = 1 + choices(self._log_coefficients(order) + np.multiply.outer(log_x, np.arange(order)), rng)
        shape = (order - k) + k * ((self.theta - 1.0) / self.theta)
        return np.logaddexp(stable, log_gamma_draws(shape, len(k), rng) - log_tilt)

    def _log_tilted_stable(self, log_tilt: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Draw from the stable density times exp(-tilt v): a sum of m scaled ones, each accepted with exp(-tilt x).

        With m near tilt**alpha each is accepted with a probability of at least 1 / e (Hofert 2011).
        """
        result = np.full(len(log_tilt), -np.inf)
        parts = np.maximum(np.ceil(np.exp(log_tilt / self.theta)), 1.0)
        left = parts.copy()
        rows = np.arange(len(left))
        while len(rows):
            draw = self._log_stable(len(rows), rng) - self.theta * np.log(parts[rows])
            kept = rng.standard_exponential(len(rows)) >= np.exp(np.minimum(log_tilt[rows] + draw, 700.0))
            taken = rows[kept]
            result[taken] = np.logaddexp(result[taken], draw[kept])
            left[taken] -= 1.0
            rows = rows[left[rows] > 0.0]
        return result

    def _log_stable(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Kanter's representation of the variable whose Laplace transform is exp(-t**alpha)."""
        angle, energy = np.pi * rng.random(size), rng.standard_exponential(size)
        alpha, rest = 1.0 / self.theta, (self.theta - 1.0) / self.theta
        if rest == 0.0:
            return np.zeros(size)
        angle = np.maximum(angle, 1e-300)
        sines = alpha * np.log(np.sin(alpha * angle)) + rest * np.log(np.sin(rest * angle)) - np.log(np.sin(angle))
        return (sines - rest * np.log(energy)) * self.theta

    def tau(self) -> float:
        """1 - 1 / theta."""
        return 1.0 - 1.0 / self.theta

    @classmethod
    def of_tau(cls, tau: float) -> Self:
        """1 / (1 - tau)."""
        return cls(1.0 / (1.0 - tau))

    def tails(self) -> tuple[float, float]:
        """Upper: 2 - 2**(1 / theta)."""
        return 0.0, 2.0 - 2.0 ** (1.0 / self.theta)

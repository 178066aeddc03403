"""Clayton's family: the crash brings the variables together; V is gamma of shape 1 / theta."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from riskkit.checks import FloatArray
from riskkit.dependence.families.generator import log_gamma_draws, logexpm1


@dataclass(frozen=True)
class Clayton:
    """``psi(t) = (1 + t)**(-1 / theta)``, theta > 0."""

    independence: ClassVar[float] = 0.0
    largest: ClassVar[float] = 100.0

    theta: float

    def log_inverse(self, u: FloatArray) -> FloatArray:
        """phi(u) = u**-theta - 1."""
        with np.errstate(divide="ignore"):
            return logexpm1(-self.theta * np.log(u))

    def log_slope(self, u: FloatArray) -> FloatArray:
        """-phi'(u) = theta u**(-theta - 1)."""
        return np.log(self.theta) - (self.theta + 1.0) * np.log(u)

    def value(self, log_t: FloatArray) -> FloatArray:
        """psi(t) = (1 + t)**(-1 / theta)."""
        return np.exp(-np.logaddexp(0.0, log_t) / self.theta)

    def log_derivative(self, log_t: FloatArray, order: int) -> FloatArray:
        """Powers of 1 + t, times (1 / theta) (1 / theta + 1) ... of as many factors as the order."""
        rising = np.log(1.0 / self.theta + np.arange(order)).sum()
        return rising - (order + 1.0 / self.theta) * np.logaddexp(0.0, log_t)

    def log_steps(self, log_t: FloatArray, level: FloatArray) -> FloatArray:
        """1 + t grows by the factor level**(-theta / (1 + theta))."""
        return np.logaddexp(0.0, log_t) + logexpm1(-self.theta / (1.0 + self.theta) * np.log(level))

    def log_frailty(self, log_tilt: FloatArray, order: int, rng: np.random.Generator) -> FloatArray:
        """Gamma, of shape 1 / theta + order and rate 1 + tilt."""
        return log_gamma_draws(1.0 / self.theta + order, len(log_tilt), rng) - np.logaddexp(0.0, log_tilt)

    def tau(self) -> float:
        """theta / (theta + 2)."""
        return self.theta / (self.theta + 2.0)

    @classmethod
    def of_tau(cls, tau: float) -> Self:
        """2 tau / (1 - tau)."""
        return cls(2.0 * tau / (1.0 - tau))

    def tails(self) -> tuple[float, float]:
        """Lower: 2**(-1 / theta)."""
        return 2.0 ** (-1.0 / self.theta), 0.0

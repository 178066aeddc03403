"""What the Archimedean families have in common: the questions that each answers, and sums that do not cancel.

``C(u) = psi(t)`` with ``t = phi(u_1) + ... + phi(u_d)``, where psi is the Laplace transform of a positive variable, the
frailty V, and phi the inverse of psi. Given V the variables ``U_j = psi(E_j / V)`` are independent, E_j exponential
(Marshall and Olkin). Whatever may leave the range of a double, t and V above all, is held as its logarithm.
"""

from typing import ClassVar, Protocol, Self

import numpy as np

from riskkit.checks import FloatArray


class Generator(Protocol):
    """A family at a known theta, away from independence; frozen."""

    independence: ClassVar[float]  # theta at which the variables are independent
    largest: ClassVar[float]  # theta beyond which doubles hold no sample apart from one of equal variables

    def __init__(self, theta: float) -> None: ...

    @property
    def theta(self) -> float:
        """The parameter."""

    def log_inverse(self, u: FloatArray) -> FloatArray:
        """Logarithm of phi(u), 0 <= u <= 1; phi falls from +inf, or less, at 0 to 0 at 1."""

    def log_slope(self, u: FloatArray) -> FloatArray:
        """Logarithm of -phi'(u), 0 < u < 1."""

    def value(self, log_t: FloatArray) -> FloatArray:
        """Return psi(t)."""

    def log_derivative(self, log_t: FloatArray, order: int) -> FloatArray:
        """Logarithm of the derivative of psi of a whole order >= 0 at t, its sign (-1)**order dropped."""

    def log_steps(self, log_t: FloatArray, level: FloatArray) -> FloatArray:
        """Logarithm of x >= 0 with ``psi'(t + x) = level * psi'(t)``: the inverse of the conditional law of a pair."""

    def log_frailty(self, log_tilt: FloatArray, order: int, rng: np.random.Generator) -> FloatArray:
        """Draw log V from the density of V times ``v**order * exp(-tilt * v)``, one draw per tilt; exp(log_tilt) > 0 or 0.

        With values of k variables given, order is k and tilt the sum of their phi: the law of V under these conditions.
        """

    def tau(self) -> float:
        """Kendall's tau of two of the variables."""

    @classmethod
    def of_tau(cls, tau: float) -> Self:
        """Return the family at the Kendall's tau 0 < tau < 1."""

    def tails(self) -> tuple[float, float]:
        """Coefficients of lower and of upper tail dependence."""


def log1mexp(x: FloatArray) -> FloatArray:
    """Logarithm of ``1 - exp(-x)`` for x >= 0, to full relative accuracy at both ends (Machler 2012)."""
    small = np.minimum(x, 1.0)
    with np.errstate(divide="ignore"):
        return np.where(x < np.log(2.0), np.log(-np.expm1(-small)), np.log1p(-np.exp(-np.maximum(x, 0.5))))


def logexpm1(x: FloatArray) -> FloatArray:
    """Logarithm of ``exp(x) - 1`` for x >= 0."""
    return x + log1mexp(x)


def log_polynomial(log_coefficients: FloatArray, log_x: FloatArray) -> FloatArray:
    """Logarithm of ``c_0 + c_1 x + ... + c_n x**n``, all c_k >= 0 and x > 0: nothing can cancel."""
    powers = np.arange(len(log_coefficients))
    return np.logaddexp.reduce(log_coefficients + np.multiply.outer(log_x, powers), axis=-1)


def partitions(order: int) -> FloatArray:
    """Stirling numbers of the second kind S(order, 1), ..., S(order, order): ways to form that many groups."""
    row = np.ones(1)
    for _ in range(order - 1):
        row = np.append(row * np.arange(1, len(row) + 1), 0.0) + np.append(0.0, row)
    return row


def log_gamma_draws(shape: FloatArray | float, size: int, rng: np.random.Generator) -> FloatArray:
    """Logarithms of draws from a gamma law of scale 1; the draws themselves underflow where the shape is small.

    ``Gamma(a) = Gamma(a + 1) * U**(1 / a)``; shape 0 stands for the constant 0.
    """
    shape = np.broadcast_to(np.asarray(shape, dtype=np.float64), (size,))
    draws = np.log(rng.standard_gamma(shape + 1.0))
    with np.errstate(divide="ignore"):
        return draws - rng.standard_exponential(size) / shape


def log_one_plus_poisson(log_rate: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Logarithms of 1 + a Poisson variable whose rate is drawn from a smooth law.

    Above 1e15 the variable is its rate: the two laws then differ by about the step of 1 in 1e15.
    """
    countable = log_rate < np.log(1e15)
    counts = rng.poisson(np.exp(np.where(countable, log_rate, 0.0)))
    return np.where(countable, np.log1p(counts), log_rate)


def choices(log_weights: FloatArray, rng: np.random.Generator) -> np.ndarray:
    """Draw one column per row of (n, k) logarithms of weights."""
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    sums = weights.cumsum(axis=1)
    return (rng.random(len(sums))[:, None] * sums[:, -1:] >= sums[:, :-1]).sum(axis=1)

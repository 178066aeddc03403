"""The inverse of the conditional law of a pair, for families that have none in closed form."""

from typing import Any

import numpy as np

from riskkit.checks import EPSILON, FloatArray
from riskkit.dependence.families.generator import logexpm1

MOST_STEPS = 200


def log_steps(family: Any, log_t: FloatArray, level: FloatArray) -> FloatArray:
    """Logarithm of x >= 0 with ``psi'(t + x) = level * psi'(t)``, by Newton's method in log(1 + x / t) within a bracket.

    ``log(-psi')`` falls along log t, from its value at t without end, so there is one root.
    """
    start = family.log_derivative(log_t, 1)
    target = start + np.log(level)
    low, high = np.zeros_like(log_t), np.ones_like(log_t)
    while (short := family.log_derivative(log_t + high, 1) > target).any():
        low, high = np.where(short, high, low), np.where(short, 2.0 * high, high)
    point = 0.5 * (low + high)
    for _ in range(MOST_STEPS):
        first = family.log_derivative(log_t + point, 1)
        above = first > target
        low, high = np.where(above, point, low), np.where(above, high, point)
        slope = np.exp(log_t + point + family.log_derivative(log_t + point, 2) - first)
        newton = point + (first - target) / slope
        inside = (newton > low) & (newton < high)
        moved = np.where(inside, newton, 0.5 * (low + high))
        still = np.abs(moved - point) <= 2.0 * EPSILON * moved
        point = moved
        if still.all():
            break
    return log_t + logexpm1(point)

"""Rolling VaR, ES and moments the slow way: sort each window, add with exact fractions."""

import math
from fractions import Fraction

import numpy as np


def tail_rank(n, level):
    """Number of n equally likely losses above the quantile, as the core type counts them."""
    return sum(1 for j in range(1, n) if j / n <= 1.0 - level + 1e-12)


def var_es(window, level):
    """VaR and ES of one window; ES with exact arithmetic."""
    losses = sorted(map(float, window), reverse=True)
    n, rank = len(losses), tail_rank(len(losses), level)
    tail = n * (1 - Fraction(level))
    if abs(tail - rank) < n * Fraction(1, 10**12) and rank > 0:  # the level was meant as a decimal number
        tail = Fraction(rank)
    es = (sum(map(Fraction, losses[:rank])) + (tail - rank) * Fraction(losses[rank])) / tail
    return losses[rank], float(es)


def rolling_var_es(loss, window, step, level):
    """VaR and ES of the windows that have a row after them, shape (count, 2)."""
    starts = range(0, len(loss) - window, step)
    return np.array([var_es(loss[start : start + window], level) for start in starts]).reshape(-1, 2)


def moments(window):
    """Mean and standard deviation (divisor n - 1) with exact sums."""
    values = [Fraction(float(value)) for value in window]
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return float(mean), math.sqrt(variance)

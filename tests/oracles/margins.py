"""Quantiles of margins one number at a time."""

import numpy as np
from scipy import special


def score_probabilities(x, degrees):
    """Probabilities below and above each score, both with all their digits."""
    inner = special.ndtr if np.isinf(degrees) else lambda value: special.stdtr(degrees, value)
    return inner(x), inner(-x)


def quantiles(law, lower, upper):
    """Exact quantiles of an innovation from both probabilities."""
    return np.where(lower <= 0.5, law.quantile(np.minimum(lower, 0.5)), law.upper_quantile(np.minimum(upper, 0.5)))


def loss(rows, functions, weights, simple):
    """Minus the weighted returns of each row, one at a time."""
    result = []
    for row in rows:
        total = 0.0
        for value, function, weight in zip(row, functions, weights, strict=True):
            move = float(function(np.array([value]))[0])
            total -= weight * (np.exp(move) - 1.0 if simple else move)
        result.append(total)
    return np.array(result)

"""Exponentially weighted variance and filtered historical simulation, one line at a time."""

import math

from oracles import rolling


def variance(values, decay):
    """The n + 1 variances of n values."""
    result = [math.fsum(value * value for value in values) / len(values)]
    for value in values:
        result.append(decay * result[-1] + (1.0 - decay) * value * value)
    return result


def filtered_var_es(window, level, decay):
    """VaR and ES of standardised losses at tomorrow's volatility."""
    variances = variance(window, decay)
    standardised = [loss / math.sqrt(v) for loss, v in zip(window, variances[:-1], strict=True)]
    var, es = rolling.var_es(standardised, level)
    return var * math.sqrt(variances[-1]), es * math.sqrt(variances[-1])

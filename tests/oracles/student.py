"""The log-likelihood of the location-scale Student-t law as in a textbook; with `mpmath` numbers it is exact."""

import math


class Plain:
    """Double-precision functions under the names that mpmath has."""

    log, loggamma, exp, pi = staticmethod(math.log), staticmethod(math.lgamma), staticmethod(math.exp), math.pi


def loglikelihood(y, location, log_scale, eta, maths=Plain):
    squares = [((value - location) / maths.exp(log_scale)) ** 2 for value in y]
    if eta == 0:
        return -sum(square / 2 + maths.log(2 * maths.pi) / 2 + log_scale for square in squares)
    nu = 1 / eta
    constant = maths.loggamma((nu + 1) / 2) - maths.loggamma(nu / 2) - maths.log(maths.pi * nu) / 2 - log_scale
    return sum(constant - (nu + 1) / 2 * maths.log(1 + square / nu) for square in squares)

"""GARCH(1,1) written down as in a textbook, one observation at a time; with `mpmath` numbers it is exact."""

import math

import numpy as np


class Plain:
    """Double-precision functions under the names that mpmath has."""

    log, loggamma, pi = staticmethod(math.log), staticmethod(math.lgamma), math.pi


def ewma(y, mean):
    weights = [0.94**t for t in range(min(75, len(y)))]
    return sum(w * (value - mean) ** 2 for w, value in zip(weights, y, strict=False)) / sum(weights)


def variances(y, mu, omega, alpha, beta, start):
    h = [omega + (alpha + beta) * start]
    for value in y:
        h.append(omega + alpha * (value - mu) ** 2 + beta * h[-1])
    return h


def terms(y, mu, omega, alpha, beta, eta, start, maths=Plain):
    """Log density of every observation; eta = 0 means normal innovations."""
    result = []
    for value, h in zip(y, variances(y, mu, omega, alpha, beta, start), strict=False):
        square = (value - mu) ** 2 / h
        if eta == 0:
            result.append(-(maths.log(2 * maths.pi) + maths.log(h) + square) / 2)
            continue
        nu = 1 / eta
        constant = maths.loggamma((nu + 1) / 2) - maths.loggamma(nu / 2) - maths.log(maths.pi * (nu - 2)) / 2
        result.append(constant - maths.log(h) / 2 - (nu + 1) / 2 * maths.log(1 + square / (nu - 2)))
    return result


def loglikelihood(y, mu, omega, alpha, beta, eta, start, maths=Plain):
    return sum(terms(y, mu, omega, alpha, beta, eta, start, maths))


def simulate(n, omega, alpha, beta, nu, seed):
    rng = np.random.default_rng(seed)
    shocks = rng.standard_t(nu, n) * math.sqrt((nu - 2) / nu)
    y, h = np.empty(n), omega / (1 - alpha - beta)
    for t in range(n):
        y[t] = math.sqrt(h) * shocks[t]
        h = omega + alpha * y[t] ** 2 + beta * h
    return y

"""GARCH(1,1) and GJR written down as in a textbook, one observation at a time; with `mpmath` numbers it is exact."""

import math

import numpy as np


class Plain:
    """Double-precision functions under the names that mpmath has."""

    log, loggamma, pi = staticmethod(math.log), staticmethod(math.lgamma), math.pi


def ewma(y, mean):
    weights = [0.94**t for t in range(min(75, len(y)))]
    return sum(w * (value - mean) ** 2 for w, value in zip(weights, y, strict=False)) / sum(weights)


def variances(y, mu, omega, alpha, beta, start, gamma=0):
    h = [omega + (alpha + gamma / 2 + beta) * start]
    for value in y:
        pull = alpha + gamma if value < mu else alpha
        h.append(omega + pull * (value - mu) ** 2 + beta * h[-1])
    return h


def terms(y, mu, omega, alpha, beta, eta, start, maths=Plain, gamma=0):
    """Log density of every observation; eta = 0 means normal innovations."""
    result = []
    for value, h in zip(y, variances(y, mu, omega, alpha, beta, start, gamma), strict=False):
        square = (value - mu) ** 2 / h
        if eta == 0:
            result.append(-(maths.log(2 * maths.pi) + maths.log(h) + square) / 2)
            continue
        nu = 1 / eta
        constant = maths.loggamma((nu + 1) / 2) - maths.loggamma(nu / 2) - maths.log(maths.pi * (nu - 2)) / 2
        result.append(constant - maths.log(h) / 2 - (nu + 1) / 2 * maths.log(1 + square / (nu - 2)))
    return result


def loglikelihood(y, mu, omega, alpha, beta, eta, start, maths=Plain, gamma=0):
    return sum(terms(y, mu, omega, alpha, beta, eta, start, maths, gamma))


def first_variance(y, rule, mu, about, given=None):
    """Variance before the first observation; `about` is the mean of the sample, or 0 where the mean is known to be zero."""
    if rule == "given":
        return given
    if rule == "ewma":
        return ewma(y, about)
    centre = about if rule == "sample" else mu
    return sum((value - centre) ** 2 for value in y) / len(y)


def simulate(n, omega, alpha, beta, nu, seed, gamma=0.0):
    rng = np.random.default_rng(seed)
    shocks = rng.standard_t(nu, n) * math.sqrt((nu - 2) / nu)
    y, h = np.empty(n), omega / (1 - alpha - gamma / 2 - beta)
    for t in range(n):
        y[t] = math.sqrt(h) * shocks[t]
        h = omega + (alpha + gamma * (y[t] < 0)) * y[t] ** 2 + beta * h
    return y

"""The GARCH family written down as in the papers, one observation at a time; with `mpmath` numbers it is exact."""

import math

import mpmath
import numpy as np
from scipy import integrate


def log_density(dist, z, nu=None, skew=0):
    """Log density of a law of mean 0 and variance 1."""
    m = mpmath
    z = m.mpf(z)
    if dist == "normal":
        return -z * z / 2 - m.log(2 * m.pi) / 2
    nu = m.mpf(nu)
    if dist == "ged":
        scale = m.sqrt(2 ** (-2 / nu) * m.gamma(1 / nu) / m.gamma(3 / nu))
        return m.log(nu) - m.log(scale) - (1 + 1 / nu) * m.log(2) - m.loggamma(1 / nu) - abs(z / scale) ** nu / 2
    c = m.gamma((nu + 1) / 2) / (m.sqrt(m.pi * (nu - 2)) * m.gamma(nu / 2))
    skew = m.mpf(skew)
    a = 4 * skew * c * (nu - 2) / (nu - 1)
    b = m.sqrt(1 + 3 * skew**2 - a**2)
    side = 1 - skew if z < -a / b else 1 + skew
    return m.log(b * c) - (nu + 1) / 2 * m.log(1 + ((b * z + a) / side) ** 2 / (nu - 2))


def moment(dist, function, shapes):
    """E function(Z) by plain quadrature."""

    def integrand(z):
        return function(z) * math.exp(log_density(dist, z, *shapes))

    pieces = [(-np.inf, -1), (-1, 0), (0, 1), (1, np.inf)]
    return sum(integrate.quad(integrand, *piece, epsabs=1e-12, limit=200)[0] for piece in pieces)


def residuals(y, params):
    mu, phi = params.get("mu", 0.0), params.get("phi", 0.0)
    before = np.concatenate([[0.0], y[:-1]]) if phi == 0.0 else np.concatenate([[np.nan], y[:-1]])
    return y - mu - phi * before


def variances(kind, e, params, start, first_moment, regress=None):
    """h of every row, where e is NaN by expectation; ``regress``: what regressors add; ``first_moment``: of the law."""
    p = {"gamma": 0.0, **params}
    added = np.zeros(len(e)) if regress is None else regress
    result = []
    if kind == "linear":
        h = p["omega"] + (p["alpha"] + p["gamma"] / 2 + p["beta"]) * start
        for t in range(len(e)):
            h += added[t]
            result.append(h)
            square = h if np.isnan(e[t]) else e[t] ** 2
            below = first_moment * h if np.isnan(e[t]) else square * (e[t] < 0)
            h = p["omega"] + p["alpha"] * square + p["gamma"] * below + p["beta"] * h
    elif kind == "exponential":
        x = p["omega"] + p["beta"] * math.log(start)
        for t in range(len(e)):
            x += added[t]
            result.append(math.exp(x))
            z = e[t] * math.exp(-x / 2)
            push = 0.0 if np.isnan(z) else p["alpha"] * (abs(z) - first_moment) + p["gamma"] * z
            x = p["omega"] + push + p["beta"] * x
    elif kind == "power":
        x = p["omega"] + (p["alpha"] + p["beta"]) * start ** (p["delta"] / 2)
        for t in range(len(e)):
            x += added[t]
            result.append(x ** (2 / p["delta"]))
            push = first_moment * x if np.isnan(e[t]) else (abs(e[t]) - p["gamma"] * e[t]) ** p["delta"]
            x = p["omega"] + p["alpha"] * push + p["beta"] * x
    else:
        h = q = p["omega"] + p["rho"] * start
        for t in range(len(e)):
            h += added[t]
            result.append(h)
            square = h if np.isnan(e[t]) else e[t] ** 2
            slow = p["omega"] + p["rho"] * q + p["varphi"] * (square - h)
            h = slow + p["alpha"] * (square - q) + p["beta"] * (h - q)
            q = slow
    return np.array(result)


def loglikelihood(dist, e, h, shapes):
    return sum(
        float(log_density(dist, shock / math.sqrt(v), *shapes)) - math.log(v) / 2
        for shock, v in zip(e, h, strict=True)
        if not np.isnan(shock)
    )


def ewma(e):
    weights = 0.94 ** np.arange(min(75, len(e)))
    return weights @ e[: len(weights)] ** 2 / weights.sum()

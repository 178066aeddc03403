"""Points of a copula of two variables, slowly: Rosenblatt's map written with scipy, margins by quadrature."""

import numpy as np
from scipy import integrate, special, stats

PLASTIC = (0.7548776662466927, 0.5698402909980532)
ROOTS = (np.sqrt(2.0) - 1.0, np.sqrt(3.0) - 1.0, np.sqrt(5.0) - 2.0)


def sequence(n, *generators):
    return [np.mod(0.5 + np.arange(1, n + 1) * generator, 1.0) for generator in generators]


def student(correlation, nu, n):
    v, w = sequence(n, *PLASTIC)
    x = stats.t.ppf(v, nu)
    y = correlation * x + stats.t.ppf(w, nu + 1.0) * np.sqrt((nu + x**2) / (nu + 1.0) * (1.0 - correlation**2))
    return special.ndtri(v), special.ndtri(stats.t.cdf(y, nu))


def skewed_first(nu, skew, n):
    """First variables of the skewed family, before its margin makes scores of them."""
    mixing, one, _ = sequence(n, *ROOTS)
    w = nu / stats.chi2.isf(mixing, nu)
    return skew * w + np.sqrt(w) * special.ndtri(one)


def skewed_below(x, nu, skew):
    """Distribution function of a margin of the skewed family."""

    def inner(v):
        w = nu / stats.chi2.isf(v, nu)
        return special.ndtr((x - skew * w) / np.sqrt(w))

    return integrate.quad(inner, 0.0, 1.0, epsabs=1e-10, limit=400)[0]

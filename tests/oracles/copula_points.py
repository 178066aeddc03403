"""Points of a copula of two variables, slowly: Rosenblatt's map written with scipy, skewed margins by quadrature."""

import numpy as np
from scipy import integrate, optimize, special, stats

PLASTIC = (0.7548776662466927, 0.5698402909980532)
ROOTS = (np.sqrt(3.0) - 1.0, np.sqrt(5.0) - 2.0, np.sqrt(17.0) - 4.0)


def sequence(n, *generators):
    return [np.mod(0.5 + np.arange(1, n + 1) * generator, 1.0) for generator in generators]


def student(correlation, nu, n):
    v, w = sequence(n, *PLASTIC)
    x = stats.t.ppf(v, nu)
    y = correlation * x + stats.t.ppf(w, nu + 1.0) * np.sqrt((nu + x**2) / (nu + 1.0) * (1.0 - correlation**2))
    return special.ndtri(v), special.ndtri(stats.t.cdf(y, nu))


def skewed(correlation, nu, skew, n, chosen):
    """The points ``chosen`` of n: the shock is drawn given the first variable, the second given both."""
    delta, left = skew / np.sqrt(1.0 + skew**2), 1.0 / (1.0 + skew**2)
    result = []
    for v, w, u in np.array(sequence(n, *ROOTS)).T[list(chosen)]:
        x = optimize.brentq(lambda q, v=v: skewed_below(q, nu, skew) - v, -1e4, 1e4, xtol=1e-12)
        scale = np.sqrt((nu + x**2) / (nu + 1.0) * left)
        shock = delta * x - scale * stats.t.ppf(stats.t.cdf(delta * x / scale, nu + 1.0) * w, nu + 1.0)
        distance = (shock**2 - 2.0 * delta * shock * x + x**2) / left
        spread = np.sqrt((nu + distance) / (nu + 2.0) * left * (1.0 - correlation**2))
        y = delta * (1.0 - correlation) * shock + correlation * x + spread * stats.t.ppf(u, nu + 2.0)
        result.append((v, skewed_below(y, nu, skew)))
    return special.ndtri(np.array(result).T)


def skewed_below(x, nu, skew):
    """Distribution function of a margin of the skewed family, summed from the nearer side."""

    def density(q):
        return 2.0 * stats.t.pdf(q, nu) * stats.t.cdf(skew * q * np.sqrt((nu + 1.0) / (nu + q * q)), nu + 1.0)

    def beyond(t):
        return density(np.sinh(t)) * np.cosh(t)

    low = integrate.quad(beyond, -40.0, np.arcsinh(x), epsabs=1e-12, limit=400)[0]
    return low if low < 0.5 else 1.0 - integrate.quad(beyond, np.arcsinh(x), 40.0, epsabs=1e-12, limit=400)[0]

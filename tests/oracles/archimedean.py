"""Archimedean copulas from their textbook generators, at 140 digits."""

from typing import Any

import mpmath as mp

DIGITS = 140  # (1 - u)**theta must not vanish beside 1
NODES = 256


def generator(family: str, t: Any, theta: Any) -> Any:
    """psi(t)."""
    match family:
        case "clayton":
            return (1 + t) ** (-1 / theta)
        case "gumbel":
            return mp.exp(-(t ** (1 / theta)))
        case "frank":
            return -mp.log(1 - (1 - mp.exp(-theta)) * mp.exp(-t)) / theta
        case "joe":
            return 1 - (1 - mp.exp(-t)) ** (1 / theta)


def inverse(family: str, u: Any, theta: Any) -> Any:
    """phi(u)."""
    match family:
        case "clayton":
            return u**-theta - 1
        case "gumbel":
            return (-mp.log(u)) ** theta
        case "frank":
            return -mp.log((1 - mp.exp(-theta * u)) / (1 - mp.exp(-theta)))
        case "joe":
            return -mp.log(1 - (1 - u) ** theta)


def derivative(family: str, t: Any, theta: Any, order: int) -> Any:
    """Cauchy's integral about t, by the trapezoidal rule: its error is of the order 2**-NODES."""
    radius = t / 2
    terms = (
        generator(family, t + radius * mp.expjpi(mp.mpf(2 * k) / NODES), theta) * mp.expjpi(-mp.mpf(2 * k * order) / NODES)
        for k in range(NODES)
    )
    return mp.re(sum(terms)) / NODES / radius**order * mp.factorial(order)


def log_density(family: str, theta: float, point: Any) -> float:
    """log c(u_1, ..., u_d) = log |psi^(d)(t)| + sum of log |phi'(u_j)|."""
    with mp.workdps(DIGITS):
        shape, u = mp.mpf(theta), [mp.mpf(float(value)) for value in point]
        t = sum(inverse(family, value, shape) for value in u)
        slopes = [mp.diff(lambda y: inverse(family, y, shape), value, relative=True) for value in u]
        return float(mp.log(abs(derivative(family, t, shape, len(u)))) + sum(mp.log(abs(slope)) for slope in slopes))


def conditional(family: str, theta: float, u: float, v: float) -> float:
    """P(U <= u | V = v) = psi'(phi(u) + phi(v)) / psi'(phi(v))."""
    with mp.workdps(DIGITS):
        shape = mp.mpf(theta)
        first, second = inverse(family, mp.mpf(u), shape), inverse(family, mp.mpf(v), shape)
        return float(derivative(family, first + second, shape, 1) / derivative(family, second, shape, 1))


def elliptical_cdf(rho: float, nu: float, x: float, y: float, base: float) -> float:
    """Plackett's integral over the correlation from -1, where the distribution function is ``base``; nu = inf is normal."""
    with mp.workdps(30):
        x, y, last = mp.mpf(x), mp.mpf(y), mp.asin(mp.mpf(rho))

        def integrand(angle: Any) -> Any:
            square = (x * x - 2 * x * y * mp.sin(angle) + y * y) / mp.cos(angle) ** 2
            return mp.exp(-square / 2) if nu == mp.inf else (1 + square / nu) ** (-mp.mpf(nu) / 2)

        ends = [-mp.pi / 2, *(-mp.pi / 2 + mp.mpf(10) ** -k for k in (8, 6, 4, 2)), mp.pi / 2 - 0.5, mp.pi / 2 - 0.1]
        return float(mp.mpf(base) + mp.quad(integrand, [*(end for end in ends if end < last), last]) / (2 * mp.pi))

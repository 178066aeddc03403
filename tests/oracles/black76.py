"""Options on a forward as in a textbook: with 50 digits (mpmath) or more, and with numpy and scipy alone."""

import mpmath
import numpy as np
from scipy.special import ndtr


def black76(forward, strike, years, volatility, sign, discount=1):
    """Price (mpmath)."""
    with mpmath.workdps(max(50, mpmath.mp.dps)):
        forward, strike, s = mpmath.mpf(forward), mpmath.mpf(strike), volatility * mpmath.sqrt(years)
        d1 = mpmath.log(forward / strike) / s + s / 2
        return discount * sign * (forward * _normal(sign * d1) - strike * _normal(sign * (d1 - s)))


def bachelier(forward, strike, years, volatility, sign, discount=1):
    """Price (mpmath)."""
    with mpmath.workdps(max(50, mpmath.mp.dps)):
        moneyness, s = mpmath.mpf(forward) - mpmath.mpf(strike), volatility * mpmath.sqrt(years)
        return discount * (sign * moneyness * _normal(sign * moneyness / s) + s * mpmath.npdf(moneyness / s))


def greeks(price, forward, strike, years, volatility, sign, rate):
    """Derivatives of ``price`` by differences of 50 digits: a dict; time passes as the time to expiry falls."""
    with mpmath.workdps(50):
        arguments = [mpmath.mpf(value) for value in (forward, volatility, years)]

        def value(f, v, t):
            return price(f, strike, t, v, sign, mpmath.exp(-mpmath.mpf(rate) * t))

        def by(*order):
            return mpmath.diff(value, arguments, order)

        found = {"price": value(*arguments), "delta": by(1, 0, 0), "gamma": by(2, 0, 0), "vega": by(0, 1, 0)}
        found |= {"theta": -by(0, 0, 1), "vanna": by(1, 1, 0), "volga": by(0, 2, 0), "charm": -by(1, 0, 1)}
        found["premium_adjusted_delta"] = found["delta"] - found["price"] / forward
        return {name: float(number) for name, number in found.items()}


def numpy_black76(forward, strike, years, volatility, sign):
    """Price by numpy and scipy."""
    s = volatility * np.sqrt(years)
    d1 = np.log(forward / strike) / s + 0.5 * s
    return sign * (forward * ndtr(sign * d1) - strike * ndtr(sign * (d1 - s)))


def _normal(z):
    return mpmath.erfc(-z / mpmath.sqrt(2)) / 2

r"""European options under Black's law (Black 1976): price and Greeks on the forward.

.. math:: D\,w\,\big(F\,\Phi(w d_1) - K\,\Phi(w d_2)\big),\qquad
          d_{1,2} = \frac{\ln(F/K)}{\sigma\sqrt T} \pm \frac{\sigma\sqrt T}2

with :math:`w = 1` for a call and :math:`-1` for a put. Every argument may be an array; they broadcast. Without time or
volatility an option is worth its discounted intrinsic value, its delta at the strike is the mean of both sides, and what
would be infinite there is 0.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.instruments.quoted import quoted, refuse, shaped
from riskkit_ext import _black76


def black76(
    forward: Any, strike: Any, expiry_years: Any, volatility: Any, kind: Any, *, discount: Any = 1.0
) -> float | FloatArray:
    """Return the price of European options on a forward.

    Parameters
    ----------
    forward, strike : float or array
        In money, > 0.
    expiry_years : float or array
        Time to expiry, >= 0; crypto venues count 365 days to the year.
    volatility : float or array
        Annual, decimals, >= 0.
    kind : "call", "put", array of those, or of 1 and -1
    discount : float or array
        Value today of 1 at expiry.

    Returns
    -------
    float, or array of the shape to which the arguments broadcast
        Out of the money accurate to a few units in the last digit times ``1 + d1 ** 2``, however small it is; in the money
        that value plus the discounted intrinsic value, so that put-call parity holds to rounding.

    Raises
    ------
    DataError
        For an argument outside of its domain (NaN too), or shapes that do not fit.

    References
    ----------
    Black, F. (1976). The pricing of commodity contracts. Journal of Financial Economics 3, 167-179.

    Examples
    --------
    >>> round(rk.instruments.black76(60_000.0, 70_000.0, 0.25, 0.6, "call"), 6)
    3741.579484
    """
    return _prices(forward, strike, expiry_years, volatility, kind, discount, normal=False)


@dataclass(frozen=True, eq=False)
class OptionGreeks:
    """Price and derivatives of European options by the forward; floats, or arrays of one shape.

    Attributes
    ----------
    price
    delta
        By the forward: ``discount * N(d1)`` for a call, ``-discount * N(-d1)`` for a put. What Deribit quotes, with a
        discount factor of 1.
    premium_adjusted_delta
        ``delta - price / forward``: what the holder of a coin-settled option has to hedge, since the price itself is held in
        coins, whose worth moves with the forward. NaN under the normal law, whose forward may be 0.
    gamma
        Second derivative by the forward.
    vega
        Per 1.00 of volatility.
    theta
        Per year that passes, at a constant rate -ln(discount) / years, the forward unchanged.
    vanna, volga
        Derivatives of delta and of vega by volatility.
    charm
        Derivative of delta per year that passes.
    """

    price: float | FloatArray
    delta: float | FloatArray
    premium_adjusted_delta: float | FloatArray
    gamma: float | FloatArray
    vega: float | FloatArray
    theta: float | FloatArray
    vanna: float | FloatArray
    volga: float | FloatArray
    charm: float | FloatArray

    __setstate__ = restore


def black76_greeks(
    forward: Any, strike: Any, expiry_years: Any, volatility: Any, kind: Any, *, discount: Any = 1.0
) -> OptionGreeks:
    """Return price and Greeks of European options on a forward; arguments as :func:`black76`.

    Examples
    --------
    >>> greeks = rk.instruments.black76_greeks(60_000.0, 70_000.0, 0.25, 0.6, "call")
    >>> round(greeks.delta, 6), round(greeks.premium_adjusted_delta, 6)
    (0.35799, 0.295631)
    """
    return _greeks(forward, strike, expiry_years, volatility, kind, discount, normal=False)


def _prices(
    forward: Any, strike: Any, years: Any, volatility: Any, kind: Any, discount: Any, *, normal: bool
) -> float | FloatArray:
    options, shape = quoted(forward, strike, years, volatility, kind, discount)
    out = np.empty(int(np.prod(shape)))
    if out.size and not _black76.prices(*options, out, normal):
        refuse(options, normal=normal)
    return shaped(out, shape)


def _greeks(
    forward: Any, strike: Any, years: Any, volatility: Any, kind: Any, discount: Any, *, normal: bool
) -> OptionGreeks:
    options, shape = quoted(forward, strike, years, volatility, kind, discount)
    out = np.empty((_black76.outputs, int(np.prod(shape))))
    if out.size and not _black76.greeks(*options, out, normal):
        refuse(options, normal=normal)
    out.setflags(write=False)
    return OptionGreeks(*(shaped(row, shape) for row in out))

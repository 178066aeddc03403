r"""European options under the normal law (Bachelier 1900): the forward moves by amounts of money, and may be negative.

.. math:: D\,\big(w (F - K)\,\Phi(w d) + \sigma\sqrt T\,\varphi(d)\big),\qquad d = \frac{F - K}{\sigma\sqrt T}
"""

from typing import Any

from riskkit.checks import FloatArray
from riskkit.instruments.black76 import OptionGreeks, _greeks, _prices


def bachelier(
    forward: Any, strike: Any, expiry_years: Any, volatility: Any, kind: Any, *, discount: Any = 1.0
) -> float | FloatArray:
    """Return the price of European options on a forward under the normal law.

    Parameters
    ----------
    forward, strike : float or array
        In money, of any sign.
    volatility : float or array
        In money per square root of a year, >= 0.
    expiry_years, kind, discount
        As :func:`riskkit.instruments.black76`.

    Examples
    --------
    >>> round(rk.instruments.bachelier(60_000.0, 60_000.0, 1.0, 30_000.0, "put"), 4)
    11968.2684
    """
    return _prices(forward, strike, expiry_years, volatility, kind, discount, normal=True)


def bachelier_greeks(
    forward: Any, strike: Any, expiry_years: Any, volatility: Any, kind: Any, *, discount: Any = 1.0
) -> OptionGreeks:
    """Return price and Greeks of European options under the normal law; arguments as :func:`bachelier`.

    Vega is per 1 of the volatility in money; the premium-adjusted delta is NaN, as the forward may be 0.

    Examples
    --------
    >>> round(rk.instruments.bachelier_greeks(60_000.0, 60_000.0, 1.0, 30_000.0, "call").delta, 12)
    0.5
    """
    return _greeks(forward, strike, expiry_years, volatility, kind, discount, normal=True)

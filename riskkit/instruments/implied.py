"""The volatility behind a price, or why there is none."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.instruments.quoted import quoted, refuse, shaped
from riskkit_ext import _black76


class ImpliedStatus(IntEnum):
    """What a price says of its volatility."""

    OK = _black76.STATUSES["ok"]
    BELOW_INTRINSIC = _black76.STATUSES["below_intrinsic"]
    NO_INFORMATION = _black76.STATUSES["no_information"]  # the intrinsic value, to the digits that a price has
    ABOVE_BOUND = _black76.STATUSES["above_bound"]  # as high as the forward (call) or the strike (put), or higher
    NOT_A_NUMBER = _black76.STATUSES["not_a_number"]
    NOT_CONVERGED = _black76.STATUSES["not_converged"]


@dataclass(frozen=True, eq=False)
class ImpliedVolatility:
    """Volatilities and what is known of them; numbers, or arrays of one shape.

    Parameters
    ----------
    volatility : float or array
        NaN wherever the status is not OK.
    resolution : float or array
        By how much of itself the volatility moves when the price moves by half a unit in its last binary place: 1e-16 at the
        money, more the deeper in the money an option is.
    status : ImpliedStatus or array of int8
        Compare with :class:`ImpliedStatus`.
    """

    volatility: float | FloatArray
    resolution: float | FloatArray
    status: ImpliedStatus | npt.NDArray[np.int8]

    __setstate__ = restore

    @property
    def ok(self) -> bool | npt.NDArray[np.bool_]:
        """Where there is a volatility."""
        return self.status == ImpliedStatus.OK


def implied_volatility(
    price: Any, forward: Any, strike: Any, years: Any, kind: Any, *, discount: Any = 1.0, model: str = "black76"
) -> ImpliedVolatility:
    """Return the volatility at which a formula gives a price.

    Parameters
    ----------
    price : float or array
        In money. A price that no volatility gives, or NaN, has a status and no number.
    forward, strike, years, kind, discount
        As :func:`riskkit.instruments.black76`.
    model : {"black76", "bachelier"}

    Raises
    ------
    DataError
        For an argument other than the price outside of its domain (NaN too), or shapes that do not fit.

    Notes
    -----
    The relative error of a volatility is below ``5e-15 + 10 * resolution``. Out of the money the resolution is below 1e-15
    wherever crypto options are listed, so that a price gives its volatility back to 1e-14. In the money a price is mostly
    intrinsic value, and the resolution says what its last digit leaves over; where that is nothing, or the value out of the
    money is below 1e-290 of the forward and the strike, the status is NO_INFORMATION.

    References
    ----------
    Jaeckel, P. (2015). Let's be rational. Wilmott 2015 (75), 40-53.

    Examples
    --------
    >>> found = rk.instruments.implied_volatility(3_741.579484, 60_000.0, 70_000.0, 0.25, "call")
    >>> round(found.volatility, 9), found.status.name
    (0.6, 'OK')
    >>> rk.instruments.implied_volatility(9_999.0, 70_000.0, 60_000.0, 0.25, "call").status.name
    'BELOW_INTRINSIC'
    """
    normal = checks.one_of("model", model, ("black76", "bachelier")) == "bachelier"
    options, shape = quoted(forward, strike, years, price, kind, discount, fourth="price")
    refuse(options._replace(volatility=np.zeros(1)), normal=normal)
    volatility, resolution = np.empty((2, int(np.prod(shape))))
    status = np.empty(volatility.shape, dtype=np.int8)
    if status.size:
        _black76.implied(*options, volatility, resolution, status, normal)
    for array in (volatility, resolution, status):
        array.setflags(write=False)
    told = ImpliedStatus(int(status[0])) if shape == () else status.reshape(shape)
    return ImpliedVolatility(shaped(volatility, shape), shaped(resolution, shape), told)

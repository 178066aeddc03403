r"""A surface after the market has moved, in one scenario or in very many.

The three rules are one formula. After a log move x of the spot, a strike K has the volatility that lay at
:math:`\ln(K/F) + (R - 1)x`, so at the money it moves by R times the slope of the skew times x: R is Bergomi's skew
stickiness ratio (2009, "Smile dynamics IV", Risk), 0 where the smile moves with the forward, 1 where strikes keep their
volatility, 2 for a local volatility at near expiries (Derman, 1999, "Regimes of volatility", Risk).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from riskkit.instruments.surface import VolSurface

STICKINESS: Mapping[str, float] = MappingProxyType({"sticky_delta": 0.0, "sticky_strike": 1.0, "sticky_local": 2.0})


@dataclass(frozen=True, eq=False)
class ShiftedSurface:
    """A surface and its moves; :meth:`riskkit.instruments.VolSurface.shifted` says what they mean.

    Parameters
    ----------
    surface : VolSurface
    log_spot_move, log_vol_move, skew_move : float or array of shape (S,)
    """

    surface: "VolSurface"
    log_spot_move: FloatArray
    log_vol_move: FloatArray
    skew_move: FloatArray

    def __post_init__(self) -> None:
        names = ("log_spot_move", "log_vol_move", "skew_move")
        moves = [np.array(checks.array(name, getattr(self, name), ndim=(0, 1))) for name in names]
        if len({move.shape for move in moves if move.ndim}) > 1:
            raise DataError(
                "the moves do not have one length",
                got=", ".join(str(move.shape) for move in moves),
                expected="(S,) or numbers",
            )
        for name, move in zip(names, moves, strict=True):
            move.setflags(write=False)
            object.__setattr__(self, name, move)

    __setstate__ = restore

    def volatility(self, strike: float, expiry: "float | str | pd.Timestamp") -> float | FloatArray:
        """Return implied volatility of one option in every scenario: an array of shape (S,), a float where moves are.

        Parameters
        ----------
        strike : float
        expiry : float, str or Timestamp
            Years from now, or a date.
        """
        years = self.surface.years(expiry)
        k = self.surface.log_moneyness(checks.number("strike", strike, above=0.0), years)
        smile = self.surface.smile(years)
        stickiness = STICKINESS[self.surface.dynamics]
        place = k if stickiness == 1.0 else k + (stickiness - 1.0) * self.log_spot_move
        volatility = smile.volatility(place)
        if self._tilted:
            deviations = (k - self.log_spot_move) / float(smile.volatility(np.zeros(())) * np.sqrt(years))
            tilt = deviations / np.sqrt(1.0 + deviations * deviations)
            volatility = volatility * np.exp(self.skew_move * tilt)
        if self._factor is not None:
            volatility = volatility * self._factor
        shape = np.broadcast_shapes(self.log_spot_move.shape, self.log_vol_move.shape, self.skew_move.shape)
        if volatility.shape != shape:
            volatility = np.full(shape, volatility)
        return volatility if shape else float(volatility)

    def forward(self, expiry: "float | str | pd.Timestamp") -> float | FloatArray:
        """Return the forward price for an expiry in every scenario."""
        forward = self.surface.forward(expiry) * np.exp(self.log_spot_move)
        return forward if self.log_spot_move.ndim else float(forward)

    def shifted(self, log_spot_move: object, log_vol_move: object = 0.0, skew_move: object = 0.0) -> "ShiftedSurface":
        """Return the surface after further moves; they add up."""
        further = ShiftedSurface(self.surface, log_spot_move, log_vol_move, skew_move)  # type: ignore[arg-type]
        sums = [getattr(self, name) + getattr(further, name) for name in ("log_spot_move", "log_vol_move", "skew_move")]
        return ShiftedSurface(self.surface, *sums)

    @cached_property
    def _factor(self) -> FloatArray | None:
        return np.exp(self.log_vol_move) if self.log_vol_move.any() else None

    @cached_property
    def _tilted(self) -> bool:
        return bool(self.skew_move.any())

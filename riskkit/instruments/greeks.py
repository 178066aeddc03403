"""Sensitivities of one position to one asset, in the units that traders use."""

from typing import NamedTuple

import numpy as np

from riskkit.checks import FloatArray
from riskkit.core import MarketState


class Greeks(NamedTuple):
    """Derivatives of a position's value, in the market's money.

    Attributes
    ----------
    delta, gamma : float
        First and second derivative by the spot price: units of the asset, and units per unit of price.
    vega : float
        Per 1.00 of annual volatility; a hundredth of it is the move for one volatility point.
    theta : float
        Per day that passes, prices unchanged; the funding of a perpetual is part of it.
    vanna, volga : float
        Change of delta, and of vega, per 1.00 of volatility.
    """

    delta: float = 0.0
    gamma: float = 0.0
    vega: float = 0.0
    theta: float = 0.0
    vanna: float = 0.0
    volga: float = 0.0


# Two steps to either side: the error of a first derivative is of the fourth order in the step.
FIRST = np.array([1.0, -8.0, 0.0, 8.0, -1.0]) / 12.0
SECOND = np.array([-1.0, 16.0, -30.0, 16.0, -1.0]) / 12.0
PLACES = np.arange(-2.0, 3.0)
STEP = 2e-4  # of a log move
DAY = 1e-3  # days, for theta


def by_differences(position: object, market: MarketState, asset: str) -> Greeks:
    """Return the Greeks of any instrument by finite differences, good to about eight digits.

    A reader's own class needs nothing but ``factors`` and ``value(market)`` for this. Where its ``ASSET.vol`` is a surface
    there is no single volatility to divide by: vega, vanna and volga are then per relative move of the whole surface.
    """
    factors = [f"{asset}.spot", f"{asset}.vol"]
    grid = np.stack(np.meshgrid(PLACES, PLACES, indexing="ij"), axis=-1).reshape(-1, 2) * STEP
    held = [name in position.factors for name in factors]  # type: ignore[attr-defined]
    if not any(held):
        return Greeks(theta=_theta(position, market))
    moved = market.shifted([name for name, has in zip(factors, held, strict=True) if has], grid[:, held])
    value = np.broadcast_to(position.value(moved), 25).reshape(5, 5)  # type: ignore[attr-defined]
    spot = float(market[factors[0]]) if held[0] else 1.0
    level = market[factors[1]] if held[1] else 1.0
    vol = float(level) if isinstance(level, float) else 1.0
    by_spot, by_vol = (FIRST @ value) / STEP, (value @ FIRST) / STEP
    gamma = (SECOND @ value[:, 2]) / STEP**2 - by_spot[2]
    volga = (SECOND @ value[2]) / STEP**2 - by_vol[2]
    return Greeks(
        delta=float(by_spot[2] / spot), gamma=float(gamma / spot**2), vega=float(by_vol[2] / vol),
        theta=_theta(position, market), vanna=float(FIRST @ by_vol / STEP / spot / vol), volga=float(volga / vol**2),
    )  # fmt: skip


def _theta(position: object, market: MarketState) -> float:
    """By one-sided differences of the second order: time does not run back."""
    values: list[float | FloatArray] = [position.value(market.later(days)) for days in (0.0, DAY, 2.0 * DAY)]  # type: ignore[attr-defined]
    return float((-3.0 * values[0] + 4.0 * values[1] - values[2]) / (2.0 * DAY))

"""A normal variable between two ends: probability, moments, draws; with all digits in the tails and in thin slices.

The ends a < b are turned round where that brings them nearer to the lower tail. There, with e(x) = exp(x^2 / 2) P(N < x),

    P = exp(-b^2 / 2) e(b) (1 - exp(-gap)),    gap = (a^2 - b^2) / 2 + log e(b) - log e(a),

and a^2 - b^2 is a product with the width b - a, of which the caller may know more digits than the ends have. In a slice
about m, so thin that the density hardly changes over it, all is a series in the width, to its square.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from riskkit.checks import FloatArray
from riskkit.dependence.families.generator import log1mexp

THIN = 1e-4  # width, and its product with m: their squares are lost
FARTHEST = 1e150  # an end beyond has no square
LOG_ROOT_TAU = 0.5 * np.log(2.0 * np.pi)


@dataclass(frozen=True, eq=False)
class NormalBetween:
    """Normal variables, (n,) of them, each between two ends.

    Parameters
    ----------
    low, high, width : array of shape (n,)
        Ends, low <= -high, and high - low.
    turned : array of shape (n,)
        Where the ends were turned round.
    thin : array of shape (n,)
        Where they are a thin slice.
    log_share : array of shape (n,)
        Logarithms of the probabilities to lie between the ends.
    mean, lack : array of shape (n,)
        The means, and 1 less the mean squares.
    """

    low: FloatArray
    high: FloatArray
    width: FloatArray
    turned: np.ndarray
    thin: np.ndarray
    log_share: FloatArray
    mean: FloatArray
    lack: FloatArray

    def draw(self, rng: np.random.Generator) -> FloatArray:
        """Draw one of each by inversion, in logarithms of probabilities; in a thin slice from an exponential density."""
        uniform = np.maximum(rng.random(len(self.low)), 1e-300)
        below, up_to = special.log_ndtr(self.low), special.log_ndtr(self.high)
        drawn = special.ndtri_exp(np.logaddexp(below + np.log1p(-uniform), up_to + np.log(uniform)))
        if self.thin.any():
            low, width = self.low[self.thin], self.width[self.thin]
            share = uniform[self.thin]
            drawn[self.thin] = low + width * share * (1.0 - 0.5 * width * low * (1.0 - share))
        drawn = np.clip(drawn, self.low, self.high)
        return np.where(self.turned, -drawn, drawn)


def normal_between(a: FloatArray, b: FloatArray, width: FloatArray | float) -> NormalBetween:
    """Return what is to be known of normal variables between ``a`` and ``b`` = a + ``width``, (n,); ends may be infinite."""
    width = np.broadcast_to(width, np.shape(a))
    a, b = (np.where(np.isfinite(end), np.clip(end, -FARTHEST, FARTHEST), end) for end in (a, b))
    turned = a > -b
    low, high = np.where(turned, -b, a), np.where(turned, -a, b)
    middle = 0.5 * (low + np.where(np.isinf(low), 0.0, high))
    thin = width * np.maximum(np.abs(middle), 1.0) < THIN
    log_share, mean, lack = _thick(low, high, width, middle)
    if thin.any():
        for values, series in zip((log_share, mean, lack), _thin(width[thin], middle[thin]), strict=True):
            values[thin] = series
    return NormalBetween(low, high, width, turned, thin, log_share, np.where(turned, -mean, mean), lack)


def _thin(width: FloatArray, middle: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Logarithm of the share, mean, lack; to the square of the width."""
    spread = width**2 / 12.0
    with np.errstate(divide="ignore"):  # a width that is lost among the doubles
        share = np.log(width) - 0.5 * middle**2 - LOG_ROOT_TAU + 0.5 * (middle**2 - 1.0) * spread
    return share, middle * (1.0 - spread), 1.0 - middle**2 - spread * (1.0 - 2.0 * middle**2)


def _thick(
    low: FloatArray, high: FloatArray, width: FloatArray, middle: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:  # fmt: skip
    """Logarithm of the share, mean, lack."""
    tail = high < 0.0
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):  # infinite ends, and what np.where leaves out
        near, far = (special.log_ndtr(end) for end in (high, low))
        scaled = np.log(0.5 * special.erfcx(-np.minimum(high, 0.0) / np.sqrt(2.0)))  # log e(b)
        fall = -width * middle  # (a^2 - b^2) / 2
        gap = np.where(tail, fall + scaled - np.log(0.5 * special.erfcx(-low / np.sqrt(2.0))), near - far)
        rest = log1mexp(np.where(np.isinf(low), np.inf, np.maximum(gap, 0.0)))
        log_share = np.where(tail, scaled - 0.5 * high**2, near) + rest
        at_high = np.exp(np.where(tail, -scaled - rest, -0.5 * high**2 - log_share) - LOG_ROOT_TAU)  # density over share
        at_low = np.where(tail, at_high * np.exp(-fall), np.exp(-0.5 * low**2 - log_share - LOG_ROOT_TAU))
        at_low = np.where(np.isinf(low), 0.0, at_low)
        lack = np.where(np.isinf(high), 0.0, high * at_high) - np.where(np.isinf(low), 0.0, low * at_low)
        mean = at_low - at_high
    return log_share, mean, lack

"""The smile at one time to expiry, ready to be read at very many places: a line and one or two square roots."""

from dataclasses import dataclass

import numpy as np

from riskkit.checks import FloatArray
from riskkit.instruments.svi import SviSlice


@dataclass(frozen=True)
class Smile:
    """Variance per year as ``level + slope k`` plus ``weight sqrt((k - place)^2 + width^2)`` for each vertex.

    Parameters
    ----------
    years : float
        Time to expiry.
    level, slope : float
    vertices : tuple of (weight, place, width)
        One, or two between two expiries.
    """

    years: float
    level: float
    slope: float
    vertices: tuple[tuple[float, float, float], ...]

    def variance(self, k: FloatArray) -> FloatArray:
        """Return variance per year at log-moneyness k, of any shape; NaN stays."""
        variance = np.array(k, dtype=np.float64)
        root = np.empty_like(variance)
        np.multiply(variance, self.slope, out=variance)
        variance += self.level
        for weight, place, width in self.vertices:  # in place: new arrays would cost more than the arithmetic
            np.subtract(k, place, out=root)
            root *= root
            root += width * width
            np.sqrt(root, out=root)
            root *= weight
            variance += root
        return variance

    def volatility(self, k: FloatArray) -> FloatArray:
        """Return volatility at log-moneyness k, decimals per year."""
        variance = self.variance(k)
        return np.sqrt(variance, out=variance)


def mixed(parts: list[tuple[float, SviSlice]], years: float, extra: float = 0.0) -> Smile:
    """Return the smile whose total variance is ``extra`` plus a sum of slices, each times a factor.

    Examples
    --------
    >>> one = rk.instruments.SviSlice(0.01, 0.1, -0.3, 0.0, 0.2, years=0.5)
    >>> float(mixed([(1.0, one)], 0.5).volatility(0.1)) == one.volatility(0.1)
    True
    """
    level, slope, vertices = extra, 0.0, []
    for factor, one in parts:
        steepness = factor * one.b
        level += factor * one.a - steepness * one.rho * one.m
        slope += steepness * one.rho
        vertices.append((steepness / years, one.m, one.sigma))
    return Smile(years, level / years, slope / years, tuple(vertices))

r"""Cornish-Fisher: a normal quantile bent by skewness and kurtosis, only where the bent function still rises.

.. math:: w(z) = z + \tfrac{S}{6}(z^2 - 1) + \tfrac{K}{24}(z^3 - 3z) - \tfrac{S^2}{36}(2z^3 - 5z)

rises for all z if and only if its slope, a square in z, has no root; outside that domain its quantiles cross (Maillard
2012). S and K are the parameters of the expansion; the law that it describes has these moments only when both are small.

References
----------
Maillard, D. (2012). A user's guide to the Cornish Fisher expansion. SSRN 1997178.
"""

import math
from dataclasses import dataclass

from scipy import special

from riskkit import checks
from riskkit.errors import ModelError


@dataclass(frozen=True)
class CornishFisher:
    """A loss described by four numbers.

    Parameters
    ----------
    mean, standard_deviation : float
        Of the loss.
    skewness, excess_kurtosis : float
        Of the loss: positive skewness is a long tail of losses.

    Raises
    ------
    ModelError
        Outside of the domain in which quantiles rise with the level; the message says which kurtosis the skewness wants.

    Examples
    --------
    >>> loss = CornishFisher(0.0, 1.0, skewness=0.3, excess_kurtosis=1.0)
    >>> round(loss.var(0.99), 6), round(loss.es(0.99), 6)
    (2.74686, 3.399712)
    """

    mean: float
    standard_deviation: float
    skewness: float
    excess_kurtosis: float

    def __post_init__(self) -> None:
        checks.number("mean", self.mean)
        checks.number("standard_deviation", self.standard_deviation, above=0.0)
        skewness = checks.number("skewness", self.skewness)
        kurtosis = checks.number("excess_kurtosis", self.excess_kurtosis)
        if not rises(skewness, kurtosis):
            raise ModelError(
                "Cornish-Fisher's quantiles do not rise with the level here",
                got=f"skewness {skewness:g}, excess kurtosis {kurtosis:g}",
                expected=_domain(skewness), remedy="QuadraticLoss inverts a delta-gamma loss exactly; or revalue in full",
            )  # fmt: skip

    def var(self, level: float) -> float:
        """Return Value at Risk."""
        z = float(special.ndtri(checks.level(level)))
        squares = self.skewness / 6.0 * (z * z - 1.0) + self.excess_kurtosis / 24.0 * (z**3 - 3.0 * z)
        return self.mean + self.standard_deviation * (z + squares - self.skewness**2 / 36.0 * (2.0 * z**3 - 5.0 * z))

    def es(self, level: float) -> float:
        """Return Expected Shortfall, the mean of the bent quantiles above the level, in closed form."""
        z = float(special.ndtri(checks.level(level)))
        density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        bent = 1.0 + self.skewness / 6.0 * z + self.excess_kurtosis / 24.0 * (z * z - 1.0)
        return self.mean + self.standard_deviation * density / (1.0 - level) * (
            bent - self.skewness**2 / 36.0 * (2.0 * z * z - 1.0)
        )


def rises(skewness: float, excess_kurtosis: float) -> bool:
    """Say whether the expansion rises everywhere.

    Examples
    --------
    >>> rises(0.3, 1.0), rises(2.0, 1.0), rises(0.0, 0.0), rises(0.0, 9.0)
    (True, False, True, False)
    """
    bend = excess_kurtosis / 8.0 - skewness**2 / 6.0
    level = 1.0 - excess_kurtosis / 8.0 + 5.0 * skewness**2 / 36.0
    if bend == 0.0:
        return skewness == 0.0
    return bend > 0.0 and skewness**2 / 9.0 <= 4.0 * bend * level


def _domain(skewness: float) -> str:
    """The kurtoses with which a skewness may go: between the roots of a square."""
    square = skewness**2
    # S^2 / 9 = 4 (K/8 - S^2/6) (1 - K/8 + 5 S^2/36), with x = K / 8
    middle, product = 1.0 + 11.0 * square / 36.0, square / 6.0 * (1.0 + 5.0 * square / 36.0) + square / 36.0
    root = middle**2 - 4.0 * product
    if root < 0.0:
        return "|skewness| <= 2.48: there is no kurtosis for this one"
    ends = [4.0 * (middle - math.sqrt(root)), 4.0 * (middle + math.sqrt(root))]
    return f"an excess kurtosis between {ends[0]:.3f} and {ends[1]:.3f}"

"""Evenly spread points of a copula of two variables: what an explorer moves under a slider."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from scipy import special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.dependence.families import FAMILIES as GENERATORS
from riskkit.errors import DataError
from riskkit_ext import _copula_points

FAMILIES: tuple[str, ...] = _copula_points.FAMILIES
ELLIPTICAL = ("normal", "student", "skewed")  # their first parameter is a correlation
NO_CONDITION = 9.0  # a normal score beyond the kernel's tables
# Least degrees of freedom, most skewness: where the kernel's tables are exact (include/copula_points.h).
LEAST_NU, MOST_SKEWED_NU, MOST_SKEW = 1.5, 200.0, 5.0


def pair_points(
    family: str, strength: float, n: int, *, nu: float = np.inf, skew: float = 0.0, below: float = 1.0
) -> FloatArray:  # fmt: skip
    """Spread ``n`` points evenly over a copula of two variables, given that the first is at most its quantile ``below``.

    The points are no random numbers but Rosenblatt's image of a sequence that fills the unit square evenly: the same each
    time, they move smoothly with every parameter, and averages over them have a smaller error than those of as many draws.

    Parameters
    ----------
    family : {"normal", "student", "clayton", "survival clayton", "gumbel", "survival gumbel", "frank", "skewed"}
        "skewed" is :class:`SkewStudentLaw` with one skewness for both variables, negative for crashes.
    strength : float
        Correlation of normal, student and skewed; theta of the others, see :func:`pair_strength`.
    n : int
        Number of points.
    nu : float
        Degrees of freedom of student and skewed, >= 1.5 (skewed: up to 200).
    skew : float
        Skewness of skewed, -5 to 5.
    below : float
        Probability in (0, 1].

    Returns
    -------
    array of shape (2, n)
        Normal scores of the two variables; ``scipy.special.ndtr`` makes uniforms of them.

    Examples
    --------
    >>> crash = pair_points("student", 0.5, 10_000, nu=4.0, below=0.05)
    >>> round(float((crash[1] <= crash[0].max()).mean()), 2)  # the other is in its worst 5 % as well
    0.34
    """
    number = FAMILIES.index(checks.one_of("family", family, FAMILIES))
    strength = _strength(family, strength)
    below = checks.number("below", below, above=0.0, most=1.0)
    skew = checks.number("skew", skew, least=-MOST_SKEW, most=MOST_SKEW) if family == "skewed" else 0.0
    if family in ("student", "skewed"):
        nu = checks.number("nu", nu, least=LEAST_NU, most=MOST_SKEWED_NU if family == "skewed" else np.inf)
    points = np.empty((2, checks.whole("n", n, least=1)))
    most = NO_CONDITION if below == 1.0 else float(special.ndtri(below))
    _copula_points.points(number, strength, nu, skew, most, *points)
    return points


def pair_strength(family: str, tau: float) -> float:
    """Return the parameter at which a copula of two variables has Kendall's ``tau``.

    Of the skewed family it is the correlation that would have it without the skewness.

    Examples
    --------
    >>> [round(pair_strength(family, 0.5), 4) for family in ("normal", "clayton", "gumbel", "frank")]
    [0.7071, 2.0, 2.0, 5.7363]
    """
    checks.one_of("family", family, FAMILIES)
    elliptical = family in ELLIPTICAL
    tau = checks.number("tau", tau, above=-1.0 if elliptical else 0.0, most=0.99)
    if elliptical:
        return float(np.sin(0.5 * np.pi * tau))
    return float(GENERATORS[family.removeprefix("survival ")].of_tau(tau).theta)


# The parameters that a family allows: above, at least, at most.
_RANGES: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {"clayton": (0.0, 0.0, 200.0), "gumbel": (0.0, 1.0, 100.0), "frank": (0.0, 0.0, 400.0)}
)


def _strength(family: str, value: float) -> float:
    if family in ELLIPTICAL:
        correlation = checks.number("strength", value, above=-1.0, most=1.0)
        if correlation == 1.0:
            raise DataError("strength leaves one variable only", got="correlation 1", expected="a correlation below 1")
        return correlation
    above, least, most = _RANGES[family.removeprefix("survival ")]
    return checks.number("strength", value, above=above, least=least, most=most)

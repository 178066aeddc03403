"""What the copula explorer answers to one setting of its controls: two assets, how they fall together, what a book loses."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from riskkit.checks import FloatArray
from riskkit.core import LossDistribution
from riskkit.dependence import pair_points, pair_strength

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "Normal": "normal", "Student-t": "student", "Skew-t": "skewed", "Clayton": "clayton", "Gumbel": "gumbel",
        "Survival Gumbel": "survival gumbel", "Frank": "frank",
    }
)  # fmt: skip
WITH_NU, WITH_SKEW = ("Student-t", "Skew-t"), ("Skew-t",)
LEVEL = 0.975
TAIL = 0.05  # quantile at which tails are counted
POINTS, CONDITIONAL, DRAWN = 1 << 15, 1 << 14, 1200
SCORES = np.linspace(-6.0, 6.0, 1201)  # where a margin is told; between two of them it is a straight line
Margins = tuple[FloatArray, FloatArray]


class Joined(NamedTuple):
    """Two margins joined by a copula, points to draw and what is said of the book at all."""

    margins: Margins
    setting: tuple[str, float, float, float]
    drawn: FloatArray
    verdict: dict[str, Any]


class Answer(NamedTuple):
    """Points to draw, as normal scores, and all that is worded."""

    drawn: FloatArray  # (2, n) of the copula
    crashed: FloatArray  # (2, m) given that the first asset falls
    verdict: dict[str, Any]


def answer(margins: Margins, family: str, tau: float, nu: float, skew: float, fall: float) -> Answer:
    """Join two margins by a copula; tell how the half-and-half book loses, at all and when the first asset falls.

    Parameters
    ----------
    margins : two arrays of shape (1201,)
        Log returns of each asset at the normal scores ``SCORES``, increasing.
    family : str
        A key of ``FAMILIES``.
    tau : float
        Kendall's tau of the copula (of the skew-t: without its skewness).
    nu, skew : float
        Read where the family has them.
    fall : float
        The first asset loses at least this share of its value; 0: no condition.

    Examples
    --------
    >>> margin = 0.04 * SCORES
    >>> found = answer((margin, margin), "Normal", tau=0.5, nu=4.0, skew=0.0, fall=0.1)
    >>> round(found.verdict["es"], 3), round(found.verdict["together"], 2)
    (0.083, 0.23)
    """
    return fallen(join(margins, family, tau, nu, skew), fall)


def join(margins: Margins, family: str, tau: float, nu: float, skew: float) -> Joined:
    """Join two margins by a copula: what does not depend on a fall."""
    setting = (family, tau, nu, skew)
    points = _points(*setting)
    ones, losses = _losses(margins, points)
    book = LossDistribution(losses)
    edge = float(special.ndtri(TAIL))
    verdict = {
        "var": book.var(LEVEL),
        "es": book.es(LEVEL),
        "alone": 0.5 * sum(LossDistribution(one).es(LEVEL) for one in ones),
        "lower": float((points <= edge).all(axis=0).mean() / (points[0] <= edge).mean()),
        "upper": float((points >= -edge).all(axis=0).mean() / (points[0] >= -edge).mean()),
    }
    return Joined(margins, setting, _some(points), verdict)


def fallen(joined: Joined, fall: float) -> Answer:
    """Let the first asset lose ``fall`` or more, and add what is said of it."""
    crashed, said = _crash(joined.margins, joined.setting, fall)
    return Answer(joined.drawn, _some(crashed), joined.verdict | said)


@lru_cache(maxsize=16)
def _points(family: str, tau: float, nu: float, skew: float, below: float = 1.0) -> FloatArray:
    """Normal scores of points of the copula; kept, for neither the fall nor the margins change them."""
    own = {"nu": nu} if family in WITH_NU else {}
    own |= {"skew": skew} if family in WITH_SKEW else {}
    count = POINTS if below == 1.0 else CONDITIONAL
    points = pair_points(FAMILIES[family], pair_strength(FAMILIES[family], tau), count, below=below, **own)
    points.setflags(write=False)
    return points


def _crash(
    margins: Margins, setting: tuple[str, float, float, float], fall: float
) -> tuple[FloatArray, dict[str, Any]]:  # fmt: skip
    """Points given that the first asset loses ``fall`` or more, and what is said of them: None where there is no fall."""
    if fall == 0.0:
        return np.empty((2, 0)), dict.fromkeys(("probability", "together", "alike", "other", "loss", "loss_es"))
    edges = [float(np.interp(np.log1p(-fall), margin, SCORES)) for margin in margins]
    probability = float(special.ndtr(edges[0]))
    points = _points(*setting, below=probability)
    ones, losses = _losses(margins, points)
    return points, {
        "probability": probability,
        "together": float((points[1] <= edges[1]).mean()),
        "alike": float(special.ndtr(edges[1])),  # as often the second falls so far by itself
        "other": float(ones[1].mean()),
        "loss": float(losses.mean()),
        "loss_es": LossDistribution(losses).es(LEVEL),
    }


def _some(points: FloatArray) -> FloatArray:
    """Points to draw, picked as if at random: the first ones of an even sequence would show its pattern."""
    count = points.shape[1]
    return points if count <= DRAWN else points[:, (PICKS * count).astype(int)]


def _picks(count: int) -> FloatArray:
    """Numbers in [0, 1) of a linear congruential generator, which a page repeats to the bit."""
    state, picks = 1, np.empty(count)
    for i in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        picks[i] = state / 2**32
    return picks


PICKS = _picks(DRAWN)


def _losses(margins: Margins, points: FloatArray) -> tuple[list[FloatArray], FloatArray]:
    """Losses of one unit of money in each asset, and of half in each; beyond its table a margin is at its end."""
    ones = [-np.expm1(np.interp(scores, SCORES, margin)) for margin, scores in zip(margins, points, strict=True)]
    return ones, 0.5 * (ones[0] + ones[1])

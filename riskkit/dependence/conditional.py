"""Draws of an elliptical law under conditions on some of its variables."""

from collections.abc import Mapping

import numpy as np
from scipy import linalg

from riskkit.checks import FloatArray
from riskkit.core.student_quantile import student_quantile
from riskkit.dependence.elliptical_density import probabilities
from riskkit.errors import DataError

Conditions = Mapping[int, float | tuple[float, float]]
BLOCK = 65_536  # proposals at a time
MOST_PROPOSALS = 1 << 26
EDGE = 2.0**-53  # closest to 0 and 1 that an end of an interval counts as a number


def conditional_scores(
    correlation: FloatArray, nu: float, n: int, conditions: Conditions, rng: np.random.Generator
) -> FloatArray:  # fmt: skip
    """Draw ``n`` scores (n, d) of a Student-t law (normal for infinite ``nu``) under conditions on their uniforms.

    Values condition in closed form: the rest is a t law again, with a degree of freedom more for each. One interval is drawn
    by inversion of its variable's own law given the values, then the rest given all of these. Of several intervals the least
    probable is drawn so, and the draws that meet the others are kept: exact, at the price of the others' probability.
    """
    values = {column: one for column, one in conditions.items() if not isinstance(one, tuple)}
    intervals = {column: one for column, one in conditions.items() if isinstance(one, tuple)}
    known = list(values)
    fixed = np.array([float(student_quantile(np.array([one]), nu)[0]) for one in values.values()])
    if len(intervals) < 2:
        return _drawn(correlation, nu, n, known, fixed, dict(intervals), rng)
    first = min(intervals, key=lambda column: intervals[column][1] - intervals[column][0])
    others = [column for column in intervals if column != first]
    lows, highs = _ends([intervals[column] for column in others], nu)
    kept: list[FloatArray] = []
    found = tried = 0
    while found < n:
        proposed = _drawn(correlation, nu, BLOCK, known, fixed, {first: intervals[first]}, rng)
        inside = ((proposed[:, others] >= lows) & (proposed[:, others] <= highs)).all(axis=1)
        kept.append(proposed[inside])
        found, tried = found + int(inside.sum()), tried + BLOCK
        if tried >= MOST_PROPOSALS and found < n:
            raise DataError(
                "given is too improbable to be drawn", got=f"{found} of {tried:,} proposals met all intervals",
                expected=f"{n} of them", remedy="give a value instead of an interval, or fewer draws",
            )  # fmt: skip
    return np.concatenate(kept)[:n]


def _drawn(
    correlation: FloatArray,
    nu: float,
    n: int,
    known: list[int],
    fixed: FloatArray,
    interval: dict[int, tuple[float, float]],
    rng: np.random.Generator,
) -> FloatArray:
    """Draws given values and at most one interval."""
    scores = np.empty((n, len(correlation)))
    scores[:, known] = fixed
    for column, (low, high) in interval.items():
        mean, root, degrees, scale = _given(correlation, nu, known, scores[:1, known], [column])
        spread = float(scale[0] * root[0, 0])
        lows, highs = _ends([(low, high)], nu)
        ends = probabilities((np.array([lows[0], highs[0]]) - mean[0, 0]) / spread, degrees)
        uniform = ends[0] + (ends[1] - ends[0]) * rng.random(n)
        scores[:, column] = mean[0, 0] + spread * student_quantile(np.clip(uniform, EDGE, 1.0 - EDGE), degrees)
        scores[:, column] = np.clip(scores[:, column], lows[0], highs[0])
    told = [*known, *interval]
    rest = [column for column in range(len(correlation)) if column not in told]
    if rest:
        mean, root, degrees, scale = _given(correlation, nu, told, scores[:, told], rest)
        normal = rng.standard_normal((n, len(rest))) @ root.T
        mixing = 1.0 if np.isinf(degrees) else np.sqrt(degrees / rng.chisquare(degrees, n))
        scores[:, rest] = mean + normal * np.broadcast_to(scale * mixing, n)[:, np.newaxis]
    return scores


def _given(
    correlation: FloatArray, nu: float, told: list[int], scores: FloatArray, rest: list[int]
) -> tuple[FloatArray, FloatArray, float, FloatArray]:
    """Mean (n, r), root of the scatter (r, r), degrees of freedom and scale (n,) of ``rest`` given ``told``."""
    scatter = correlation[np.ix_(rest, rest)]
    if not told:
        return np.zeros((len(scores), len(rest))), _root(scatter), nu, np.ones(len(scores))
    own = linalg.cho_factor(correlation[np.ix_(told, told)], lower=True)
    across = correlation[np.ix_(rest, told)]
    weights = linalg.cho_solve(own, across.T)  # (told, rest)
    square = np.einsum("nk,nk->n", scores, linalg.cho_solve(own, scores.T).T)
    scale = np.ones(len(scores)) if np.isinf(nu) else np.sqrt((nu + square) / (nu + len(told)))
    return scores @ weights, _root(scatter - across @ weights), nu + len(told), scale


def _root(matrix: FloatArray) -> FloatArray:
    return np.asarray(linalg.cholesky(matrix, lower=True))


def _ends(intervals: list[tuple[float, float]], nu: float) -> tuple[FloatArray, FloatArray]:
    """Scores of the ends; 0 and 1 are infinite."""
    ends = np.array(intervals)
    scores = np.where(ends <= 0.0, -np.inf, np.inf)
    inner = (ends > 0.0) & (ends < 1.0)
    scores[inner] = student_quantile(ends[inner], nu)
    return scores[:, 0], scores[:, 1]

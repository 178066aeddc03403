"""Draws of Student's law and of the normal one under conditions on some of the variables."""

from collections.abc import Mapping

import numpy as np
from scipy import linalg

from riskkit.checks import FloatArray
from riskkit.core.student_quantile import student_quantile
from riskkit.dependence import truncated
from riskkit.dependence.elliptical_density import probabilities
from riskkit.dependence.truncated import Box, Drawn

Conditions = Mapping[int, float | tuple[float, float]]
LEAST, EDGE = 1e-100, 2.0**-53  # closest to 0 and to 1 that a uniform has a score


def conditional_scores(
    correlation: FloatArray, nu: float, n: int, conditions: Conditions, rng: np.random.Generator
) -> FloatArray:  # fmt: skip
    """Draw ``n`` scores (n, d) of a Student-t law (normal for infinite ``nu``) under conditions on their uniforms."""

    def score(uniform: float) -> float:
        if 0.0 < uniform < 1.0:
            return float(student_quantile(np.array([max(uniform, LEAST)]), nu)[0])
        return -np.inf if uniform <= 0.0 else np.inf

    values = {column: score(one) for column, one in conditions.items() if not isinstance(one, tuple)}
    intervals = {column: (score(one[0]), score(one[1])) for column, one in conditions.items() if isinstance(one, tuple)}
    return scores_given(correlation, nu, n, values, intervals, rng).values


def scores_given(
    scatter: FloatArray,
    nu: float,
    n: int,
    values: Mapping[int, float],
    intervals: Mapping[int, tuple[float, float]],
    rng: np.random.Generator,
) -> Drawn:
    """Draw ``n`` scores (n, d) of a Student-t law (normal for infinite ``nu``) under conditions on the scores, by column.

    Values condition in closed form: the others follow a t law again, with a degree of freedom more for each. One interval is
    drawn by inversion, several intervals, or one beside values, as in :mod:`riskkit.dependence.truncated`: by rejection from
    a law so near that a large share is kept. What is left is drawn given all of these.
    """
    known, inside = list(values), list(intervals)
    scores, acceptance = np.empty((n, len(scatter))), 1.0
    scores[:, known] = list(values.values())
    if inside:
        box = Box.between(*np.array(list(intervals.values())).T)
        if len(inside) == 1 and not known:
            drawn = _inverted(nu, box, n, rng)
        else:
            mean, root, degrees, scale = _given(scatter, nu, known, np.array([list(values.values())]), inside)
            drawn = truncated.draw(root @ root.T, degrees, box.standardised(mean[0], scale[0]), n, rng)
            drawn = Drawn(mean + scale * drawn.values, drawn.acceptance)
        scores[:, inside] = np.clip(drawn.values, box.low, box.high)
        acceptance = drawn.acceptance
    told = [*known, *inside]
    rest = [column for column in range(len(scatter)) if column not in told]
    if rest:
        mean, root, degrees, scale = _given(scatter, nu, told, scores[:, told], rest)
        normal = rng.standard_normal((n, len(rest))) @ root.T
        mixing = 1.0 if np.isinf(degrees) else np.sqrt(degrees / rng.chisquare(degrees, n))
        scores[:, rest] = mean + normal * np.broadcast_to(scale * mixing, n)[:, np.newaxis]
    return Drawn(scores, acceptance)


def _inverted(nu: float, box: Box, n: int, rng: np.random.Generator) -> Drawn:
    """Scores (n, 1) of one variable of scatter 1 in its interval."""
    below, up_to = probabilities(np.r_[box.low, box.high], nu)
    uniform = below + (up_to - below) * rng.random(n)
    return Drawn(student_quantile(np.clip(uniform, LEAST, 1.0 - EDGE), nu)[:, np.newaxis], 1.0)


def _given(
    scatter: FloatArray, nu: float, told: list[int], scores: FloatArray, rest: list[int]
) -> tuple[FloatArray, FloatArray, float, FloatArray]:
    """Mean (n, r), root of the scatter (r, r), degrees of freedom and scale (n,) of ``rest`` given ``told``."""
    own = scatter[np.ix_(rest, rest)]
    if not told:
        return np.zeros((len(scores), len(rest))), _root(own), nu, np.ones(len(scores))
    inner = linalg.cho_factor(scatter[np.ix_(told, told)], lower=True)
    across = scatter[np.ix_(rest, told)]
    weights = linalg.cho_solve(inner, across.T)  # (told, rest)
    square = np.einsum("nk,nk->n", scores, linalg.cho_solve(inner, scores.T).T)
    scale = np.ones(len(scores)) if np.isinf(nu) else np.sqrt((nu + square) / (nu + len(told)))
    return scores @ weights, _root(own - across @ weights), nu + len(told), scale


def _root(matrix: FloatArray) -> FloatArray:
    return np.asarray(linalg.cholesky(matrix, lower=True))

"""Draws of the skew Student copula.

The law is that of d variables of a (d + 1)-dimensional t law given that the first, the shock, is positive. Given values of k
variables, the shock follows a t law of nu + k degrees of freedom cut off at 0, and given the shock too the rest follows a t
law of nu + k + 1: closed forms of the t law, nothing is approximated. Several intervals, or one beside values, are those of
the t law with one more, of the shock.
"""

import numpy as np
from scipy import special

from riskkit.checks import EPSILON, FloatArray
from riskkit.dependence.conditional import Conditions, scores_given
from riskkit.dependence.skew_student_density import quantiles_of, uniforms_of
from riskkit.dependence.skew_student_total import total
from riskkit.dependence.truncated import Drawn
from riskkit.rng import Rng, child, entropy

BLOCK = 8192  # rows that one child of the seed draws
LEAST, MOST = float(np.finfo(float).tiny ** 0.3), 1.0 - EPSILON  # uniforms


def draw(matrix: FloatArray, skew: FloatArray, nu: float, count: int, conditions: Conditions, rng: Rng) -> Drawn:
    """Uniforms (count, d) under ``conditions`` by column; ``matrix`` is the correlation beside the shock."""
    seed = entropy(rng)
    if len(conditions) > 1 and any(isinstance(given, tuple) for given in conditions.values()):
        return _between(matrix, skew, nu, count, conditions, child(seed, 0))
    blocks = [
        _block(matrix, skew, nu, min(BLOCK, count), conditions, child(seed, block)) for block in range(-(-count // BLOCK))
    ]
    return Drawn(np.concatenate([np.empty((0, len(matrix))), *blocks])[:count], 1.0)


def _between(
    matrix: FloatArray, skew: FloatArray, nu: float, count: int, conditions: Conditions, random: np.random.Generator
) -> Drawn:  # fmt: skip
    """Uniforms under several conditions, one of them an interval at least."""

    def score(column: int, uniform: float) -> float:
        if 0.0 < uniform < 1.0:
            return float(quantiles_of(np.clip([uniform], LEAST, MOST), skew[column], nu)[0])
        return -np.inf if uniform <= 0.0 else np.inf

    values, intervals = {}, {0: (0.0, np.inf)}
    for column, given in conditions.items():
        if isinstance(given, tuple):
            intervals[column + 1] = (score(column, given[0]), score(column, given[1]))
        else:
            values[column + 1] = score(column, given)
    drawn = scores_given(_with_shock(matrix, skew), nu, count, values, intervals, random)
    u = np.clip(uniforms_of(drawn.values[:, 1:], skew, nu), LEAST, MOST)
    for column, given in conditions.items():
        low, high = given if isinstance(given, tuple) else (given, given)
        u[:, column] = np.clip(u[:, column], low, high)
    return Drawn(u, drawn.acceptance)


def _with_shock(matrix: FloatArray, skew: FloatArray) -> FloatArray:
    """Scatter (d + 1, d + 1) of the shock and the variables."""
    delta = skew / np.sqrt(1.0 + skew * skew)
    return np.block([[np.ones((1, 1)), delta[np.newaxis]], [delta[:, np.newaxis], total(matrix, skew)[0]]])


def _block(
    matrix: FloatArray, skew: FloatArray, nu: float, size: int, conditions: Conditions, random: np.random.Generator
) -> FloatArray:
    """Uniforms under values, or under one interval."""
    u = np.empty((size, len(matrix)))
    known = np.array(sorted(conditions), dtype=int)
    x = np.empty_like(u)
    for column in known:
        given = conditions[column]
        low, high = given if isinstance(given, tuple) else (given, given)
        u[:, column] = np.clip(low + (high - low) * random.random(size), LEAST, MOST)
        x[:, column] = quantiles_of(np.ascontiguousarray(u[:, column]), skew[column], nu)
    free = np.setdiff1d(np.arange(len(matrix)), known)
    x[:, free] = _rest(matrix, skew, nu, known, free, x[:, known], random)
    u[:, free] = np.clip(uniforms_of(x[:, free], skew[free], nu), LEAST, MOST)
    return u


def _rest(
    matrix: FloatArray, skew: FloatArray, nu: float, known: np.ndarray, free: np.ndarray, x: FloatArray,
    random: np.random.Generator,
) -> FloatArray:  # fmt: skip
    """Variables ``free`` (n, f) given the ``known`` ones at ``x`` (n, k): first the shock, then the rest given the shock."""
    scatter = total(matrix, skew)[0]
    delta = skew / np.sqrt(1.0 + skew * skew)
    inner = scatter[np.ix_(known, known)]
    weights = np.linalg.solve(inner, delta[known])
    degrees = nu + len(known)
    spread = (nu + (np.linalg.solve(inner, x.T) * x.T).sum(axis=0)) / degrees
    middle, scale = x @ weights, np.sqrt(spread * (1.0 - delta[known] @ weights))
    share = special.stdtr(degrees, middle / scale) * (1.0 - random.random(len(x)))  # of the shock above what is drawn
    shock = middle - scale * special.stdtrit(degrees, share)
    everything = _with_shock(matrix, skew)
    given, wanted = np.r_[0, known + 1], free + 1
    slope = np.linalg.solve(everything[np.ix_(given, given)], everything[np.ix_(given, wanted)])
    base = np.column_stack([shock, x])
    left = everything[np.ix_(wanted, wanted)] - everything[np.ix_(wanted, given)] @ slope
    distance = (np.linalg.solve(everything[np.ix_(given, given)], base.T) * base.T).sum(axis=0)
    chi = 2.0 * random.standard_gamma(0.5 * (degrees + 1.0), len(x))
    noise = random.standard_normal((len(x), len(free))) @ np.linalg.cholesky(left).T
    return base @ slope + noise * np.sqrt((nu + distance) / chi)[:, np.newaxis]

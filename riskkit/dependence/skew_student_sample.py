"""Draws of the skew Student copula.

The law is that of d variables of a (d + 1)-dimensional t law given that the first, the shock, is positive. Given values of k
variables, the shock follows a t law of nu + k degrees of freedom cut off at 0, and given the shock too the rest follows a t
law of nu + k + 1: closed forms of the t law, nothing is approximated.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from riskkit.checks import EPSILON, FloatArray
from riskkit.dependence.skew_student_density import quantiles_of, uniforms_of
from riskkit.dependence.skew_student_total import total
from riskkit.errors import ModelError
from riskkit.rng import Rng, child, entropy

BLOCK = 8192  # rows that one child of the seed draws
LEAST_ACCEPTANCE = 1e-4
Conditions = dict[int, float | tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Uniforms (n, d), and the share of proposals that was kept."""

    values: FloatArray
    acceptance: float


def draw(matrix: FloatArray, skew: FloatArray, nu: float, count: int, conditions: Conditions, rng: Rng) -> Drawn:
    """Uniforms (count, d) under ``conditions`` by column; ``matrix`` is the correlation beside the shock."""
    seed, kept, proposed, accepted = entropy(rng), [np.empty((0, len(matrix)))], 0, 0
    direct, others = _split(conditions)
    for block in range(10**9):
        if accepted >= count:
            break
        size = min(BLOCK, count) if not others else BLOCK
        values = _block(matrix, skew, nu, size, direct, child(seed, block))
        inside = np.ones(size, dtype=bool)
        for column, (low, high) in others.items():
            inside &= (values[:, column] > low) & (values[:, column] < high)
        kept.append(values[inside])
        proposed, accepted = proposed + size, accepted + int(inside.sum())
        if block == 7 and accepted < LEAST_ACCEPTANCE * proposed:
            raise ModelError(
                "given is too rare to be met by rejection", got=f"{accepted} of {proposed:,} proposals kept",
                expected=f"a share of at least {LEAST_ACCEPTANCE:g}", remedy="wider intervals, or fewer of them",
            )  # fmt: skip
    acceptance = accepted / proposed if proposed else float("nan")
    return Drawn(np.concatenate(kept)[:count], acceptance)


def _split(conditions: Conditions) -> tuple[Conditions, dict[int, tuple[float, float]]]:
    """What is drawn directly: the values, or else the narrowest interval; and the intervals left to rejection."""
    intervals = {column: given for column, given in conditions.items() if isinstance(given, tuple)}
    direct: Conditions = {column: given for column, given in conditions.items() if not isinstance(given, tuple)}
    if not direct and intervals:
        narrowest = min(intervals, key=lambda column: intervals[column][1] - intervals[column][0])
        direct = {narrowest: intervals.pop(narrowest)}
    return direct, intervals


def _block(
    matrix: FloatArray, skew: FloatArray, nu: float, size: int, direct: Conditions, random: np.random.Generator
) -> FloatArray:
    u = np.empty((size, len(matrix)))
    known = np.array(sorted(direct), dtype=int)
    x = np.empty_like(u)
    for column in known:
        given = direct[column]
        low, high = given if isinstance(given, tuple) else (given, given)
        u[:, column] = np.clip(low + (high - low) * random.random(size), np.finfo(float).tiny ** 0.3, 1.0 - EPSILON)
        x[:, column] = quantiles_of(np.ascontiguousarray(u[:, column]), skew[column], nu)
    free = np.setdiff1d(np.arange(len(matrix)), known)
    x[:, free] = _rest(matrix, skew, nu, known, free, x[:, known], random)
    u[:, free] = np.clip(uniforms_of(x[:, free], skew[free], nu), np.finfo(float).tiny ** 0.3, 1.0 - EPSILON)
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
    everything = np.block([[np.ones((1, 1)), delta[np.newaxis]], [delta[:, np.newaxis], scatter]])
    given, wanted = np.r_[0, known + 1], free + 1
    slope = np.linalg.solve(everything[np.ix_(given, given)], everything[np.ix_(given, wanted)])
    base = np.column_stack([shock, x])
    left = everything[np.ix_(wanted, wanted)] - everything[np.ix_(wanted, given)] @ slope
    distance = (np.linalg.solve(everything[np.ix_(given, given)], base.T) * base.T).sum(axis=0)
    chi = 2.0 * random.standard_gamma(0.5 * (degrees + 1.0), len(x))
    noise = random.standard_normal((len(x), len(free))) @ np.linalg.cholesky(left).T
    return base @ slope + noise * np.sqrt((nu + distance) / chi)[:, np.newaxis]

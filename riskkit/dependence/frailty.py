"""Samples of an Archimedean copula through its frailty, also under conditions; exact.

``U_j = psi(T_j)``, where given V = v the ``T_j`` are independent and exponential of rate v. With values of k variables,
T_j = t_j, and intervals ``low_j < T_j < low_j + width_j`` of others, V has the density of the frailty times

    v**k exp(-v s) * product over intervals of (1 - exp(-v width_j)),   s = sum of the t_j and of the low_j

All but the product is a law that every family can draw from. Where all factors are near 1 the product is the probability of
keeping a draw. Where they are small (narrow intervals, or the upper ends of Gumbel's and Joe's) some T_j are drawn first:

    1 - exp(-v width) = integral of v exp(-v x) over 0 < x < width

Then x_1, ..., x_m count like values, and their density depends on their sum X alone: ``(-1)**n psi^(n)(s + X)``, n = k + m.
X is drawn over the simplex around their box, X < width_1 + ... + width_m, where it has the density times X**(m - 1) and a
distribution function in closed form; the x are a uniform split of X, kept if they are in the box. Which intervals are drawn
first is decided by the mass of the proposal: the smaller it is, the more draws are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from riskkit.checks import FloatArray
from riskkit.dependence.families import Generator
from riskkit.dependence.families.generator import log1mexp
from riskkit.errors import ModelError

RAREST = 1e-5  # share of proposals kept, below which the conditions are refused
TRIAL = 400_000  # proposals after which that is judged
BATCH = 200_000


def draw(
    family: Generator, variables: int, n: int, bounds: Mapping[int, tuple[float, float]], rng: np.random.Generator
) -> FloatArray:
    """Return (n, variables) draws; ``bounds`` holds (low, high) by column, low = high for a value."""
    conditions = Conditions.of(family, bounds)
    plan = Plan.of(family, conditions)
    drawn: list[FloatArray] = []
    kept = proposed = 0
    while kept < n:
        share = kept / proposed if kept else 1.0
        size = int(min(BATCH, 1.1 * (n - kept) / share + 10)) if kept or proposed else n
        size = size if kept or not proposed else BATCH
        rows = _propose(family, variables, size, conditions, plan, rng)
        drawn.append(rows)
        kept, proposed = kept + len(rows), proposed + size
        if proposed >= TRIAL and kept < RAREST * proposed:
            raise ModelError(
                "the conditions in given are too rare to draw from", got=f"{kept} of {proposed} proposals kept",
                expected=f"at least {RAREST:g} of them", remedy="fewer or wider intervals",
            )  # fmt: skip
    values = np.concatenate([*drawn, np.empty((0, variables))])[:n]
    for column, (low, high) in bounds.items():
        values[:, column] = np.clip(values[:, column], low, high)
    return values


@dataclass(frozen=True)
class Conditions:
    """The conditions on the scale of T: k values, intervals by increasing width, and the sum s; all as logarithms."""

    values: int
    columns: tuple[int, ...]
    log_low: FloatArray
    log_width: FloatArray
    log_sum: float

    @classmethod
    def of(cls, family: Generator, bounds: Mapping[int, tuple[float, float]]) -> "Conditions":
        """Translate bounds on the uniforms; large u are small T."""
        at = [family.log_inverse(np.asarray(low)) for low, high in bounds.values() if low == high]
        ends = {column: pair for column, pair in bounds.items() if pair[0] < pair[1]}
        low = np.array([family.log_inverse(np.asarray(high)) for _, high in ends.values()])
        high = np.array([family.log_inverse(np.asarray(low)) for low, _ in ends.values()])
        gaps = np.where(np.isfinite(low) & np.isfinite(high), high - low, np.inf)
        order = np.argsort(width := high + log1mexp(gaps), kind="stable")
        total = np.logaddexp.reduce([*at, *low], initial=-np.inf)
        return cls(len(at), tuple(np.array(list(ends), dtype=int)[order]), low[order], width[order], float(total))


@dataclass(frozen=True)
class Plan:
    """How V is proposed: with the first m intervals drawn before it, their sum X by inversion or by a power of a uniform."""

    first: int
    by_power: bool
    log_span: float  # of the largest X

    @classmethod
    def of(cls, family: Generator, given: Conditions) -> "Plan":
        """Choose the plan of the least mass."""
        best, least = cls(0, False, -np.inf), family.log_derivative(np.asarray(given.log_sum), given.values)
        for m in range(1, int(np.isfinite(given.log_width).sum()) + 1):
            span = np.logaddexp.reduce(given.log_width[:m])
            order = given.values + m
            with np.errstate(invalid="ignore"):  # the derivative may be infinite at s = 0
                start = family.log_derivative(np.asarray(given.log_sum), order)
            end = family.log_derivative(np.logaddexp(given.log_sum, span), order)
            by_power = bool(np.isfinite(start) and end - start > np.log(0.1))
            if by_power:
                mass = start + m * span - special.gammaln(m + 1.0)
            else:
                base = family.log_derivative(np.asarray(given.log_sum), given.values)
                share = _simplex_share(family, given, m, np.atleast_1d(span))[0]
                mass = base + np.log(share) if share > 0.0 else np.inf
            if mass < least:
                best, least = cls(m, by_power, float(span)), mass
        return best


def _propose(
    family: Generator, variables: int, size: int, given: Conditions, plan: Plan, rng: np.random.Generator
) -> FloatArray:
    """Return those of ``size`` proposals that are kept."""
    m, order = plan.first, given.values + plan.first
    log_sum = np.full(size, given.log_sum)
    log_t = np.full((size, variables), np.nan)
    kept = np.ones(size, dtype=bool)
    if m:
        log_x = _log_sums(family, given, plan, size, rng)
        log_sum = np.logaddexp(log_sum, log_x)
        if plan.by_power:
            peak = family.log_derivative(np.asarray(given.log_sum), order)
            kept &= rng.standard_exponential(size) >= peak - family.log_derivative(log_sum, order)
        split = rng.standard_exponential((size, m))
        log_parts = log_x[:, None] + np.log(split / split.sum(axis=1, keepdims=True))
        kept &= (log_parts <= given.log_width[:m]).all(axis=1) if m > 1 else True
        log_t[:, list(given.columns[:m])] = np.logaddexp(given.log_low[:m], log_parts)
    log_v = family.log_frailty(log_sum, order, rng)
    for column, low, width in zip(given.columns[m:], given.log_low[m:], given.log_width[m:], strict=True):
        rate = np.exp(np.minimum(log_v + width, 700.0))  # v * width
        inside = -np.expm1(-rate)
        kept &= rng.random(size) < inside
        with np.errstate(divide="ignore"):
            step = np.log(-np.log1p(-rng.random(size) * inside))
        log_t[:, column] = np.logaddexp(low, step - log_v)
    free = np.isnan(log_t)
    log_t = np.where(free, np.log(rng.standard_exponential((size, variables))) - log_v[:, None], log_t)
    return family.value(log_t[kept])


def _log_sums(family: Generator, given: Conditions, plan: Plan, size: int, rng: np.random.Generator) -> FloatArray:
    """Draw log X; by power from the density X**(m - 1), otherwise by inversion of the distribution function."""
    uniform = rng.random(size)
    m, span = plan.first, plan.log_span
    if plan.by_power:
        return span + np.log1p(-uniform) / m
    if m == 1 and given.values == 0:  # U is uniform in its interval
        top = family.value(np.asarray(given.log_sum))
        bottom = family.value(np.logaddexp(given.log_sum, span))
        log_t = family.log_inverse(bottom + (top - bottom) * uniform)
        return log_t + log1mexp(np.maximum(log_t - given.log_sum, 0.0))
    target = (1.0 - uniform) * _simplex_share(family, given, m, np.array([span]))[0]
    return _inverted(family, given, m, target, span)


def _inverted(family: Generator, given: Conditions, m: int, target: FloatArray, span: float) -> FloatArray:
    """Solve ``_simplex_share(x) = target`` for log x <= span, by bisection in log x."""
    high = np.full_like(target, span)
    low, step = high - 1.0, 1.0
    while step < 1e4 and (above := _simplex_share(family, given, m, low) > target).any():
        step *= 2.0
        low = np.where(above, low - step, low)
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = _simplex_share(family, given, m, middle) > target
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return 0.5 * (low + high)


def _simplex_share(family: Generator, given: Conditions, m: int, log_x: FloatArray) -> FloatArray:
    """Mass of the x with a sum below X over that of all x >= 0: 1 - sum over i < m of |psi^(k + i)(s + X)| X**i / i!."""
    base = family.log_derivative(np.asarray(given.log_sum), given.values)
    log_t = np.logaddexp(given.log_sum, log_x)
    beyond = np.zeros_like(log_x)
    for i in range(m):
        term = family.log_derivative(log_t, given.values + i) - base + i * log_x - special.gammaln(i + 1.0)
        beyond += np.exp(term)
    return 1.0 - np.minimum(beyond, 1.0)

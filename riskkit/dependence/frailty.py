"""Samples of an Archimedean copula through its frailty, also under conditions; exact.

``U_j = psi(T_j)``, where given V = v the ``T_j`` are independent and exponential of rate v. With values of k variables,
T_j = t_j, and intervals ``low_j < T_j < low_j + width_j`` of others, V has the density of the frailty times

    v**k exp(-v s) * product over intervals of (1 - exp(-v width_j)),   s = sum of the t_j and of the low_j

All but the product is a law that every family can draw from, for any order k and tilt s. For any order m from 0 to the
number of intervals the product is at most C v**m; its logarithm is a concave function of log v, so that the least such C is
easily found. V is drawn with the order k + m, and kept with the probability product / (C v**m). Where s is 0, the orders
above 0 may have an infinite mass (the upper ends of Gumbel's and Joe's): the T of the narrowest interval is then drawn
first, by inversion,

    1 - exp(-v width) = integral of v exp(-v x) over 0 < x < width

so that x counts like a value, and has the density ``|psi^(k + m + 1)(s + x)|``. All these proposals have a mass in closed
form; the one of the least mass is taken, because most of its draws are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from riskkit.checks import FloatArray
from riskkit.dependence.families import Generator
from riskkit.dependence.families.generator import log1mexp
from riskkit.errors import ModelError

RAREST = 1e-5  # share of proposals kept, below which the conditions are refused
TRIAL = 400_000  # proposals after which that is judged
BATCH = 200_000
PRICE = 0.3  # of an inversion, in logarithms of proposals
LEAST_FALL = 1e-10  # of the logarithm of a derivative over the interval that is inverted: below it the digits are lost
TINY = -30.0  # logarithm of y below which 1 - exp(-y) is y


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
    """How V is proposed: with the order m on top of the values', and C; after the T of the narrowest interval, or before."""

    narrowest_first: bool
    order: int
    log_bound: float

    @classmethod
    def of(cls, family: Generator, given: Conditions) -> "Plan":
        """Choose the plan of the least mass."""
        widths = given.log_width[np.isfinite(given.log_width)]
        best, least = cls(False, 0, 0.0), np.inf
        for first in (False, True) if len(widths) else (False,):
            rest = widths[int(first) :]
            for m in range(len(rest) + 1):
                bound = _log_bound(rest, m)
                mass = bound + _log_mass(family, given, given.values + m, widths[0] if first else np.inf)
                mass += PRICE if first else 0.0
                if mass < least:
                    best, least = cls(first, m, bound), mass
        return best


def _log_bound(log_width: FloatArray, m: int) -> float:
    """Logarithm of the largest ratio of the product of ``1 - exp(-v width)`` to v**m."""
    if m == 0:
        return 0.0
    if m == len(log_width):
        return float(log_width.sum())

    def slope(log_v: float) -> float:
        y = np.exp(np.clip(log_v + log_width, -700.0, 700.0))
        return float(np.exp(np.log(y) - y - log1mexp(y)).sum()) - m

    top = float(optimize.brentq(slope, -log_width.max() - 40.0, -log_width.min() + 40.0))
    return float(_log_inside(top + log_width).sum()) - m * top


def _log_mass(family: Generator, given: Conditions, order: int, log_span: float) -> float:
    """Logarithm of the mass of V under an order and the tilt s, or of x < span drawn first; inf where it cannot be used."""
    with np.errstate(invalid="ignore"):  # the derivative may be infinite at s = 0
        start = float(family.log_derivative(np.asarray(given.log_sum), order))
    if not np.isfinite(start):
        return np.inf
    if log_span == np.inf:
        return start
    fall = start - float(family.log_derivative(np.logaddexp(given.log_sum, log_span), order))
    return start + float(log1mexp(np.asarray(fall))) if fall > LEAST_FALL else np.inf


def _propose(
    family: Generator, variables: int, size: int, given: Conditions, plan: Plan, rng: np.random.Generator
) -> FloatArray:
    """Return those of ``size`` proposals that are kept."""
    order, first = given.values + plan.order, int(plan.narrowest_first)
    log_sum = np.full(size, given.log_sum)
    log_t = np.full((size, variables), np.nan)
    if first:
        log_x = _log_first(family, given, order, size, rng)
        log_sum = np.logaddexp(log_sum, log_x)
        log_t[:, given.columns[0]] = np.logaddexp(given.log_low[0], log_x)
    log_v = family.log_frailty(log_sum, order + first, rng)
    columns, low, width = list(given.columns[first:]), given.log_low[first:], given.log_width[first:]
    kept = np.ones(size, dtype=bool)
    if columns:
        log_rate = log_v[:, np.newaxis] + width  # of v * width
        log_inside = _log_inside(log_rate)
        kept = -rng.standard_exponential(size) <= log_inside.sum(axis=1) - plan.log_bound - plan.order * log_v
        log_t[:, columns] = np.logaddexp(low, _log_steps(log_rate, log_inside, rng) - log_v[:, np.newaxis])
    free = np.isnan(log_t)
    log_t = np.where(free, np.log(rng.standard_exponential((size, variables))) - log_v[:, np.newaxis], log_t)
    return family.value(log_t[kept])


def _log_steps(log_rate: FloatArray, log_inside: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw the logarithm of an exponential variable of rate 1 below the rates."""
    share = rng.random(log_rate.shape)
    with np.errstate(divide="ignore"):
        return np.where(log_rate < TINY, np.log(share) + log_rate, np.log(-np.log1p(-share * np.exp(log_inside))))


def _log_inside(log_y: FloatArray) -> FloatArray:
    """Logarithm of ``1 - exp(-y)``."""
    return np.where(log_y < TINY, log_y, log1mexp(np.exp(np.clip(log_y, TINY, 700.0))))


def _log_first(family: Generator, given: Conditions, order: int, size: int, rng: np.random.Generator) -> FloatArray:
    """Draw log x < log width of the narrowest interval, from the density ``|psi^(order + 1)(s + x)|``, by inversion."""
    uniform, span = rng.random(size), float(given.log_width[0])
    if order == 0:  # U is uniform in its interval
        top = family.value(np.asarray(given.log_sum))
        bottom = family.value(np.logaddexp(given.log_sum, span))
        log_t = family.log_inverse(bottom + (top - bottom) * uniform)
        return log_t + log1mexp(np.maximum(log_t - given.log_sum, 0.0))
    start = family.log_derivative(np.asarray(given.log_sum), order)
    fall = family.log_derivative(np.logaddexp(given.log_sum, span), order) - start
    target = start + np.log1p(uniform * np.expm1(fall))

    def beyond(log_x: FloatArray) -> np.ndarray:
        return np.asarray(family.log_derivative(np.logaddexp(given.log_sum, log_x), order) < target)

    high = np.full(size, span)
    low, step = high - 1.0, 1.0
    while step < 1e4 and (above := beyond(low)).any():
        step *= 2.0
        low = np.where(above, low - step, low)
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = beyond(middle)
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return 0.5 * (low + high)

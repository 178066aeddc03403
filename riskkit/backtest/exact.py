"""The exact laws of the coverage statistics: nothing is simulated and nothing is approximated.

A sequence of T days with N breaches enters the likelihood ratios only through N, the number R of runs of breaches, and
whether the first and the last day are breaches:

    n01 = R - first    n10 = R - last    n11 = N - R    n00 = (T - N) - (R + 1 - first - last)

and exactly ``C(N-1, R-1) * C(T-N-1, R-first-last)`` sequences share them: the ways of cutting N breaches into R runs and the
other days into the runs between. So 2^T sequences shrink to a few thousand patterns.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from riskkit.checks import FloatArray

IntArray = npt.NDArray[np.int64]

# All that is left out has less probability than this, in total.
NEGLIGIBLE = 1e-14
# Ratios closer than this are the same ratio, reached through different counts.
SAME_RATIO = 1e-9


class Law(NamedTuple):
    """A discrete law: its values in increasing order, and the probability of reaching at least each."""

    values: FloatArray  # (K,)
    reach: FloatArray  # (K,)
    left_out: float = 0.0  # probability that may lie anywhere

    def at_least(self, value: float) -> float:
        """P(statistic >= value); values that differ by rounding only count as equal. What was left out counts in full."""
        row = int(np.searchsorted(self.values, value - SAME_RATIO * max(1.0, value)))
        return min((float(self.reach[row]) if row < len(self.reach) else 0.0) + self.left_out, 1.0)


class Patterns(NamedTuple):
    """K classes of sequences, by the counts that all sequences of a class share."""

    breaches: IntArray
    n00: IntArray
    n01: IntArray
    n10: IntArray
    n11: IntArray


def breach_probability(level: float) -> float:
    """1 - level without its rounding noise: 0.01 for 0.99."""
    return round(1.0 - level, 15)


def coverage_ratio(breaches: object, days: int, level: float) -> FloatArray:
    """Likelihood ratio of the observed breach rate against ``1 - level``; broadcasts over ``breaches``."""
    hits = np.asarray(breaches, dtype=np.float64)
    probability = breach_probability(level)
    ratio = special.xlogy(hits, hits / (days * probability))
    ratio += special.xlogy(days - hits, (days - hits) / (days * (1.0 - probability)))
    return np.maximum(2.0 * ratio, 0.0)


def independence_ratio(n00: object, n01: object, n10: object, n11: object) -> FloatArray:
    """Likelihood ratio of a first-order Markov chain against independent days; broadcasts over the counts.

    Written as ``2 sum n_ij log(n_ij n / (row_i column_j))``: equal to the difference of the two log-likelihoods, without
    their cancellation. An empty row says nothing and adds 0.
    """
    cells = [np.asarray(count, dtype=np.float64) for count in (n00, n01, n10, n11)]
    rows = (cells[0] + cells[1], cells[2] + cells[3])
    columns = (cells[0] + cells[2], cells[1] + cells[3])
    pairs = rows[0] + rows[1]
    ratio = np.zeros_like(pairs)
    for position, cell in enumerate(cells):
        ratio += special.xlogy(cell, cell * pairs / np.maximum(rows[position // 2] * columns[position % 2], 1.0))
    return np.maximum(2.0 * ratio, 0.0)


@lru_cache(maxsize=256)
def coverage_law(days: int, level: float) -> Law:
    """Law of :func:`coverage_ratio` when each day breaches with probability ``1 - level``."""
    counts = np.arange(days + 1)
    return _law(coverage_ratio(counts, days, level), np.exp(_log_binomial(days, level)))


@lru_cache(maxsize=1024)
def arrangement_law(days: int, breaches: int) -> Law:
    """Law of :func:`independence_ratio` when every arrangement of the given breaches is equally likely.

    That is what independence says, whatever the breach rate: given their number, the arrangement is free of it.
    """
    patterns, log_size = _patterns(days, np.array([breaches]))
    every = special.gammaln(days + 1.0) - special.gammaln(breaches + 1.0) - special.gammaln(days - breaches + 1.0)
    return _law(independence_ratio(*patterns[1:]), np.exp(log_size - every), NEGLIGIBLE)


@lru_cache(maxsize=64)
def independence_law(days: int, level: float) -> Law:
    """Law of :func:`independence_ratio` when days are independent and breach with probability ``1 - level``."""
    patterns, probability = _weighted_patterns(days, level)
    return _law(independence_ratio(*patterns[1:]), probability, NEGLIGIBLE)


@lru_cache(maxsize=64)
def conditional_law(days: int, level: float) -> Law:
    """Law of the sum of both ratios when days are independent and breach with probability ``1 - level``."""
    patterns, probability = _weighted_patterns(days, level)
    return _law(coverage_ratio(patterns.breaches, days, level) + independence_ratio(*patterns[1:]), probability, NEGLIGIBLE)


def _law(values: FloatArray, probability: FloatArray, left_out: float = 0.0) -> Law:
    order = np.argsort(values)
    reach = np.minimum(np.cumsum(probability[order][::-1])[::-1], 1.0)  # small ones are added first
    law = Law(values[order], reach, left_out)
    law.values.setflags(write=False)
    law.reach.setflags(write=False)
    return law


def _weighted_patterns(days: int, level: float) -> tuple[Patterns, FloatArray]:
    """All patterns that matter, and their probabilities."""
    probability = breach_probability(level)
    binomial = np.exp(_log_binomial(days, level))
    likely = np.minimum(np.cumsum(binomial), np.cumsum(binomial[::-1])[::-1]) > NEGLIGIBLE / 8
    patterns, log_size = _patterns(days, np.flatnonzero(likely))
    weight = special.xlogy(patterns.breaches, probability) + special.xlog1py(days - patterns.breaches, -probability)
    probabilities = np.exp(log_size + weight)
    kept = probabilities > NEGLIGIBLE / 2 / len(probabilities)
    return Patterns(*(part[kept] for part in patterns)), probabilities[kept]


def _patterns(days: int, breaches: IntArray) -> tuple[Patterns, FloatArray]:
    """Classes for each number of ``breaches``, and the logarithm of their sizes; all but impossible runs are left out."""
    fewest, most = _range_of_runs(days, breaches)
    sizes = most - fewest + 1
    hits = np.repeat(breaches, sizes)
    runs = np.arange(len(hits)) - np.repeat(np.cumsum(sizes) - sizes - fewest, sizes)
    first, last = (bits.reshape(-1, 1) for bits in (np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])))
    quiet = days - hits
    quiet_runs = runs + 1 - first - last
    log_factorial = special.gammaln(np.arange(1.0, days + 2.0))
    log_size = _log_compositions(hits, runs, log_factorial) + _log_compositions(quiet, quiet_runs, log_factorial)
    columns = np.broadcast_arrays(hits, quiet - quiet_runs, runs - first, runs - last, hits - runs)
    possible = np.isfinite(log_size)
    return Patterns(*(column[possible] for column in columns)), log_size[possible]


def _range_of_runs(days: int, breaches: IntArray) -> tuple[IntArray, IntArray]:
    """Fewest and most runs worth counting.

    Given N breaches in T independent days the number of runs is hypergeometric (N draws from T, T-N+1 of them marked), and
    Bernstein's inequality holds for it (Hoeffding 1963, section 6): outside lies less than NEGLIGIBLE / 100 on either side.
    """
    log_odds = np.log(100.0 / NEGLIGIBLE)
    share = (days - breaches + 1.0) / days
    variance = np.maximum(breaches * share * (1.0 - share), 0.0)
    reach = log_odds / 3.0 + np.sqrt(log_odds**2 / 9.0 + 2.0 * log_odds * variance)
    fewest = np.maximum(np.floor(breaches * share - reach), np.minimum(breaches, 1)).astype(np.int64)
    return fewest, np.minimum(np.ceil(breaches * share + reach), breaches).astype(np.int64)


def _log_compositions(items: IntArray, runs: IntArray, log_factorial: FloatArray) -> FloatArray:
    """log C(items-1, runs-1): the ways of cutting ``items`` days into ``runs`` runs; nothing is cut in one way."""
    possible = (runs >= 1) & (runs <= items)
    n, k = np.where(possible, items, 1), np.where(possible, runs, 1)
    ways = log_factorial[n - 1] - log_factorial[k - 1] - log_factorial[n - k]
    return np.where(possible, ways, np.where((items == 0) & (runs == 0), 0.0, -np.inf))


def _log_binomial(days: int, level: float) -> FloatArray:
    """Log probability of 0..days breaches, shape (days + 1,)."""
    counts = np.arange(days + 1.0)
    probability = breach_probability(level)
    ways = special.gammaln(days + 1.0) - special.gammaln(counts + 1.0) - special.gammaln(days - counts + 1.0)
    return np.asarray(ways + special.xlogy(counts, probability) + special.xlog1py(days - counts, -probability))

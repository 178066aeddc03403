"""The tail of a weighted sample: its quantile, its scenarios and their weights, exact where losses are equal."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskkit.checks import FloatArray

# Probabilities closer than this are the same probability: sums of up to 1e7 weights are exact to about 1e-13.
SAME_PROBABILITY = 1e-12
SORTED_AT_ONCE = 20_000  # scenarios; of more only the tail is sorted
SAMPLE = 4_096  # scenarios that say where a tail begins


class Top(NamedTuple):
    """Scenarios from the largest loss down, as far as a tail reaches or farther."""

    scenarios: npt.NDArray[np.intp]
    losses: FloatArray
    before: FloatArray  # probability of lying among those before each


class Tail(NamedTuple):
    """The part of a distribution beyond one level: the quantile, the scenarios in the tail, and each one's weight in it."""

    quantile: float
    scenarios: npt.NDArray[np.intp]
    weights: FloatArray  # adds up to 1


def equal_weights(weights: FloatArray) -> int:
    """Return how many scenarios are possible, where all of those have the same probability; else 0."""
    possible = weights[weights > 0.0]
    return len(possible) if np.all(possible == possible[0]) else 0


def descending(total: FloatArray, weights: FloatArray, scenarios: npt.NDArray[np.intp], equal: int) -> Top:
    """Sort some scenarios, all larger than the rest, from the largest loss down."""
    order = scenarios[np.argsort(-total[scenarios], kind="stable")]
    counted = np.arange(len(order)) / (equal or 1)  # exact, whatever 1/n rounds to
    before = counted if equal else np.concatenate([[0.0], np.cumsum(weights[order])[:-1]])
    return Top(order, total[order], before)


def largest(total: FloatArray, weights: FloatArray, level: float) -> npt.NDArray[np.intp] | None:
    """Return enough of the largest losses to hold the tail beyond ``level``; None where sorting all is no more work.

    A thin sample says where the tail begins; the probability found from there on proves it, or else more is taken.
    """
    if len(total) <= SORTED_AT_ONCE:
        return None
    step = len(total) // SAMPLE | 1  # odd: scenarios are often made in blocks
    thin, own = total[::step], weights[::step]
    order = np.argsort(-thin)
    reached = np.cumsum(own[order])
    share = 1.3 * (1.0 - level) + 4.0 * np.sqrt((1.0 - level) / SAMPLE)
    while share < 0.5:
        scenarios = np.flatnonzero(total >= thin[order[np.searchsorted(reached, share * reached[-1])]])
        if weights[scenarios].sum() > 1.0 - level + 2.0 * SAME_PROBABILITY:
            return scenarios[weights[scenarios] > 0.0]
        share *= 2.0
    return None


def quantile(top: Top, level: float) -> float:
    """Return the smallest loss l with P(L <= l) >= level."""
    return float(top.losses[np.searchsorted(top.before, 1.0 - level + SAME_PROBABILITY, side="right") - 1])


def tail(top: Top, weights: FloatArray, level: float) -> Tail:
    """Return the tail beyond a level; the block of equal losses at the quantile supplies what is left."""
    at = quantile(top, level)
    first = int(np.searchsorted(-top.losses, -at, side="left"))
    last = int(np.searchsorted(-top.losses, -at, side="right"))
    own = weights[top.scenarios[:last]]
    rest = 1.0 - level - top.before[first]
    if rest > SAME_PROBABILITY or first == 0:  # nothing lies above: the whole tail is the block
        own[first:] *= rest / own[first:].sum()
    else:
        own, last = own[:first], first
    return Tail(at, top.scenarios[:last], own / own.sum())

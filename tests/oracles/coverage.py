"""Slow, obvious twin of riskkit.backtest.exact: all 2^T sequences, the likelihoods as the papers write them."""

from itertools import pairwise, product
from math import log

import numpy as np


def sequences(days):
    """All 0-1 sequences of ``days`` days, shape (2**days, days)."""
    return np.array(list(product((0, 1), repeat=days)))


def transitions(sequence):
    """n00, n01, n10, n11 over consecutive pairs."""
    counts = {(0, 0): 0, (0, 1): 0, (1, 0): 0, (1, 1): 0}
    for pair in pairwise(sequence):
        counts[int(pair[0]), int(pair[1])] += 1
    return tuple(counts.values())


def log_likelihood(zeros, ones, probability):
    """zeros log(1-p) + ones log(p), with 0 log 0 = 0."""
    return (zeros * log(1 - probability) if zeros else 0.0) + (ones * log(probability) if ones else 0.0)


def coverage_ratio(breaches, days, probability):
    """Kupiec (1995)."""
    observed = log_likelihood(days - breaches, breaches, breaches / days)
    return 2 * (observed - log_likelihood(days - breaches, breaches, probability))


def independence_ratio(n00, n01, n10, n11):
    """Christoffersen (1998)."""
    pairs = n00 + n01 + n10 + n11
    if pairs == 0:
        return 0.0
    markov = log_likelihood(n00, n01, n01 / max(n00 + n01, 1)) + log_likelihood(n10, n11, n11 / max(n10 + n11, 1))
    return 2 * (markov - log_likelihood(n00 + n10, n01 + n11, (n01 + n11) / pairs))


def table(days, probability):
    """Breaches, coverage ratio, independence ratio and probability of every sequence: four arrays of length 2**days."""
    rows = []
    for sequence in sequences(days):
        breaches = int(sequence.sum())
        chance = probability**breaches * (1 - probability) ** (days - breaches)
        ratios = coverage_ratio(breaches, days, probability), independence_ratio(*transitions(sequence))
        rows.append((breaches, *ratios, chance))
    return np.array(rows).T

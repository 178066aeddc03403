"""The empirical copula: the share of draws that lie below a point in every coordinate."""

import numpy as np

from riskkit.checks import FloatArray
from riskkit_ext import _empirical_copula

MOST_DRAWS, SHIFT = 65_535, 32_768  # places fit into 16 bits with a sign


def empirical_copula(draws: FloatArray, points: FloatArray) -> FloatArray:
    """Share of ``draws`` (m, d) that are at most each of ``points`` (n, d) in every coordinate, shape (n,).

    Examples
    --------
    >>> draws = np.array([[0.2, 0.4], [0.6, 0.2], [0.8, 0.8]])
    >>> empirical_copula(draws, np.array([[0.7, 0.5], [0.8, 0.8], [0.1, 1.0]])).round(3).tolist()
    [0.667, 1.0, 0.0]
    """
    count = np.zeros(len(points), dtype=np.int64)
    for start in range(0, len(draws), MOST_DRAWS):
        count += _draws_below(draws[start : start + MOST_DRAWS], points)
    return count / len(draws)


def _draws_below(draws: FloatArray, points: FloatArray) -> np.ndarray:
    draws = draws[np.argsort(draws[:, 0])]
    others = range(1, draws.shape[1])
    below = np.stack(
        [np.searchsorted(np.sort(column), at, side="right") for column, at in zip(draws.T, points.T, strict=True)]
    )
    place = np.empty((len(others), len(draws)), dtype=np.int16)
    for j in others:
        place[j - 1, np.argsort(draws[:, j])] = np.arange(-SHIFT, len(draws) - SHIFT)
    count = np.empty(len(points), dtype=np.int64)
    shifted = np.ascontiguousarray((below[1:] - SHIFT).T.astype(np.int16))
    _empirical_copula.draws_below(place, below[0].astype(np.int64), shifted, count)
    return count

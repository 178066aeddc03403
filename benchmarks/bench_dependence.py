"""Rank correlation of every pair of ten coins' residuals, and the empirical copula of a large sample."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.measure import Row, medians
from riskkit.dependence import kendall
from riskkit.dependence.empirical_copula import empirical_copula


def rows() -> Iterator[Row]:
    rng = np.random.default_rng(1)
    data = pd.DataFrame(rng.standard_t(4, (1_500, 10)) + rng.standard_t(4, (1_500, 1)), columns=list("abcdefghij"))
    data.iloc[:, 5:] = data.iloc[:, 5:].round(1)  # half of the columns with ties
    values = data.to_numpy()

    def every_pair() -> list[float]:
        return [stats.kendalltau(values[:, i], values[:, j]).statistic for i in range(10) for j in range(i)]

    ours, peer = medians(lambda: kendall(data), every_pair)
    yield Row("Kendall's tau-b, 1,500 x 10, ranks and ties", ours, peer, "scipy kendalltau, 45 pairs", at_least=10)

    draws, points = rng.random((10_000, 3)), rng.random((1_000, 3))
    ours, peer = medians(
        lambda: empirical_copula(draws, points),
        lambda: [np.mean((draws <= point).all(axis=1)) for point in points],
        repeats=3,
    )
    yield Row("empirical copula, 10,000 draws at 1,000 points, d=3", ours, peer, "NumPy, point by point", at_least=40)

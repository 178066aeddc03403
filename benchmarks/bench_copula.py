"""The Student-t copula by Kendall's tau and the likelihood of nu, against the same algorithm written with scipy."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import optimize, stats

from benchmarks.measure import Row, medians
from riskkit.dependence import EllipticalLaw, StudentCopula, pseudo_observations

ROWS, COLUMNS = 1_500, 10


def rows() -> Iterator[Row]:
    names = [f"asset {number}" for number in range(COLUMNS)]
    matrix = pd.DataFrame(0.4 + 0.6 * np.eye(COLUMNS), names, names)
    u = pseudo_observations(EllipticalLaw(matrix, 4.0).sample(ROWS, rng=1))
    values = u.to_numpy()
    ours, peer = medians(lambda: StudentCopula().fit(u, "tau"), lambda: with_scipy(values))
    name = f"t copula, tau and nu, d={COLUMNS}, n={ROWS:,}"
    yield Row(name, ours, peer, "scipy", at_least=6, note="(goal 25x: NOTES.md)")


def with_scipy(u: np.ndarray) -> float:
    matrix = np.eye(COLUMNS)
    for i in range(COLUMNS):
        for j in range(i):
            matrix[i, j] = matrix[j, i] = np.sin(0.5 * np.pi * stats.kendalltau(u[:, i], u[:, j]).statistic)

    def missing(nu: float) -> float:
        scores = stats.t.ppf(u, nu)
        joint = stats.multivariate_t(shape=matrix, df=nu).logpdf(scores)
        return -float((joint - stats.t.logpdf(scores, nu).sum(axis=1)).sum())

    return float(optimize.minimize_scalar(missing, bounds=(1.0, 50.0), method="bounded").x)

"""Dynamic conditional correlation of ten series: one fit against batched numpy and scipy's searches."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import optimize, signal

from benchmarks.measure import Row, medians
from riskkit.checks import FloatArray
from riskkit.dependence import Dcc

DAYS, SERIES = 2_000, 10
SLACK = 1e-4  # of a log-likelihood: a peer further below ours has another optimum


def rows() -> Iterator[Row]:
    z = _residuals()
    fit, peer = Dcc().fit(z), NumpyDcc(z.to_numpy())
    names = {"SLSQP": peer.sequential, "Nelder-Mead": peer.simplex}
    for name, search in names.items():
        found = search()
        if -found.fun > fit.loglikelihood + 1e-6:
            raise AssertionError(f"{name} found a higher maximum: {-found.fun} > {fit.loglikelihood}")
        lower = fit.loglikelihood + found.fun
        seconds, other = medians(lambda: Dcc().fit(z).params, search, repeats=5)
        note = f"({found.nfev} evaluations, {'same optimum' if lower < SLACK else f'{lower:.2g} lower'})"
        at_least = 15 if name == "SLSQP" else 25
        yield Row(f"DCC(1,1) of {SERIES}, n={DAYS}", seconds, other, f"batched numpy, {name}", at_least=at_least, note=note)


def _residuals() -> pd.DataFrame:
    """Normal shocks whose correlations follow a DCC with a = 0.03, b = 0.95 about 0.4."""
    rng, target = np.random.default_rng(1), 0.4 + 0.6 * np.eye(SERIES)
    q, z = target, np.empty((DAYS, SERIES))
    for row in z:
        root = np.sqrt(np.diag(q))
        row[:] = np.linalg.cholesky(q / np.outer(root, root)) @ rng.standard_normal(SERIES)
        q = 0.02 * target + 0.03 * np.outer(row, row) + 0.95 * q
    return pd.DataFrame(z, columns=[f"series {number}" for number in range(SERIES)])


class NumpyDcc:
    """The peer: Q of all dates by one linear filter, LAPACK's Cholesky of the whole stack, a search without gradient."""

    def __init__(self, z: FloatArray) -> None:
        self.z, self.cells = z, np.tril_indices(z.shape[1])
        self.target = (z.T @ z / len(z))[self.cells]
        self.products = z[:-1, self.cells[0]] * z[:-1, self.cells[1]] - self.target

    def falling(self, point: FloatArray) -> float:
        a, b = point
        if a < 0.0 or b < 0.0 or a + b >= 1.0:
            return np.inf
        n, d = self.z.shape
        q = np.zeros((n, d, d))
        q[:, self.cells[0], self.cells[1]] = self.target
        q[1:, self.cells[0], self.cells[1]] += signal.lfilter([a], [1.0, -b], self.products, axis=0)
        diagonal = np.diagonal(q, axis1=1, axis2=2)
        lower = np.linalg.cholesky(q)
        white = np.sqrt(diagonal) * self.z
        for i in range(d):  # forward substitution, all dates at once
            white[:, i] = (white[:, i] - (lower[:, i, :i] * white[:, :i]).sum(axis=1)) / lower[:, i, i]
        pivots = np.diagonal(lower, axis1=1, axis2=2)
        log_det = 2.0 * np.log(pivots).sum() - np.log(diagonal).sum()
        return 0.5 * (n * d * np.log(2.0 * np.pi) + log_det + float((white**2).sum()))

    def sequential(self) -> optimize.OptimizeResult:
        room = [{"type": "ineq", "fun": lambda point: 1.0 - 1e-6 - point.sum()}]
        box = [(1e-6, 0.5), (1e-6, 1.0 - 1e-6)]
        count = len(self.z)
        found = optimize.minimize(
            lambda point: self.falling(point) / count, [0.05, 0.9], method="SLSQP", bounds=box, constraints=room,
            options={"ftol": 1e-11},
        )  # fmt: skip
        found.fun *= count
        return found

    def simplex(self) -> optimize.OptimizeResult:
        return optimize.minimize(self.falling, [0.05, 0.9], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-6})

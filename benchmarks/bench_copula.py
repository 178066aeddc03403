"""The Student-t copula: fits against the same algorithm in scipy and against copulae, draws against statsmodels.

copulae does not import beside the NumPy of this library: PEER_COPULAE names the Python of an environment that has it, and
without that its row is left out.
"""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize, stats
from statsmodels.distributions.copula.api import StudentTCopula

from benchmarks.measure import Row, medians
from riskkit.dependence import EllipticalLaw, StudentCopula, pseudo_observations

ROWS, NU = 1_500, 4.0
DRAWS, PEERS = 1_000_000, 50_000  # the peer is linear in its draws
PEER_FIT = """
import sys, time, warnings
import numpy as np
from copulae import StudentCopula
warnings.simplefilter("ignore")
u = np.load(sys.argv[1])
copula = StudentCopula(dim=u.shape[1])
start = time.process_time()
copula.fit(u, method="ml", to_pobs=False, verbose=0)
print(time.process_time() - start)
"""


def rows() -> Iterator[Row]:
    u = sample(10)
    values = u.to_numpy()
    ours, peer = medians(lambda: StudentCopula().fit(u, "tau"), lambda: with_scipy(values))
    yield Row(f"t copula, tau and nu, d=10, n={ROWS:,}", ours, peer, "scipy", at_least=25)
    python = os.environ.get("PEER_COPULAE")
    if python:
        yield with_copulae(python)
    else:
        print("t copula, all parameters, d=5: left out, PEER_COPULAE names no Python with copulae")
    yield draws()


def law(d: int) -> EllipticalLaw:
    names = [f"asset {number}" for number in range(d)]
    return EllipticalLaw(pd.DataFrame(0.4 + 0.6 * np.eye(d), names, names), NU)


def sample(d: int) -> pd.DataFrame:
    return pseudo_observations(law(d).sample(ROWS, rng=1))


def with_scipy(u: np.ndarray) -> float:
    d = u.shape[1]
    matrix = np.eye(d)
    for i in range(d):
        for j in range(i):
            matrix[i, j] = matrix[j, i] = np.sin(0.5 * np.pi * stats.kendalltau(u[:, i], u[:, j]).statistic)

    def missing(nu: float) -> float:
        scores = stats.t.ppf(u, nu)
        joint = stats.multivariate_t(shape=matrix, df=nu).logpdf(scores)
        return -float((joint - stats.t.logpdf(scores, nu).sum(axis=1)).sum())

    return float(optimize.minimize_scalar(missing, bounds=(1.0, 50.0), method="bounded").x)


def with_copulae(python: str) -> Row:
    """All parameters by maximum likelihood; the peer's processor time in a process of its own."""
    u = sample(5)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "u.npy"
        np.save(path, u.to_numpy())
        alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run([python, "-c", PEER_FIT, str(path)], env=alone, capture_output=True, text=True, check=True)
    ours = statistics.median(processor_seconds(lambda: StudentCopula().fit(u)) for _ in range(9))
    return Row(f"t copula, all parameters, d=5, n={ROWS:,}", ours, float(done.stdout), "copulae", at_least=300)


def processor_seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def draws() -> Row:
    copula, other = law(10), StudentTCopula(corr=law(10).correlation.to_numpy(), df=NU, k_dim=10)
    seconds, peer = medians(
        lambda: copula.sample(DRAWS, rng=1), lambda: other.rvs(PEERS, (), np.random.default_rng(1)), repeats=5
    )
    note = f"({seconds / DRAWS * 1e8:.1f} ns a number; goal 12x: NOTES.md)"
    return Row(f"t copula, {DRAWS:,} draws of ten", seconds, peer * DRAWS / PEERS, "statsmodels", at_least=9, note=note)

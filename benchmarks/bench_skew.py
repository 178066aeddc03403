"""The skew Student copula: its likelihood and its fit, against the same likelihood in numpy and scipy."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from benchmarks.measure import Row, medians
from riskkit.checks import FloatArray
from riskkit.dependence import SkewStudentCopula, SkewStudentLaw, kendall, pseudo_observations

OBSERVATIONS = 1_500
NODES, WEIGHTS = np.polynomial.legendre.leggauss(6)


def rows() -> Iterator[Row]:
    for d, at_least in ((5, 2.4), (10, 2.7)):
        yield _likelihood(d, at_least)
    _, u = _sample(5)
    ours, peer = medians(lambda: SkewStudentCopula().fit(u), lambda: plain_fit(u), repeats=3)
    note = f"({ours:.2f} s a fit; the peer searches from one start, ours from four)"
    yield Row("skew Student copula, ML fit, n=1500, d=5", ours, peer, "numpy and scipy", at_least=2.8, note=note)


def _likelihood(d: int, at_least: float) -> Row:
    law, u = _sample(d)
    values, correlation = u.to_numpy(), law.correlation.to_numpy()
    ours, peer = medians(lambda: law.log_density(values), lambda: plain(values, correlation, -1.2, law.nu))
    return Row(f"skew Student copula, a likelihood, n=1500, d={d}", ours, peer, "numpy and scipy", at_least=at_least)


def _sample(d: int) -> tuple[SkewStudentLaw, pd.DataFrame]:
    names = [f"series {number}" for number in range(d)]
    law = SkewStudentLaw(pd.DataFrame(0.5 + 0.5 * np.eye(d), names, names), -1.2, 4.0)
    return law, pseudo_observations(law.sample(OBSERVATIONS, rng=1))


def plain(u: FloatArray, correlation: FloatArray, skew: float, nu: float) -> FloatArray:
    """Quantiles by interpolation in a table of 400 panels, the rest as the formula has it."""
    d, delta = u.shape[1], skew / np.sqrt(1 + skew**2)
    scatter = delta**2 + (1 - delta**2) * correlation
    toward = np.linalg.solve(scatter, np.full(d, delta))
    shape = toward / np.sqrt(1 - delta * toward.sum())
    x = _quantiles(u, skew, nu)
    square = (x * np.linalg.solve(scatter, x.T).T).sum(axis=1)
    joint = stats.multivariate_t(np.zeros(d), scatter, df=nu).logpdf(x)
    joint += np.log(2 * special.stdtr(nu + d, x @ shape * np.sqrt((nu + d) / (nu + square))))
    return np.asarray(joint - np.log(_margin(x, skew, nu)).sum(axis=1))


def _margin(x: FloatArray, skew: float, nu: float) -> FloatArray:
    return np.asarray(2 * stats.t.pdf(x, nu) * special.stdtr(nu + 1, skew * x * np.sqrt((nu + 1) / (nu + x * x))))


def _quantiles(u: FloatArray, skew: float, nu: float) -> FloatArray:
    edge = np.linspace(-9, 9, 401)
    width = edge[1] - edge[0]
    inner = edge[:-1, np.newaxis] + 0.5 * width * (1 + NODES)
    share = np.cumsum(0.5 * width * (_margin(np.sinh(inner), skew, nu) * np.cosh(inner)) @ WEIGHTS)
    return np.asarray(np.sinh(np.interp(u, np.r_[0, share / share[-1]], edge)))


def plain_fit(u: pd.DataFrame) -> FloatArray:
    """L-BFGS-B with scipy's differences, from Kendall's tau and a skew of -1."""
    values, d = u.to_numpy(), u.shape[1]
    root = np.linalg.cholesky(np.sin(0.5 * np.pi * kendall(u).to_numpy()))
    lower = np.tril_indices(d, -1)

    def fall(at: FloatArray) -> float:
        factor = np.eye(d)
        factor[lower] = at[:-2]
        factor /= np.linalg.norm(factor, axis=1)[:, np.newaxis]
        return -float(plain(values, factor @ factor.T, at[-2], np.exp(at[-1])).mean())

    start = np.r_[(root / np.diag(root)[:, np.newaxis])[lower], -1.0, np.log(5.0)]
    bounds = [(None, None)] * (len(start) - 2) + [(-30, 30), (0, np.log(200))]
    return np.asarray(optimize.minimize(fall, start, method="L-BFGS-B", bounds=bounds).x)

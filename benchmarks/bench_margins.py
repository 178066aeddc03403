"""From the draws of a t copula through ten t margins to a portfolio's losses, and quantiles alone, against scipy."""

from collections.abc import Iterator

import numpy as np
from scipy import special, stats

from benchmarks.measure import Row, medians
from riskkit.checks import FloatArray
from riskkit.core.innovation import Innovation
from riskkit.tails import QuantileTable
from riskkit_ext import _margins

DRAWS, ASSETS, NU = 1_000_000, 10, 4.3
PEERS = 50_000  # draws that the peer takes; it is linear in them
BLOCK = 16_384
DEGREES = np.linspace(2.6, 7.1, ASSETS)
SIGMA = 0.03
WEIGHTS = np.full(ASSETS, 1.0 / ASSETS)


def rows() -> Iterator[Row]:
    root = np.linalg.cholesky(0.5 * np.eye(ASSETS) + 0.5)
    yield _portfolio(root)
    yield _margins_alone(root)
    yield from _quantiles()


def scores(random: np.random.Generator, n: int, root: FloatArray) -> FloatArray:
    """Draws (n, ASSETS) of the multivariate t law."""
    normal = random.standard_normal((n, ASSETS)) @ root.T
    return normal / np.sqrt(random.chisquare(NU, (n, 1)) / NU)


def ours(root: FloatArray) -> FloatArray:
    """Losses (DRAWS,), block by block, on one thread; the tables are made anew."""
    margins = [QuantileTable(Innovation("t", nu), NU, scale=SIGMA).margin for nu in DEGREES]
    random, result = np.random.default_rng(1), np.empty(DRAWS)
    for first in range(0, DRAWS, BLOCK):
        part = result[first : first + BLOCK]
        normal = random.standard_normal((len(part), ASSETS))
        radius = np.sqrt(NU / random.chisquare(NU, len(part)))
        _margins.elliptical_losses(normal, root, radius, margins, WEIGHTS, True, part)
    return result


def scipys(x: FloatArray) -> FloatArray:
    """Losses of scores: distribution function of the copula, quantiles of the margins, simple returns."""
    u = stats.t.cdf(x, NU)
    moves = SIGMA * np.sqrt(1.0 - 2.0 / DEGREES) * stats.t.ppf(u, DEGREES)
    return -np.expm1(moves) @ WEIGHTS


def _portfolio(root: FloatArray) -> Row:
    random = np.random.default_rng(1)
    seconds, peer = medians(lambda: ours(root), lambda: scipys(scores(random, PEERS, root)), repeats=3)
    name = f"t copula, {ASSETS} t margins, losses, {DRAWS:,} draws, 1 thread"
    note = f"({seconds * 1e3:.0f} ms, drawing included)"
    return Row(name, seconds, peer * DRAWS / PEERS, "scipy t.cdf, t.ppf", at_least=20, note=note)


def _margins_alone(root: FloatArray) -> Row:
    x = scores(np.random.default_rng(1), DRAWS, root)
    margins = [QuantileTable(Innovation("t", nu), NU, scale=SIGMA).margin for nu in DEGREES]
    result = np.empty(DRAWS)
    seconds, peer = medians(lambda: _margins.losses(x, margins, WEIGHTS, True, result), lambda: scipys(x[:PEERS]), repeats=3)
    error = np.abs(result[:PEERS] - _exact(x[:PEERS])).max()
    note = f"({seconds / DRAWS / ASSETS * 1e9:.1f} ns a quantile, error {error:.0e})"
    name = f"the same from scores in memory, {DRAWS:,} draws, 1 thread"
    return Row(name, seconds, peer * DRAWS / PEERS, "scipy t.cdf, t.ppf", at_least=40, note=note)


def _exact(x: FloatArray) -> FloatArray:
    """Losses by exact quantiles of the smaller tail, which has all its digits."""
    outer = special.stdtrit(DEGREES, special.stdtr(NU, -np.abs(x)))
    moves = -np.sign(x) * SIGMA * np.sqrt(1.0 - 2.0 / DEGREES) * outer
    return -np.expm1(moves) @ WEIGHTS


def _quantiles() -> Iterator[Row]:
    u = np.random.default_rng(1).uniform(size=DRAWS)
    for law, peer, promise in (
        (Innovation("t", 3.7), lambda: stats.t.ppf(u[:PEERS], 3.7), 20),
        (Innovation("skewt", 4.3, -0.2), lambda: Innovation("skewt", 4.3, -0.2).quantile(u[:PEERS]), 20),
    ):
        seconds, other = medians(lambda law=law: QuantileTable(law)(u), peer, repeats=3)
        note = f"({seconds * 1e3:.1f} ms, table included)"
        name = f"quantiles of a {law.dist}, {DRAWS:,} uniforms"
        other_name = "scipy t.ppf" if law.dist == "t" else "closed form by scipy"
        yield Row(name, seconds, other * DRAWS / PEERS, other_name, at_least=promise, note=note)

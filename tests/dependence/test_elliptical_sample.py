"""The table of a distribution function far out, and the order in which a sample is drawn."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from oracles.elliptical_uniforms import uniforms
from scipy import special

from riskkit.dependence.elliptical_sample import VALUES, draw, tail_table

ROOT = np.linalg.cholesky(np.array([[1.0, 0.7, 0.4], [0.7, 1.0, -0.2], [0.4, -0.2, 1.0]]))


def lower_tail(x, nu):
    if nu == 1.0:
        return np.arctan(-1.0 / x) / np.pi  # scipy's is 4e-14 off
    return special.ndtr(x) if np.isinf(nu) else special.stdtr(nu, x)


@pytest.mark.parametrize("nu", [0.5, 1.0, 2.3, 4.0, 25.0, 300.0, np.inf])
def test_the_table_has_all_digits_of_both_tails(nu):
    tails = np.concatenate([10.0 ** -np.arange(0.31, 21.0, 0.017), np.linspace(0.2, 0.499, 3_001)])
    x = special.ndtri(tails) if np.isinf(nu) else special.stdtrit(nu, tails)
    exact = lower_tail(x, nu)
    table = tail_table(nu)
    np.testing.assert_allclose(table(x), exact, rtol=1e-12, atol=0.0)
    np.testing.assert_allclose(table(-x), 1.0 - exact, rtol=0.0, atol=2e-14)


@pytest.mark.parametrize("nu", [0.5, 4.0, np.inf])
def test_results_are_inside_the_unit_interval(nu):
    x = np.array([-np.inf, -1e300, -9.9, 0.0, 9.9, 1e300, np.inf])
    u = tail_table(nu)(x)
    assert np.all((u > 0.0) & (u < 1.0))
    assert np.all(np.diff(u) >= 0.0)
    assert u[0] == pytest.approx(2.0**-70, rel=1e-10)
    assert u[3] == pytest.approx(0.5, abs=1e-14)


@pytest.mark.parametrize("nu", [3.0, np.inf])
def test_draws_are_those_of_numpy_block_by_block(nu):
    rows, n = VALUES // 3, VALUES // 3 + 100
    found, random, expected = draw(ROOT, nu, n, np.random.default_rng(7)), np.random.default_rng(7), []
    for size in (rows, n - rows):
        normal = random.standard_normal((size, 3))
        gamma = random.standard_gamma(0.5 * nu, size) if np.isfinite(nu) else None
        expected.append(uniforms(normal, gamma, nu, ROOT))
    np.testing.assert_allclose(found, np.concatenate(expected), rtol=1e-11)
    assert draw(ROOT, nu, 1, np.random.default_rng(7)).shape == (1, 3)


def test_threads_do_not_matter():
    alone = [draw(ROOT, 4.0, 20_000, np.random.default_rng(seed)) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: draw(ROOT, 4.0, 20_000, np.random.default_rng(seed)), range(4)))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_table_stays_frozen():
    table = pickle.loads(pickle.dumps(tail_table(4.0)))
    np.testing.assert_array_equal(table.cells, tail_table(4.0).cells)
    with pytest.raises(ValueError, match="read-only"):
        table.cells[0, 0] = 1.0

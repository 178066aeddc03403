"""Mixing, shock and distribution function in one pass, against NumPy and scipy; what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.elliptical_uniforms import uniforms

from riskkit.dependence.elliptical_sample import tail_table
from riskkit_ext import _elliptical_uniforms


def fill(normal, gamma, shape, root, table):
    result = np.full(normal.shape, np.nan)
    _elliptical_uniforms.fill(normal, gamma, shape, root, table.cells, table.bits, table.high, result)
    return result


@settings(deadline=None, max_examples=50)
@given(n=st.integers(0, 600), d=st.integers(1, 5), nu=st.sampled_from([0.7, 4.0, 30.0, np.inf]), seed=st.integers(0, 99))
def test_any_size(n, d, nu, seed):
    random = np.random.default_rng(seed)
    normal, gamma = random.normal(size=(n, d)), random.gamma(min(0.5 * nu, 9.0), size=n)
    root = np.linalg.cholesky(0.4 * np.eye(d) + 0.6)
    heavy = np.isfinite(nu)
    found = fill(normal, gamma if heavy else None, 0.5 * nu, root, tail_table(nu))
    np.testing.assert_allclose(found, uniforms(normal, gamma, nu, root), rtol=1e-11, atol=1e-15)


def test_blocks_do_not_matter():
    random = np.random.default_rng(1)
    normal, gamma, table = random.normal(size=(1_000, 3)), random.gamma(2.0, size=1_000), tail_table(4.0)
    for one in (normal, gamma):
        one.setflags(write=False)
    whole = fill(normal, gamma, 2.0, np.eye(3), table)
    parts = [fill(normal[k : k + 77], gamma[k : k + 77], 2.0, np.eye(3), table) for k in range(0, 1_000, 77)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_what_does_not_fit_is_refused():
    table, normal = tail_table(4.0), np.ones((3, 2))
    with pytest.raises(ValueError, match="normals are"):
        fill(normal, None, 2.0, np.eye(3), table)
    with pytest.raises(ValueError, match="normals are"):
        fill(normal, np.ones(2), 2.0, np.eye(2), table)
    with pytest.raises(ValueError, match="normals are"):
        _elliptical_uniforms.fill(normal, None, 2.0, np.eye(2), table.cells, table.bits, table.high, np.ones((2, 2)))
    with pytest.raises(ValueError, match="do not reach"):
        _elliptical_uniforms.fill(normal, None, 2.0, np.eye(2), table.cells[:9], table.bits, table.high, normal.copy())
    with pytest.raises(ValueError, match="do not reach"):
        _elliptical_uniforms.probabilities(np.ones(1), table.cells, -1, table.high, np.ones(1))
    with pytest.raises(ValueError, match="results for"):
        _elliptical_uniforms.probabilities(np.ones(1), table.cells, table.bits, table.high, np.ones(2))

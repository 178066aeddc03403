"""The kernel of Kendall's tau against its slow twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import kendall as oracle
from scipy import stats

from riskkit_ext import _kendall


def run(*columns):
    values = np.array(columns, dtype=float)
    tau = np.full((len(columns),) * 2, 9.0)
    _kendall.tau_b(values, tau)
    return tau


@settings(deadline=None, max_examples=200)
@given(rows=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3) | st.integers(0, 1000)), min_size=2, max_size=90))
def test_any_two_columns_with_any_ties(rows):
    x, y = zip(*rows, strict=True)
    if len(set(x)) > 1 and len(set(y)) > 1:
        expected = oracle.tau_b(x, y)
        tau = run(x, y)
        assert tau[0, 0] == tau[1, 1] == 1.0
        assert tau[0, 1] == tau[1, 0] == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("rows", [63, 64, 65, 127, 128, 129, 130, 1000, 4097])
@pytest.mark.parametrize("kinds", [3, 200, None])
def test_blocks_of_every_size(rows, kinds):
    x, y = np.random.default_rng(rows).normal(size=(2, rows))
    if kinds is not None:
        x, y = np.floor(kinds * stats.norm.cdf(x)), np.floor(kinds * stats.norm.cdf(y))
    assert run(x, y)[0, 1] == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-15)


def test_the_same_order_and_the_opposite_order():
    x = np.random.default_rng(3).permutation(777)
    np.testing.assert_array_equal(run(x, 3 * x, -x), [[1, 1, -1], [1, 1, -1], [-1, -1, 1]])


def test_counts_beyond_32_bits():
    rows = 150_000
    x = np.arange(rows)
    y = np.r_[x[rows // 2 :], x[: rows // 2]]  # the halves change places: 75,000^2 discordant pairs
    assert run(x, y)[0, 1] == pytest.approx(1 - 4 * (rows // 2) ** 2 / (rows * (rows - 1)), abs=1e-15)


def test_a_constant_column_has_no_tau():
    assert np.isnan(run([1, 1, 1], [1, 2, 3])[0, 1])


@pytest.mark.parametrize("scale", [5e-324, 1e-300, 1.0, 1e300])
def test_the_order_of_doubles_of_every_size_and_sign(scale):
    x = scale * np.array([-1e6, -3.0, -1.0, -0.0, 0.0, 1.0, 2.0, 7e7])
    assert run(x, [1, 2, 3, 4, 4, 5, 6, 7])[0, 1] == pytest.approx(1.0, abs=1e-15)
    x[3] = -scale
    assert run(x, [1, 2, 3, 3, 4, 5, 6, 7])[0, 1] == pytest.approx(1.0, abs=1e-15)


def test_read_only_and_empty_input():
    values = np.array([[0.0, 1.0, 2.0], [0.0, 2.0, 1.0]])
    values.setflags(write=False)
    tau = np.empty((2, 2))
    _kendall.tau_b(values, tau)
    assert tau[0, 1] == pytest.approx(1 / 3)
    _kendall.tau_b(np.empty((0, 5)), np.empty((0, 0)))


@pytest.mark.parametrize(("shape", "size"), [((2, 3), 3), ((2, 1), 2), ((2, 0), 2), ((0, 1), 0)])
def test_refuses_what_would_read_or_write_outside(shape, size):
    with pytest.raises(ValueError, match="do not fit"):
        _kendall.tau_b(np.zeros(shape), np.empty((size, size)))

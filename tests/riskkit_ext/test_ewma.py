"""The exponentially weighted kernels against their slow twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import ewma as oracle

from riskkit_ext import _ewma


def variance(values, decay):
    out = np.full(len(values) + 1, np.nan)
    _ewma.variance(values, decay, out)
    return out


def filtered(loss, window, step, level, decay):
    count = len(range(0, len(loss) - window, step))
    var, es = np.full(count, np.nan), np.full(count, np.nan)
    return _ewma.filtered_var_es(loss, window, step, level, decay, var, es), var, es


@pytest.mark.parametrize("decay", [0.01, 0.5, 0.94, 0.999])
def test_variance(decay):
    values = np.random.default_rng(1).standard_t(3, 800)
    np.testing.assert_allclose(variance(values, decay), oracle.variance(values, decay), rtol=1e-14)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    window=st.integers(1, 80),
    step=st.integers(1, 90),
    level=st.sampled_from([0.6, 0.9, 0.975, 0.99]),
    decay=st.floats(0.5, 0.999),
    scale=st.sampled_from([1e-9, 1.0, 1e6]),
)
def test_filtered(seed, window, step, level, decay, scale):
    loss = scale * np.random.default_rng(seed).standard_t(3, 120)
    good, var, es = filtered(loss, window, step, level, decay)
    starts = range(0, len(loss) - window, step)
    expected = np.array([oracle.filtered_var_es(loss[start : start + window], level, decay) for start in starts])
    assert good == len(starts)
    np.testing.assert_allclose(np.stack([var, es], axis=1), expected, rtol=1e-12)


def test_scale_by_a_power_of_two_changes_no_digit():
    loss = np.random.default_rng(4).standard_t(3, 300)
    _, var, es = filtered(loss, 100, 1, 0.99, 0.94)
    _, scaled_var, scaled_es = filtered(loss * 2.0**-20, 100, 1, 0.99, 0.94)
    np.testing.assert_array_equal(var * 2.0**-20, scaled_var)
    np.testing.assert_array_equal(es * 2.0**-20, scaled_es)


def test_says_where_the_variance_vanishes_or_overflows():
    loss = np.random.default_rng(4).standard_normal(300)
    quiet = loss.copy()
    quiet[100:200] = 0.0
    assert filtered(quiet, 50, 1, 0.99, 0.94)[0] == 100  # the first window of zeros alone
    assert filtered(quiet, 100, 10, 0.99, 1e-5)[0] == 7  # 0.00001 ** 65 has no place among doubles: 66 zeros in a row
    wild = loss.copy()
    wild[130] = 1e200
    assert filtered(wild, 50, 1, 0.99, 0.94)[0] == 81
    assert filtered(loss, 50, 1, 0.99, 0.94)[0] == 250


def test_empty_length_one_and_read_only():
    assert _ewma.filtered_var_es(np.empty(0), 5, 1, 0.99, 0.94, np.empty(0), np.empty(0)) == 0
    loss = np.array([2.0, -1.0])
    loss.setflags(write=False)
    np.testing.assert_allclose(variance(loss[:1], 0.5), [4.0, 4.0])
    good, var, es = filtered(loss, 1, 1, 0.99, 0.94)
    assert (good, var.tolist(), es.tolist()) == (1, [2.0], [2.0])


def test_refuses_arrays_that_do_not_fit():
    with pytest.raises(ValueError, match="have 4 variances"):
        _ewma.variance(np.ones(3), 0.94, np.empty(3))
    with pytest.raises(ValueError, match="have 1 variances"):
        _ewma.variance(np.empty(0), 0.94, np.empty(1))
    for window, step, count, other in [(0, 1, 1, 1), (5, 0, 1, 1), (5, 1, 7, 7), (5, 1, 2, 3)]:
        with pytest.raises(ValueError, match="do not fit"):
            _ewma.filtered_var_es(np.ones(10), window, step, 0.99, 0.94, np.empty(count), np.empty(other))
    for level, decay in [(0.5, 0.94), (1.0, 0.94), (np.nan, 0.94), (0.99, 0.0), (0.99, 1.0), (0.99, np.nan)]:
        with pytest.raises(ValueError, match="out of range"):
            filtered(np.ones(10), 5, 1, level, decay)

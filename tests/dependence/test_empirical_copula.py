"""The empirical copula against its slow twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import empirical_copula as oracle

from riskkit.dependence.empirical_copula import empirical_copula


@settings(deadline=None, max_examples=80)
@given(
    seed=st.integers(0, 10**6),
    draws=st.integers(1, 60),
    points=st.integers(0, 30),
    d=st.integers(2, 5),
    digits=st.integers(1, 8),
)
def test_any_draws_any_points_with_ties(seed, draws, points, d, digits):
    rng = np.random.default_rng(seed)
    sample, at = rng.random((draws, d)).round(digits), rng.random((points, d)).round(digits)
    np.testing.assert_array_equal(empirical_copula(sample, at), oracle.empirical_copula(sample, at))


def test_more_draws_than_the_kernel_takes_at_once():
    rng = np.random.default_rng(1)
    sample, at = rng.random((150_000, 2)), rng.random((20, 2))
    expected = [np.mean((sample <= point).all(axis=1)) for point in at]
    np.testing.assert_array_equal(empirical_copula(sample, at), expected)
    assert empirical_copula(sample, np.ones((1, 2))) == pytest.approx(1.0)

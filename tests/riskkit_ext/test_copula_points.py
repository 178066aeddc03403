"""The kernel behind pair_points: its tables of laws, and what it refuses."""

import numpy as np
import pytest
from oracles import copula_points as oracle
from scipy import special

from riskkit_ext import _copula_points as kernel

N = 400


def scores(family, strength, nu=4.0, skew=0.0, most=9.0, n=N):
    first, second = np.empty((2, n))
    kernel.points(kernel.FAMILIES.index(family), strength, nu, skew, most, first, second)
    return first, second


def test_normal_scores_are_scipys():
    v, w = oracle.sequence(N, *oracle.PLASTIC)
    first, second = scores("normal", 0.0)
    np.testing.assert_allclose(first, special.ndtri(v), rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(second, special.ndtri(w), rtol=1e-13, atol=1e-15)


def test_scores_reach_far_into_the_tail():
    first, _ = scores("normal", 0.0, most=-8.0)
    v, _ = oracle.sequence(N, *oracle.PLASTIC)
    np.testing.assert_allclose(first, special.ndtri(v * special.ndtr(-8.0)), rtol=1e-12)


@pytest.mark.parametrize("nu", [1.5, 2.0, 4.0, 30.0])
@pytest.mark.parametrize("correlation", [-0.6, 0.0, 0.95])
def test_student_points_are_scipys(nu, correlation):
    expected = oracle.student(correlation, nu, N)
    first, second = scores("student", correlation, nu)
    np.testing.assert_allclose(first, expected[0], rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(second, expected[1], atol=1e-7)


@pytest.mark.parametrize(("nu", "skew"), [(4.0, -0.3), (1.5, -1.0), (2.5, 5.0), (8.0, 0.7), (200.0, -2.0)])
def test_skewed_points_are_the_conditional_laws_of_scipy(nu, skew):
    chosen = (0, 7, 99, 300)
    found = np.array(scores("skewed", 0.5, nu, skew))[:, chosen]
    np.testing.assert_allclose(found, oracle.skewed(0.5, nu, skew, N, chosen), atol=1e-7)


def test_without_skewness_the_margin_is_that_of_student():
    first, second = scores("skewed", 0.4, 3.0)
    expected = oracle.skewed(0.4, 3.0, 0.0, N, range(0, N, 80))
    np.testing.assert_allclose([first[::80], second[::80]], expected, atol=1e-7)


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        kernel.points(0, 0.5, 4.0, 0.0, 9.0, np.empty(3), np.empty(2))
    with pytest.raises(ValueError, match="do not fit"):
        kernel.points(8, 0.5, 4.0, 0.0, 9.0, np.empty(3), np.empty(3))
    frozen = np.empty(3)
    frozen.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        kernel.points(0, 0.5, 4.0, 0.0, 9.0, frozen, np.empty(3))

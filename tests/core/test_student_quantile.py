"""Student quantiles by series from cell to cell, against mpmath and scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.student_copula import quantile_error
from scipy import special

from riskkit.core.student_quantile import FEW, student_quantile

FILL = np.linspace(0.01, 0.4, FEW)  # so many that the kernel is taken
RARE = np.array([1e-200, 1e-60, 1e-21, 1e-12, 1e-6, 1 / 1501, 0.02, 0.11, 0.25, 0.3, 0.4999, 0.5 - 1e-9, 0.5 - 1e-14])


@pytest.mark.parametrize("nu", [0.8, 1.0, 1.7, 2.0, 3.3, 4.0, 10.0, 100.0, 1e4])
def test_exact_to_the_last_digits(nu):
    wanted = RARE if nu >= 4 else RARE[1:]  # beyond, 1 + x^2 leaves the range of a double
    found = student_quantile(np.concatenate([wanted, FILL]), nu)[: len(wanted)]
    errors = [quantile_error(x, p, nu) for x, p in zip(found, wanted, strict=True)]
    assert np.abs(errors).max() < 1e-13


@settings(deadline=None, max_examples=60)
@given(
    nu=st.floats(0.5, 1e5),
    p=st.lists(st.floats(1e-18, 0.45), min_size=FEW + 1, max_size=3 * FEW),
    mirrored=st.booleans(),
)
def test_any_probabilities_are_those_of_scipy(nu, p, mirrored):
    lower = np.array(p)
    u = 1.0 - lower if mirrored else lower
    np.testing.assert_allclose(student_quantile(u, nu), special.stdtrit(nu, u), rtol=2e-12)


def test_infinite_nu_is_the_limit():
    p = np.linspace(1e-6, 0.999, 300)
    np.testing.assert_array_equal(student_quantile(p, np.inf), special.ndtri(p))
    np.testing.assert_allclose(student_quantile(p, 1e9), special.ndtri(p), rtol=1e-7, atol=1e-9)


def test_symmetric_and_rising():
    p = np.arange(1, 1024) / 1024.0
    x = student_quantile(p, 3.5)
    np.testing.assert_array_equal(x, -x[::-1])
    assert x[511] == 0.0
    assert np.all(np.diff(x) > 0.0)


def test_shapes_and_what_no_series_reaches():
    p = np.linspace(0.001, 0.999, 200).reshape(20, 10)
    p.setflags(write=False)
    assert student_quantile(p, 4.0).shape == (20, 10)
    np.testing.assert_array_equal(student_quantile(p[:, ::2], 4.0), student_quantile(p, 4.0)[:, ::2])
    assert student_quantile(np.empty(0), 4.0).shape == (0,)
    assert student_quantile(np.array([0.3]), 4.0) == special.stdtrit(4.0, 0.3)
    odd = np.concatenate([FILL, [0.0, 1.0, np.nan]])
    np.testing.assert_array_equal(student_quantile(odd, 4.0)[-3:], special.stdtrit(4.0, odd[-3:]))

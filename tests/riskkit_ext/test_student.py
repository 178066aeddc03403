"""The Student-t kernel against its slow twin, in double and in 40 digits."""

import mpmath
import numpy as np
import pytest
from oracles import student as oracle

from riskkit_ext import _student


def derivatives(z, point):
    gradient, hessian = np.empty(3), np.empty((3, 3))
    value = _student.derivatives(z, np.array(point, float), np.empty(len(z) * _student.lanes), gradient, hessian)
    return value, gradient, hessian


@pytest.mark.parametrize("eta", [1e-7, 1e-4, 0.00099, 0.00101, 0.03124, 0.03126, 0.2, 0.5, 0.95])
@pytest.mark.parametrize("log_scale", [-2.0, 0.1])
def test_derivatives(eta, log_scale):
    z = np.random.default_rng(2).standard_t(3, 30)
    point = (0.2, log_scale, eta)
    value, gradient, hessian = derivatives(z, point)
    with mpmath.workdps(60):
        y, x = [mpmath.mpf(float(v)) for v in z], tuple(mpmath.mpf(v) for v in point)

        def f(*x):
            return oracle.loglikelihood(y, *x, mpmath.mp)

        def diff(*axes):
            orders = tuple(axes.count(i) for i in range(3))
            return float(mpmath.diff(f, x, orders, h=mpmath.mpf(10) ** -15))

        expected = np.array([diff(i) for i in range(3)]), np.array([[diff(i, j) for j in range(3)] for i in range(3)])
        assert value == pytest.approx(float(f(*x)), rel=1e-12)
    np.testing.assert_allclose(gradient, expected[0], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(hessian, expected[1], rtol=1e-8, atol=1e-8)


def test_normal_limit():
    z = np.random.default_rng(2).normal(size=50)
    value, gradient, hessian = derivatives(z, (0.1, 0.2, 0.0))
    near = derivatives(z, (0.1, 0.2, 1e-9))
    assert value == pytest.approx(oracle.loglikelihood(z, 0.1, 0.2, 0), rel=1e-13)
    np.testing.assert_allclose(near[1], gradient, rtol=1e-6)
    np.testing.assert_allclose(near[2], hessian, rtol=1e-6)


@pytest.mark.parametrize("n", [1, 15, 16, 17, 500])
def test_value_at_any_length(n):
    z = np.random.default_rng(n).normal(size=n)
    z.setflags(write=False)
    assert derivatives(z, (0.1, -0.3, 0.2))[0] == pytest.approx(oracle.loglikelihood(z, 0.1, -0.3, 0.2), rel=1e-12)


@pytest.mark.parametrize("eta", [0.0, 1e-300, 1e-9, 1e-3, 0.03125, 0.1, 0.5, 0.999])
def test_normaliser(eta):
    out = np.empty(3)
    _student.normaliser(eta, out)
    with mpmath.workdps(40):

        def f(x):
            a = 1 / (2 * x)
            return mpmath.loggamma(a + 0.5) - mpmath.loggamma(a) - mpmath.log(a) / 2 - mpmath.log(2 * mpmath.pi) / 2

        at = mpmath.mpf(max(eta, 1e-9))
        expected = [float(f(at)), float(mpmath.diff(f, at, h=at / 10**9)), float(mpmath.diff(f, at, 2, h=at / 10**7))]
    tolerance = 1e-11 if eta >= 1e-9 else 1e-8
    np.testing.assert_allclose(out, expected, rtol=tolerance, atol=tolerance)


def test_roll_equals_fit():
    y = np.random.default_rng(4).standard_t(4, 400)
    workspace, out = np.empty(200 * _student.lanes), np.empty((200, _student.OPTIMUM_SIZE))
    _student.roll(y, 1, 200, 0, 200, 50, workspace, out)
    for i in (0, 1, 49, 50, 120, 199):
        maxima = np.empty((_student.most_starts, _student.OPTIMUM_SIZE))
        _student.fit(y[i : i + 200], workspace, maxima)
        np.testing.assert_allclose(out[i, :6], maxima[0, :6], rtol=1e-8, atol=1e-9)

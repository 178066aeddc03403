"""The kernel of the skew Student law against scipy and high precision."""

import mpmath as mp
import numpy as np
import pytest
from scipy import special, stats

from riskkit_ext import _skew_student
from tests.oracles import skew_student as oracle


def below(x, skew, nu):
    """Share of a margin beyond x on the side away from 0, in 25 digits."""
    with mp.workdps(25):
        x, skew, nu = map(mp.mpf, (x, skew, nu))
        constant = 2 * mp.gamma((nu + 1) / 2) / mp.sqrt(mp.pi) / mp.gamma(nu / 2)

        def density(r):
            v = skew * mp.tanh(r)
            tail = mp.betainc((nu + 1) / 2, mp.mpf(1) / 2, 0, 1 / (1 + v * v), regularized=True) / 2
            return constant * mp.cosh(r) ** -nu * (tail if v < 0 else 1 - tail)

        s = mp.asinh(x / mp.sqrt(nu))
        side = -1 if s < 0 else 1
        width = 1 / (nu * mp.tanh(abs(s)) + mp.sqrt(nu * (1 + skew**2)))
        ends = [s + side * width * step for step in (0, 1, 2, 4, 7, 11, 16, 24, 36, 50, 70, 100, 150)]
        return mp.quad(density, sorted(ends))


@pytest.mark.parametrize(("nu", "skew"), [(1.0, 0.5), (4.0, 0.0), (4.0, -2.0), (30.0, -2.0), (200.0, 2.0)])
def test_quantiles_against_25_digits(nu, skew):
    u = np.array([1e-100, 1e-12, 1e-4, 0.2, 0.99, 1 - 1e-12])
    x = np.empty_like(u)
    _skew_student.quantiles(np.log(u) - np.log1p(-u), skew, nu, x)
    for share, value in zip(u, x, strict=True):
        wanted = share if value < 0 else 1 - share
        assert float(below(value, skew, nu)) == pytest.approx(wanted, rel=3e-10)


@pytest.mark.parametrize(("nu", "skew"), [(2.5, 20.0), (5.0, -50.0), (1.0, 3.0), (12.0, -0.1)])
def test_quantiles_against_root_finding(nu, skew):
    u = np.array([0.002, 0.1, 0.45, 0.8, 0.999])
    x = np.empty_like(u)
    _skew_student.quantiles(special.logit(u), skew, nu, x)
    for share, value in zip(u, x, strict=True):
        assert oracle.margin_cdf(value, skew, nu) == pytest.approx(share, abs=2e-10)


@pytest.mark.parametrize("nu", [1.0, 4.2, 50.0, 1000.0])
def test_without_skew_it_is_students_law(nu):
    u = np.linspace(0.0005, 0.9995, 301)
    x = np.empty_like(u)
    _skew_student.quantiles(special.logit(u), 0.0, nu, x)
    np.testing.assert_allclose(stats.t.cdf(x, nu), u, atol=1e-10)


@pytest.mark.parametrize("skew", [-50.0, -2.0, 0.0, 0.7])
@pytest.mark.parametrize("nu", [1.0, 6.0, 300.0])
def test_logits_undo_quantiles(nu, skew):
    logit = np.linspace(-40, 36, 400)
    x, back = np.empty_like(logit), np.empty_like(logit)
    _skew_student.quantiles(logit, skew, nu, x)
    assert np.all(np.diff(x) > 0)
    _skew_student.logits(x, skew, nu, back)
    np.testing.assert_allclose(back, logit, atol=3e-8)
    shuffled, again = np.random.default_rng(1).permutation(logit), np.empty_like(logit)
    _skew_student.quantiles(shuffled, skew, nu, again)
    np.testing.assert_array_equal(np.sort(again), x)


@pytest.mark.parametrize(("nu", "d"), [(1.0, 1), (4.0, 5), (200.0, 10)])
def test_density_and_its_derivatives(nu, d):
    q, a = np.linspace(0.0, 30.0, 201), np.linspace(-9.0, 9.0, 201)
    value, by_q, by_a = evaluated(q, a, nu, d)
    student = special.gammaln((nu + d) / 2) - special.gammaln(nu / 2) - d / 2 * np.log(np.pi * nu)
    student = student - (nu + d) / 2 * np.log1p(q / nu)
    tilt = stats.t.logcdf(a * np.sqrt((nu + d) / (nu + q)), nu + d)
    np.testing.assert_allclose(value, np.log(2) + student + tilt, atol=1e-10)
    h = 1e-5
    slope = (evaluated(q + 1 + h, a, nu, d)[0] - evaluated(q + 1 - h, a, nu, d)[0]) / (2 * h)
    np.testing.assert_allclose(evaluated(q + 1, a, nu, d)[1], slope, rtol=1e-5, atol=1e-6)
    slope = (evaluated(q, a + h, nu, d)[0] - evaluated(q, a - h, nu, d)[0]) / (2 * h)
    np.testing.assert_allclose(by_a, slope, rtol=1e-5, atol=1e-6)
    assert np.all(np.isfinite(by_q))


def evaluated(q, a, nu, d):
    out = np.empty((3, len(q)))
    q.setflags(write=False)
    _skew_student.density(q, a, nu, float(d), *out)
    return out


def test_no_points_and_one():
    empty = np.empty(0)
    _skew_student.quantiles(empty, 1.0, 4.0, empty)
    _skew_student.logits(empty, 1.0, 4.0, empty)
    _skew_student.density(empty, empty, 4.0, 2.0, empty, empty, empty)
    one = np.empty(1)
    _skew_student.quantiles(special.logit(np.array([0.5 - np.arctan(2.0) / np.pi])), 2.0, 4.0, one)
    assert one[0] == pytest.approx(0.0, abs=1e-9)

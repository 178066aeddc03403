"""The GARCH kernel against its slow twin, in double and in 40 digits."""

import ctypes
import shutil
import subprocess

import mpmath
import numpy as np
import pytest
from oracles import garch as oracle

from riskkit_ext import _garch
from riskkit_ext._source import FOLDER

VALUE, AHEAD, MEAN, SCALE, STATUS = 6, 7, 8, 9, 10  # columns of an optimum
POINTS = [
    (0.05, 0.04, 0.06, 0.9, 0.2),
    (-0.3, 1e-9, 0.3, 0.7, 1 / 2.05),  # integrated, tails as heavy as allowed
    (0.0, 1.2, 0.0, 0.0, 0.002),  # no dynamics, nearly normal
    (0.1, 0.02, 1e-6, 0.97, 0.1),
    (0.1, 0.5, 0.8, 0.0, 0.03125),  # where the series of the constant takes over
]


def derivatives(z, start, point, student):
    gradient, hessian = np.empty(6), np.empty((6, 6))
    model = _garch.Model(student=student)
    value = _garch.derivatives(
        model, z, np.array(start, float), np.array([*point, 0.0]), np.empty(len(z) * _garch.lanes), gradient, hessian
    )
    return value, gradient[:5], hessian[:5, :5]


def exact(z, start, point, size):
    """Value, gradient and Hessian of the textbook formula by mpmath's differentiation at 40 digits."""
    with mpmath.workdps(40):
        y = [mpmath.mpf(float(value)) for value in z]

        def f(*x):
            b = start[0] + x[0] * (start[1] + x[0] * start[2])
            return oracle.loglikelihood(y, *x[:4], x[4] if size == 5 else 0, b, mpmath.mp)

        x = tuple(mpmath.mpf(value) for value in point[:size])

        def diff(*axes):
            return float(mpmath.diff(f, x, tuple(axes.count(i) for i in range(size)), h=mpmath.mpf(10) ** -12))

        hessian = [[diff(i, j) if i <= j else 0.0 for j in range(size)] for i in range(size)]
        hessian = np.array(hessian) + np.triu(hessian, 1).T
        return float(f(*x)), np.array([diff(i) for i in range(size)]), hessian


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("student", [True, False])
def test_derivatives(point, student):
    z = np.random.default_rng(3).standard_t(4, 40)
    start, size = (1.3, -0.2, 0.7), 5 if student else 4
    value, gradient, hessian = derivatives(z, start, point, student)
    expected = exact(z, start, point, size)
    assert value == pytest.approx(expected[0], rel=1e-13)
    scale = np.abs(expected[2]).max()
    np.testing.assert_allclose(gradient[:size], expected[1], rtol=1e-10, atol=1e-13 * scale)
    np.testing.assert_allclose(hessian[:size, :size], expected[2], rtol=1e-9, atol=1e-12 * scale)


@pytest.mark.parametrize("n", [1, 2, 15, 16, 17, 1000])
@pytest.mark.parametrize("student", [True, False])
def test_value_at_any_length(n, student):
    z, start, point = np.random.default_rng(n).normal(size=n), (0.8, 0.0, 0.0), (0.1, 0.05, 0.1, 0.85, 0.15)
    expected = oracle.loglikelihood(z, *point[:4], point[4] if student else 0, 0.8)
    assert derivatives(z, start, point, student)[0] == pytest.approx(expected, rel=1e-12)


def test_extremes_stay_finite():
    z = np.zeros(500)
    z[250] = np.sqrt(500.0)  # all the variance in one observation
    value, gradient, hessian = derivatives(z, (0.0, 0.0, 0.0), (0.0, 1e-12, 0.0, 1.0, 0.4), True)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    assert np.isfinite(hessian).all()
    assert value == pytest.approx(oracle.loglikelihood(z, 0.0, 1e-12, 0.0, 1.0, 0.4, 0.0), rel=1e-12)


@pytest.mark.parametrize("student", [True, False])
def test_path(student):
    z, start, point = np.random.default_rng(5).standard_t(5, 60), np.array([0.9, 0.1, 0.2]), np.array([*POINTS[0], 0.0])
    z.setflags(write=False)
    variance, scores = np.empty(61), np.empty((60, 6))
    _garch.path(_garch.Model(student=student), z, start, point, variance, scores)
    b = start[0] + point[0] * (start[1] + point[0] * start[2])
    np.testing.assert_allclose(variance, oracle.variances(z, *point[:4], b), rtol=1e-13)
    gradient = derivatives(z, start, point[:5], student)[1]
    np.testing.assert_allclose(scores.sum(axis=0)[:5], gradient, rtol=1e-11, atol=1e-11)


def fitted(y, student=True):
    maxima = np.empty((_garch.most_starts, _garch.OPTIMUM_SIZE))
    _garch.fit(_garch.Model(student=student), y, np.empty(len(y) * _garch.lanes), maxima)
    return maxima


def rolled(y, window, step=1, block=50, first=0, last=None, student=True, width=0):
    last = (len(y) - window) // step + 1 if last is None else last
    out = np.empty((last - first, _garch.OPTIMUM_SIZE))
    model = _garch.Model(student=student, width=width)
    _garch.roll(model, y, step, window, first, last, block, np.empty(window * _garch.lanes), out)
    return out


def test_ahead_is_the_recursion():
    y = oracle.simulate(403, 0.05, 0.1, 0.85, 6, 1)
    best = fitted(y)[0]
    z = (y - best[MEAN]) / best[SCALE]
    alpha = best[2] * best[3]
    h = oracle.variances(z, best[0], best[1], alpha, best[2] - alpha, oracle.ewma(z, 0.0))
    assert best[AHEAD] == pytest.approx(h[-1], rel=1e-12)


def test_maxima_are_distinct_and_sorted():
    for seed in range(20):
        maxima = fitted(np.random.default_rng(seed).standard_t(4, 300))
        used = maxima[maxima[:, STATUS] != 3]
        assert len(used) >= 1
        assert (np.diff(used[:, VALUE]) < -1e-8).all()


def test_shared_work_gives_the_same_bits():
    y = oracle.simulate(700, 0.05, 0.1, 0.85, 5, 2)
    whole = rolled(y, 300, block=50)
    parts = np.concatenate([rolled(y, 300, first=first, last=min(first + 150, 401)) for first in range(0, 401, 150)])
    np.testing.assert_array_equal(whole, parts)


@pytest.mark.parametrize("window", [50, 203, 300])
@pytest.mark.parametrize("student", [True, False])
def test_any_width_of_register_gives_the_same_answer(student, window):
    """More stretches than lanes, a constant spell, a length that no width divides; where a search ended (status below 2)."""
    y = oracle.simulate(600, 0.05, 0.1, 0.85, 5, 6)
    y[330:400] = 0.01
    widest = rolled(y, window, block=25, student=student)
    ended = widest[:, STATUS] < 2
    assert ended.mean() > 0.5
    for width in (1, 2, 4, 8):
        if width <= _garch.widest:
            other = rolled(y, window, block=25, student=student, width=width)
            np.testing.assert_array_equal(other[:, STATUS] < 2, ended)
            np.testing.assert_allclose(other[ended, : STATUS + 1], widest[ended, : STATUS + 1], rtol=1e-9, atol=1e-9)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
@pytest.mark.parametrize("student", [True, False])
def test_plain_doubles_agree(tmp_path, student):
    """What a compiler without vector types makes of the same headers."""
    source, library = tmp_path / "plain.c", tmp_path / "plain.so"
    source.write_text(
        """#include "garch_fit.h"
        void roll(const double *y, long n, long count, int student, double *out, double *workspace) {
            GarchModel garch = garch_model(student, 0, 0, 0, 0.0, 0, 1);
            fit_windows(&garch.model, y, 1, n, 0, count, 25, (Optimum *)out, workspace);
        }"""
    )
    flags = ["-shared", "-fPIC", "-O1", "-std=c11", "-Wall", "-Wextra", "-Wno-unused-function", "-Werror"]
    include = ["-DRISKKIT_PLAIN_DOUBLES", "-I", str(FOLDER / "include")]
    subprocess.run(["cc", *flags, *include, str(source), "-o", str(library), "-lm"], check=True)
    y = oracle.simulate(400, 0.05, 0.1, 0.85, 5, 8)
    plain, workspace = np.empty((101, _garch.OPTIMUM_SIZE)), np.empty(300 * _garch.lanes)
    pointer = ctypes.POINTER(ctypes.c_double)
    ctypes.CDLL(str(library)).roll(
        y.ctypes.data_as(pointer), ctypes.c_long(300), ctypes.c_long(101), ctypes.c_int(student),
        plain.ctypes.data_as(pointer), workspace.ctypes.data_as(pointer),
    )  # fmt: skip
    np.testing.assert_allclose(plain, rolled(y, 300, block=25, student=student), rtol=1e-9, atol=1e-12)


def test_step_takes_every_other_window():
    y = oracle.simulate(420, 0.05, 0.1, 0.85, 5, 3)
    every, other = rolled(y, 300), rolled(y, 300, step=7)
    np.testing.assert_allclose(other[:, VALUE], every[::7][: len(other), VALUE], rtol=1e-9)


def test_constant_windows_fail_and_the_next_ones_recover():
    y = oracle.simulate(500, 0.05, 0.1, 0.85, 5, 4)
    y[100:250] = 0.01
    out = rolled(y, 100)
    failed = out[:, STATUS] == 3
    assert failed[100:151].all()
    assert not failed[:100].any()
    assert not failed[151:].any()
    for window in (0, 250, 300, 350):  # those with constant days have spikes of the likelihood where omega is at its bound
        assert out[window, VALUE] >= fitted(y[window : window + 100])[0, VALUE] - 1e-6


def test_no_window_knows_of_a_later_one():
    """What the data say from window 31 on must not help the search in the windows before."""
    y = oracle.simulate(380, 0.05, 0.1, 0.85, 5, 9)
    changed = y.copy()
    changed[330:] *= np.linspace(3.0, 30.0, 50)
    np.testing.assert_array_equal(rolled(y, 300)[:31], rolled(changed, 300)[:31])


def test_a_window_does_not_depend_on_what_runs_beside_it():
    """One stretch alone, and among twenty others in the same registers."""
    y = oracle.simulate(700, 0.05, 0.1, 0.85, 5, 10)
    whole = rolled(y, 200, block=25)
    for first in (0, 200, 475):
        np.testing.assert_array_equal(rolled(y, 200, block=25, first=first, last=first + 25), whole[first : first + 25])


@pytest.mark.parametrize("student", [True, False])
def test_a_rolled_optimum_is_the_fresh_one(student):
    """Where both found the same maximum, they are equal to 1e-8 standard errors."""
    y = oracle.simulate(700, 0.05, 0.1, 0.85, 5, 11)
    out, seen = rolled(y, 500, block=25, student=student), 0
    for window in range(0, 201, 10):
        fresh, row = fitted(y[window : window + 500], student)[0], out[window]
        if abs(fresh[VALUE] - row[VALUE]) < 1e-6 and fresh[STATUS] == 0:
            seen += 1
            np.testing.assert_allclose(row[: SCALE + 1], fresh[: SCALE + 1], rtol=2e-9, atol=1e-11)
    assert seen > 10


def test_read_only_input():
    y = oracle.simulate(200, 0.05, 0.1, 0.85, 5, 4)
    y.setflags(write=False)
    np.testing.assert_allclose(rolled(y, 150)[0, VALUE], fitted(y[:150])[0, VALUE], rtol=1e-12)

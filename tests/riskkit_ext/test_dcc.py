"""The kernel of dynamic correlations against its slow twin, and its derivatives against differences."""

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from oracles import dcc as oracle

import riskkit as rk
from riskkit.dependence.dcc_sample import sample_of, unpacked
from riskkit_ext import _dcc

INCLUDE = Path(__file__).parents[2] / "riskkit_ext" / "include"
WIDTHS = [width for width in (2, 4, 8) if width <= _dcc.widest]
MODELS = [
    (kind, start) for kind in _dcc.kinds for start in ("target", "ones", "zeros") if kind != "cdcc" or start == "target"
]


def residuals(n, d, seed=1):
    z = np.random.default_rng(seed).standard_t(6, size=(n, d)) @ (np.eye(d) + 0.3)
    return z / np.sqrt((z**2).mean(axis=0))


def laid_out(z, kind, start="target", dist="normal"):
    spec = rk.dependence.Dcc(kind, dist, start)
    return sample_of(spec, pd.DataFrame(z))


def evaluate(sample, point, *, width=0, gradient=None, scores=None):
    at = np.array([0.0 if np.isinf(value) else value for value in point])
    data = sample.kind, sample.student, len(sample.values), sample.stretches, sample.matrices
    return _dcc.evaluate(*data, at, gradient, scores, None, width)


def point_of(kind, nu):
    return [0.05, 0.85, 0.04 if kind == "adcc" else 0.0, nu]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("kind", "start"), MODELS)
@pytest.mark.parametrize("nu", [np.inf, 7.3])
@pytest.mark.parametrize(("n", "d"), [(3, 2), (16, 7), (37, 2), (64, 10), (101, 5), (45, 30)])
def test_the_value_is_the_slow_twins(n, d, kind, start, nu, width):
    z, point = residuals(n, d), point_of(kind, nu)
    sample = laid_out(z, kind, start, "normal" if np.isinf(nu) else "t")
    slow = oracle.loglikelihood(z, kind, *point, start)
    assert evaluate(sample, point, width=width) == pytest.approx(slow, rel=1e-12)
    assert evaluate(sample, point, width=width, gradient=np.empty(4)) == pytest.approx(slow, rel=1e-12)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("kind", "start"), MODELS)
@pytest.mark.parametrize("nu", [np.inf, 7.3])
def test_the_gradient_is_that_of_differences_and_the_scores_add_up_to_it(kind, start, nu, width):
    z, point = residuals(93, 4), point_of(kind, nu)
    sample = laid_out(z, kind, start, "normal" if np.isinf(nu) else "t")
    gradient, scores = np.empty(4), np.empty((93, 4))
    evaluate(sample, point, width=width, gradient=gradient, scores=scores)
    np.testing.assert_allclose(scores.sum(axis=0), gradient, rtol=1e-10, atol=1e-10)
    for k, step in enumerate((1e-5, 1e-5, 1e-5, 1e-3)):
        if (k == 2 and kind != "adcc") or (k == 3 and np.isinf(nu)):
            continue
        above, below = list(point), list(point)
        above[k] += step
        below[k] -= step
        slope = (oracle.loglikelihood(z, kind, *above, start) - oracle.loglikelihood(z, kind, *below, start)) / (2 * step)
        assert gradient[k] == pytest.approx(slope, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("kind", _dcc.kinds)
def test_each_score_is_the_derivative_of_its_own_row(kind):
    z, step = residuals(40, 3), 1e-6
    point, scores = point_of(kind, 7.3), np.empty((40, 4))
    evaluate(laid_out(z, kind, dist="t"), point, gradient=np.empty(4), scores=scores)

    def rows(a):
        return oracle.log_densities(z, oracle.correlations(oracle.path(z, kind, a, *point[1:3])[:-1]), point[3])

    np.testing.assert_allclose(scores[:, 0], (rows(0.05 + step) - rows(0.05 - step)) / (2 * step), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("kind", "start"), MODELS)
def test_the_path_is_the_slow_twins(kind, start):
    z, point = residuals(50, 3), point_of(kind, 0.0)
    sample, q = laid_out(z, kind, start), np.empty((51, 3, 3))
    matrices = sample.matrices.copy()
    matrices[0] = sample.target(np.array(point))[np.tril_indices(3)]
    _dcc.path(sample.kind, z, matrices, np.array(point), q)
    np.testing.assert_allclose(q, oracle.path(z, kind, *point[:3], start), rtol=1e-13, atol=1e-14)


def test_the_corrected_target_is_the_correlation_of_the_scaled_shocks():
    z = residuals(60, 4)
    target = laid_out(z, "cdcc").target(np.array([0.05, 0.85, 0.0, 0.0]))
    np.testing.assert_allclose(target, oracle.corrected_target(z, 0.05, 0.85), rtol=1e-13)


def test_a_matrix_that_is_not_positive_definite_is_told():
    assert np.isnan(evaluate(laid_out(residuals(30, 3), "dcc"), [0.9, 0.9, 0.0, np.inf]))


def test_forty_variables_whose_determinants_underflow_no_product():
    z = residuals(60, 40) @ (np.eye(40) * 0.01 + 1.0)
    z /= np.sqrt((z**2).mean(axis=0))
    slow = oracle.loglikelihood(z, "dcc", 0.01, 0.9)
    assert evaluate(laid_out(z, "dcc"), [0.01, 0.9, 0.0, np.inf]) == pytest.approx(slow, rel=1e-9)


def test_what_does_not_fit_together_is_refused():
    sample = laid_out(residuals(30, 3), "dcc")
    point, good = np.zeros(4), (sample.stretches, sample.matrices)
    for bad in ((3, False, 30, *good), (0, False, 40, *good), (0, False, 30, sample.stretches, sample.matrices[:3])):
        with pytest.raises(ValueError, match=r"unusable|matrices"):
            _dcc.evaluate(*bad, point)
    with pytest.raises(ValueError, match="come with a gradient"):
        _dcc.evaluate(0, False, 30, *good, point, None, np.empty((30, 4)))
    with pytest.raises(ValueError, match="have a path"):
        _dcc.path(0, residuals(30, 3), sample.matrices, point, np.empty((30, 3, 3)))


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
@pytest.mark.parametrize("kind", _dcc.kinds)
def test_plain_doubles_agree(tmp_path, kind):
    """What a compiler without vector types makes of the same headers."""
    source, library = tmp_path / "plain.c", tmp_path / "plain.so"
    source.write_text(
        """#include "dcc.h"
        double evaluate(int kind, int d, long n, long length, const double *z, const double *matrices, const double *at,
                        double *gradient, double *workspace) {
            long m = dcc_packed(d);
            DccSample sample = {kind, 1, d, n, length, z, matrices, matrices + m, matrices + 2 * m, matrices + 3 * m};
            return dcc_workspace(d) > 20000 ? 0.0 : dcc_evaluate(&sample, at, gradient, 0, 0, workspace, dcc_widest());
        }"""
    )
    flags = ["-shared", "-fPIC", "-O1", "-std=c11", "-Wall", "-Wextra", "-Wno-unused-function", "-Werror"]
    include = ["-DRISKKIT_PLAIN_DOUBLES", "-I", str(INCLUDE)]
    subprocess.run(["cc", *flags, *include, str(source), "-o", str(library), "-lm"], check=True)
    sample, point = laid_out(residuals(77, 4), kind, dist="t"), np.array(point_of(kind, 7.3))
    pointer = ctypes.POINTER(ctypes.c_double)
    plain, wide, workspace = np.empty(4), np.empty(4), np.empty(20_000)
    call = ctypes.CDLL(str(library)).evaluate
    call.restype = ctypes.c_double
    arrays = [array.ctypes.data_as(pointer) for array in (sample.stretches, sample.matrices, point, plain, workspace)]
    value = call(sample.kind, 4, ctypes.c_long(77), ctypes.c_long(len(sample.stretches)), *arrays)
    assert value == pytest.approx(evaluate(sample, point, gradient=wide), rel=1e-12)
    np.testing.assert_allclose(plain, wide, rtol=1e-9)


def test_packing_is_undone():
    lower = np.arange(10.0)
    np.testing.assert_array_equal(unpacked(lower)[np.tril_indices(4)], lower)

"""The kernel's covariance matrices against NumPy's linear algebra on the kernel's own derivatives."""

import numpy as np
import pytest
from oracles import garch as oracle

from riskkit.core.likelihood import positive_inverse
from riskkit_ext import _garch

SIZE, MEAN, SCALE = 6, 8, 9
MODELS = [
    {"student": True},
    {"student": False},
    {"student": True, "leverage": True},
    {"student": True, "zero_mean": True, "targeting": True, "start": 1},
    {"student": False, "leverage": True, "targeting": True, "start": 2},
]


def optimum(model, y):
    maxima = np.empty((_garch.most_starts, _garch.OPTIMUM_SIZE))
    _garch.fit(model, y, np.empty(len(y) * _garch.lanes), maxima)
    return maxima[0], (y - maxima[0, MEAN]) / maxima[0, SCALE]


def information(model, z, start, point):
    out = np.full(_garch.INFORMATION_SIZE, 7.0)
    _garch.information(model, z, start, point, np.empty(len(z) * _garch.lanes), out)
    return out[0], out[1], out[2:].reshape(3, SIZE, SIZE)


def natural(point, targeting):
    mu, omega, p, s, eta, q = point
    return np.array([mu, 1 - p if targeting else omega, 2 * p * s * (1 - q), p * (1 - s), eta, 2 * p * s * (2 * q - 1)])


def by_search(point, targeting):
    """Differences, exact to rounding: the natural parameters are at most quadratic in each coordinate."""
    moves = 1e-3 * np.eye(SIZE)
    return np.array([(natural(point + move, targeting) - natural(point - move, targeting)) / 2e-3 for move in moves])


def slow(model, options, z, start, point):
    student, targeting = options["student"], options.get("targeting", False)
    there = natural(point, targeting) * [1, 1, 1, 1, student, 1]
    gradient, hessian = np.empty(SIZE), np.empty((SIZE, SIZE))
    value = _garch.derivatives(model, z, start, there, np.empty(len(z) * _garch.lanes), gradient, hessian)
    variance, scores = np.empty(len(z) + 1), np.empty((len(z), SIZE))
    _garch.path(model, z, start, there, variance, scores)
    lower, upper, rows = np.array(model.lower), np.array(model.upper), by_search(point, targeting)
    free = (lower < upper) & (point > lower) & (point < upper) & (np.abs(rows).max(axis=1) > 1e-12)
    by = rows[free].T
    bread, outer = positive_inverse(by.T @ -hessian @ by), by.T @ (scores.T @ scores) @ by
    covariances = np.array([by @ inner @ by.T for inner in (bread @ outer @ bread, bread, positive_inverse(outer))])
    for covariance in covariances:
        fixed = ~(np.diag(covariance) > 1e-25)
        covariance[fixed] = covariance[:, fixed] = np.nan
    slopes, curvature = rows @ gradient, ((rows @ -hessian) * rows).sum(axis=1)
    allowed = (lower < upper) & ~((point <= lower) & (slopes < 0)) & ~((point >= upper) & (slopes > 0))
    return value, np.max(np.where(allowed, np.abs(slopes) / np.sqrt(np.maximum(curvature, 1.0)), 0.0)), covariances


@pytest.mark.parametrize("options", MODELS, ids=str)
@pytest.mark.parametrize("where", ["optimum", "beside", "bound"])
def test_against_linear_algebra(options, where):
    model = _garch.Model(**options)
    best, z = optimum(model, oracle.simulate(701, 0.05, 0.06, 0.8, 6, 3, gamma=0.1))
    point, start = best[:SIZE].copy(), np.array([0.9, 0.0, 0.0])
    if where == "beside":
        point[2] -= 0.01
    if where == "bound":
        point[2:4] = 0.9, 0.0  # no news at all: nor is there an asymmetry
    z.setflags(write=False)
    value, slope, covariances = information(model, z, start, point)
    expected, steepest, matrices = slow(model, options, z, start, point)
    assert value == pytest.approx(expected, rel=1e-13)
    assert slope == pytest.approx(steepest, rel=1e-9, abs=1e-10)
    assert np.isfinite(covariances).any()
    by = np.sqrt(np.nan_to_num(np.diagonal(matrices, axis1=1, axis2=2), nan=1.0))
    by = by[:, :, np.newaxis] * by[:, np.newaxis]
    np.testing.assert_allclose(covariances / by, matrices / by, atol=1e-8)


def test_where_the_curvature_is_wrong_there_is_no_covariance_but_that_of_the_scores():
    model, z = _garch.Model(student=False), np.random.default_rng(1).standard_normal(300)
    point = np.array([3.0, 0.001, 0.5, 0.2, 0.0, 0.5])
    _, slope, (robust, hessian, opg) = information(model, z, np.array([1.0, 0.0, 0.0]), point)
    assert slope > 1.0
    assert np.isnan(robust).all()
    assert np.isnan(hessian).all()
    assert np.isfinite(opg[:4, :4]).all()


def test_one_observation():
    value, _, covariances = information(
        _garch.Model(student=True), np.array([0.5]), np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.1, 0.9, 0.1, 0.2, 0.5])
    )
    assert np.isfinite(value)
    assert np.isnan(covariances[2]).all()

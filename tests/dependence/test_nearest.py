"""The nearest correlation matrix: Higham's example, his algorithm, and what makes an answer the nearest one."""

import numpy as np
import pandas as pd
import pytest
from oracles import nearest_correlation as oracle

from riskkit import DataError, ModelError
from riskkit.core import FitStatus
from riskkit.dependence import correlation_matrix, nearest_correlation
from riskkit.errors import FactorError

HIGHAM = pd.DataFrame([[1, 1, 0], [1, 1, 1], [0, 1, 1]], index=list("abc"), columns=list("abc"))


def spoiled(d, seed, noise=0.6):
    """A correlation matrix whose entries were moved one by one."""
    rng = np.random.default_rng(seed)
    values = np.corrcoef(rng.normal(size=(2 * d, d)), rowvar=False)
    values += (upper := np.triu(rng.uniform(-noise, noise, (d, d)), 1)) + upper.T
    values = np.clip(values, -0.97, 0.97)
    np.fill_diagonal(values, 1.0)
    names = [f"v{place}" for place in range(d)]
    return pd.DataFrame(values, index=names, columns=names)


def test_highams_example():
    """Higham (2002), section 4: off-diagonal entries 0.7607 and 0.1573."""
    nearest = nearest_correlation(HIGHAM)
    assert nearest.status == FitStatus.OK
    np.testing.assert_allclose(nearest.matrix.round(4), [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]])
    assert nearest.distance == pytest.approx(np.linalg.norm(nearest.matrix - HIGHAM), rel=1e-15)


@pytest.mark.parametrize("d", [8, 15])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("bound", [0.0, 0.05])
@pytest.mark.parametrize("fixed", [None, [("v0", "v1"), ("v2", "v5")]])
def test_equals_alternating_projections(d, weighted, bound, fixed):
    given = spoiled(d, d)
    weights = np.random.default_rng(d).uniform(0.3, 3.0, d) if weighted else np.ones(d)
    mask = np.zeros((d, d), dtype=bool)
    for first, second in fixed or []:
        mask[int(first[1:]), int(second[1:])] = mask[int(second[1:]), int(first[1:])] = True
    expected = oracle.nearest(given.to_numpy(), weights, mask, bound, 1_500)
    options = {"weights": weights if weighted else None, "least_eigenvalue": bound}
    nearest = nearest_correlation(given, fixed=fixed, **options)
    assert nearest.status == FitStatus.OK
    np.testing.assert_allclose(nearest.matrix, expected, atol=1e-8)
    assert np.linalg.eigvalsh(nearest.matrix)[0] == pytest.approx(bound, abs=1e-12)
    root = np.sqrt(np.outer(weights, weights)) / weights.max()
    assert nearest.distance == pytest.approx(np.linalg.norm(root * (nearest.matrix - given)), rel=1e-12)
    np.testing.assert_allclose(nearest.matrix.to_numpy()[mask], given.to_numpy()[mask], atol=1e-11)
    pd.testing.assert_frame_equal(nearest_correlation(given, fixed=mask, **options).matrix, nearest.matrix)


def test_no_correlation_matrix_nearby_is_nearer():
    given = spoiled(6, 3)
    nearest = nearest_correlation(given)
    rng = np.random.default_rng(1)
    for _ in range(200):
        other = np.corrcoef(rng.normal(size=(9, 6)), rowvar=False)
        mixed = nearest.matrix + rng.uniform(0, 0.3) * (other - nearest.matrix)  # convex: a correlation matrix
        assert np.linalg.norm(mixed - given) > nearest.distance


def test_what_is_a_correlation_matrix_stays_as_it_is():
    given = nearest_correlation(spoiled(5, 1), least_eigenvalue=0.01).matrix
    nearest = nearest_correlation(given, least_eigenvalue=0.009)
    pd.testing.assert_frame_equal(nearest.matrix, given)
    assert (nearest.distance, nearest.iterations, nearest.status) == (0.0, 0, FitStatus.OK)


def test_a_large_matrix_takes_a_few_steps_and_passes_the_check():
    nearest = nearest_correlation(spoiled(100, 2))
    assert nearest.status == FitStatus.OK
    assert nearest.iterations < 12
    correlation_matrix("nearest", nearest.matrix)


def test_more_confidence_less_change():
    changes = []
    for confidence in (1.0, 10.0, 100.0, 1000.0):
        weights = pd.Series([confidence, confidence, 1.0], index=list("abc"))
        changes.append(1.0 - nearest_correlation(HIGHAM, weights=weights).matrix.loc["a", "b"])
    assert all(np.diff(changes) < 0.0)
    assert changes[-1] < 0.02


@pytest.mark.parametrize("tight", [HIGHAM, HIGHAM.replace(0, -0.9).replace(1, 0.9) + 0.1 * np.eye(3)])
def test_fixed_entries_that_cannot_stand_together_are_told(tight):
    with pytest.raises(ModelError, match="no correlation matrix has the fixed entries; got 3 fixed pairs"):
        nearest_correlation(tight, fixed=[("a", "b"), ("b", "c"), ("a", "c")])


def test_a_fixed_one_leaves_no_interior_and_is_not_passed_off_as_solved():
    nearest = nearest_correlation(HIGHAM, fixed=[("a", "b")])  # a = b: every solution has a zero eigenvalue
    assert nearest.status == FitStatus.NOT_CONVERGED
    assert np.linalg.eigvalsh(nearest.matrix)[0] > -1e-12
    np.testing.assert_allclose(nearest.matrix.loc["c", ["a", "b"]], 0.5, atol=1e-3)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"weights": [1.0, 1.0]}, DataError, "weights do not fit"),
        ({"weights": [1.0, 0.0, 1.0]}, DataError, "weights do not fit"),
        ({"weights": pd.Series([1.0, 1.0, 1.0])}, DataError, "weights have other names"),
        ({"fixed": [("a", "x")]}, FactorError, "unknown name; got 'x'"),
        ({"fixed": "ab"}, DataError, "pairs"),
        ({"fixed": [("a", "b", "c")]}, DataError, "pairs"),
        ({"fixed": np.ones((2, 2), dtype=bool)}, DataError, "fixed does not fit"),
        ({"fixed": np.triu(np.ones((3, 3), dtype=bool))}, DataError, "fixed does not fit"),
        ({"least_eigenvalue": 1.0}, DataError, "least_eigenvalue"),
        ({"least_eigenvalue": -0.1}, DataError, "least_eigenvalue"),
    ],
)
def test_unusable_options_are_named(options, error, message):
    with pytest.raises(error, match=message):
        nearest_correlation(HIGHAM, **options)


def test_covariances_are_refused():
    with pytest.raises(DataError, match="diagonal other than 1"):
        nearest_correlation(4.0 * HIGHAM)

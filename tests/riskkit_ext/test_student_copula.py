"""The likelihood of the Student copula against its slow twin in exact arithmetic; places of ranks; what is refused."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.student_copula import copula_loglikelihood

from riskkit_ext import _student_copula


def sample(n, d, seed, heavy=3.0):
    """Scores by tail (m, 2), places (d, n), the scores themselves (n, d), a root (d, d)."""
    random = np.random.default_rng(seed)
    lower = -np.abs(random.standard_t(heavy, 40))
    score = np.column_stack([lower, -lower])
    place = random.integers(0, 80, (d, n), dtype=np.int32)
    root = np.linalg.cholesky(np.corrcoef(random.normal(size=(d, 3 * d + 2))).reshape(d, d))
    return score, place, score.ravel()[place.T], root


@pytest.mark.parametrize("eta", [0.0, 1e-9, 1e-5, 9e-4, 1.1e-3, 0.02, 0.25, 1.0, 2.0])
def test_value_in_exact_arithmetic(eta):
    score, place, x, root = sample(70, 3, 1)
    found = _student_copula.loglikelihood(eta, score, place, np.linalg.inv(root))
    with mp.workdps(40):
        exact = [[mp.mpf(float(value)) for value in row] for row in x]
        matrix = [[mp.mpf(float(value)) for value in row] for row in root @ root.T]
        expected = float(copula_loglikelihood(exact, matrix, mp.mpf(eta), mp))
    assert found == pytest.approx(expected, abs=1e-11 * 70)


@settings(deadline=None, max_examples=60)
@given(n=st.integers(1, 200), d=st.integers(1, 7), eta=st.sampled_from([0.0, 1e-4, 0.05, 0.3, 2.0]), seed=st.integers(0, 99))
def test_value_and_moment_of_any_size(n, d, eta, seed):
    score, place, x, root = sample(n, d, seed)
    moment = np.full((d, d), np.nan)
    found = _student_copula.loglikelihood(eta, score, place, np.linalg.inv(root), moment)
    assert found == pytest.approx(copula_loglikelihood(x, (root @ root.T).tolist(), eta), rel=1e-8, abs=1e-6)
    square = np.square(np.linalg.solve(root, x.T)).sum(axis=0)
    weight = (1.0 + d * eta) / (1.0 + eta * square)
    np.testing.assert_allclose(moment, (x.T * weight) @ x, rtol=1e-10, atol=1e-10)
    assert found == pytest.approx(_student_copula.loglikelihood(eta, score, place, np.linalg.inv(root)), rel=1e-13)


def test_read_only_and_out_of_range():
    score, place, _, root = sample(30, 2, 1)
    inverse = np.linalg.inv(root)
    for one in (score, place, inverse):
        one.setflags(write=False)
    assert np.isfinite(_student_copula.loglikelihood(0.2, score, place, inverse))
    assert np.isfinite(_student_copula.loglikelihood(2.0, score * 1e60, place, inverse))
    assert np.isnan(_student_copula.loglikelihood(0.2, score * 1e160, place, inverse))
    assert np.isnan(_student_copula.loglikelihood(0.2, score * np.nan, place, inverse))


def test_tails_and_places_give_the_uniforms_back():
    random = np.random.default_rng(1)
    u = np.concatenate([np.tile(np.arange(1, 400)[:, np.newaxis] / 400.0, 3), random.random((200, 3))])
    tails, place = _student_copula.tails(u)
    assert len(np.unique(tails)) == len(tails) <= 399 + 600
    assert set(tails) == set(np.minimum(u, 1.0 - u).ravel())
    np.testing.assert_allclose(np.column_stack([tails, 1.0 - tails]).ravel()[place.T], u, rtol=1e-15)
    one, place = _student_copula.tails(np.array([[0.5]]))
    assert one.tolist() == [0.5]
    assert place.tolist() == [[1]]


def test_scores_begin_at_an_edge():
    assert _student_copula.edge(0.3) == 0.125
    assert _student_copula.edge(0.0999) == 0.09375
    result = np.empty(1)
    for eta, least, p in ((0.2, 0.1, 0.2), (0.2, 0.0625, 0.06), (0.2, 0.0625, np.nan), (-0.1, 0.0625, 0.2), (0.2, 0.0, 0.2)):
        with pytest.raises(ValueError, match=r"least|nearer"):
            _student_copula.scores(eta, least, -2.0, np.array([p]), result)
    with pytest.raises(ValueError, match="results for"):
        _student_copula.scores(0.2, 0.0625, -2.0, np.array([0.3]), np.empty(2))


def test_what_does_not_fit_is_refused():
    score, place, _, root = sample(30, 2, 1)
    with pytest.raises(ValueError, match="a root of 3 x 3"):
        _student_copula.loglikelihood(0.2, score, place, np.eye(3))
    with pytest.raises(ValueError, match="places are"):
        _student_copula.loglikelihood(0.2, score, place, root, np.empty((3, 2)))
    with pytest.raises(ValueError, match="places are"):
        _student_copula.loglikelihood(-0.2, score, place, root)
    with pytest.raises(ValueError, match="none of 20"):
        _student_copula.loglikelihood(0.2, score[:10], place, root)
    with pytest.raises(ValueError, match="too few"):
        _student_copula.tails(np.empty((0, 2)))

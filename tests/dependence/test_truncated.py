"""Normal and Student variables in boxes: against brute force, against closed forms where brute force finds nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from riskkit.core.student_quantile import student_quantile
from riskkit.dependence import pair
from riskkit.dependence.elliptical_density import probabilities
from riskkit.dependence.truncated import Box, Proposal, draw
from riskkit.errors import ModelError

MATRIX = np.array([[1.0, 0.7, 0.4], [0.7, 1.0, -0.2], [0.4, -0.2, 1.0]])


def box(*intervals):
    return Box.between(*np.array(intervals, dtype=float).T)


@pytest.mark.parametrize("nu", [0.6, 4.0, 1e3, np.inf])
@pytest.mark.parametrize(
    "intervals",  # of a few in a hundred draws
    [
        [(-np.inf, -1.4), (-np.inf, -1.2), (-np.inf, -0.3)],
        [(-0.4, 0.2), (0.3, 0.8), (-1.0, 0.1)],
        [(0.7, np.inf), (-np.inf, 0.2), (-2.0, 0.9)],
    ],
)
def test_draws_are_what_brute_force_finds(nu, intervals):
    rng, n = np.random.default_rng(1), 400_000
    free = rng.standard_normal((n, 3)) @ np.linalg.cholesky(MATRIX).T
    if np.isfinite(nu):
        free *= np.sqrt(nu / rng.chisquare(nu, n))[:, np.newaxis]
    low, high = np.array(intervals).T
    expected = free[((free > low) & (free < high)).all(axis=1)]
    assert 0.002 < len(expected) / n < 0.1
    found = draw(MATRIX, nu, box(*intervals), 20_000, rng).values
    for summary in (lambda x: probabilities(x, nu), lambda x: probabilities(x, nu) ** 2, lambda x: np.sign(np.diff(x))):
        one, other = summary(found), summary(expected)
        error = np.sqrt(one.var(axis=0) / len(one) + other.var(axis=0) / len(other))
        assert (np.abs(one.mean(axis=0) - other.mean(axis=0)) <= 3.0 * error).all()


@pytest.mark.parametrize("nu", [0.6, 3.0, 30.0, np.inf])
@pytest.mark.parametrize("rho", [-0.5, 0.5, 0.95])
def test_the_law_far_in_a_corner(nu, rho):
    """Given that U and V are at most q, U has the distribution function C(u, q) / C(q, q)."""
    copula, q = pair("normal", rho) if np.isinf(nu) else pair("student", rho, nu), 1e-4
    end = float(student_quantile(np.array([q]), nu)[0])
    drawn = draw(
        np.array([[1.0, rho], [rho, 1.0]]), nu, box((-np.inf, end), (-np.inf, end)), 5_000, np.random.default_rng(1)
    )
    assert drawn.acceptance > 0.3
    for column in probabilities(drawn.values, nu).T:
        assert stats.kstest(copula.cdf(np.minimum(column, q), q) / copula.cdf(q, q), "uniform").pvalue > 1e-3


def test_the_mean_in_a_corner_is_rosenbaums():
    """Rosenbaum (1961): P E[X | X > h, Y > h] = (1 + rho) phi(h) P(N > h sqrt((1 - rho) / (1 + rho)))."""
    h, rho, n = 4.0, 0.4, 40_000
    share = pair("normal", rho).cdf(special.ndtr(-h), special.ndtr(-h))
    assert share < 3e-7
    mean = (1 + rho) * stats.norm.pdf(h) * special.ndtr(-h * np.sqrt((1 - rho) / (1 + rho))) / share
    found = draw(
        np.array([[1.0, rho], [rho, 1.0]]), np.inf, box((h, np.inf), (h, np.inf)), n, np.random.default_rng(1)
    ).values
    assert (np.abs(found.mean(axis=0) - mean) < 3.0 * found.std(axis=0) / np.sqrt(n)).all()


@pytest.mark.parametrize("d", [2, 5, 20])
def test_the_share_kept_does_not_fall_with_the_number_of_variables(d):
    for nu in (2.0, np.inf):
        drawn = draw(0.5 + 0.5 * np.eye(d), nu, box(*[(-np.inf, -3.0)] * d), 1_000, np.random.default_rng(1))
        assert drawn.acceptance > 0.4
        assert (drawn.values <= -3.0).all()


interval = st.tuples(st.floats(-6.0, 6.0), st.sampled_from([1e-9, 1e-5, 0.01, 1.0, 5.0, np.inf]))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(interval, min_size=2, max_size=5),
    st.sampled_from([0.5, 1.0, 4.0, 50.0, np.inf]),
    st.floats(-0.2, 0.95),
)
def test_no_proposal_should_be_kept_more_than_surely(intervals, nu, rho):
    low, width = np.array(intervals).T
    sides = Box(
        np.where(np.arange(len(low)) % 2, -np.inf, low), low + width, np.where(np.arange(len(low)) % 2, np.inf, width)
    )
    matrix = rho + (1.0 - rho) * np.eye(len(low))
    _, log_share = Proposal.of(matrix, nu, sides).draws(500, np.random.default_rng(1))
    assert log_share.max() <= 1e-7
    assert np.exp(log_share).mean() > 1e-2


def test_the_order_of_the_variables_does_not_matter():
    turned = [2, 0, 1]
    ends = np.array([(-np.inf, -1.0), (0.0, 1.0), (-1.0, np.inf)])
    one = draw(MATRIX, 3.0, box(*ends), 20_000, np.random.default_rng(1)).values[:, turned]
    other = draw(MATRIX[np.ix_(turned, turned)], 3.0, box(*ends[turned]), 20_000, np.random.default_rng(2)).values
    for first, second in zip(one.T, other.T, strict=True):
        assert stats.ks_2samp(first, second).pvalue > 1e-3


def test_what_keeps_hardly_any_proposal_is_refused(monkeypatch):
    monkeypatch.setattr("riskkit.dependence.truncated.RAREST", 0.9)
    with pytest.raises(ModelError, match=r"too rare .* proposals kept"):
        draw(MATRIX, 0.6, box((-0.1, 0.1), (-0.1, 0.1), (-0.1, 0.1)), 1_000_000, np.random.default_rng(1))

"""The search from scores: inside, at a bound, where a parameter loses its meaning, and where there is nothing to climb."""

import numpy as np
import pytest
from scipy import special

from riskkit.dependence.scored_search import climb

rng = np.random.default_rng(1)
DRAWS = rng.gamma(3.0, 2.0, size=500)
TWO = np.concatenate([rng.normal(size=300), rng.normal(4.0, 1.0, size=200)])


def gamma(at):
    """Log-likelihood and scores of a gamma law, without the terms that no parameter is in: shape k, scale c."""

    k, c = at
    value = (k * np.log(DRAWS / c) - DRAWS / c - special.gammaln(k)).sum()
    return value, np.column_stack([np.log(DRAWS / c) - special.digamma(k), (DRAWS / c - k) / c])


def mixture(at):
    """Two normal laws, at 0 and m, of which the second has the weight w: at w = 0, m has no meaning."""
    w, m = at
    one, two = np.exp(-0.5 * TWO**2), np.exp(-0.5 * (TWO - m) ** 2)
    law = (1.0 - w) * one + w * two
    return np.log(law).sum(), np.column_stack([(two - one) / law, w * (TWO - m) * two / law])


def searched(law, start, lower, upper):
    calls = []

    def slope(at):
        value, scores = law(at)
        calls.append(at)
        return value, scores.sum(axis=0)

    def information(at):
        value, scores = law(at)
        calls.append(at)
        centred = scores - scores.mean(axis=0)
        return value, scores.sum(axis=0), centred.T @ centred

    return climb(slope, information, np.array(start), np.array(lower), np.array(upper)), len(calls)


@pytest.mark.parametrize("start", [(3.0, 2.0), (0.5, 0.5), (20.0, 9.0), (2.0, 40.0)])
def test_the_maximum_is_found_with_few_gradients(start):
    peak, calls = searched(gamma, start, (0.1, 0.1), (50.0, 50.0))
    _, scores = gamma(peak.at)
    assert np.abs(scores.sum(axis=0)).max() < 1e-4
    assert peak.at.prod() == pytest.approx(DRAWS.mean(), rel=1e-7)
    assert peak.steepest < 1e-5
    assert calls < 40


@pytest.mark.parametrize(("bounds", "end"), [((0.1, 2.0), 2.0), ((5.0, 9.0), 5.0), ((2.5, 2.5), 2.5)])
def test_a_bound_is_met_exactly_and_the_other_parameter_is_the_best_there(bounds, end):
    peak, _ = searched(gamma, (3.0, 2.0), (bounds[0], 0.1), (bounds[1], 50.0))
    assert peak.at[0] == end
    assert peak.at[1] == pytest.approx(DRAWS.mean() / end, rel=1e-7)
    assert peak.steepest < 1e-5


def test_a_peak_before_a_bound_is_not_jumped_over():
    peak, _ = searched(mixture, (0.05, 1.0), (0.0, -10.0), (1.0, 10.0))
    assert peak.at[0] == pytest.approx(0.4, abs=0.05)
    assert peak.at[1] == pytest.approx(4.0, abs=0.2)


def test_a_place_without_a_likelihood_is_told():
    peak, calls = searched(lambda at: (-np.inf, np.zeros((1, 2))), (1.0, 1.0), (0.0, 0.0), (2.0, 2.0))
    assert peak.value == -np.inf
    assert peak.steepest == np.inf
    assert calls == 1


def test_a_parameter_that_changes_nothing_stays():
    def law(at):
        value, scores = gamma(np.array([at[0], 2.0]))
        return value, scores * [1.0, 0.0]

    peak, _ = searched(law, (2.0, 7.0), (0.1, 0.1), (50.0, 50.0))
    assert peak.at[1] == 7.0
    assert peak.steepest < 1e-5

"""Entropy pooling: closed forms, optimality, and views that cannot be met."""

import numpy as np
import pytest
from scipy import optimize, special

from riskkit import DataError, FactorError, Scenarios
from riskkit.scenarios import View, reweighted

RNG = np.random.default_rng(1)
NORMAL = Scenarios(["A.spot", "B.spot"], RNG.multivariate_normal([0, 0], [[4e-4, 3e-4], [3e-4, 9e-4]], 100_000))


def mean(scenarios):
    return scenarios.weights @ scenarios.moves


def test_a_view_that_holds_changes_nothing():
    held = mean(NORMAL)[0]
    np.testing.assert_allclose(reweighted(NORMAL, [View("A.spot", "=", held)]).weights, NORMAL.weights, rtol=1e-6)
    np.testing.assert_allclose(reweighted(NORMAL, [View("A.spot", ">=", held - 0.01)]).weights, NORMAL.weights, rtol=1e-12)


def test_a_mean_of_a_normal_law_moves_the_others_by_regression():
    moved = mean(reweighted(NORMAL, [View("A.spot", "=", -0.02)]))
    assert moved[0] == pytest.approx(-0.02, abs=1e-10)
    assert moved[1] == pytest.approx(-0.02 * 3 / 4, abs=5e-4)


def test_a_probability_is_the_mean_of_an_indicator():
    falls = lambda scenarios: scenarios.moves[:, 0] < -0.02  # noqa: E731
    fearful = reweighted(NORMAL, [View(falls, "=", 0.5)])
    below = falls(fearful)
    assert fearful.weights[below].sum() == pytest.approx(0.5, abs=1e-9)
    assert np.ptp(fearful.weights[below]) < 1e-12  # within the event nothing is known


def test_nothing_nearer_meets_the_views():
    """Against a general constrained minimiser on twelve scenarios."""
    scenarios = Scenarios(["A.spot", "B.spot"], RNG.normal(size=(12, 2)), weights=RNG.uniform(0.5, 2.0, 12))
    prior, table = np.asarray(scenarios.weights), scenarios.moves
    ours = reweighted(scenarios, [View("A.spot", "=", 0.3), View("B.spot", ">=", 0.2)]).weights
    found = optimize.minimize(
        lambda p: special.rel_entr(p, prior).sum(),
        prior,
        bounds=[(1e-12, 1)] * 12,
        constraints=[
            {"type": "eq", "fun": lambda p: p.sum() - 1},
            {"type": "eq", "fun": lambda p: p @ table[:, 0] - 0.3},
            {"type": "ineq", "fun": lambda p: p @ table[:, 1] - 0.2},
        ],
        options={"ftol": 1e-15, "maxiter": 500},
    )
    np.testing.assert_allclose(ours, found.x, atol=1e-6)
    assert ours @ table[:, 0] == pytest.approx(0.3, abs=1e-9)


def test_impossible_scenarios_stay_impossible():
    scenarios = Scenarios(["A.spot"], [[-1.0], [0.0], [1.0], [5.0]], weights=[1, 1, 1, 0])
    assert reweighted(scenarios, [View("A.spot", "=", 0.5)]).weights[3] == 0.0
    with pytest.raises(DataError, match="outside of what the scenarios hold"):
        reweighted(scenarios, [View("A.spot", "=", 2.0)])


@pytest.mark.parametrize(
    ("views", "error", "message"),
    [
        ([], DataError, "there are no views"),
        ([("A.spot", "=", 0.1)], DataError, "there are no views"),
        ([View("C.spot", "=", 0.0)], FactorError, "names no factor"),
        ([View("A.spot", "=", 9.0)], DataError, "outside of what"),
        ([View("A.spot", "=", 0.02), View("A.spot", "=", -0.02)], DataError, "no probabilities meet the views"),
        ([View(lambda scenarios: np.ones(3), "=", 0.0)], DataError, "do not fit the scenarios"),
        ([View(lambda scenarios: np.ones(len(scenarios)), "=", 1.0)], DataError, "outside of what"),
    ],
)
def test_refuses(views, error, message):
    with pytest.raises(error, match=message):
        reweighted(NORMAL, views)


@pytest.mark.parametrize(("sense", "target"), [("==", 0.0), ("=", np.nan), ("=", "0")])
def test_refuses_a_view(sense, target):
    with pytest.raises(DataError):
        View("A.spot", sense, target)

"""Almgren and Chriss' own figures, and plans against a quadratic programme."""

import numpy as np
import pytest

from riskkit import DataError, ModelError
from riskkit.risk.liquidity import AlmgrenChriss

PAPER = AlmgrenChriss(1e6, 5.0, 5, sigma=0.95, fixed_cost=0.0625, temporary_impact=2.5e-6, permanent_impact=2.5e-7)


def test_the_papers_example():
    plan = PAPER.optimal(1e-6)
    assert PAPER.urgency(1e-6) == pytest.approx(0.6070761633, abs=1e-10)
    assert plan.expected_cost == pytest.approx(911_226.99, abs=5e-3)
    assert plan.standard_deviation == pytest.approx(603_430.67, abs=5e-3)


@pytest.mark.parametrize("aversion", [0.0, 1e-7, 1e-6, 1e-4])
def test_no_plan_is_better(aversion):
    """The exact minimum of the quadratic objective over the inner holdings."""
    n, tau = PAPER.intervals, PAPER.interval
    differences = np.eye(n + 1)[:-1] - np.eye(n + 1)[1:]
    matrix = 2 * PAPER.effective_impact / tau * differences.T @ differences
    matrix += 2 * aversion * PAPER.sigma**2 * tau * np.diag([0.0, *np.ones(n)])
    inner = -np.linalg.solve(matrix[1:-1, 1:-1], matrix[1:-1, 0] * PAPER.quantity)
    np.testing.assert_allclose(PAPER.optimal(aversion).holdings, [PAPER.quantity, *inner, 0.0], rtol=1e-9, atol=1e-6)


def test_without_aversion_it_sells_evenly_and_in_a_hurry_at_once():
    np.testing.assert_allclose(PAPER.optimal(0.0).holdings, np.linspace(1e6, 0, 6))
    hurried = PAPER.optimal(1e3).holdings
    assert hurried[1] < 1e-6 * hurried[0]
    assert np.isfinite(AlmgrenChriss(1.0, 1e3, 100, sigma=1.0, temporary_impact=1.0).optimal(1e6).holdings).all()


def test_the_frontier_falls_and_var_is_cost_plus_risk():
    frontier = PAPER.frontier(np.geomspace(1e-8, 1e-4, 9))
    assert (np.diff(frontier["expected_cost"]) > 0).all()
    assert (np.diff(frontier["standard_deviation"]) < 0).all()
    plan = PAPER.optimal(1e-6)
    assert plan.var(0.95) == pytest.approx(plan.expected_cost + 1.6448536269514722 * plan.standard_deviation)


def test_refuses():
    with pytest.raises(ModelError, match="costs nothing"):
        AlmgrenChriss(1.0, 1.0, 1, sigma=1.0)
    with pytest.raises(DataError, match="quantity is out of range"):
        AlmgrenChriss(-1.0, 1.0, 1, sigma=1.0, temporary_impact=1.0)
    with pytest.raises(ModelError, match="does not sell"):
        PAPER.plan(np.linspace(1e6, 1.0, 6))
    with pytest.raises(ModelError, match="does not sell"):
        PAPER.plan(np.array([1e6, 0.0]))

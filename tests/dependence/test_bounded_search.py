"""The bounded search: inside, at a bound, from a bad start."""

import numpy as np
import pytest

from riskkit.dependence.bounded_search import maximise


def rosenbrock(at):
    x, y = at
    value = -((1 - x) ** 2) - 100 * (y - x * x) ** 2
    return value, np.array([2 * (1 - x) + 400 * x * (y - x * x), -200 * (y - x * x)])


@pytest.mark.parametrize("start", [(-1.2, 1.0), (3.0, -2.0), (0.0, 5.0)])
def test_a_curved_valley(start):
    value, at, steepest = maximise(rosenbrock, np.array(start), np.full(2, -5.0), np.full(2, 5.0), 1e-9)
    np.testing.assert_allclose(at, 1.0, atol=1e-8)
    assert value == pytest.approx(0.0, abs=1e-15)
    assert steepest < 1e-9


def test_a_maximum_beyond_a_bound_ends_there():
    _, at, _ = maximise(rosenbrock, np.array([-1.0, 0.0]), np.full(2, -2.0), np.array([0.5, 2.0]), 1e-9)
    np.testing.assert_allclose(at, [0.5, 0.25], atol=1e-8)

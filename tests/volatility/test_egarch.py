"""EGARCH: its recursion in full, its symmetry, and what a missing return does."""

import numpy as np
import pandas as pd
import pytest
from oracles import garch as twin

from riskkit.core import FitStatus
from riskkit.core.innovation import Innovation
from riskkit.volatility.egarch import Egarch
from riskkit.volatility.specification import filtered_states


@pytest.fixture(scope="module")
def returns():
    return pd.Series(0.01 * twin.simulate(600, 0.05, 0.1, 0.85, 6, 7))


def test_recursion_in_full(returns):
    fit = Egarch("skewt").fit(returns)
    mu, omega, alpha, gamma, beta, nu, skew = fit.params
    mean = Innovation("skewt", nu, skew).absolute_mean
    x = [2.0 * np.log(fit.sigma.iloc[0])]
    for value in returns:
        z = (value - mu) * np.exp(-x[-1] / 2.0)
        x.append(omega + alpha * (abs(z) - mean) + gamma * z + beta * x[-1])
    np.testing.assert_allclose(fit.sigma, np.exp(np.array(x[:-1]) / 2.0), rtol=1e-9)
    assert fit.next_sigma == pytest.approx(np.exp(x[-1] / 2.0), rel=1e-9)


def test_falls_and_rises_change_places(returns):
    one, other = Egarch("t").fit(returns), Egarch("t").fit(-returns)
    assert other.loglikelihood == pytest.approx(one.loglikelihood, abs=1e-7)
    signs = pd.Series([-1.0, 1.0, 1.0, -1.0, 1.0, 1.0], one.params.index)
    np.testing.assert_allclose(other.params, signs * one.params, rtol=1e-5, atol=1e-7)


def test_a_missing_return_pulls_towards_the_level():
    params = pd.Series({"mu": 0.0, "omega": 0.02, "alpha": 0.2, "gamma": -0.1, "beta": 0.9})
    states = filtered_states(Egarch("normal"), params, np.full(3, np.nan), np.empty((3, 0)), np.array([1.0, 0.0]))
    np.testing.assert_allclose(states[:, 0], [1.0, 0.92, 0.848, 0.7832], rtol=1e-14)


def test_no_effect_of_the_size_ends_at_a_bound():
    """Noise without clusters: alpha is not negative, as the likelihood there is chaotic."""
    fit = Egarch("normal").fit(pd.Series(np.random.default_rng(2).standard_normal(500)))
    assert fit.params["alpha"] >= 0.0
    assert fit.status in (FitStatus.OK, FitStatus.BOUND)

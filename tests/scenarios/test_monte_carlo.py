"""Elliptical draws: moments, tails, horizons, and points that beat chance."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from riskkit import DataError
from riskkit.scenarios import filtered_historical, monte_carlo, principal_components, quasi

COVARIANCE = np.array([[4e-4, 3e-4, 1e-4], [3e-4, 9e-4, 2e-4], [1e-4, 2e-4, 1e-4]])
RETURNS = pd.DataFrame(
    np.random.default_rng(1).multivariate_normal(np.zeros(3), COVARIANCE, 1_000), columns=["BTC", "ETH", "SOL"]
)
SECOND_MOMENT = RETURNS.to_numpy().T @ RETURNS.to_numpy() / len(RETURNS)


@pytest.mark.parametrize("draw", [monte_carlo, quasi])
@pytest.mark.parametrize(("nu", "horizon"), [(None, 1), (None, 10), (6.0, 1), (6.0, 4)])
def test_covariance_over_the_horizon(draw, nu, horizon):
    scenarios = draw(RETURNS, n=2**16, rng=1, nu=nu, horizon=horizon)
    found = scenarios.moves.T @ scenarios.moves / len(scenarios)
    np.testing.assert_allclose(found, horizon * SECOND_MOMENT, rtol=0.05)
    assert scenarios.factors == ("BTC.spot", "ETH.spot", "SOL.spot")
    assert scenarios.horizon == horizon


@pytest.mark.parametrize("draw", [monte_carlo, quasi])
def test_each_margin_has_its_law(draw):
    moves = draw(RETURNS, n=2**15, rng=2, nu=4.0).moves[:, 1]
    scale = np.sqrt(SECOND_MOMENT[1, 1] / 2)
    assert stats.kstest(moves / scale, stats.t(4.0).cdf).pvalue > 0.01


def test_sobol_points_know_an_expectation_better_than_draws():
    exact = np.exp(SECOND_MOMENT[0, 0] / 2)
    errors = {
        draw: [np.abs(np.exp(draw(RETURNS, n=2**12, rng=seed).moves[:, 0]).mean() - exact) for seed in range(8)]
        for draw in (monte_carlo, quasi)
    }
    assert 20 * np.mean(errors[quasi]) < np.mean(errors[monte_carlo])


def test_same_seed_same_bits():
    for draw in (monte_carlo, quasi, filtered_historical):
        np.testing.assert_array_equal(draw(RETURNS, n=64, rng=3).moves, draw(RETURNS, n=64, rng=3).moves)
        assert not np.array_equal(draw(RETURNS, n=64, rng=3).moves, draw(RETURNS, n=64, rng=4).moves)


def test_all_components_are_the_whole_covariance_and_few_are_less():
    whole, one = (principal_components(RETURNS, components=k, n=2**16, rng=1) for k in (3, 1))
    np.testing.assert_allclose(np.cov(whole.moves.T), np.cov(RETURNS.T.to_numpy()), rtol=0.05)
    assert np.linalg.matrix_rank(one.moves) == 1
    assert np.trace(np.cov(one.moves.T)) < np.trace(np.cov(whole.moves.T))


def test_filtered_shocks_are_those_of_the_past():
    scenarios = filtered_historical(RETURNS, n=5_000, rng=1)
    rows = {tuple(row) for row in scenarios.moves.round(14)}
    assert len(rows) <= len(RETURNS)
    ten = filtered_historical(RETURNS, n=20_000, horizon=10, rng=1)
    np.testing.assert_allclose(ten.moves.std(axis=0), np.sqrt(10) * RETURNS.std(), rtol=0.15)
    # coins stay together
    assert np.corrcoef(ten.moves.T)[0, 1] == pytest.approx(RETURNS.corr().iloc[0, 1], abs=0.05)


def test_another_covariance():
    twice = pd.DataFrame(4 * COVARIANCE, RETURNS.columns, RETURNS.columns)
    found = monte_carlo(RETURNS, n=2**16, rng=1, covariance=twice.iloc[::-1, ::-1]).moves
    np.testing.assert_allclose(np.cov(found.T), 4 * COVARIANCE, rtol=0.05)


@pytest.mark.parametrize(
    ("draw", "arguments", "message"),
    [
        (monte_carlo, {"nu": 2.0}, "nu is out of range"),
        (monte_carlo, {"n": 0}, "n is not a usable"),
        (monte_carlo, {"rng": None}, "not a source of random numbers"),
        (monte_carlo, {"covariance": COVARIANCE}, "covariance does not fit"),
        (quasi, {"n": 1_000}, "n is not a power of two"),
        (quasi, {"n": 64, "horizon": 10_000, "nu": 4.0}, "too many dimensions"),
        (principal_components, {"components": 4}, "not so many components"),
        (filtered_historical, {"horizon": 0}, "horizon is not a usable"),
    ],
)
def test_refuses(draw, arguments, message):
    with pytest.raises(DataError, match=message):
        draw(RETURNS, **({"rng": 1} | arguments))


def test_refuses_a_constant_series():
    with pytest.raises(DataError, match="not positive definite"):
        monte_carlo(RETURNS.assign(USDT=0.0), rng=1)

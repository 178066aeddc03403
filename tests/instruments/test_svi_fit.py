"""SVI fits: exact data, noise, brute force, and quotes that no smile fits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import svi as oracle

from riskkit.core import FitStatus
from riskkit.errors import DataError
from riskkit.instruments import Svi, SviSlice
from riskkit.instruments.svi_fit import FLOOR
from riskkit.instruments.svi_linear import columns, solve

K = np.linspace(-1.2, 1.2, 21)
VOGT = SviSlice(-0.041, 0.1331, 0.306, 0.3586, 0.4153, years=1.0)
CALM = SviSlice(0.01, 0.2, -0.4, 0.05, 0.2, years=0.25)


def parameters(smile):
    return np.array([smile.a, smile.b, smile.rho, smile.m, smile.sigma])


@pytest.mark.parametrize("weights", [None, np.ones(21)])
def test_vogts_smile_is_recovered(weights):
    fit = Svi().fit(K, VOGT.volatility(K), 1.0, weights)
    np.testing.assert_allclose(parameters(fit.slice), parameters(VOGT), rtol=0.0, atol=1e-8)
    assert fit.status == FitStatus.OK
    assert fit.root_mean_square_error < 1e-12


@settings(max_examples=25, deadline=None)
@given(st.floats(0.05, 0.6), st.floats(-0.85, 0.85), st.floats(-0.3, 0.3), st.floats(0.06, 0.6), st.floats(1e-3, 0.1))
def test_exact_smiles_are_recovered(b, rho, m, sigma, least):
    true = SviSlice(least - b * sigma * np.sqrt(1 - rho**2), b, rho, m, sigma, years=0.5)
    fit = Svi().fit(K, true.volatility(K), 0.5, np.ones(21))
    np.testing.assert_allclose(parameters(fit.slice), parameters(true), rtol=0.0, atol=1e-8)


def test_the_order_of_the_quotes_does_not_matter():
    turned = Svi().fit(K[::-1], CALM.volatility(K[::-1]), 0.25)
    np.testing.assert_allclose(parameters(turned.slice), parameters(CALM), atol=1e-8)


def test_noise_leaves_its_own_error():
    rng = np.random.default_rng(1)
    noise, k = 0.002, np.linspace(-0.8, 0.8, 41)
    errors = []
    for _ in range(20):
        fit = Svi().fit(k, CALM.volatility(k) + noise * rng.normal(size=41), 0.25, np.ones(41))
        errors.append(np.asarray(fit.slice.volatility(k)) - CALM.volatility(k))
        assert fit.status == FitStatus.OK
        assert fit.root_mean_square_error == pytest.approx(noise * np.sqrt(36 / 41), rel=0.4)
    # five parameters take up 5 / 41 of the noise's variance
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(noise * np.sqrt(5 / 41), rel=0.25)


def targets(rng, kind, k, m):
    shapes = {
        "noise": rng.uniform(0.0, 1.0, len(k)),
        "smile": np.abs(0.05 + 0.3 * np.abs(k - m) + 0.02 * rng.normal(size=len(k))),
        "ramp": np.maximum(1e-3, rng.uniform(-3.0, 3.0) * k),
        "bowl": 5.0 * k * k,
    }
    return shapes[kind] * 10.0 ** rng.uniform(-2.0, 0.0)


@pytest.mark.parametrize("kind", ["noise", "smile", "ramp", "bowl"])
def test_the_linear_part_is_as_low_as_brute_force(kind):
    rng = np.random.default_rng(3)
    touched = 0
    for trial in range(4):
        k, m, sigma = np.sort(rng.uniform(-1.0, 1.0, 12)), rng.uniform(-1.5, 1.5), 10.0 ** rng.uniform(-1.5, 0.7)
        target, root_weights = targets(rng, kind, k, m), rng.uniform(0.2, 1.0, 12)
        a, p, q, touches = solve(k, target, root_weights, m, sigma)
        right, left = columns(k, np.array(m), np.array(sigma))
        squares = np.sum((root_weights * (target - a - p * right - q * left)) ** 2)
        assert squares <= oracle.linear_minimum(k, target, root_weights, m, sigma, starts=3, seed=trial) * (1 + 1e-8) + 1e-15
        assert 0.0 <= min(p, q) <= max(p, q) <= 2.0 * sigma
        assert a + np.sqrt(p * q) >= -1e-15
        touched += touches
    assert kind != "ramp" or touched >= 1  # where the constraint that w is not negative decides


@pytest.mark.parametrize("seed", range(3))
def test_the_search_is_as_low_as_a_population(seed):
    rng = np.random.default_rng(seed)
    k = np.linspace(-0.7, 0.7, 15)
    volatility = CALM.volatility(k) * np.exp(0.05 * rng.normal(size=15))
    fit = Svi().fit(k, volatility, 0.25, np.ones(15))
    variance = volatility**2 * 0.25
    root_weights = 1.0 / np.sqrt(variance)
    squares = np.sum((root_weights * (variance - fit.slice.total_variance(k))) ** 2)
    assert squares <= oracle.smile_minimum(k, variance, root_weights, seed=seed) * (1 + 1e-6)


def test_lees_bound_and_positive_variance_hold_whatever_is_quoted():
    steep = Svi().fit(K, np.sqrt(0.04 + 5.0 * np.abs(K)), 1.0, np.ones(21))
    assert max(steep.slice.wings) == pytest.approx(2.0)
    assert steep.status == FitStatus.BOUND
    valley = np.sqrt(np.maximum(1e-4, 0.3 * (K - 0.05) ** 2 - 0.05))
    fit = Svi().fit(K, valley, 1.0, np.ones(21))
    assert fit.slice.least_variance >= FLOOR * valley.min() ** 2 * (1 - 1e-6)
    assert fit.status == FitStatus.BOUND


def test_weights_choose_which_quotes_count():
    volatility = np.array(CALM.volatility(K))
    volatility[0] += 0.3
    weights = np.ones(21)
    weights[0] = 0.0
    np.testing.assert_allclose(parameters(Svi().fit(K, volatility, 0.25, weights).slice), parameters(CALM), atol=1e-8)


def test_a_fit_is_frozen():
    fit = Svi().fit(K, CALM.volatility(K), 0.25)
    for array in (fit.log_moneyness, fit.volatility, fit.weights):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"log_moneyness": np.zeros(21)}, "too few strikes .* got 1 different strikes"),
        ({"log_moneyness": K[:4], "volatility": np.array([0.5, 0.4, 0.4, 0.5])}, "too few strikes"),
        ({"volatility": np.full(21, 0.5)}, "volatility is constant"),
        ({"volatility": np.linspace(-0.1, 0.5, 21)}, "volatility is not positive"),
        ({"volatility": np.where(K > 1.0, np.nan, 0.5)}, "volatility holds NaN"),
        ({"volatility": ["high"] * 21}, "volatility is not numeric"),
        ({"volatility": np.ones(20)}, "volatility does not fit log_moneyness"),
        ({"years": 0.0}, "years is out of range"),
        ({"weights": -np.ones(21)}, "a weight is negative"),
        ({"weights": np.eye(21)[0]}, "too few quotes have weight; got 1 different strikes"),
        ({"weights": np.zeros(21)}, "too few quotes have weight"),
        ({"weights": np.ones(3)}, "weights do not fit the quotes"),
    ],
)
def test_quotes_that_cannot_be_fitted_are_refused(change, message):
    arguments = {"log_moneyness": K, "volatility": CALM.volatility(K), "years": 0.25} | change
    with pytest.raises(DataError, match=message):
        Svi().fit(**arguments)

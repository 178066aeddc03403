from functools import cache

import numpy as np
import pandas as pd
import pytest
from oracles import spot
from scipy.special import ndtri

from riskkit.data.synthetic.derivatives import calibration
from riskkit.data.synthetic.surface import NEAR, SurfacePath, surface
from riskkit.errors import DataError

SEEDS = range(1, 21)
WINDOW = 245  # the eight months of the targets
K = np.linspace(-2.0, 2.0, 161)
YEARS = (1 / 1095, 1 / 365, 7 / 365, 30 / 365, 0.25, 0.5, 1.0, 2.0)


def at_delta(path, day, probability, years=NEAR):
    """Volatility where the call's delta N(d1) is the probability: a fixed point."""
    log_moneyness = 0.0
    for _ in range(9):
        volatility = float(path.volatility(day, log_moneyness, years))
        log_moneyness = volatility * volatility * years / 2.0 - ndtri(probability) * volatility * np.sqrt(years)
    return volatility


@cache
def sampled(volatility_annual):
    """Two windows of eight months per seed: what they look like."""
    rows = []
    for seed in SEEDS:
        path = surface(*spot.daily(seed, volatility_annual), seed, 0)
        for start in (700, 2000):
            window = path.at_the_money[start : start + WINDOW]
            reversal = [at_delta(path, t, 0.25) - at_delta(path, t, 0.75) for t in range(start, start + WINDOW, 8)]
            rows.append(
                {
                    ("implied_volatility", "mean"): window.mean(),
                    ("implied_volatility", "lowest_to_mean"): window.min() / window.mean(),
                    ("implied_volatility", "highest_to_mean"): window.max() / window.mean(),
                    ("risk_reversal_25", "mean"): np.mean(reversal),
                    ("risk_reversal_25", "lowest"): np.min(reversal),
                }
            )
    return pd.DataFrame(rows)


@pytest.mark.parametrize(("coin", "volatility_annual"), [("BTC", 0.458), ("ETH", 0.671)])
def test_every_real_statistic_lies_inside_the_models_sampling_band(coin, volatility_annual):
    """At spot volatilities that the source names beside the targets."""
    targets = calibration()["targets"]
    for (name, key), found in sampled(volatility_annual).items():
        real = targets[name]["values"].get(coin, {}).get(key)
        if real is not None:
            low, high = found.quantile([0.01, 0.99])
            assert low <= real <= high, (name, key, low, high)


def test_the_typical_level_and_skew_are_close():
    typical = sampled(0.458).median()
    assert abs(typical["implied_volatility", "mean"] - 0.415) < 0.04
    assert abs(typical["risk_reversal_25", "mean"] + 0.057) < 0.02


@pytest.fixture(scope="module")
def stressed():
    """A path with everything: usual years, dead calm and a panic."""
    volatility, returns = spot.daily(3, 0.66, 600)
    volatility[200:260], returns[200:260] = 0.04, 0.0
    volatility[400:420], returns[400:420] = 6.0, -0.25
    volatility[420:440], returns[420:440] = 3.0, 0.2
    return surface(volatility, returns, 1, 0)


def test_the_written_condition_against_arbitrage_holds_on_every_day(stressed):
    steepest = np.abs(stressed.skew).max()
    assert 0.6 < steepest < 0.9
    assert stressed.curvature**2 * (1.0 + steepest) <= 4.0
    assert stressed.curvature * (1.0 + steepest) < 4.0


def test_no_butterfly_arbitrage_on_any_day(stressed):
    """Durrleman's function, of which the density implied by a smile has the sign, is nowhere negative."""
    step = 1e-4
    for day in range(len(stressed.skew)):
        for years in YEARS:
            below, here, above = (stressed.total_variance(day, K + shift, years) for shift in (-step, 0.0, step))
            slope, bend = (above - below) / (2.0 * step), (above - 2.0 * here + below) / step**2
            density = (1.0 - K * slope / (2.0 * here)) ** 2 - slope**2 / 4.0 * (1.0 / here + 0.25) + bend / 2.0
            assert density.min() > -1e-6, (day, years)


def test_no_calendar_arbitrage_on_any_day(stressed):
    for day in range(len(stressed.skew)):
        total = np.array([stressed.total_variance(day, K, years) for years in YEARS])
        assert (np.diff(total, axis=0) > 0.0).all(), day


def test_these_tests_would_see_arbitrage():
    crossed = SurfacePath(np.array([0.5]), np.array([0.5]), np.array([-0.7]), np.array([4.0]), 4.0, 1, 0)
    with pytest.raises(AssertionError):
        test_no_butterfly_arbitrage_on_any_day(crossed)
    inverted = SurfacePath(np.array([0.3]), np.array([1.5]), np.array([-0.2]), np.array([4.0]), 1.0, 1, 0)
    with pytest.raises((AssertionError, RuntimeWarning)):
        test_no_calendar_arbitrage_on_any_day(inverted)


def test_the_30_day_volatility_at_the_money_is_the_one_it_says(stressed):
    found = [float(stressed.volatility(day, 0.0, NEAR)) for day in range(len(stressed.skew))]
    np.testing.assert_allclose(found, stressed.at_the_money, rtol=1e-12)


def test_the_term_structure_falls_in_stress_rises_in_calm_and_tends_to_the_long_run(stressed):
    for day, sign in ((410, -1.0), (255, 1.0)):
        term = [float(stressed.volatility(day, 0.0, years)) for years in YEARS]
        assert (sign * np.diff(term) > 0.0).all()
        assert (stressed.stress(day) - 1.0) * sign < 0.0
        np.testing.assert_allclose(stressed.volatility(day, 0.0, 500.0), stressed.long_run[day], rtol=0.02)


def test_volatility_follows_spot_and_skew_falls_after_falls():
    level, falls = [], []
    for seed in SEEDS:
        volatility, returns = spot.daily(seed, 0.6)
        path = surface(volatility, returns, seed, 0)
        level.append(np.corrcoef(np.log(volatility), np.log(path.at_the_money))[0, 1])
        falls.append(np.corrcoef(returns[1:], np.diff(path.skew))[0, 1])
    assert min(level) > 0.7
    assert min(falls) > 0.3


@pytest.mark.parametrize("size", [1e-4, 1.0, 100.0])
def test_extremes_stay_usable(size):
    path = surface(np.full(50, size), np.full(50, -10.0), 1, 0)
    assert np.isfinite(path.at_the_money).all()
    assert (np.abs(path.skew) < 0.9).all()
    assert np.isfinite(path.volatility(49, K, 0.1)).all()


def test_same_seed_same_bits_and_the_past_does_not_know_the_future():
    volatility, returns = spot.daily(4, 0.6, 300)
    first, again = surface(volatility, returns, 1, 0), surface(volatility, returns, 1, 0)
    cut = surface(volatility[:200], returns[:200], 1, 0)
    for name in ("at_the_money", "long_run", "skew"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
        assert np.array_equal(getattr(first, name)[:200], getattr(cut, name))
        assert not getattr(first, name).flags.writeable
    assert (surface(volatility, returns, 1, 1).skew != first.skew).all()
    assert (surface(volatility, returns, 2, 0).at_the_money != first.at_the_money).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: surface(np.array([0.5, 0.0]), np.zeros(2), 1, 0), "spot_volatility is out of range; got 0 in row 2"),
        (lambda: surface(np.ones(2), np.zeros(3), 1, 0), "spot_volatility does not fit the times"),
        (lambda: surface(np.ones(2), np.zeros(2), 1, 0).volatility(2, 0.0, 0.1), "day_index is beyond the surface; got 2"),
        (lambda: surface(np.ones(2), np.zeros(2), 1, 0).volatility(0, 0.0, 0.0), "years"),
    ],
)
def test_refuses_what_it_cannot_use(call, message):
    with pytest.raises(DataError, match=message):
        call()

import numpy as np
import pandas as pd
import pytest

from riskkit.data.synthetic import daily
from riskkit.data.synthetic.calibrated import calibration
from riskkit.data.synthetic.daily import _crash, _garch, _pump, _regime, _weekend

DAYS = pd.date_range("2018-01-01", periods=40_000, tz="UTC")
COINS = pd.DataFrame.from_dict(calibration()["model"]["coins"], orient="index").iloc[:4]


@pytest.fixture(scope="module")
def law():
    return daily.simulate(5, DAYS, COINS, calibration()["model"])


def test_innovations_have_mean_0_and_variance_1_given_yesterday(law):
    innovations = law.log_return / law.volatility
    np.testing.assert_allclose(innovations.mean(axis=0), 0.0, atol=4.0 / np.sqrt(len(DAYS)))
    np.testing.assert_allclose(innovations.std(axis=0), 1.0, atol=0.05)


def test_the_long_run_volatility_is_the_coins_own(law):
    found = np.sqrt(365.0 * (law.volatility**2).mean(axis=0))
    np.testing.assert_allclose(found, COINS["volatility_annual"].astype(float), rtol=0.08)


def test_crash_and_pump_have_their_signs_and_rates(law):
    assert (law.crash <= 0.0).all()
    assert (law.pump >= 0.0).all()
    model = calibration()["model"]
    assert (law.crash[:, 0] < 0.0).mean() == pytest.approx(model["crash"]["probability"], abs=0.005)
    assert (law.pump[:, 3] > 0.0).mean() == pytest.approx(model["pump_probability"], abs=0.002)
    assert not law.pump[:, 0].any()  # BTC has none
    days_of_crash = law.crash < 0.0
    assert (days_of_crash == days_of_crash[:, :1]).all()  # a crash is common to all


def test_crash_moments_are_those_of_the_draws():
    size, mean, variance = _crash(1, 400_000, 0.05, 1.8, 0.3, 0.2)
    assert size.mean() == pytest.approx(mean, rel=0.02)
    assert size.var() == pytest.approx(variance, rel=0.03)


def test_pump_moments_are_those_of_the_draws():
    height, mean, variance = _pump(1, (400_000, 2), np.array([2.0, 5.0]), 0.02)
    np.testing.assert_allclose(height.mean(axis=0), mean, rtol=0.05)
    np.testing.assert_allclose(height.var(axis=0), variance, rtol=0.08)


def test_garch_by_hand():
    variance = _garch(np.array([[2.0], [0.0], [1.0]]), alpha=0.1, beta=0.8)
    np.testing.assert_allclose(variance.ravel(), [1.0, 0.1 + 0.4 + 0.8, 0.1 + 0.8 * 1.3], rtol=1e-14)


def test_regimes_by_hand():
    # leave with probability 0.5: 0.1 leaves for the next state, 0.3 for the one after it, 0.9 stays
    assert _regime(np.array([0.9, 0.1, 0.9, 0.3]), mean_days=2.0).tolist() == [1, 2, 2, 1]


def test_weekends_are_quieter_and_the_week_keeps_its_variance():
    week = _weekend(pd.date_range("2024-01-01", periods=7), 0.75)  # a Monday
    assert week[6] / week[0] == pytest.approx(0.75)
    assert week[4] == week[0]
    assert (week**2).mean() == pytest.approx(1.0)

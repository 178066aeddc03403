import numpy as np
import pytest

from riskkit.data.synthetic.calibrated import calibration
from riskkit.data.synthetic.history import history, path
from riskkit.data.synthetic.hourly import FALL, HOURS, RISE, _placed, _share

LAW = history(2).law


@pytest.fixture(scope="module")
def hours():
    return path(2)


def test_the_hours_add_up_to_the_day(hours):
    total = hours.log_return.reshape(-1, HOURS, LAW.log_return.shape[1]).sum(axis=1)
    np.testing.assert_allclose(total, LAW.log_return, atol=1e-13)


def test_the_shares_add_up_and_follow_the_profile():
    model = calibration()["model"]["hours"]
    share = _share(1, 3_000, 2, model)
    np.testing.assert_allclose(share.sum(axis=1), 1.0, rtol=1e-13)
    profile = np.array(model["profile"]) ** 2
    np.testing.assert_allclose(share.mean(axis=(0, 2)), profile / profile.sum(), rtol=0.05)


def test_quiet_hours_have_the_variance_they_are_said_to_have(hours):
    """Without crash and pump a step over its volatility has variance 1: the bridge takes none away."""
    smooth = (LAW.crash == 0.0) & (LAW.pump == 0.0)
    ratio = (hours.log_return / hours.volatility).reshape(-1, HOURS, LAW.log_return.shape[1])
    # in falls coins move less on their own, so that the days' moves have mean variance 1 but are not alike
    assert np.mean(ratio.transpose(0, 2, 1)[smooth] ** 2) == pytest.approx(1.0, abs=0.05)


def test_what_is_placed_adds_up_and_stays_within_the_day():
    move = np.array([[0.0, -0.2], [0.3, 0.0]])
    for when in (0.0, 0.5, 1.0 - 2.0**-53):
        laid = _placed(move, np.full((2, 2), when), FALL)
        np.testing.assert_allclose(laid.sum(axis=1), move, atol=1e-15)
    assert np.flatnonzero(_placed(move, np.zeros((2, 2)), FALL)[0, :, 1]).tolist() == [0, 1, 2, 3, 4]


def test_a_crash_overshoots_and_a_pump_too():
    for shape in (FALL, RISE):
        assert sum(shape) == pytest.approx(1.0)
        assert max(np.cumsum(shape)) >= 1.09


def test_coins_are_joined_within_the_hour_and_independent_across_hours(hours):
    quiet = np.repeat((LAW.crash[:, 0] == 0.0) & (LAW.pump[:, 1] == 0.0), HOURS)
    steps = (hours.log_return / hours.volatility)[quiet]
    assert np.corrcoef(steps[:, 0], steps[:, 1])[0, 1] > 0.6
    assert abs(np.corrcoef(steps[1:, 0], steps[:-1, 1])[0, 1]) < 0.02

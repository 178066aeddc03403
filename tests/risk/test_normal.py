"""The normal model, by the day and rolled."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import riskkit as rk
from riskkit.risk import NormalModel

MODEL = NormalModel()


def history(rows, columns=1, seed=1):
    dates = pd.date_range("2020-01-01", periods=rows, tz="UTC", name="date")
    values = 0.001 + 0.02 * np.random.default_rng(seed).standard_t(3, (rows, columns))
    return pd.DataFrame(values, index=dates, columns=[f"asset {k}" for k in range(columns)])


@pytest.mark.parametrize("level", [0.9, 0.95, 0.975, 0.99, 0.999])
def test_closed_form(level):
    returns = history(250, 2)
    loss = -returns.sum(axis=1)
    mean, deviation, z = loss.mean(), loss.std(), stats.norm.ppf(level)
    losses = MODEL(returns)
    assert losses.var(level) == pytest.approx(mean + deviation * z, rel=1e-12)
    assert losses.es(level) == pytest.approx(mean + deviation * stats.norm.pdf(z) / (1 - level), rel=1e-12)
    assert not losses.sampled


def test_hull_two_positions_over_ten_days():
    """Hull's 10M and 5M positions, 2 % and 1 % a day, correlation .3, ten days: 1,622,657 with z rounded to 2.33."""
    one, two = 10e6 * 0.02 * np.sqrt(10), 5e6 * 0.01 * np.sqrt(10)
    first = np.array([1.0, -1.0, 1.0, -1.0]) * np.sqrt(3 / 4)  # deviation 1, mean 0
    other = np.array([1.0, 1.0, -1.0, -1.0]) * np.sqrt(3 / 4)
    second = 0.3 * first + np.sqrt(1 - 0.3**2) * other
    losses = MODEL(pd.DataFrame({"Microsoft": one * first, "AT&T": two * second}))
    assert losses.var(0.99) / stats.norm.ppf(0.99) * 2.33 == pytest.approx(1_622_657, abs=1)


@pytest.mark.parametrize("columns", [1, 3, 17])
@pytest.mark.parametrize("level", [0.975, 0.99, 0.98765])
@pytest.mark.parametrize(("window", "step"), [(100, 1), (2, 5), (20, 33)])
def test_roll_is_the_call_day_by_day(columns, level, window, step):
    returns = history(160, columns)
    rolled = MODEL.roll(returns, window, step, level)
    days = [MODEL(returns.iloc[row - window : row]) for row in range(window, 160, step)]
    np.testing.assert_allclose(rolled["var"], [day.var(level) for day in days], rtol=1e-12)
    np.testing.assert_allclose(rolled["es"], [day.es(level) for day in days], rtol=1e-12)
    assert rolled.index.equals(returns.index[window::step])


def test_roll_forgets_what_has_left_the_window():
    returns = history(300)
    returns.iloc[10] = 1e6
    rolled = MODEL.roll(returns, 50)
    days = [MODEL(returns.iloc[row - 50 : row]).var(0.99) for row in range(50, 300)]
    np.testing.assert_allclose(rolled["var"], days, rtol=1e-12)


def test_no_forecast_moves_with_the_future():
    returns = history(200, 2)
    changed = returns.copy()
    changed.iloc[150] = [-5.0, -5.0]
    before, after = MODEL.roll(returns, 100), MODEL.roll(changed, 100)
    known_before = before.index <= returns.index[150]
    pd.testing.assert_frame_equal(before[known_before], after[known_before])
    assert (after["var"][~known_before] > before["var"][~known_before]).all()


@pytest.mark.parametrize("still", [0.0, 0.01, 1 / 3])
def test_a_constant_window_is_refused_by_both_lanes(still):
    returns = history(100)["asset 0"]
    returns.iloc[40:60] = still
    MODEL.roll(returns, 21)  # 20 equal days and one other
    with pytest.raises(rk.DataError, match="constant"):
        MODEL(returns.iloc[40:60])
    first = returns.index[60]
    with pytest.raises(rk.DataError, match=f"constant in the window before {first}".replace("+", r"\+")):
        MODEL.roll(returns, 20)
    MODEL.roll(returns, 20, step=100)  # the only target has a window that varies


def test_the_two_lanes_agree_on_what_is_constant():
    noise = np.finfo(float).eps * np.array([0, 1, 0, 2, 3, 0, 1, 4, 0, 3, 6, 0, 5, 9])
    for size in (1.0, 1.7):
        returns = pd.Series(size * (1.0 + noise))
        for row in range(3, len(returns)):
            lanes = []
            for lane in (lambda part: MODEL(part.iloc[:3]), lambda part: MODEL.roll(part, 3)):
                try:
                    lane(returns.iloc[row - 3 : row + 1])
                    lanes.append("fine")
                except rk.DataError as error:
                    lanes.append("constant" if "constant" in str(error) else str(error))
            assert lanes[0] == lanes[1]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pd.Series([], dtype=float), "too short"),
        (pd.Series([0.01]), "too short"),
        (pd.Series([0.01, np.nan, 0.02, 0.01]), "NaN or infinite"),
        (pd.Series([0.01, 0.02, 0.0, 0.01], index=[1, 3, 2, 4]), "not sorted"),
        (pd.Series([0.02, 0.02, 0.02]), "constant"),
        ("returns", "wrong type"),
    ],
)
def test_refuses_a_history(data, message):
    with pytest.raises(rk.DataError, match=message):
        MODEL(data)
    with pytest.raises(rk.DataError, match=message):
        MODEL.roll(data, 2)


@pytest.mark.parametrize(
    "arguments", [{"window": 1}, {"window": 50}, {"window": 9, "step": 0}, {"window": 9, "level": 0.01}]
)
def test_refuses_an_argument(arguments):
    with pytest.raises(rk.DataError):
        MODEL.roll(history(50), **arguments)

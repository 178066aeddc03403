"""Historical simulation, by the day and rolled."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import riskkit as rk
from riskkit.risk import HistoricalSimulation

MODEL = HistoricalSimulation()


def history(rows, columns=1, seed=1):
    dates = pd.date_range("2020-01-01", periods=rows, tz="UTC", name="date")
    values = 0.02 * np.random.default_rng(seed).standard_t(3, (rows, columns))
    return pd.DataFrame(values, index=dates, columns=[f"asset {k}" for k in range(columns)])


def test_losses_are_minus_the_returns_by_position():
    returns = history(50, 3)
    losses = MODEL(returns)
    np.testing.assert_array_equal(losses.components, -returns.to_numpy())
    assert losses.names == ("asset 0", "asset 1", "asset 2")
    assert losses.sampled
    assert losses.contributions(0.9).sum() == pytest.approx(losses.es(0.9), rel=1e-12)


@pytest.mark.parametrize("columns", [1, 2, 3, 9, 17, 130])
@pytest.mark.parametrize(("window", "step"), [(100, 1), (60, 7), (20, 33)])
def test_roll_is_the_call_day_by_day(columns, window, step):
    returns = history(180, columns)
    rolled = MODEL.roll(returns, window, step, level=0.975)
    rows = range(window, 180, step)
    days = [MODEL(returns.iloc[row - window : row]) for row in rows]
    assert rolled["var"].tolist() == [day.var(0.975) for day in days]  # bit for bit
    np.testing.assert_allclose(rolled["es"], [day.es(0.975) for day in days], rtol=1e-12)
    assert rolled.index.equals(returns.index[window::step])


@settings(deadline=None, max_examples=60)
@given(
    values=st.lists(st.sampled_from([-0.02, -0.01, 0.0, 0.01, 0.3]), min_size=3, max_size=40),
    window=st.integers(2, 30),
    level=st.sampled_from([0.6, 0.75, 0.9, 0.99]),
)
def test_roll_with_many_equal_losses(values, window, level):
    returns = pd.Series(values)
    if window < len(values):
        rolled = MODEL.roll(returns, window, level=level)
        days = [MODEL(returns.iloc[row - window : row]) for row in range(window, len(values))]
        assert rolled["var"].tolist() == [day.var(level) for day in days]
        np.testing.assert_allclose(rolled["es"], [day.es(level) for day in days], rtol=1e-12, atol=1e-17)


def test_no_forecast_moves_with_the_future():
    returns = history(200, 2)
    changed = returns.copy()
    changed.iloc[150] = [-5.0, -5.0]
    before, after = MODEL.roll(returns, 100), MODEL.roll(changed, 100)
    known_before = before.index <= returns.index[150]  # the target of row 150 does not see row 150
    pd.testing.assert_frame_equal(before[known_before], after[known_before])
    assert (after["var"][~known_before] > before["var"][~known_before]).all()


def test_equal_returns_are_no_error_and_few_days_give_their_largest_loss():
    assert MODEL(pd.Series([0.01] * 5)).var(0.99) == -0.01
    assert MODEL.roll(pd.Series([0.01] * 5), 3)["es"].tolist() == [-0.01, -0.01]
    assert MODEL(pd.Series([0.01, -0.07, 0.02])).var(0.99) == 0.07


def test_accepts_a_series_and_keeps_its_column_names():
    assert MODEL(pd.Series([0.01, 0.02], name="BTC")).names == ("BTC",)


BAD = [
    (pd.Series([], dtype=float), "too short"),
    (pd.Series([0.01]), "too short"),
    (pd.Series([0.01, np.nan, 0.02, 0.01]), "NaN or infinite"),
    (pd.Series([0.01, -np.inf, 0.02, 0.01]), "NaN or infinite"),
    (pd.Series([0.01, 0.02, 0.0, 0.01], index=[1, 3, 2, 4]), "not sorted"),
    (pd.Series([0.01, 0.02, 0.0, 0.01], index=[1, 2, 2, 4]), "duplicate"),
    (pd.Series(list("abcd")), "not numeric"),
    (None, "wrong type"),
]


@pytest.mark.parametrize(("data", "message"), BAD)
def test_refuses_a_history(data, message):
    with pytest.raises(rk.DataError, match=message):
        MODEL(data)
    with pytest.raises(rk.DataError, match=message):
        MODEL.roll(data, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"window": 1}, "window"),
        ({"window": 10.0}, "window"),
        ({"window": 50}, "too short to forecast"),
        ({"window": 10, "step": 0}, "step"),
        ({"window": 10, "level": 0.05}, "write level=0.95"),
        ({"window": 10, "level": 1.0}, "confidence level"),
    ],
)
def test_refuses_an_argument(arguments, message):
    with pytest.raises(rk.DataError, match=message):
        MODEL.roll(history(50), **arguments)


def test_each_answer_is_the_callers_own():
    returns = history(50)
    first = MODEL.roll(returns, 20)
    first.columns.name = "mine"
    first.iloc[0, 0] = 9.0
    again = MODEL.roll(returns, 20)
    assert again.columns.name is None
    assert again.iloc[0, 0] < 9.0

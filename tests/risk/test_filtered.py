"""Filtered historical simulation, by the day and rolled."""

import pickle

import numpy as np
import pandas as pd
import pytest
from oracles import ewma as oracle

import riskkit as rk
from riskkit.risk import FilteredHistoricalSimulation

MODEL = FilteredHistoricalSimulation()


def history(rows, columns=1, seed=1):
    dates = pd.date_range("2020-01-01", periods=rows, tz="UTC", name="date")
    values = 0.02 * np.random.default_rng(seed).standard_t(3, (rows, columns))
    return pd.DataFrame(values, index=dates, columns=[f"asset {k}" for k in range(columns)])


@pytest.mark.parametrize("decay", [0.8, 0.94, 0.99])
def test_one_day_by_hand(decay):
    returns = history(120, 2)
    loss = -returns.sum(axis=1)
    losses = FilteredHistoricalSimulation(decay)(returns)
    var, es = oracle.filtered_var_es(loss.tolist(), 0.975, decay)
    assert losses.var(0.975) == pytest.approx(var, rel=1e-13)
    assert losses.es(0.975) == pytest.approx(es, rel=1e-13)
    assert losses.sampled
    assert losses.names == ("total",)


@pytest.mark.parametrize("decay", [0.8, 0.94])
@pytest.mark.parametrize("columns", [1, 3, 17])
@pytest.mark.parametrize(("window", "step", "level"), [(100, 1, 0.99), (2, 5, 0.975), (20, 33, 0.75)])
def test_roll_is_the_call_day_by_day(decay, columns, window, step, level):
    returns, model = history(160, columns), FilteredHistoricalSimulation(decay)
    rolled = model.roll(returns, window, step, level)
    days = [model(returns.iloc[row - window : row]) for row in range(window, 160, step)]
    np.testing.assert_allclose(rolled["var"], [day.var(level) for day in days], rtol=1e-12)
    np.testing.assert_allclose(rolled["es"], [day.es(level) for day in days], rtol=1e-12)
    assert rolled.index.equals(returns.index[window::step])


def test_answers_a_storm_that_historical_simulation_does_not_see():
    returns = history(400)["asset 0"].clip(-0.05, 0.05)
    returns.iloc[380:] *= 3.0
    storm, plain = MODEL(returns).var(0.99), rk.risk.HistoricalSimulation()(returns.iloc[:380]).var(0.99)
    assert storm > 1.5 * plain


def test_no_forecast_moves_with_the_future():
    returns = history(200, 2)
    changed = returns.copy()
    changed.iloc[150] = [-5.0, -5.0]
    before, after = MODEL.roll(returns, 100), MODEL.roll(changed, 100)
    known_before = before.index <= returns.index[150]
    pd.testing.assert_frame_equal(before[known_before], after[known_before])
    assert (after["var"][~known_before] != before["var"][~known_before]).all()


def test_a_constant_window_is_refused_by_both_lanes():
    returns = history(100)["asset 0"]
    returns.iloc[40:60] = 0.0
    MODEL.roll(returns, 21)
    with pytest.raises(rk.DataError, match="constant"):
        MODEL(returns.iloc[40:60])
    with pytest.raises(rk.DataError, match="constant in the window before 2020-03-01"):
        MODEL.roll(returns, 20)


def test_a_vanishing_variance_is_refused_by_both_lanes():
    returns = history(300)["asset 0"]
    returns.iloc[100:199] = 0.0
    model = FilteredHistoricalSimulation(1e-5)
    with pytest.raises(rk.DataError, match="vanishes"):
        model(returns.iloc[70:170])
    with pytest.raises(rk.DataError, match=r"vanishes .* in the window before 2020-06-13"):
        model.roll(returns, 100)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pd.Series([], dtype=float), "too short"),
        (pd.Series([0.01]), "too short"),
        (pd.Series([0.01, np.nan, 0.02, 0.01]), "NaN or infinite"),
        (pd.Series([0.01, 0.02, 0.0, 0.01], index=[1, 3, 2, 4]), "not sorted"),
        (pd.Series([0.02, 0.02, 0.02]), "constant"),
        (7, "wrong type"),
    ],
)
def test_refuses_a_history(data, message):
    with pytest.raises(rk.DataError, match=message):
        MODEL(data)
    with pytest.raises(rk.DataError, match=message):
        MODEL.roll(data, 2)


@pytest.mark.parametrize("decay", [0.0, 1.0, -1, "0.94", None])
def test_refuses_a_decay(decay):
    with pytest.raises(rk.DataError, match="decay"):
        FilteredHistoricalSimulation(decay)


@pytest.mark.parametrize(
    "arguments", [{"window": 1}, {"window": 50}, {"window": 9, "step": 0}, {"window": 9, "level": 0.01}]
)
def test_refuses_an_argument(arguments):
    with pytest.raises(rk.DataError):
        MODEL.roll(history(50), **arguments)


def test_models_are_values():
    assert FilteredHistoricalSimulation(0.94) == MODEL
    assert len({MODEL, FilteredHistoricalSimulation(0.94), FilteredHistoricalSimulation(0.97)}) == 2
    assert pickle.loads(pickle.dumps(MODEL)) == MODEL

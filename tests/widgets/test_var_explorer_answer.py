"""The answer equals what the public functions say when they are called by hand."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError
from riskkit.widgets.var_explorer_answer import MODELS, GarchFittedOnce, answer

BY_HAND = {
    "Historical simulation": lambda: rk.risk.HistoricalSimulation(),
    "Normal": lambda: rk.risk.NormalModel(),
    "Student-t": lambda: rk.risk.StudentModel(),
    "Filtered historical (EWMA)": lambda: rk.risk.FilteredHistoricalSimulation(decay=0.9),
    "GARCH-t": lambda: rk.risk.GarchModel(dist="t"),
}


def test_the_menu_is_the_five_models():
    assert list(MODELS) == list(BY_HAND)
    assert [name for name, choice in MODELS.items() if choice.uses_decay] == ["Filtered historical (EWMA)"]


@pytest.mark.parametrize("name", BY_HAND)
def test_answer_is_walk_forward_and_report(named_returns, name):
    returns = named_returns["BTC"]
    forecast, verdict = answer(returns, name, level=0.95, window=250, decay=0.9, days=300)
    expected = rk.backtest.walk_forward({name: BY_HAND[name]()}, returns.iloc[-550:], level=0.95, window=250)
    pd.testing.assert_frame_equal(forecast.var, expected.var)
    pd.testing.assert_frame_equal(forecast.es, expected.es)
    assert forecast.loss.index.equals(returns.index[-300:])
    row = rk.backtest.report(expected).loc[name]
    shared = ["days", "breaches", "expected", "p_kupiec", "p_independence", "p_conditional", "failed_fits"]
    assert {key: verdict[key] for key in shared} == {key: row[key] for key in shared}
    assert verdict["positions"] == np.flatnonzero(returns.iloc[-300:] * -1 > expected.var[name]).tolist()


def test_the_light_looks_at_the_last_year(named_returns):
    returns = named_returns["BTC"]
    verdict = answer(returns, "Normal", 0.99, 250, 0.94, days=400).verdict
    last = rk.backtest.walk_forward({"m": rk.risk.NormalModel()}, returns.iloc[-500:], level=0.99, window=250)
    light = rk.backtest.traffic_light(last).loc["m"]
    shown = [verdict[name] for name in ("recent_days", "recent_breaches", "zone", "multiplier")]
    assert shown == [250, light["breaches"], light["zone"], light["multiplier"]]
    assert answer(returns, "Normal", 0.95, 250, 0.94, days=400).verdict["multiplier"] is None
    assert answer(returns, "Normal", 0.99, 250, 0.94, days=100).verdict["recent_days"] == 100


def test_breaches_on_the_day_after_another_are_counted():
    returns = pd.Series([0.001, -0.001] * 60 + [-0.05, -0.06, 0.0, -0.07, 0.001])
    verdict = answer(returns, "Historical simulation", 0.95, 100, 0.94, days=25).verdict
    assert (verdict["positions"], verdict["repeats"]) == ([20, 21, 23], 1)


def test_the_future_changes_no_forecast(named_returns):
    returns = named_returns["BTC"]
    changed = returns.copy()
    changed.iloc[-10:] *= 50
    before, after = (answer(series, "Normal", 0.99, 250, 0.94, 100).forecast.var for series in (returns, changed))
    pd.testing.assert_frame_equal(before.iloc[:-9], after.iloc[:-9])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "CAViaR"}, "model is unknown"),
        ({"level": 0.05}, "confidence level"),
        ({"window": 1}, "window"),
        ({"window": 601}, "too short; got 700 rows; expected at least 601"),
        ({"days": 0}, "days"),
        ({"decay": 1.5, "model": "Filtered historical (EWMA)"}, "decay"),
        ({"returns": pd.Series([0.1, np.nan])}, "NaN"),
    ],
)
def test_bad_settings_are_refused(named_returns, change, message):
    setting = {"returns": named_returns["BTC"], "model": "Normal", "level": 0.99, "window": 250, "decay": 0.94, "days": 100}
    with pytest.raises(DataError, match=message):
        answer(**(setting | change))


def test_a_drag_of_the_level_reads_kept_fits_and_answers_as_fresh_ones_do(named_returns):
    returns, model = named_returns["BTC"].iloc[-400:].to_frame(), GarchFittedOnce()
    for level in (0.95, 0.99):
        kept = model.roll(returns, 250, 1, level)
        pd.testing.assert_frame_equal(kept, rk.risk.GarchModel(dist="t").roll(returns, 250, 1, level))
    assert model.fits.cache_info()[:2] == (1, 1)
    model.roll(returns + 0.001, 250, 1, 0.99)
    assert model.fits.cache_info()[:2] == (1, 2)

"""Forecasts: what was said, when it was known, and what came."""

import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from riskkit import DataError, FactorError, RiskForecast

DATES = pd.date_range("2024-01-01", periods=5, tz="UTC", name="date")
LOSS = pd.Series([0.5, 2.0, 2.5, -1.0, 0.0], index=DATES)
VAR = pd.DataFrame({"low": 1.0, "high": 2.0}, index=DATES)
ES = VAR + 1.0
KNOWN = DATES - pd.Timedelta("1D")


def test_a_breach_is_a_loss_above_var():
    forecast = RiskForecast(LOSS, VAR)
    assert forecast.breaches["low"].tolist() == [False, True, True, False, False]
    assert forecast.breaches["high"].tolist() == [False, False, True, False, False]  # a loss equal to VaR is none
    assert forecast.models == ["low", "high"]


def test_what_was_left_out_is_filled():
    forecast = RiskForecast(LOSS, VAR["low"])
    assert forecast.models == ["low"]
    assert forecast.es["low"].isna().all()
    assert (forecast.status["low"] == "ok").all()
    assert RiskForecast(LOSS, VAR["low"].rename(None)).models == ["model"]


@pytest.mark.parametrize("late", [DATES, DATES + pd.Timedelta("1D"), KNOWN[:-1].append(DATES[-1:])])
def test_refuses_a_forecast_that_knows_its_target(late):
    with pytest.raises(DataError, match="knows its own target date"):
        RiskForecast(LOSS, VAR, known_at=late)


def test_refuses_es_below_var():
    low = ES.copy()
    low.loc[DATES[2], "high"] = 1.99
    with pytest.raises(DataError, match="es of 'high' lies below its var"):
        RiskForecast(LOSS, VAR, low)
    low.loc[DATES[2], "high"] = np.nan  # a model may make no ES
    RiskForecast(LOSS, VAR, low)
    RiskForecast(LOSS, -VAR, -VAR)  # negative VaR, ES equal to it


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"var": VAR.iloc[1:]}, "different dates"),
        ({"var": VAR.set_axis(DATES + pd.Timedelta("1h"))}, "different dates"),
        ({"es": ES.iloc[:-1]}, "different dates"),
        ({"es": ES[["low"]]}, "different models"),
        ({"es": ES[["high", "low"]]}, "different models"),
        ({"var": [1.0] * 5}, "wrong type"),
        ({"var": VAR.assign(low=np.nan)}, "NaN or infinite"),
        ({"loss": LOSS.mask(LOSS > 2)}, "NaN or infinite"),
        ({"loss": LOSS.iloc[:0], "var": VAR.iloc[:0]}, "too short"),
        ({"known_at": KNOWN[:3]}, "does not fit"),
        ({"level": 0.01}, "confidence level"),
    ],
)
def test_refuses_what_does_not_fit(arguments, message):
    with pytest.raises(DataError, match=message):
        RiskForecast(**({"loss": LOSS, "var": VAR} | arguments))


def test_one_model_and_some_dates():
    forecast = RiskForecast(LOSS, VAR, ES, 0.975, KNOWN, source="by hand")
    one = forecast.model("high").between(DATES[1], DATES[3])
    assert one.models == ["high"]
    assert one.loss.tolist() == [2.0, 2.5, -1.0]
    assert one.known_at.equals(KNOWN[1:4])
    assert (one.level, one.source) == (0.975, "by hand")
    with pytest.raises(FactorError, match="no model 'middle'"):
        forecast.model("middle")
    with pytest.raises(DataError, match="too short"):
        forecast.between("2030-01-01", "2030-02-01")


def test_tidy_frame():
    tidy = RiskForecast(LOSS, VAR, ES, known_at=KNOWN).to_frame()
    assert tidy.index.names == ["model", "date"]
    assert list(tidy.columns) == ["known_at", "loss", "var", "es", "breach", "status"]
    assert tidy.loc["low", "breach"].sum() == 2
    assert len(tidy) == 10


def test_is_frozen_and_keeps_its_own_copy():
    var = VAR.copy()
    forecast = RiskForecast(LOSS, var)
    var.loc[:, :] = 0.0
    assert forecast.var["low"].tolist() == [1.0] * 5
    with pytest.raises(FrozenInstanceError):
        forecast.level = 0.5
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(forecast)).to_frame(), forecast.to_frame())

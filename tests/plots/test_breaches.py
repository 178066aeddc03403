"""Losses against VaR, and the calendar of breaches."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError, FactorError


def named(figure):
    return {trace.name: trace for trace in figure.data}


def test_each_breach_is_marked_at_its_loss(forecast):
    traces = named(rk.plots.var_breaches(forecast, "low"))
    breaches = forecast.breaches["low"]
    assert set(traces) == {"Loss", "VaR 95 %", "ES 95 %", "Breach"}
    np.testing.assert_array_equal(traces["Breach"].y, forecast.loss[breaches])
    assert list(traces["Breach"].x) == breaches.index[breaches].strftime("%Y-%m-%d").tolist()
    np.testing.assert_array_equal(traces["VaR 95 %"].y, forecast.var["low"])


def test_title_counts(forecast):
    count = int(forecast.breaches["low"].sum())
    figure = rk.plots.var_breaches(forecast, "low")
    assert figure.layout.title.text == f"low: {count} breaches in 300 steps"
    assert "15 breaches expected" in figure.layout.title.subtitle.text


def test_a_model_without_es_has_no_es_line(returns):
    forecast = rk.RiskForecast(-returns, pd.Series(0.01, returns.index, name="m"))
    assert "ES 99 %" not in named(rk.plots.var_breaches(forecast))


def test_money_is_not_shown_in_per_cent(returns):
    forecast = rk.RiskForecast(-1e6 * returns, pd.Series(1e4, returns.index, name="m"))
    axis = rk.plots.var_breaches(forecast, unit="USD").layout.yaxis
    assert axis.title.text == "Loss, USD"
    assert "%" not in axis.tickformat


def test_several_models_need_a_choice(forecast):
    with pytest.raises(DataError, match="several models"):
        rk.plots.var_breaches(forecast)
    with pytest.raises(FactorError, match="no model 'high'"):
        rk.plots.var_breaches(forecast, "high")
    with pytest.raises(DataError, match="forecast has the wrong type"):
        rk.plots.var_breaches(forecast.var)
    with pytest.raises(DataError, match="forecast has the wrong type"):
        rk.plots.breach_calendar(None)


def test_calendar_has_a_row_per_model_and_a_tick_per_breach(forecast):
    figure = rk.plots.breach_calendar(forecast)
    for row, (trace, model) in enumerate(zip(figure.data, forecast.models, strict=True)):
        count = int(forecast.breaches[model].sum())
        assert len(trace.x) == count
        assert set(trace.y) <= {row}
        assert f"<b>{count}</b>" in figure.layout.yaxis.ticktext[row]
    assert list(figure.layout.xaxis.range) == ["2024-01-01", "2024-10-26"]
    assert figure.layout.yaxis.ticktext[1].startswith("Filtered historical<br>simulation")


def test_calendar_without_any_breach(returns):
    forecast = rk.RiskForecast(-returns, pd.Series(1.0, returns.index, name="m"))
    assert len(rk.plots.breach_calendar(forecast).data[0].x) == 0

"""What all figures have in common: template, axes with units, and the source under the title."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import plotly.io
import pytest

import riskkit as rk
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, money, percent, source_of, table, time_title, times
from riskkit.plots.palette import DARK

SOURCE = "numbers made up for a test"


def figures(returns, forecast):
    sigma = returns.abs().rolling(20, min_periods=1).mean().rename("EWMA")
    losses = rk.LossDistribution(-returns.to_numpy())
    prices = 100.0 * np.exp(returns.cumsum()).to_frame("BTC").assign(ETH=lambda frame: frame["BTC"] / 20)
    return {
        "var_breaches": rk.plots.var_breaches(forecast, "low"),
        "breach_calendar": rk.plots.breach_calendar(forecast),
        "volatility": rk.plots.volatility(sigma, returns, days_per_year=365),
        "loss_tail": rk.plots.loss_tail(losses, 0.95, source=SOURCE),
        "loss_tails": rk.plots.loss_tail({"sample": losses, "law": rk.core.law.normal(0.0, 0.01)}, source=SOURCE),
        "price": rk.plots.prices(prices["BTC"], source=SOURCE),
        "prices": rk.plots.prices(prices, source=SOURCE),
        "returns": rk.plots.returns(returns),
        "several returns": rk.plots.returns(pd.DataFrame({"BTC": returns, "ETH": returns}), source=SOURCE),
    }


def test_every_figure_says_source_axes_and_wears_the_template(returns, forecast):
    for name, figure in figures(returns, forecast).items():
        assert isinstance(figure, go.Figure), name
        assert f"Source: {SOURCE}" in figure.layout.title.subtitle.text.replace("<br>", " "), name
        assert figure.layout.template == plotly.io.templates["riskkit"], name
        assert figure.layout.title.text, name
        assert "$" not in figure.to_json(), name
        assert all(axis.title.text for axis in figure.select_yaxes()), name
        assert list(figure.select_xaxes())[-1].title.text, name
        assert len(figure.data) > 0, name
        assert all(len(trace.x) > 0 for trace in figure.data), name
        assert len(figure.layout.title.text) <= 60, name  # a phone is 390 px wide


def test_dark_is_plotlys_own_switch(returns, forecast, monkeypatch):
    monkeypatch.setattr(plotly.io.templates, "default", "riskkit_dark")
    for name, figure in figures(returns, forecast).items():
        assert figure.layout.template == plotly.io.templates["riskkit_dark"], name
        used = {trace.line.color or trace.marker.color or trace.marker.line.color for trace in figure.data}
        assert used <= set(DARK.values()), name


def test_long_sources_are_folded_for_narrow_pages():
    figure = canvas("Title", source="word " * 40)
    lines = figure.layout.title.subtitle.text.split("<br>")
    assert len(lines) > 2
    assert max(map(len, lines)) <= 58
    assert figure.layout.margin.t >= 54 + 16 * len(lines)


def test_the_source_is_the_argument_else_what_the_data_say(returns):
    assert source_of(None, returns) == SOURCE
    assert source_of("mine", returns) == "mine"
    assert source_of(None, pd.Series([1.0]), None) == "unknown"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([1.0, 2.0], "wrong type"),
        (pd.Series([], dtype=float), "too short"),
        (pd.Series([1.0]), "too short"),
        (pd.DataFrame(index=range(3)), "too short"),
        (pd.Series([1.0, np.inf]), "cannot be drawn"),
        (pd.Series([np.nan, np.nan]), "cannot be drawn"),
        (pd.Series(["a", "b"]), "not numeric"),
        (pd.Series([1.0, 2.0], index=[1, 0]), "not sorted"),
        (pd.Series([1.0, 2.0], index=[1, 1]), "duplicate index"),
    ],
)
def test_what_cannot_be_drawn_is_refused(data, message):
    with pytest.raises(DataError, match=message):
        table("data", data)


def test_missing_values_stay_and_become_gaps():
    frame = table("data", pd.Series([1.0, np.nan, 2.0]))
    assert frame["value"].isna().tolist() == [False, True, False]
    assert np.isnan(rk.plots.prices(frame["value"], source="s").data[0].y[1])


def test_times_are_short_and_utc():
    days = pd.date_range("2024-01-01", periods=2, tz="UTC")
    assert times(days).tolist() == ["2024-01-01", "2024-01-02"]
    hours = pd.date_range("2024-01-01", periods=2, freq="h", tz="Europe/Berlin")
    assert times(hours).tolist() == ["2023-12-31T23:00:00", "2024-01-01T00:00:00"]
    assert times(pd.RangeIndex(3)).tolist() == [0, 1, 2]
    assert (time_title(days), time_title(pd.RangeIndex(3))) == ("Date (UTC)", "Step")


def test_units_and_levels_in_words():
    assert money("return") == ("% of position", ".1%")
    assert money("USD")[0] == "USD"
    assert [percent(level) for level in (0.99, 0.975, 0.999)] == ["99 %", "97.5 %", "99.9 %"]

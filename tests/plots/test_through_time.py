"""Parameters and regimes through time."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError

DAYS = pd.date_range("2024-01-01", periods=4, tz="UTC")


@pytest.fixture
def rolled():
    status = ["ok", "at a bound", "failed", "ok"]
    return pd.DataFrame({"sigma": [0.01, 0.02, np.nan, 0.03], "nu": [3.0, 4.0, np.nan, 5.0], "status": status}, DAYS)


@pytest.fixture
def probabilities():
    wild = np.array([0.1, 0.8, 0.9, 0.0])
    return pd.DataFrame({"state 1": 1.0 - wild, "state 2": wild}, DAYS)


def test_a_panel_per_column_from_top_to_bottom(rolled):
    figure = rk.plots.parameters(rolled, ["nu", "sigma"], source="s")
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert [(line.name, line.yaxis) for line in lines] == [("nu", "y"), ("sigma", "y2")]
    np.testing.assert_array_equal(lines[1].y, rolled["sigma"])
    assert figure.layout.yaxis2.title.text == "σ, % per step"


def test_parameters_on_a_bound_are_marked_and_forecasts_are_not(rolled):
    figure = rk.plots.parameters(rolled, ["sigma", "nu"], source="s")
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert [(mark.yaxis, mark.x.tolist(), mark.y.tolist()) for mark in marks] == [("y2", ["2024-01-02"], [4.0])]
    assert marks[0].showlegend


def test_a_bound_is_named_once_in_the_legend(rolled):
    figure = rk.plots.parameters(rolled.assign(alpha=0.1), ["nu", "alpha"], source="s")
    assert [trace.showlegend for trace in figure.data if trace.mode == "markers"] == [True, False]


def test_without_a_status_nothing_is_marked(rolled):
    figure = rk.plots.parameters(rolled.drop(columns="status"), ["nu"], source="s")
    assert [trace.mode for trace in figure.data] == ["lines"]


def test_every_state_but_the_calmest_is_an_area(probabilities):
    three = pd.DataFrame({"calm": 0.5, "middle": 0.3, "wild": 0.2}, DAYS)
    returns = pd.Series([0.01, -0.02, 0.03, 0.0], DAYS)
    assert [trace.name for trace in rk.plots.regimes(probabilities, returns, source="s").data] == [
        "Return", "Probability of state 2"
    ]  # fmt: skip
    figure = rk.plots.regimes(three, returns, source="s")
    assert [trace.name for trace in figure.data[1:]] == ["Probability of middle", "Probability of wild"]
    assert len({trace.fillcolor for trace in figure.data[1:]}) == 2
    np.testing.assert_array_equal(figure.data[2].y, 0.2)


def test_what_are_no_probabilities_or_not_of_these_days_is_refused(probabilities):
    returns = pd.Series([0.01, -0.02, 0.03, 0.0], DAYS)
    with pytest.raises(DataError, match="do not add up to 1"):
        rk.plots.regimes(0.5 * probabilities, returns, source="s")
    with pytest.raises(DataError, match="do not add up to 1"):
        rk.plots.regimes(probabilities[["state 2"]], returns, source="s")
    with pytest.raises(DataError, match="different dates"):
        rk.plots.regimes(probabilities, returns.iloc[:-1], source="s")

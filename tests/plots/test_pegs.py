"""A peg and its venues."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError


def test_a_venue_is_dashed_exactly_where_it_did_not_trade(venues, peg_price):
    figure = rk.plots.peg(venues, peg_price)
    solid, dashed = (trace for trace in figure.data if trace.legendgroup == "idle")
    close = np.array([1.0, 0.95, 0.95, 0.95, 0.9, 0.98])
    np.testing.assert_array_equal(solid.y, np.where([1, 1, 0, 0, 1, 1], close, np.nan))
    # from the last trade before it to the first after it
    np.testing.assert_array_equal(dashed.y, np.where([0, 1, 1, 1, 1, 0], close, np.nan))
    assert dashed.line.dash == "dash"
    assert dashed.line.color == solid.line.color
    assert [trace.name for trace in figure.data if trace.showlegend is None] == ["idle", "busy", "Price of the peg"]


@pytest.mark.parametrize("idle", [0, 5])
def test_no_trade_at_either_end(venues, peg_price, idle):
    venues["idle"]["volume"] = np.where(np.arange(6) == idle, 0.0, 1.0)
    dashed = next(trace for trace in rk.plots.peg(venues, peg_price).data if trace.showlegend is False)
    assert np.isfinite(dashed.y).sum() == 2


def test_the_price_is_the_thick_line_and_keeps_its_gaps(venues, peg_price):
    figure = rk.plots.peg(venues, peg_price)
    assert max(figure.data, key=lambda trace: trace.line.width).name == "Price of the peg"
    np.testing.assert_array_equal(figure.data[-1].y, peg_price["price"])
    assert figure.layout.title.text == "Peg: 0.900 to 1.000 US dollars"


def test_each_venue_has_its_own_times(venues, peg_price):
    venues["idle"] = venues["idle"].iloc[2:]
    assert len(rk.plots.peg(venues, peg_price).data[0].x) == 4


def test_what_does_not_fit_is_refused(venues, peg_price):
    busy = venues["busy"]
    with pytest.raises(DataError, match="named collection"):
        rk.plots.peg({}, peg_price)
    with pytest.raises(DataError, match="too many venues to tell apart; got 6"):
        rk.plots.peg({str(number): busy for number in range(6)}, peg_price)
    with pytest.raises(DataError, match="price lacks price"):
        rk.plots.peg(venues, busy)
    for bars, message in (
        (busy["close"], r"venues\['a'\] has the wrong type"),
        (busy[["close"]], r"venues\['a'\] lacks volume"),
        (busy.assign(close=0.0), r"venues\['a'\]\['close'\] is not positive"),
        (busy.assign(volume=-1.0), "missing or negative"),
        (busy.assign(volume=[1.0, np.nan, 1.0, 1.0, 1.0, 1.0]), "missing or negative"),
        (busy.assign(volume="many"), "not numeric"),
        (busy.iloc[::-1], "not sorted"),
        (pd.DataFrame(), "lacks close, volume; got columns none"),
    ):
        with pytest.raises(DataError, match=message):
            rk.plots.peg({"a": bars}, peg_price)

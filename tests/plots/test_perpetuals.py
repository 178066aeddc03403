"""Last against mark, and funding."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError


def test_last_is_drawn_against_mark_at_each_close(bars):
    figure = rk.plots.last_and_mark(bars)
    low, high, last, mark, apart = (trace.y for trace in figure.data)
    for drawn, column in ((low, "low"), (high, "high"), (last, "close"), (mark, "mark")):
        np.testing.assert_array_equal(drawn, bars[column])
    np.testing.assert_allclose(apart, np.where(np.arange(48) == 20, -0.1, 0.001))
    assert figure.data[4].yaxis == "y2"
    assert figure.layout.title.text == "Last against mark: -10.00 % to +0.10 %"


def test_a_missing_mark_is_a_gap_in_both_panels(bars):
    bars.loc[bars.index[3], "mark"] = np.nan
    figure = rk.plots.last_and_mark(bars)
    assert np.flatnonzero(np.isnan(figure.data[3].y)).tolist() == [3]
    assert np.flatnonzero(np.isnan(figure.data[4].y)).tolist() == [3]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda bars: bars.drop(columns="mark"), "bars have no mark price.*remedy"),
        (lambda bars: bars.drop(columns="low"), "bars: not the table that was asked for"),
        (lambda bars: bars.assign(mark=np.nan), "'mark'.*only missing"),
        (lambda bars: bars.assign(mark=0.0), "'mark'.*not positive"),
        (lambda bars: bars.assign(low=1.005 * bars["close"]), "low lies above"),
        (lambda bars: bars.iloc[:1], "too short"),
        (lambda bars: bars["close"], "the wrong type"),
    ],
)
def test_bars_that_cannot_be_drawn_are_refused(bars, change, message):
    with pytest.raises(DataError, match=message):
        rk.plots.last_and_mark(change(bars))


def test_the_point_mass_has_a_bar_of_its_own_height(fundings):
    others, mass = rk.plots.funding(fundings).data
    assert (mass.name, mass.x, mass.y) == ("Exactly +1 bp", (1.0,), (0.25,))
    assert others.y.sum() == pytest.approx(0.75 - 8 / 2_000)  # what neither lies outside nor is the mass


def test_bars_count_what_lies_in_them(fundings):
    others, mass = rk.plots.funding(fundings).data
    rates = 1e4 * fundings["rate"].to_numpy()
    # the ends of the axis cut the outer bars: look at those between
    for centre, share in list(zip(others.x, others.y, strict=True))[1:-1]:
        inside = np.abs(rates - centre) < others.width / 2.0
        assert share == pytest.approx((inside & (rates != mass.x[0])).mean())


def test_the_outer_half_per_cent_lies_outside_and_is_counted(fundings):
    figure = rk.plots.funding(fundings)
    assert figure.layout.title.text == "25 % of fundings are exactly +1 bp"
    assert "8 of 2,000 lie outside the axis, from -200 to +300 bp" in figure.layout.title.subtitle.text
    assert max(abs(figure.data[0].x)) < 10.0


def test_without_a_frequent_value_there_is_no_point_mass(fundings):
    fundings["rate"] = np.linspace(-1e-4, 1e-4, len(fundings))
    figure = rk.plots.funding(fundings)
    assert [trace.name[:6] for trace in figure.data] == ["Others"]
    assert figure.layout.title.text == "Funding: no value comes often"


def test_a_single_value_is_one_bar(fundings):
    figure = rk.plots.funding(fundings.assign(rate=0.0))
    assert [trace.name for trace in figure.data] == ["Exactly 0 bp"]
    assert figure.layout.title.text == "100 % of fundings are exactly 0 bp"
    assert "2,000 fundings" in figure.layout.title.subtitle.text


def test_few_fundings_are_all_drawn(fundings):
    figure = rk.plots.funding(fundings.assign(rate=np.arange(2_000) * 1e-5).iloc[:3])
    assert figure.data[0].y.sum() == pytest.approx(1.0)


def test_the_axis_says_the_period_unless_it_changes(fundings):
    assert rk.plots.funding(fundings).layout.xaxis.title.text.endswith("per 8 hours")
    mixed = fundings.assign(hours=np.where(np.arange(2_000) < 5, 4.0, 8.0))
    assert rk.plots.funding(mixed).layout.xaxis.title.text.endswith("per period")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop(columns="hours"), "not the table"),
        (lambda table: table.assign(rate=2.0), "rate is out of range"),
        (lambda table: table.iloc[:1], "too short to draw; got 1 row"),
        (lambda table: pd.Series([1.0]), "the wrong type"),
    ],
)
def test_fundings_that_cannot_be_drawn_are_refused(fundings, change, message):
    with pytest.raises(DataError, match=message):
        rk.plots.funding(change(fundings))

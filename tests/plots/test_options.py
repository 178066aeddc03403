"""The smile."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError


def test_each_strike_is_drawn_once_by_its_option_out_of_the_money(chain):
    line = rk.plots.smile(chain).data[0]
    np.testing.assert_allclose(line.x, np.log([0.9, 0.95, 1.0, 1.1]))
    np.testing.assert_allclose(line.y, 0.41)  # those in the money have a volatility of 900 %


def test_at_most_six_expiries_evenly_chosen(chain):
    figure = rk.plots.smile(chain)
    assert [line.name for line in figure.data] == [f"2026-01-{day:02d}" for day in (6, 7, 9, 10, 12, 13)]
    assert len({(line.line.color, line.line.dash) for line in figure.data}) == 6
    assert "6 of 8 expiries" in figure.layout.title.subtitle.text
    few = chain[chain["expiry"] < "2026-01-08T00:00Z"]
    assert [line.name for line in rk.plots.smile(few).data] == ["2026-01-06", "2026-01-07"]


def test_two_expiries_of_one_day_stay_two_lines(chain):
    one = chain[chain["expiry"] < "2026-01-07T00:00Z"]
    later = one.assign(expiry=one["expiry"] + pd.Timedelta(hours=8))
    assert len(rk.plots.smile(pd.concat([one, later])).data) == 2


def test_an_option_without_a_volatility_is_left_out_and_counted(chain):
    chain.loc[(chain["strike"] == 110.0) & (chain["kind"] == "call"), "mark_volatility"] = 0.0
    figure = rk.plots.smile(chain)
    assert [len(line.x) for line in figure.data] == [3] * 6
    assert "8 without a volatility left out" in figure.layout.title.subtitle.text.replace("<br>", " ")
    with pytest.raises(DataError, match="nothing to draw; got 32 out-of-the-money options"):
        rk.plots.smile(chain.assign(mark_volatility=0.0))


def test_a_chain_that_does_not_say_when_it_was_taken_is_drawn(chain):
    assert "2026-01-05 12:00 UTC" in rk.plots.smile(chain).layout.title.subtitle.text
    chain.attrs = {}
    subtitle = rk.plots.smile(chain).layout.title.subtitle.text
    assert "2026" not in subtitle
    assert "Source: unknown" in subtitle


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda chain: chain.drop(columns="forward"), "not the table"),
        (lambda chain: chain.assign(kind="swap"), "unknown kind"),
        (lambda chain: chain.assign(expiry=pd.Timestamp("2020-01-01", tz="UTC")), "has expired"),
        (lambda chain: pd.concat([chain, chain.iloc[:1]]), "holds an option twice; got 2026-01-06 90 call"),
        (lambda chain: chain.iloc[:0], "not the table"),
        (lambda chain: [chain], "the wrong type"),
    ],
)
def test_chains_that_cannot_be_drawn_are_refused(chain, change, message):
    with pytest.raises(DataError, match=message):
        rk.plots.smile(change(chain))


def test_a_wrong_asof_is_refused(chain):
    chain.attrs["asof"] = "yesterday, more or less"
    with pytest.raises(DataError, match=r"asof.* is not a time"):
        rk.plots.smile(chain)

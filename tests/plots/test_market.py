"""Prices and returns."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError


def test_one_price_is_drawn_as_it_is_several_as_growth():
    frame = pd.DataFrame({"BTC": [np.nan, 50.0, 100.0], "ETH": [10.0, 11.0, 9.0]})
    figure = rk.plots.prices(frame, source="s")
    np.testing.assert_allclose(figure.data[0].y, [np.nan, 100.0, 200.0])
    np.testing.assert_allclose(figure.data[1].y, [100.0, 110.0, 90.0])
    np.testing.assert_array_equal(rk.plots.prices(frame["ETH"], source="s").data[0].y, frame["ETH"])
    assert figure.layout.yaxis.type == "log"


def test_prices_are_positive():
    with pytest.raises(DataError, match=r"'ETH'.*not positive; got -1"):
        rk.plots.prices(pd.DataFrame({"BTC": [1.0, 2.0], "ETH": [1.0, -1.0]}))


def test_returns_have_a_panel_each_on_one_scale(returns):
    figure = rk.plots.returns(pd.DataFrame({"BTC": returns, "ETH": 2 * returns}))
    assert [axis.title.text for axis in figure.select_yaxes()] == ["BTC, %", "ETH, %"]
    assert figure.layout.yaxis2.matches == "y"
    assert figure.layout.yaxis.matches is None

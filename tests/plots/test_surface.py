"""Fitted smiles."""

import numpy as np
import pytest

import riskkit as rk
from riskkit.errors import DataError


@pytest.fixture(scope="module")
def surface():
    return rk.instruments.VolSurface.from_chain(rk.data.SyntheticMarket().option_chain("BTC", at="2024-03-12"))


def test_quotes_lie_on_their_smile_and_g_below_belongs_to_it(surface):
    figure = rk.plots.surface_fit(surface)
    quotes, smile, g = figure.data[:3]
    np.testing.assert_array_equal(quotes.x, surface.fits[0].log_moneyness)
    np.testing.assert_array_equal(quotes.y, surface.fits[0].volatility)
    np.testing.assert_array_equal(smile.y, surface.slices[0].volatility(smile.x))
    np.testing.assert_array_equal(g.y, surface.slices[0].butterfly(g.x))
    assert (smile.yaxis or "y", g.yaxis) == ("y", "y2")
    assert quotes.marker.color == smile.line.color == g.line.color
    assert smile.x.min() < quotes.x.min() < quotes.x.max() < smile.x.max()


def test_at_most_four_expiries_and_the_chains_own_source(surface):
    figure = rk.plots.surface_fit(surface)
    drawn = [trace.name for trace in figure.data if trace.showlegend is None]
    assert drawn == ["2024-03-12", "2024-03-22", "2024-04-26", "2024-12-27"]
    subtitle = figure.layout.title.subtitle.text.replace("<br>", " ")
    assert "4 of 12 expiries" in subtitle
    assert "Source: SyntheticMarket(seed=34)" in subtitle
    assert "Source: mine" in rk.plots.surface_fit(surface, source="mine").layout.title.subtitle.text


def test_a_surface_made_by_hand_has_no_quotes():
    smile = rk.instruments.SviSlice(0.01, 0.1, -0.3, 0.0, 0.2, years=0.25)
    figure = rk.plots.surface_fit(rk.instruments.VolSurface((smile,)))
    assert [trace.name for trace in figure.data] == ["0.25 years", "g of 0.25 years"]
    with pytest.raises(DataError, match="no surface to draw; got SviSlice"):
        rk.plots.surface_fit(smile)

"""The map of a likelihood."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError
from riskkit.plots.landscape import FLOOR


@pytest.fixture
def landscape():
    persistence, share = pd.Index([0.0, 0.5, 0.9, 1.0], name="persistence"), pd.Index([0.0, 0.2, 0.4], name="share")
    surface = pd.DataFrame([[90.0, 91.0, 92.0], [98.0, 99.5, 99.0], [99.0, 98.0, 20.0], [0.0, 0.0, 0.0]], persistence, share)
    maxima = pd.DataFrame(
        {"persistence": [0.5, 1.0], "share": [0.2, 0.0], "loglikelihood": [100.0, 98.0], "next_sigma": [0.01, 0.02]},
        index=pd.RangeIndex(1, 3, name="maximum"),
    )
    return rk.volatility.Landscape(surface, maxima, "numbers made up for a test")


def test_heights_are_standard_errors_below_the_top(landscape):
    contour = rk.plots.likelihood(landscape).data[0]
    expected = np.sqrt(2.0 * (100.0 - landscape.surface.iloc[1:3].to_numpy().T)).clip(max=FLOOR)
    np.testing.assert_allclose(contour.z, expected)
    np.testing.assert_allclose(contour.x, np.log(0.5) / np.log([0.5, 0.9]))
    assert contour.y.tolist() == [0.0, 0.2, 0.4]


def test_maxima_stand_where_they_are_and_one_without_a_half_life_at_the_edge(landscape):
    figure = rk.plots.likelihood(landscape)
    best, other = figure.data[1:]
    assert (best.x[0], best.y[0], best.marker.symbol) == (1.0, 0.2, "star")
    assert (other.x[0], other.y[0], other.marker.symbol) == (figure.data[0].x[-1], 0.0, "circle")
    assert best.name == "Highest: half-life 1, next σ 1.00%"
    assert other.name == "2.00 lower: half-life inf, next σ 2.00%"
    assert figure.layout.title.text == "Likelihood: 2 maxima"


def test_what_is_no_landscape_is_refused(landscape):
    with pytest.raises(DataError, match=r"wrong type; got DataFrame.*rk\.volatility\.landscape"):
        rk.plots.likelihood(landscape.surface)
    edges = landscape.surface.loc[[0.0, 0.5, 1.0]]
    with pytest.raises(DataError, match="too small to draw"):
        rk.plots.likelihood(rk.volatility.Landscape(edges, landscape.maxima, "s"))

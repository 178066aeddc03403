"""Autocorrelation by lag."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError

CORRELATIONS = pd.DataFrame({"return": [0.01, np.nan], "size": [0.2, 0.1]}, index=pd.Index([1, 5], name="Lag"))


def test_the_band_is_that_of_noise_of_this_length():
    band, lines = np.split(rk.plots.autocorrelation(CORRELATIONS, 400, source="s").data, [2])
    assert [tuple(edge.y) for edge in band] == [(0.098, 0.098), (-0.098, -0.098)]
    np.testing.assert_array_equal([line.y for line in lines], CORRELATIONS.T)
    assert [tuple(line.x) for line in lines] == [(1, 5), (1, 5)]


def test_the_axis_says_what_is_counted():
    assert rk.plots.autocorrelation(CORRELATIONS, 400, source="s").layout.xaxis.title.text == "Lag, steps"
    assert rk.plots.autocorrelation(pd.Series([0.1, 0.2]), 400, source="s").layout.xaxis.title.text == "Lag, steps"


@pytest.mark.parametrize("observations", [1, 0.5, None])
def test_a_band_needs_a_length(observations):
    with pytest.raises(DataError, match="observations"):
        rk.plots.autocorrelation(CORRELATIONS, observations, source="s")

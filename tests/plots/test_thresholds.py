"""Pictures of thresholds."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError

LOSSES = pd.Series(np.random.default_rng(1).pareto(3, 400) + 1.0)
LOSSES.attrs["source"] = "numbers made up for a test"


@pytest.mark.parametrize("name", ["mean_excess", "hill", "threshold_stability"])
def test_lines_are_the_frames(name):
    frame = getattr(rk.tails, name)(LOSSES)
    figure = getattr(rk.plots, name)(frame)
    band, line = figure.data
    np.testing.assert_array_equal(line.x, frame.index)
    np.testing.assert_array_equal(line.y, frame.iloc[:, 0])
    assert set(band.y) == set(frame["lower"]) | set(frame["upper"])
    assert "numbers made up for a test" in figure.layout.title.subtitle.text
    assert "typed by hand" in getattr(rk.plots, name)(frame, source="typed by hand").layout.title.subtitle.text


def test_where_there_is_no_band_none_is_drawn():
    frame = rk.tails.threshold_stability(LOSSES, thresholds=4).assign(lower=[np.nan, 0.0, 0.0, 0.0])
    band, line = rk.plots.threshold_stability(frame).data
    assert (len(band.x), len(line.x)) == (6, 4)
    assert line.text[0] == "200 values above"


def test_another_frame_is_refused():
    with pytest.raises(DataError, match="lacks xi"):
        rk.plots.hill(rk.tails.mean_excess(LOSSES))

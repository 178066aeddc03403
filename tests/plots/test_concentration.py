"""Tail concentration."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError

CURVES = pd.DataFrame({"data": [0.5, 0.6, 0.3], "normal": [0.3, 0.6, 0.3]}, index=[0.05, 0.5, 0.95])


def test_curves_stand_over_the_line_of_independence():
    figure = rk.plots.tail_concentration(CURVES, source="s")
    assert [trace.name for trace in figure.data] == ["data", "normal", "independent"]
    np.testing.assert_allclose(figure.data[2].y, [0.05, 0.5, 0.05])
    np.testing.assert_array_equal(figure.data[0].y, CURVES["data"])


@pytest.mark.parametrize("index", [[0.0, 0.5, 0.9], [0.1, 0.5, 1.0]])
def test_quantiles_lie_between_zero_and_one(index):
    with pytest.raises(DataError, match="not indexed by quantiles"):
        rk.plots.tail_concentration(CURVES.set_axis(index), source="s")

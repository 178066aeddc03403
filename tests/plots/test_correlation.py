"""Correlations as a matrix and through time."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError

NAMES = ["BTC", "ETH", "SOL"]


@pytest.fixture
def matrix():
    frame = pd.DataFrame([[1.0, 0.8, 0.6], [0.8, 1.0, 0.7], [0.6, 0.7, 1.0]], NAMES, NAMES)
    frame.attrs["source"] = "numbers made up for a test"
    return frame


@pytest.fixture
def path():
    days = pd.date_range("2024-01-01", periods=3, tz="UTC")
    return pd.DataFrame({"BTC and ETH": [0.5, np.nan, 0.7], "BTC and SOL": [0.1, -0.2, 0.3]}, days)


def test_squares_hold_the_matrix_and_the_scale_is_symmetric(matrix):
    figure = rk.plots.correlation_matrix(matrix, title="Kendall's tau")
    np.testing.assert_array_equal(figure.data[0].z, matrix)
    assert (figure.data[0].zmin, figure.data[0].zmax) == (-1.0, 1.0)
    assert figure.layout.title.text == "Kendall's tau"
    assert "numbers made up" in figure.layout.title.subtitle.text


def test_a_large_matrix_is_drawn_without_numbers(matrix):
    names = [f"coin {number}" for number in range(20)]
    figure = rk.plots.correlation_matrix(pd.DataFrame(np.eye(20), names, names), source="s")
    assert figure.data[0].texttemplate is None
    assert rk.plots.correlation_matrix(matrix).data[0].texttemplate == "%{text:.2f}"
    assert figure.layout.height > rk.plots.correlation_matrix(matrix).layout.height


@pytest.mark.parametrize(
    "spoil", [lambda m: m.to_numpy(), lambda m: m.iloc[:2], lambda m: 2.0 * m, lambda m: m.mask(m == 0.7)]
)
def test_what_is_no_correlation_matrix_is_refused(matrix, spoil):
    with pytest.raises(DataError):
        rk.plots.correlation_matrix(spoil(matrix))


def test_a_path_is_a_line_with_gaps_over_shaded_spans(path):
    figure = rk.plots.correlation_path(path, spans=[("2024-01-01", "2024-01-02")], source="s")
    assert [trace.name for trace in figure.data] == list(path.columns)
    np.testing.assert_array_equal(figure.data[0].y, path["BTC and ETH"])
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == ("2024-01-01", "2024-01-02")


def test_a_path_beyond_one_is_refused(path):
    with pytest.raises(DataError, match="correlations are none"):
        rk.plots.correlation_path(2.0 * path)

"""Copulas by picture."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError
from riskkit.plots.copulas import MOST_POINTS


@pytest.fixture
def sample():
    frame = pd.DataFrame(np.random.default_rng(1).random((2_500, 2)), columns=["BTC", "ETH"])
    frame.attrs["source"] = "numbers made up for a test"
    return frame


def test_a_square_for_each_and_no_more_points_than_can_be_seen(sample):
    figure = rk.plots.copulas({"Data": sample, "Normal": sample, "Student-t": sample})
    assert [(trace.name, trace.xaxis) for trace in figure.data] == [("Data", "x"), ("Normal", "x2"), ("Student-t", "x3")]
    np.testing.assert_array_equal(figure.data[0].x, sample["BTC"].iloc[:MOST_POINTS])
    assert figure.layout.xaxis3.title.text == "BTC, rank"
    assert "numbers made up" in figure.layout.title.subtitle.text


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda u: {}, "named collection"),
        (lambda u: {"three": u.assign(SOL=u["BTC"] ** 2)}, "no pair"),
        (lambda u: {"returns": 10.0 * u}, "not observations of a copula"),
    ],
)
def test_what_is_no_copula_of_two_is_refused(sample, spoil, message):
    with pytest.raises(DataError, match=message):
        rk.plots.copulas(spoil(sample))

"""Pseudo-observations and the checks of what a copula is fitted to."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from riskkit import DataError
from riskkit.dependence import pseudo_observations
from riskkit.dependence.uniforms import uniforms


@pytest.fixture
def data():
    values = np.random.default_rng(1).normal(size=(50, 3))
    values[:20, 2] = 0.0  # a stablecoin's quiet days
    return pd.DataFrame(values, columns=["BTC", "ETH", "USDT"])


def test_ranks_are_scipys_average_ranks(data):
    expected = stats.rankdata(data, axis=0) / 51
    np.testing.assert_array_equal(pseudo_observations(data), expected)


def test_an_increasing_map_changes_nothing(data):
    pd.testing.assert_frame_equal(pseudo_observations(np.exp(data)), pseudo_observations(data))


def test_pseudo_observations_are_accepted_and_keep_their_labels(data):
    ranked = pseudo_observations(data)
    pd.testing.assert_frame_equal(uniforms(ranked), ranked)
    assert ranked.columns.tolist() == data.columns.tolist()
    assert ranked.index.equals(data.index)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda frame: frame.to_numpy(), "no table"),
        (lambda frame: frame[["BTC"]], "too few columns"),
        (lambda frame: frame.iloc[:3], "too few rows"),
        (lambda frame: frame.iloc[:0], "too short"),
        (lambda frame: frame.assign(ETH=np.nan), "NaN or infinite"),
        (lambda frame: frame.assign(ETH=np.inf), "NaN or infinite"),
        (lambda frame: frame.assign(ETH=1.0), "constant"),
        (lambda frame: frame.assign(ETH=frame["BTC"]), "same column twice"),
        (lambda frame: frame.assign(ETH="a"), "not numeric"),
        (lambda frame: frame.iloc[::-1], "not sorted"),
    ],
)
def test_what_cannot_be_ranked_is_named(data, spoil, message):
    with pytest.raises(DataError, match=message):
        pseudo_observations(spoil(data))


@pytest.mark.parametrize("value", [0.0, 1.0, -0.2, 3.0])
def test_values_outside_the_unit_interval_are_refused(data, value):
    ranked = pseudo_observations(data)
    ranked.iloc[7, 1] = value
    with pytest.raises(DataError, match="not observations of a copula"):
        uniforms(ranked)

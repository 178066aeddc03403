"""Kendall's tau, Spearman's rho and Pearson's correlation of a table."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from riskkit import DataError
from riskkit.dependence import kendall, pearson, spearman


@pytest.fixture
def data():
    rng = np.random.default_rng(1)
    values = rng.standard_t(3, size=(400, 5)) + rng.standard_t(3, size=(400, 1))
    values[:, 3] = values[:, 3].round(0)  # many ties
    values[:150, 4] = 0.0
    return pd.DataFrame(values, columns=list("abcde"), index=pd.date_range("2024-01-01", periods=400, tz="UTC"))


@pytest.mark.parametrize(
    ("ours", "peer"),
    [(kendall, stats.kendalltau), (spearman, stats.spearmanr), (pearson, stats.pearsonr)],
)
def test_every_pair_equals_scipy(data, ours, peer):
    matrix = ours(data)
    assert matrix.index.tolist() == matrix.columns.tolist() == data.columns.tolist()
    np.testing.assert_array_equal(matrix, matrix.T)
    for first in data:
        for second in data:
            assert matrix.loc[first, second] == pytest.approx(peer(data[first], data[second]).statistic, abs=1e-14)


def test_the_published_example_of_ties():
    """Kendall (1970), as scipy and R print it: 12 and 8 untied pairs."""
    table = pd.DataFrame({"x": [1.0, 2.0, 2.0, 3.0, 4.0], "y": [1.0, 1.0, 2.0, 3.0, 3.0]})
    assert kendall(table).loc["x", "y"] == pytest.approx(7 / np.sqrt(9 * 8), abs=1e-15)


@pytest.mark.parametrize("rank_correlation", [kendall, spearman])
def test_an_increasing_map_changes_nothing_and_a_falling_one_the_sign(data, rank_correlation):
    expected = rank_correlation(data)
    pd.testing.assert_frame_equal(rank_correlation(np.exp(data)), expected)
    turned = rank_correlation(data.assign(a=-data["a"]))
    np.testing.assert_allclose(turned.loc["a", "b":], -expected.loc["a", "b":], atol=1e-15)


def test_normal_variables_have_the_tau_of_their_correlation():
    rho, n = 0.6, 20_000
    draws = np.random.default_rng(4).multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=n)
    tau = kendall(pd.DataFrame(draws, columns=["a", "b"])).loc["a", "b"]
    assert tau == pytest.approx(2 / np.pi * np.arcsin(rho), abs=4 * np.sqrt(4 / 9 / n))


def test_correlation_of_enormous_and_tiny_columns(data):
    scaled = data * [1e200, 1e-200, 1.0, 1.0, 1e-5]
    np.testing.assert_allclose(pearson(scaled), pearson(data), atol=1e-14)


@pytest.mark.parametrize("correlation", [kendall, spearman, pearson])
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda frame: frame[["a"]], "too few columns"),
        (lambda frame: frame.iloc[:5], "too few rows"),
        (lambda frame: frame.assign(a=np.nan), "NaN"),
        (lambda frame: frame.assign(a=2.0), "constant"),
        (lambda frame: frame.assign(a=frame["b"]), "same column twice"),
    ],
)
def test_what_has_no_correlation_is_named(data, correlation, spoil, message):
    with pytest.raises(DataError, match=message):
        correlation(spoil(data))

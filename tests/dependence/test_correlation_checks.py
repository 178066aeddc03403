"""What is and what is no correlation matrix."""

import numpy as np
import pandas as pd
import pytest

from riskkit import DataError
from riskkit.dependence import correlation_matrix
from riskkit.dependence.correlation_checks import places
from riskkit.errors import FactorError

NAMES = ["BTC", "ETH", "USDT"]


def frame(values, names=NAMES):
    return pd.DataFrame(values, index=names, columns=names)


@pytest.fixture
def good():
    return frame([[1.0, 0.8, -0.1], [0.8, 1.0, 0.0], [-0.1, 0.0, 1.0]])


def test_a_good_one_comes_back_as_a_copy(good):
    result = correlation_matrix("correlation", good)
    pd.testing.assert_frame_equal(result, good)
    result.iloc[0, 1] = 0.0
    assert good.iloc[0, 1] == 0.8


def test_perfect_dependence_and_rounding_are_accepted(good):
    correlation_matrix("correlation", frame(np.ones((3, 3))))
    noisy = good + 1e-13 * np.arange(9).reshape(3, 3)
    result = correlation_matrix("correlation", noisy)
    np.testing.assert_array_equal(result, result.T)
    np.testing.assert_array_equal(np.diag(result), 1.0)


def test_the_least_eigenvalue_and_the_remedy_are_named():
    tight = frame([[1, 1, 0], [1, 1, 1], [0, 1, 1]])
    with pytest.raises(DataError, match=r"got -0\.414214; .*nearest_correlation\(stressed\)"):
        correlation_matrix("stressed", tight)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda good: good.to_numpy(), "no names"),
        (lambda good: good.iloc[:2], "different names"),
        (lambda good: good.rename(columns={"BTC": "X"}), "different names"),
        (lambda good: frame(good.to_numpy(), ["a", "a", "b"]), "duplicate names"),
        (lambda good: good.replace(0.0, np.nan), "NaN"),
        (lambda good: good.astype(object).replace(0.0, "x"), "not numeric"),
        (lambda good: good + np.triu(np.full((3, 3), 1e-6), 1), "not symmetric"),
        (lambda good: 2.0 * good, "diagonal other than 1; got 2"),
        (lambda good: frame([[1, 1.2, 0], [1.2, 1, 0], [0, 0, 1]]), "least eigenvalue"),
    ],
)
def test_what_is_no_correlation_matrix_is_named(good, spoil, message):
    with pytest.raises(DataError, match=message):
        correlation_matrix("correlation", spoil(good))


def test_names_are_found_in_the_order_asked_for(good):
    assert places("chosen", ["USDT", "BTC"], good.index) == [2, 0]
    assert places("chosen", "ETH", good.index) == [1]
    with pytest.raises(FactorError, match="unknown name; got 'SOL'"):
        places("chosen", ["SOL"], good.index)
    for unusable in ([], ["BTC", "BTC"], 3):
        with pytest.raises(DataError, match="not usable names"):
            places("chosen", unusable, good.index)

"""Tail concentration."""

import numpy as np
import pandas as pd
import pytest

from riskkit.dependence import EllipticalLaw, empirical_tail_dependence, tail_concentration
from riskkit.errors import DataError

NAMES = ["BTC", "ETH"]


@pytest.fixture(scope="module")
def u():
    return EllipticalLaw(pd.DataFrame([[1.0, 0.5], [0.5, 1.0]], NAMES, NAMES), 4.0).sample(40_000, rng=1)


def test_by_hand():
    four = pd.DataFrame({"a": [0.1, 0.2, 0.6, 0.9], "b": [0.2, 0.7, 0.3, 0.8]})
    assert tail_concentration(four, [0.15, 0.25, 0.7]).tolist() == [0.0, 0.5, 1.0]


def test_at_one_quantile_it_counts_what_the_table_of_pairs_counts(u):
    counted = empirical_tail_dependence(u, 0.05).iloc[0]
    np.testing.assert_allclose(tail_concentration(u, [0.05, 0.95]), counted, rtol=0.02)


def test_far_out_it_comes_down_to_the_coefficient(u):
    assert tail_concentration(u, [0.002]).iloc[0] == pytest.approx(0.2532, abs=0.1)


@pytest.mark.parametrize(
    ("quantiles", "message"), [([0.0, 0.5], "not usable"), ([0.5, 0.2], "not usable"), ([1e-9], "nothing lies")]
)
def test_quantiles_that_say_nothing_are_refused(u, quantiles, message):
    with pytest.raises(DataError, match=message):
        tail_concentration(u, quantiles)


def test_three_columns_are_no_pair(u):
    with pytest.raises(DataError, match="no pair"):
        tail_concentration(u.assign(SOL=u["BTC"] ** 2), [0.1])

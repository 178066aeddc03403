"""Loadings of principal components."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError

LOADINGS = pd.DataFrame(np.eye(4), index=["BTC", "ETH", "SOL", "XRP"], columns=[f"factor {k}" for k in range(1, 5)])
SHARES = pd.Series([0.6, 0.2, 0.15, 0.05])


def test_three_factors_are_drawn_with_their_shares():
    figure = rk.plots.components(LOADINGS, SHARES, source="s")
    assert [trace.name for trace in figure.data] == [
        "factor 1: 60 % of variance", "factor 2: 20 % of variance", "factor 3: 15 % of variance",
    ]  # fmt: skip
    np.testing.assert_array_equal(figure.data[1].y, [0.0, 1.0, 0.0, 0.0])
    assert list(figure.data[0].x) == list(LOADINGS.index)


@pytest.mark.parametrize("shares", [SHARES.iloc[:3], 2.0 * SHARES, SHARES - 0.1])
def test_shares_that_do_not_fit_are_refused(shares):
    with pytest.raises(DataError):
        rk.plots.components(LOADINGS, shares)

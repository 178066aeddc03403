"""Walking down an order book by hand."""

import numpy as np
import pandas as pd
import pytest

from riskkit import DataError
from riskkit.data import SyntheticMarket
from riskkit.risk.liquidity import days_to_liquidate, walk_depth

LEVELS = pd.DataFrame(
    {"side": ["bid"] * 3 + ["ask"] * 2, "price": [99.0, 98.0, 95.0, 101.0, 102.0], "size": [1.0, 2.0, 5.0, 1.0, 1.0]}
)


def test_three_levels_by_hand():
    fill = walk_depth(LEVELS, 4.0)
    assert fill.average_price == (99 + 2 * 98 + 95) / 4
    assert fill.worst_price == 95.0
    assert fill.cost == 4 * 100 - (99 + 2 * 98 + 95)
    assert (fill.quantity, fill.unfilled) == (4.0, 0.0)


def test_levels_may_come_in_any_order():
    assert walk_depth(LEVELS.iloc[::-1], 4.0) == walk_depth(LEVELS, 4.0)


def test_what_finds_no_depth_is_reported():
    fill = walk_depth(LEVELS, 3.0, side="buy")
    assert (fill.quantity, fill.unfilled, fill.average_price, fill.cost) == (2.0, 1.0, 101.5, 3.0)
    none = walk_depth(LEVELS, 0.0)
    assert none.quantity == 0.0
    assert np.isnan(none.average_price)


def test_a_larger_sale_gets_a_worse_price():
    book = SyntheticMarket(seed=1).order_book("BTC", "2024-03-12")
    prices = [
        walk_depth(book, share * book.loc[book["side"] == "bid", "size"].sum()).average_price for share in (0.1, 0.5, 1.0)
    ]
    assert prices[0] > prices[1] > prices[2]


def test_patience():
    assert days_to_liquidate(-5_000, 20_000, participation=0.25) == 1.0
    for arguments in ({"daily_volume": 0.0}, {"daily_volume": 1.0, "participation": 0.0}):
        with pytest.raises(DataError, match="out of range"):
            days_to_liquidate(1.0, **arguments)


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        (LEVELS.drop(columns="size"), "no order book"),
        (LEVELS.assign(size=0.0), "no positive price and size"),
        (LEVELS.assign(price=np.nan), "NaN or infinite"),
        (LEVELS[LEVELS["side"] == "bid"], "no mid price"),
        (LEVELS.assign(price=[99, 98, 95, 98, 102]), "no mid price"),
        (None, "no order book"),
    ],
)
def test_refuses(levels, message):
    with pytest.raises(DataError, match=message):
        walk_depth(levels, 1.0)

"""A book from a table: what a row may hold, and what it is told when it may not."""

import numpy as np
import pandas as pd
import pytest

from riskkit import DataError
from riskkit.instruments import Book, Cash, Collateral, Future, Option, Perpetual, Spot

TABLE = pd.DataFrame(
    {
        "instrument": ["spot", "perpetual", "future", "option", "cash", "collateral"],
        "asset": ["BTC", "ETH", "BTC", "ETH", "USDT", "SOL"],
        "quantity": [1, -20, 2, -5, 1e5, 100],
        "entry": [np.nan, 3_100, 61_000, np.nan, np.nan, np.nan],
        "strike": [np.nan, np.nan, np.nan, 4_000, np.nan, np.nan],
        "expiry": [None, None, "2027-03-26", "2027-03-26", None, None],
        "kind": [None, None, None, "put", None, None],
        "settle": [None, None, None, "coin", None, None],
        "haircut": [np.nan, np.nan, np.nan, np.nan, np.nan, 0.3],
        "inverse": [None, True, None, None, None, None],
    }
)


def test_each_row_is_a_position():
    assert Book.from_frame(TABLE).positions == (
        Spot("BTC", 1),
        Perpetual("ETH", -20, entry=3_100, inverse=True),
        Future("BTC", "2027-03-26", 2, entry=61_000),
        Option("ETH", 4_000, "2027-03-26", "put", -5, settle="coin"),
        Cash("USDT", 1e5),
        Collateral("SOL", 100, haircut=0.3),
    )


def test_names_may_be_given():
    assert Book.from_frame(TABLE.iloc[:2].assign(name=["core", "hedge"])).names == ("core", "hedge")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "no instrument knows a column; got colour"),
        ({"instrument": "swap"}, "instrument of row 0 is unknown"),
        ({"strike": 3.0}, "row 0 is no spot; got unknown: strike"),
        ({"quantity": np.nan}, "row 0 is no spot; got missing: quantity"),
        ({"quantity": np.inf}, "row 0: quantity is out of range"),
    ],
)
def test_a_wrong_row_is_named(change, message):
    with pytest.raises(DataError, match=message):
        Book.from_frame(TABLE.iloc[:1].dropna(axis=1).assign(**change))


@pytest.mark.parametrize("table", [[], pd.DataFrame(), TABLE.drop(columns="instrument"), TABLE.iloc[:0], None])
def test_no_table_no_book(table):
    with pytest.raises(DataError, match="holds no positions"):
        Book.from_frame(table)

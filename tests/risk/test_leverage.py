"""Leverage and concentration by hand."""

import numpy as np
import pandas as pd
import pytest

from riskkit import DataError, MarketState
from riskkit.instruments import Book, Cash, Option, Perpetual, Spot
from riskkit.risk import concentration, exposures, leverage, notionals

MARKET = MarketState({"BTC.spot": 60_000.0, "ETH.spot": 3_000.0, "BTC.vol": 0.6, "USDT.peg": 1.0}, asof="2026-12-26T08:00")
OPTION = Option("BTC", 60e3, "2027-03-26", "put", 2)
BOOK = Book([Spot("BTC", 1), Perpetual("ETH", -30, entry=2_900, funding=0.0), OPTION, Cash("USDT", 1e5)])


def test_by_hand():
    assert notionals(BOOK, MARKET).tolist() == [60_000.0, -90_000.0, 120_000.0, 0.0]
    delta = OPTION.greeks(MARKET).delta
    assert exposures(BOOK, MARKET).to_dict() == pytest.approx({"BTC": 60_000 * (1 + delta), "ETH": -90_000.0})
    found = leverage(BOOK, MARKET, 90_000.0, betas={"BTC": 1.0, "ETH": 1.5})
    assert found.to_dict() == pytest.approx(
        {"gross": 3.0, "net": 1.0, "effective": (60_000 * (1 + delta) - 135_000) / 90_000}
    )


def test_concentration_by_hand():
    equal = concentration(pd.Series([5.0, -5.0, 5.0, 5.0], index=list("abcd")))
    assert (equal["herfindahl"], equal["effective_number"], equal["largest"]) == (0.25, 4.0, 0.25)
    assert concentration(pd.Series({"a": 0.0, "b": -2.0})).to_dict() == {
        "herfindahl": 1.0, "effective_number": 1.0, "largest": 1.0, "largest_name": "b",
    }  # fmt: skip


def test_refuses():
    with pytest.raises(DataError, match="equity is out of range"):
        leverage(BOOK, MARKET, 0.0)
    with pytest.raises(DataError, match="has no beta; got ETH"):
        leverage(BOOK, MARKET, 1.0, betas={"BTC": 1.0})
    for sizes, message in (
        (pd.Series(dtype=float), "no exposures"),
        ([1.0], "no exposures"),
        (pd.Series([0.0]), "no exposure"),
    ):
        with pytest.raises(DataError, match=message):
            concentration(sizes)
    with pytest.raises(DataError, match="NaN or infinite"):
        concentration(pd.Series([1.0, np.nan]))

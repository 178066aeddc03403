"""Books: valued today and under scenarios by the same line."""

import pickle
from dataclasses import dataclass

import numpy as np
import pytest

from riskkit import DataError, FactorError, MarketState
from riskkit.instruments import Book, Instrument, Spot

MARKET = MarketState({"BTC.spot": 60_000.0, "ETH.spot": 3_000.0, "USD.rate": 0.04})


@dataclass(frozen=True)
class Deposit:
    """A reader's own instrument: a year of interest."""

    amount: float
    factors: tuple[str, ...] = ("USD.rate",)

    def value(self, market):
        return self.amount * (1.0 + market["USD.rate"])


def test_value_today_and_under_scenarios():
    book = Book([Spot("BTC", 1.5), Spot("ETH", -10), Deposit(100.0)])
    assert book.value(MARKET) == pytest.approx([90_000, -30_000, 104])
    moved = MARKET.shifted(["BTC.spot"], [[0.0], [np.log(0.5)]])  # ETH and the rate stand still
    assert book.value(moved) == pytest.approx(np.array([[90_000, -30_000, 104], [45_000, -30_000, 104]]))
    assert len(book) == 3


def test_factors_each_once_in_order():
    assert Book([Spot("ETH", 1), Spot("BTC", 1), Spot("ETH", 2)]).factors == ("ETH.spot", "BTC.spot")


def test_names_are_the_positions_own_and_numbered_where_needed():
    assert Book([Spot("BTC", 1), Spot("ETH", 1), Spot("BTC", 2), Deposit(1.0)]).names == (
        "BTC spot 1",
        "ETH spot",
        "BTC spot 2",
        "Deposit",
    )
    assert Book([Spot("BTC", 1)], names=["core"]).names == ("core",)


def test_a_readers_own_class_is_an_instrument():
    assert isinstance(Deposit(1.0), Instrument)
    assert not isinstance(3.0, Instrument)


@pytest.mark.parametrize(
    ("positions", "names", "message"),
    [
        ([], (), "the book is empty"),
        ([3.0], (), "not an instrument"),
        ([Spot("BTC", 1)], ["a", "b"], "1 distinct names"),
        ([Spot("BTC", 1), Spot("ETH", 1)], ["a", "a"], "2 distinct names"),
    ],
)
def test_refuses(positions, names, message):
    with pytest.raises(DataError, match=message):
        Book(positions, names)


@pytest.mark.parametrize("quantity", [np.nan, np.inf, "1", None, True])
def test_refuses_a_quantity(quantity):
    with pytest.raises(DataError, match="quantity"):
        Spot("BTC", quantity)


def test_a_factor_that_the_market_lacks():
    with pytest.raises(FactorError, match=r"no factor 'XRP\.spot'"):
        Book([Spot("XRP", 1)]).value(MARKET)


def test_survives_a_trip_to_another_process():
    book = Book([Spot("BTC", 1), Spot("ETH", 2)])
    assert pickle.loads(pickle.dumps(book)) == book

"""Derivatives of a book by its factors' moves, against closed forms."""

import pickle
from dataclasses import dataclass

import numpy as np
import pytest

from riskkit import DataError, MarketState
from riskkit.instruments import Book, Option, Perpetual, Spot, sensitivities

MARKET = MarketState({"A.spot": 100.0, "B.spot": 50.0, "A.vol": 0.6}, asof="2026-12-26T08:00")


@dataclass(frozen=True)
class Exchange:
    """A reader's own: the product of two prices."""

    factors: tuple[str, ...] = ("A.spot", "B.spot")

    def value(self, market):
        return market["A.spot"] * market["B.spot"]


def test_a_product_of_exponentials_is_its_own_derivative():
    by = sensitivities(Book([Exchange(), Spot("A", 2.0)]), MARKET)
    np.testing.assert_allclose(by.gradient, [[5_000, 5_000], [200, 0]], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(by.curvature[0], np.full((2, 2), 5_000), rtol=1e-6)
    np.testing.assert_allclose(by.curvature[1], [[200, 0], [0, 0]], rtol=1e-6, atol=1e-4)


def test_an_option_through_its_greeks():
    option = Option("A", 110.0, "2027-03-26", "put", -4)
    by, greeks = sensitivities(Book([option]), MARKET), option.greeks(MARKET)
    expected = [greeks.delta * 100, greeks.vega * 0.6]
    np.testing.assert_allclose(by.gradient[0], expected, rtol=1e-9)
    curvature = [
        [greeks.gamma * 100**2 + greeks.delta * 100, greeks.vanna * 100 * 0.6],
        [greeks.vanna * 100 * 0.6, greeks.volga * 0.6**2 + greeks.vega * 0.6],
    ]
    np.testing.assert_allclose(by.curvature[0], curvature, rtol=1e-5)


def test_second_order_gains_leave_an_error_of_the_third_order():
    book = Book([Option("A", 110.0, "2027-03-26", "call", 3), Spot("A", -1.0)])
    by = sensitivities(book, MARKET)
    errors = []
    for size in (0.02, 0.01):
        move = np.array([[size, 0.5 * size]])
        gain = book.value(MARKET.shifted(["A.spot", "A.vol"], move)) - book.value(MARKET)
        errors.append(np.abs(gain - by.pnl(move, order=2)).max())
    assert errors[0] / errors[1] == pytest.approx(8.0, rel=0.1)


def test_the_total_is_the_sum_and_survives_a_trip():
    by = sensitivities(Book([Exchange(), Spot("A", 2.0)]), MARKET)
    moves = np.array([[0.1, -0.2], [0.0, 0.3]])
    np.testing.assert_allclose(by.total().pnl(moves, order=2)[:, 0], by.pnl(moves, order=2).sum(axis=1), rtol=1e-12)
    again = pickle.loads(pickle.dumps(by))
    with pytest.raises(ValueError, match="read-only"):
        again.gradient[0, 0] = 1.0


def test_refuses():
    by = sensitivities(Book([Spot("A", 1.0)]), MARKET)
    with pytest.raises(DataError, match="order is unknown"):
        by.pnl(np.zeros((1, 1)), order=3)
    with pytest.raises(DataError, match="NaN or infinite"):
        by.pnl(np.full((1, 1), np.nan))


def test_positions_without_a_greek_of_their_own_get_one():
    @dataclass(frozen=True)
    class Square:
        factors: tuple[str, ...] = ("A.spot",)

        def value(self, market):
            return market["A.spot"] ** 2

    greeks = Book([Square(), Perpetual("A", 3, entry=90.0, funding=0.0)]).greeks(MARKET)
    assert greeks.loc[("Square", "A"), ["delta", "gamma", "theta"]].tolist() == pytest.approx([200.0, 2.0, 0.0], rel=1e-5)
    assert greeks.groupby("asset").sum().loc["A", "delta"] == pytest.approx(203.0)

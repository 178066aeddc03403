"""The order book."""

import numpy as np
import pytest

import riskkit as rk
from riskkit.errors import DataError


def test_sizes_add_up_from_the_best_price_outwards(book):
    bids, asks = rk.plots.order_book(book).data
    np.testing.assert_allclose(bids.x, [-10.0, -10.0, -100.0, -500.0])
    assert list(bids.y) == [0.0, 2.0, 5.0, 15.0]
    np.testing.assert_allclose(asks.x, [10.0, 10.0, 200.0])
    assert list(asks.y) == [0.0, 1.0, 8.0]
    np.testing.assert_allclose(asks.customdata, [0.0, 100.1, 100.1 + 714.0])
    assert {bids.line.shape, asks.line.shape} == {"hv"}  # flat until the next level, then up


def test_the_title_says_mid_and_spread(book):
    assert rk.plots.order_book(book).layout.title.text == "Order book: mid 100, spread 20 bp"
    dear = book.assign(price=1e5 + book["price"])
    assert rk.plots.order_book(dear).layout.title.text == "Order book: mid 100,100, spread 0.02 bp"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda book: book.drop(columns="size"), "book lacks size"),
        (lambda book: book[book["side"] == "bid"], r"book has not two sides; got \['bid'\]"),
        (lambda book: book.assign(side=["bid", "ask", "buy", "ask", "bid"]), "book has not two sides"),
        (lambda book: book.assign(side=None), "book has not two sides"),
        (lambda book: book.assign(size=0.0), r"book\['size'\] is not positive"),
        (lambda book: book.assign(size=["1", "2", "3", "4", "5"]), "not numeric"),
        (lambda book: book.assign(price=[99.0, np.nan, 99.9, 100.1, 95.0]), "without price or size; got row 2"),
        (lambda book: book.assign(price=100.0), "crossed; got best bid 100, best ask 100"),
        (lambda book: None, "wrong type"),
    ],
)
def test_books_that_cannot_be_drawn_are_refused(book, change, message):
    with pytest.raises(DataError, match=message):
        rk.plots.order_book(change(book))

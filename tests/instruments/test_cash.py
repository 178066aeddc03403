"""Money, pegs and haircuts."""

import numpy as np
import pytest

from riskkit import DataError, MarketState
from riskkit.instruments import Book, Cash, Collateral

MARKET = MarketState({"USDT.peg": 1.0, "ETH.spot": 3_000.0})


def test_a_stablecoin_is_worth_its_peg_and_a_dollar_a_dollar():
    book = Book([Cash("USD", 100.0), Cash("USDT", -50.0)])
    assert book.factors == ("USDT.peg",)
    assert book.value(MARKET.shifted(["USDT.peg"], np.log([[1.0], [0.9]]))) == pytest.approx(
        np.array([[100, -50], [100, -45]])
    )


def test_the_venue_counts_less_than_the_owner():
    pledged = Collateral("ETH", 2, haircut=0.25)
    assert (pledged.value(MARKET), pledged.margin_value(MARKET)) == (6_000.0, 4_500.0)
    assert pledged.greeks(MARKET).delta == 2.0


@pytest.mark.parametrize(("quantity", "haircut"), [(-1.0, 0.1), (1.0, 1.1), (1.0, -0.1), (1.0, np.nan)])
def test_refuses(quantity, haircut):
    with pytest.raises(DataError, match="out of range"):
        Collateral("ETH", quantity, haircut)

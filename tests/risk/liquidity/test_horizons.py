"""The regulator's cascade, and what it gives on a book."""

import numpy as np
import pandas as pd
import pytest

from riskkit import DataError, FactorError, MarketState
from riskkit.instruments import Book, Spot
from riskkit.risk.liquidity import cascade, liquidity_horizon_es
from riskkit.scenarios import monte_carlo, revalue

MARKET = MarketState({"BTC.spot": 60_000.0, "SOL.spot": 150.0})
BOOK = Book([Spot("BTC", 1.0), Spot("SOL", 400.0)])
RETURNS = pd.DataFrame(0.03 * np.random.default_rng(1).standard_normal((500, 2)), columns=["BTC", "SOL"])
TEN_DAYS = monte_carlo(RETURNS, n=20_000, horizon=10, rng=1)


def test_the_cascade_of_five_horizons():
    assert cascade({10: 100, 20: 80, 40: 50, 60: 30, 120: 10}) == pytest.approx(154.2724862, abs=5e-8)
    assert cascade({10: 100}) == 100.0
    assert cascade({10: 100, 20: 0}) == 100.0


def test_on_a_book_it_is_the_cascade_of_revaluations():
    table = liquidity_horizon_es(BOOK, MARKET, TEN_DAYS, {"BTC.spot": 10, "SOL.spot": 40})
    both = revalue(BOOK, MARKET, TEN_DAYS).es(0.975)
    sol = revalue(Book([Spot("SOL", 400.0)]), MARKET, TEN_DAYS).es(0.975)
    assert table["es"].tolist() == pytest.approx([both, sol], rel=1e-12)
    assert table.attrs["es"] == pytest.approx(cascade({10: both, 40: sol}), rel=1e-12)
    assert np.sqrt((table["scaled"] ** 2).sum()) == pytest.approx(table.attrs["es"], rel=1e-12)


def test_one_horizon_for_all_is_the_plain_es():
    table = liquidity_horizon_es(BOOK, MARKET, TEN_DAYS, {"BTC.spot": 10, "SOL.spot": 10})
    assert table.attrs["es"] == pytest.approx(revalue(BOOK, MARKET, TEN_DAYS).es(0.975), rel=1e-12)


@pytest.mark.parametrize("table", [{}, {20: 1, 10: 1}, {10: -1}, {0: 1}, {10: np.nan}, [100]])
def test_refuses_a_table(table):
    with pytest.raises(DataError):
        cascade(table)


def test_refuses_horizons_that_do_not_fit():
    with pytest.raises(FactorError, match="no liquidity horizon; got SOL"):
        liquidity_horizon_es(BOOK, MARKET, TEN_DAYS, {"BTC.spot": 10})
    with pytest.raises(DataError, match="do not span the shortest"):
        liquidity_horizon_es(BOOK, MARKET, TEN_DAYS, {"BTC.spot": 20, "SOL.spot": 40})

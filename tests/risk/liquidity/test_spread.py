"""The cost of a spread: published figures and a layer that adds up."""

import numpy as np
import pytest
from scipy import special

from riskkit import DataError, MarketState
from riskkit.instruments import Book, Cash, Perpetual, Spot
from riskkit.risk.liquidity import spread_adjusted_var, spread_cost, with_spread
from riskkit.scenarios import historical, revalue

LEVEL_OF_233 = float(special.ndtr(2.33))


def test_bangia_and_others():
    assert spread_adjusted_var(100, 0.02, 0.01, 0.004, 3, level=LEVEL_OF_233) == pytest.approx(5.653089, abs=5e-7)


def test_a_constant_spread():
    level = float(special.ndtr(1.65))
    assert spread_adjusted_var(100, 0.02, 0.01, level=level, log_returns=False) == pytest.approx(3.80, abs=1e-12)


def test_the_layer_is_the_same_in_every_scenario():
    import pandas as pd

    book = Book([Spot("BTC", 1.0), Perpetual("ETH", -10, entry=3_000, funding=0.0), Cash("USDT", 1e4)])
    market = MarketState({"BTC.spot": 60_000.0, "ETH.spot": 3_000.0, "USDT.peg": 1.0})
    returns = pd.DataFrame(0.03 * np.random.default_rng(1).standard_t(4, (500, 2)), columns=["BTC", "ETH"])
    losses = revalue(book, market, historical(returns).holding("USDT.peg"))
    spreads = {"BTC": (2e-4, 1e-4), "ETH": (3e-4, 2e-4), "USDT": (1e-4, 0.0)}
    wider = with_spread(losses, book, market, spreads, scaling=3)
    cost = 0.5 * (60_000 * 5e-4 + 30_000 * 9e-4 + 1e4 * 1e-4)
    assert wider.es(0.975) == pytest.approx(losses.es(0.975) + cost, rel=1e-12)
    assert wider.contributions(0.975)["spread"] == pytest.approx(cost)
    with pytest.raises(DataError, match="has no spread; got USDT"):
        with_spread(losses, book, market, {"BTC": (0, 0), "ETH": (0, 0)})


@pytest.mark.parametrize("arguments", [(np.nan, 0.1), (1.0, -0.1), (1.0, 0.1, -0.1), (1.0, 0.1, 0.1, -1.0)])
def test_refuses(arguments):
    with pytest.raises(DataError, match="out of range"):
        spread_cost(*arguments)

"""Full revaluation and historical scenarios."""

import numpy as np
import pandas as pd
import pytest

from riskkit import DataError, FactorError, MarketState, Scenarios
from riskkit.instruments import Book, Spot
from riskkit.scenarios import historical, revalue

MARKET = MarketState({"BTC.spot": 60_000.0, "ETH.spot": 3_000.0})
BOOK = Book([Spot("BTC", 1.0), Spot("ETH", -10.0)])
FACTORS = ["BTC.spot", "ETH.spot"]


def test_losses_position_by_position():
    scenarios = Scenarios(FACTORS, np.log([[0.5, 0.5], [1.1, 1.2], [1.0, 1.0]]), weights=[1, 2, 1], horizon=10)
    losses = revalue(BOOK, MARKET, scenarios)
    assert losses.components == pytest.approx(np.array([[30_000, -15_000], [-6_000, 6_000], [0, 0]]))
    assert losses.names == ("BTC spot", "ETH spot")
    assert losses.weights.tolist() == [0.25, 0.5, 0.25]
    assert (losses.horizon, losses.unit) == (10.0, "USD")
    assert losses.var(0.75) == pytest.approx(0.0, abs=1e-9)
    assert losses.es(0.75) == pytest.approx(15_000)


def test_no_move_no_loss():
    losses = revalue(BOOK, MARKET, Scenarios(FACTORS, np.zeros((5, 2))))
    assert (losses.components == 0.0).all()


def test_a_spot_book_loses_what_its_returns_say():
    rng = np.random.default_rng(1)
    moves = 0.05 * rng.standard_t(4, (250, 2))
    losses = revalue(BOOK, MARKET, Scenarios(FACTORS, moves))
    by_hand = 60_000 * -np.expm1(moves[:, 0]) + 30_000 * np.expm1(moves[:, 1])
    np.testing.assert_allclose(losses.total, by_hand, rtol=1e-9, atol=1e-9)
    assert losses.contributions(0.975).sum() == pytest.approx(losses.es(0.975), rel=1e-12)


def test_every_factor_of_the_book_must_move():
    with pytest.raises(FactorError, match=r"unmoved; got ETH\.spot; remedy: add a column of zeros"):
        revalue(BOOK, MARKET, Scenarios(["BTC.spot"], [[0.1]]))
    with pytest.raises(FactorError, match=r"no factor 'ETH\.spot'"):
        revalue(BOOK, MarketState({"BTC.spot": 1.0}), Scenarios(FACTORS, [[0.1, 0.1]]))


def test_historical_scenarios_are_the_days_as_they_were():
    dates = pd.date_range("2024-01-01", periods=3, tz="UTC")
    returns = pd.DataFrame({"BTC": [0.1, -0.2, 0.0], "BTC.vol": [-0.1, 0.3, 0.0]}, index=dates)
    returns.attrs["source"] = "by hand"
    scenarios = historical(returns)
    assert scenarios.factors == ("BTC.spot", "BTC.vol")
    assert scenarios.moves.tolist() == returns.to_numpy().tolist()
    assert scenarios.labels == tuple(dates)
    assert scenarios.provenance == "3 historical moves, by hand"


def test_historical_refuses():
    with pytest.raises(DataError, match="NaN or infinite"):
        historical(pd.DataFrame({"BTC": [0.1, np.nan]}))
    with pytest.raises(DataError, match="too short"):
        historical(pd.DataFrame({"BTC": []}, dtype=float))
    with pytest.raises(FactorError, match="does not name a factor"):
        historical(pd.DataFrame({"BTC.price": [0.1]}))

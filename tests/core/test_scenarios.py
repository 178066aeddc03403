"""Scenarios: weighted joint moves."""

import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from riskkit import DataError, FactorError, MarketState, Scenarios

FACTORS = ["BTC.spot", "USD.rate"]
MOVES = [[np.log(0.5), 0.01], [0.0, 0.0], [0.1, -0.02]]


def test_apply_moves_each_factor_its_way():
    market = MarketState({"BTC.spot": 60_000.0, "USD.rate": 0.04, "ETH.spot": 3_000.0})
    moved = Scenarios(FACTORS, MOVES).apply(market)
    assert moved["BTC.spot"] == pytest.approx(60_000 * np.array([0.5, 1.0, np.exp(0.1)]))
    assert moved["USD.rate"] == pytest.approx(np.array([0.05, 0.04, 0.02]))
    assert moved["ETH.spot"] == 3_000.0


def test_no_move_gives_the_same_market_in_every_scenario():
    market = MarketState({"BTC.spot": 12_345.678, "USD.rate": 0.1})
    moved = Scenarios(FACTORS, np.zeros((4, 2))).apply(market)
    assert moved["BTC.spot"].tolist() == [12_345.678] * 4
    assert moved["USD.rate"].tolist() == [0.1] * 4


def test_weights_are_probabilities():
    assert Scenarios(FACTORS, MOVES).weights == pytest.approx(np.full(3, 1 / 3))
    tilted = Scenarios(FACTORS, MOVES, labels=["a", "b", "c"], horizon=10, provenance="x").reweighted([2, 1, 1])
    assert tilted.weights.tolist() == [0.5, 0.25, 0.25]
    assert (tilted.labels, tilted.horizon, tilted.provenance) == (("a", "b", "c"), 10.0, "x")
    assert len(tilted) == 3


def test_nothing_can_be_changed_in_place():
    mine = np.array(MOVES)
    scenarios = Scenarios(FACTORS, mine)
    mine[:] = 9.0
    assert scenarios.moves.tolist() == MOVES
    for values in (scenarios.moves, scenarios.weights):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1.0
    with pytest.raises(FrozenInstanceError):
        scenarios.moves = mine
    assert isinstance(scenarios.factors, tuple)


def test_survives_a_trip_to_another_process():
    again = pickle.loads(pickle.dumps(Scenarios(FACTORS, MOVES, labels=["a", "b", "c"])))
    assert again.moves.tolist() == MOVES
    assert again.labels == ("a", "b", "c")
    with pytest.raises(ValueError, match="read-only"):
        again.moves[0] = 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"moves": np.empty((0, 2))}, "too short"),
        ({"moves": [0.1, 0.2]}, "wrong shape"),
        ({"moves": [[0.1, np.nan]]}, "NaN or infinite"),
        ({"moves": [[0.1]]}, "distinct names"),
        ({"factors": ["BTC.spot", "BTC.spot"]}, "distinct names"),
        ({"weights": [1.0, 1.0]}, "do not fit"),
        ({"weights": [1.0, -1.0, 1.0]}, "not probabilities"),
        ({"labels": ["a"]}, "labels do not fit"),
        ({"horizon": 0}, "horizon"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(DataError, match=message):
        Scenarios(**({"factors": FACTORS, "moves": MOVES} | arguments))


def test_refuses_a_name_of_no_factor():
    with pytest.raises(FactorError, match="does not name a factor"):
        Scenarios(["BTC", "USD.rate"], MOVES)

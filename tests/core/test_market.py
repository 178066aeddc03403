"""The market: values that move, and never in place."""

import pickle
from dataclasses import FrozenInstanceError, dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskkit import DataError, FactorError, MarketState
from riskkit.core.market import MOVES, kind_of_move

VALUES = {"BTC.spot": 60_000.0, "BTC.vol": 0.6, "USDT.peg": 1.0, "BTC.funding": -0.0001, "USD.rate": 0.04}


def test_each_suffix_has_its_move():
    moved = MarketState(VALUES).shifted(list(VALUES), [np.log(2), np.log(0.5), -0.1, 0.0003, -0.05])
    assert moved["BTC.spot"] == pytest.approx(120_000)
    assert moved["BTC.vol"] == pytest.approx(0.3)
    assert moved["USDT.peg"] == pytest.approx(np.exp(-0.1))
    assert moved["BTC.funding"] == pytest.approx(0.0002)
    assert moved["USD.rate"] == pytest.approx(-0.01)  # an additive factor may turn negative


@settings(deadline=None, max_examples=50)
@given(values=st.fixed_dictionaries({f"A.{kind}": st.floats(1e-6, 1e9) for kind in MOVES}))
def test_a_shock_of_zero_changes_no_digit(values):
    market = MarketState(values, asof="2026-01-01")
    same = market.shifted(list(values), [0.0] * len(values))
    assert dict(same) == values
    assert same.asof == market.asof


@settings(deadline=None, max_examples=50)
@given(first=st.floats(-1, 1), second=st.floats(-1, 1), kind=st.sampled_from(sorted(MOVES)))
def test_moves_add_up(first, second, kind):
    market, factor = MarketState({f"A.{kind}": 2.0}), [f"A.{kind}"]
    twice, once = market.shifted(factor, [first]).shifted(factor, [second]), market.shifted(factor, [first + second])
    assert twice[factor[0]] == pytest.approx(once[factor[0]], rel=1e-12, abs=1e-12)


def test_scenarios_stand_behind_the_same_name():
    market = MarketState(VALUES)
    moved = market.shifted(["BTC.spot", "USD.rate"], [[0.0, 0.0], [np.log(0.5), 0.01], [np.log(2), -0.01]])
    assert moved["BTC.spot"] == pytest.approx(np.array([60_000, 30_000, 120_000]))
    assert moved["USD.rate"] == pytest.approx(np.array([0.04, 0.05, 0.03]))
    assert moved["BTC.vol"] == 0.6
    assert market["BTC.spot"] == 60_000.0  # this one stays as it is


def test_nothing_can_be_changed_in_place():
    mine = np.array([1.0, 2.0])
    market = MarketState({"A.spot": mine, "B.spot": 1.0})
    mine[0] = 99.0
    assert market["A.spot"].tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        market["A.spot"][0] = 9.0
    with pytest.raises(TypeError):
        market["B.spot"] = 2.0
    with pytest.raises(TypeError):
        market.values_["B.spot"] = 2.0
    with pytest.raises(FrozenInstanceError):
        market.asof = None


def test_survives_a_trip_to_another_process():
    market = MarketState(VALUES, asof="2026-01-01 08:00+00:00")
    again = pickle.loads(pickle.dumps(market))
    assert dict(again) == VALUES
    assert again.asof == market.asof
    many = pickle.loads(pickle.dumps(MarketState({"A.spot": [1.0, 2.0]})))
    with pytest.raises(ValueError, match="read-only"):
        many["A.spot"][0] = 9.0


def test_a_wrong_name_is_told_the_right_one():
    with pytest.raises(FactorError, match=r"did you mean BTC\.spot"):
        MarketState(VALUES)["BTC.sport"]
    with pytest.raises(FactorError, match="the market holds"):
        MarketState({"A.spot": 1.0}).shifted(["XYZ.rate"], [0.0])
    assert "ETH.spot" not in MarketState(VALUES)


@pytest.mark.parametrize("name", ["BTC", "BTC.price", "spot", "", "BTC.spot.x"])
def test_refuses_names_of_no_factor(name):
    with pytest.raises(FactorError, match="does not name a factor"):
        kind_of_move(name)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "named collection"),
        ([1.0], "named collection"),
        ({1: 1.0}, "named collection"),
        ({"A.spot": 0.0}, "not positive"),
        ({"A.vol": [-0.1, 0.2]}, "not positive"),
        ({"A.spot": np.nan}, "NaN or infinite"),
        ({"A.spot": "high"}, "not numeric"),
        ({"A.spot": np.ones((2, 2))}, "wrong shape"),
    ],
)
def test_refuses_values(values, message):
    with pytest.raises(DataError, match=message):
        MarketState(values)


@pytest.mark.parametrize(("moves", "message"), [([0.1], "do not fit"), ([0.1, np.nan], "NaN"), (0.1, "wrong shape")])
def test_refuses_moves(moves, message):
    with pytest.raises(DataError, match=message):
        MarketState(VALUES).shifted(["BTC.spot", "BTC.vol"], moves)


@dataclass(frozen=True)
class Flat:
    """A surface that is flat, and sticks to nothing."""

    level: float | np.ndarray
    spot_moved: float | np.ndarray = 0.0

    def shifted(self, log_spot_move, log_vol_move):
        return Flat(self.level * np.exp(log_vol_move), log_spot_move)

    def volatility(self, strike, expiry):
        return self.level


def test_a_surface_stands_for_a_volatility_and_hears_of_both_moves():
    market = MarketState({"BTC.spot": 60_000.0, "BTC.vol": Flat(0.6), "ETH.spot": 3_000.0})
    moved = market.shifted(["BTC.spot", "BTC.vol"], [[-0.1, 0.2], [0.0, 0.0]])
    assert moved["BTC.vol"].level == pytest.approx(0.6 * np.exp([0.2, 0.0]))
    assert moved["BTC.vol"].spot_moved.tolist() == [-0.1, 0.0]
    assert market.shifted(["BTC.spot"], [-0.1])["BTC.vol"].spot_moved == -0.1
    assert market.shifted(["ETH.spot"], [-0.1])["BTC.vol"] is market["BTC.vol"]
    with pytest.raises(DataError, match=r"BTC\.spot is a surface"):
        MarketState({"BTC.spot": Flat(0.6)})


def test_time_passes_only_forward_and_the_observation_stays():
    market = MarketState(VALUES, asof="2026-01-01")
    assert market.asof == pd.Timestamp("2026-01-01", tz="UTC")
    later = market.later(2.0).later(0.5)
    assert (later.elapsed, later.asof, dict(later)) == (2.5, market.asof, VALUES)
    assert later.shifted(["BTC.spot"], [0.1]).elapsed == 2.5
    for asof in ("soon", pd.NaT):
        with pytest.raises(DataError, match="asof is not a time"):
            MarketState(VALUES, asof=asof)

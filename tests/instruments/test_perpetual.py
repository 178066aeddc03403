"""Perpetuals by hand: gains, inverse gains in coins, and clamped funding."""

import numpy as np
import pytest

from riskkit import DataError, MarketState
from riskkit.instruments import Perpetual

MARKET = MarketState({"BTC.spot": 60_000.0, "BTC.funding": 0.0001})


def test_linear_gain_and_delta():
    perpetual = Perpetual("BTC", quantity=-2, entry=58_000)
    assert perpetual.value(MARKET) == -4_000.0
    assert perpetual.greeks(MARKET).delta == -2.0
    assert perpetual.factors == ("BTC.spot", "BTC.funding")


def test_inverse_gain_is_paid_in_coins():
    perpetual = Perpetual("BTC", quantity=100_000, entry=50_000, inverse=True)
    coins = 100_000 * (1 / 50_000 - 1 / 60_000)
    assert perpetual.value(MARKET) == pytest.approx(coins * 60_000, rel=1e-14)
    assert perpetual.greeks(MARKET).delta == pytest.approx(2.0)


@pytest.mark.parametrize(("rate", "paid"), [(0.0001, 0.0001), (0.05, 0.003), (-0.05, -0.003)])
def test_funding_of_a_day_is_three_clamped_periods(rate, paid):
    market = MarketState({"BTC.spot": 60_000.0, "BTC.funding": rate})
    long, short = Perpetual("BTC", 1, entry=60_000), Perpetual("BTC", -60_000, entry=60_000, inverse=True)
    assert long.value(market) == 0.0
    assert long.value(market.later(1.0)) == pytest.approx(-3 * paid * 60_000, rel=1e-12)
    assert short.value(market.later(2.0)) == pytest.approx(6 * paid * 60_000, rel=1e-12)
    assert long.greeks(market).theta == pytest.approx(-3 * paid * 60_000, rel=1e-12)


def test_a_fixed_rate_needs_no_factor_and_periods_may_differ():
    perpetual = Perpetual("BTC", 1, entry=60_000, funding=0.001, funding_hours=1, funding_cap=0.04)
    assert perpetual.factors == ("BTC.spot",)
    assert perpetual.value(MARKET.later(0.5)) == pytest.approx(-12 * 0.001 * 60_000)


def test_a_funding_shock_moves_only_what_time_makes_due():
    moved = MARKET.shifted(["BTC.funding"], [[0.001], [-0.001]])
    perpetual = Perpetual("BTC", 1, entry=60_000)
    assert np.all(perpetual.value(moved) == 0.0)
    assert perpetual.value(moved.later(1.0)) == pytest.approx(np.array([-3 * 0.0011, 3 * 0.0009]) * 60_000)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"entry": 0.0}, "entry is out of range"),
        ({"entry": np.nan}, "entry is out of range"),
        ({"quantity": "1"}, "quantity is not a number"),
        ({"inverse": 1}, "inverse is not a switch"),
        ({"funding_cap": -0.1}, "funding_cap"),
        ({"funding": "BTCfunding"}, "does not name a factor"),
        ({"funding_hours": 0}, "funding_hours"),
    ],
)
def test_refuses(arguments, message):
    from riskkit import RiskKitError

    with pytest.raises(RiskKitError, match=message):
        Perpetual(**({"asset": "BTC", "quantity": 1.0, "entry": 1.0} | arguments))


def test_refuses_time_that_runs_back():
    with pytest.raises(DataError, match="days is out of range"):
        MARKET.later(-1.0)

"""Options valued together are worth what each is worth by itself."""

import numpy as np
import pytest

from riskkit import DataError, MarketState
from riskkit.data import SyntheticMarket
from riskkit.instruments import Cash, Option, Perpetual, Together, VolSurface

MARKET = MarketState({"BTC.spot": 60_000.0, "BTC.vol": 0.6, "BTC.rate": 0.03, "BTC.funding": 1e-4}, asof="2026-12-26T08:00")
POSITIONS = [
    Option("BTC", 70e3, "2027-03-26", "call", -5, settle="coin"),
    Option("BTC", 50e3, "2027-01-29", "put", 3),
    Option("BTC", 60e3, "2027-03-26", "put", 2, settle="coin", carry=0.05),
    Option("BTC", 60e3, "2027-06-25", "call", 2, carry=0.05, rate=0.02),
    Option("BTC", 60e3, "2027-03-26", "call", 1, carry="BTC.rate"),
    Option("BTC", 60e3, "2027-03-26", "call", 1e-4, model="bachelier"),
    Perpetual("BTC", -1, entry=59_000),
    Cash("USD", 100.0),
]
MOVED = MARKET.shifted(["BTC.spot", "BTC.vol"], np.random.default_rng(1).normal(0, [0.05, 0.1], (3_000, 2)))


@pytest.mark.parametrize("market", [MARKET, MOVED, MOVED.later(40.0)])
def test_the_sum_is_that_of_the_values(market):
    size = np.size(market["BTC.spot"])
    expected = sum(position.value(market) for position in POSITIONS)
    np.testing.assert_allclose(Together.of(POSITIONS).value(market, size), expected, rtol=1e-11, atol=1e-6)


def test_options_on_one_forward_stand_together():
    found = Together.of(POSITIONS)
    assert [len(options) for options in found.options] == [2, 1, 1]  # no carry; one for each date with carry
    assert len(found.others) == 4


def test_a_surface_gives_each_option_its_own_volatility():
    chain = SyntheticMarket(seed=1).option_chain("BTC", at="2024-03-12")
    surface = VolSurface.from_chain(chain)
    spot = surface.forward(0.1)
    market = MarketState({"BTC.spot": spot, "BTC.vol": surface}, asof=surface.asof)
    options = [Option("BTC", strike, "2024-06-28", "put", 1.0) for strike in (0.7 * spot, spot)]
    by_hand = [
        Option("BTC", option.strike, option.expiry, "put", 1.0).value(
            MarketState({"BTC.spot": spot, "BTC.vol": surface.volatility(option.strike, option.expiry)}, asof=surface.asof)
        )
        for option in options
    ]
    assert Together.of(options).value(market, 1)[0] == pytest.approx(sum(by_hand), rel=1e-12)
    moved = market.shifted(["BTC.spot", "BTC.vol"], [[0.0, 0.0], [-0.2, 0.3]])
    values = Together.of(options).value(moved, 2)
    assert values[0] == pytest.approx(sum(by_hand), rel=1e-12)  # a zero move changes nothing
    assert values[1] > 1.5 * values[0]


def test_what_leaves_the_domain_is_named():
    with pytest.raises(DataError, match="BTC leaves the domain of the formula"):
        Together.of(POSITIONS[:1]).value(MARKET.shifted(["BTC.vol"], [[12.0]]), 1)

"""Dated futures by hand."""

import numpy as np
import pytest

from riskkit import DataError, MarketState
from riskkit.instruments import Future

MARKET = MarketState({"BTC.spot": 60_000.0, "BTC.rate": 0.08}, asof="2026-12-26T08:00")
QUARTER = 90 / 365


def test_linear_and_inverse_gains():
    linear = Future("BTC", "2027-03-26", 2, entry=60_000, carry="BTC.rate")
    inverse = Future("BTC", "2027-03-26", -60_000, entry=60_000, inverse=True, carry=0.08)
    price = 60_000 * np.exp(0.08 * QUARTER)
    assert linear.price(MARKET) == pytest.approx(price, rel=1e-14)
    assert linear.value(MARKET) == pytest.approx(2 * (price - 60_000), rel=1e-12)
    assert inverse.value(MARKET) == pytest.approx(-60_000 * (1 / 60_000 - 1 / price) * 60_000, rel=1e-12)
    assert (linear.factors, inverse.factors) == (("BTC.spot", "BTC.rate"), ("BTC.spot",))


def test_it_converges_to_spot_and_stays_there():
    future = Future("BTC", "2027-03-26", 1, entry=60_000, carry=0.08)
    assert future.value(MARKET.later(90.0)) == pytest.approx(0.0, abs=1e-9)
    assert future.value(MARKET.later(200.0)) == pytest.approx(0.0, abs=1e-9)
    assert future.greeks(MARKET.later(90.0)).theta == 0.0


def test_a_basis_shock_is_worth_its_time():
    future = Future("BTC", "2027-03-26", 1, entry=60_000, carry="BTC.rate")
    up = future.value(MARKET.shifted(["BTC.rate"], [0.01])) - future.value(MARKET)
    assert up == pytest.approx(future.price(MARKET) * np.expm1(0.01 * QUARTER), rel=1e-9)


def test_refuses_what_it_cannot_time():
    with pytest.raises(DataError, match="does not say its time"):
        Future("BTC", "2027-03-26", 1, entry=1.0).value(MarketState({"BTC.spot": 1.0}))
    with pytest.raises(DataError, match="has expired"):
        Future("BTC", "2026-03-27", 1, entry=1.0).value(MARKET)
    for expiry in ("soon", 20270326, None):
        with pytest.raises(DataError, match="expiry is not a time"):
            Future("BTC", expiry, 1, entry=1.0)

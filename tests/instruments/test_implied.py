"""Volatilities behind prices: there and back, and prices that have none."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import black76 as oracle

from riskkit import DataError
from riskkit.instruments import ImpliedStatus, ImpliedVolatility, bachelier, black76, implied_volatility
from riskkit_ext import _black76

HOUR = 1 / 8760


def box(n, seed=1):
    """Options as crypto venues list them: |log moneyness| <= 1.5, an hour to two years, volatility 0.1 to 3."""
    random = np.random.default_rng(seed)
    strike = 60_000.0 * np.exp(random.uniform(-1.5, 1.5, n))
    years = np.exp(random.uniform(np.log(HOUR), np.log(2.0), n))
    return strike, years, np.exp(random.uniform(np.log(0.1), np.log(3.0), n))


def test_every_price_out_of_the_money_gives_its_volatility_back():
    strike, years, volatility = box(200_000)
    kind = np.where(strike > 60_000.0, 1, -1)
    price = black76(60_000.0, strike, years, volatility, kind)
    found = implied_volatility(price, 60_000.0, strike, years, kind)
    some = price > 1e-284  # the rest are below what is told from 0: no information
    np.testing.assert_array_equal(found.status[some], ImpliedStatus.OK)
    np.testing.assert_array_equal(found.status[price == 0.0], ImpliedStatus.NO_INFORMATION)
    assert np.abs(found.volatility / volatility - 1)[found.ok].max() < 1e-14
    assert found.resolution[found.ok].max() < 1e-15
    assert some.mean() > 0.7


def test_in_the_money_the_resolution_bounds_the_error():
    strike, years, volatility = box(200_000, seed=2)
    kind = np.where(strike > 60_000.0, -1, 1)
    price = black76(60_000.0, strike, years, volatility, kind, discount=0.97)
    found = implied_volatility(price, 60_000.0, strike, years, kind, discount=0.97)
    ok = found.ok
    error = np.abs(found.volatility / volatility - 1)
    assert np.all(error[ok] <= 5e-15 + 10 * found.resolution[ok])
    sharp = ok & (found.resolution < 5e-15)
    assert error[sharp].max() < 1e-13
    assert 0.2 < sharp.mean() < ok.mean() < 0.6
    assert set(np.unique(found.status)) == {ImpliedStatus.OK, ImpliedStatus.NO_INFORMATION}
    assert np.isnan(found.volatility[~ok]).all()


def test_what_the_resolution_means():
    """Half a unit in the price's last place moves the volatility by so much."""
    price = black76(60_000.0, 20_000.0, 0.1, 0.9, "call")
    found = implied_volatility([price, np.nextafter(price, np.inf)], 60_000.0, 20_000.0, 0.1, "call")
    moved = found.volatility[1] / found.volatility[0] - 1
    assert moved == pytest.approx(2 * found.resolution[0] * np.spacing(price) / (2.0**-52 * price), rel=1e-2)


@pytest.mark.parametrize("moneyness", [0.0, 1e-12, 1e-6, 1e-3, 0.1, 1.0, 5.0, 50.0, 200.0])
def test_total_volatilities_of_every_size(moneyness):
    forward, s = 1.0, np.geomspace(1e-7, 60.0, 2_000)
    strike = forward * np.exp(moneyness)
    price = black76(forward, strike, 1.0, s, "call")
    found = implied_volatility(price, forward, strike, 1.0, "call")
    ok = found.ok
    assert np.all(np.abs(found.volatility / s - 1)[ok] <= 5e-15 + 20 * found.resolution[ok])
    assert set(found.status) <= {ImpliedStatus.OK, ImpliedStatus.NO_INFORMATION, ImpliedStatus.ABOVE_BOUND}
    assert ok[(price > 1e-284) & (price < forward * (1 - 1e-15))].all()
    assert ok.any()


@settings(max_examples=60, deadline=None)
@given(moneyness=st.floats(-1.5, 1.5), years=st.floats(HOUR, 2.0), volatility=st.floats(0.1, 3.0))
def test_the_oracle_prices_what_is_found(moneyness, years, volatility):
    strike, sign = 100.0 * np.exp(moneyness), 1 if moneyness >= 0 else -1
    price = float(oracle.black76(100.0, strike, years, volatility, sign))
    if price > 1e-280:
        assert implied_volatility(price, 100.0, strike, years, sign).volatility == pytest.approx(volatility, rel=1e-13)


STATUSES = [
    (10.0, 100.0, 100.0, 0.5, "call", "OK"),
    (19.9, 120.0, 100.0, 0.5, "call", "BELOW_INTRINSIC"),
    (-1e-9, 100.0, 110.0, 0.5, "call", "BELOW_INTRINSIC"),
    (20.0, 120.0, 100.0, 0.5, "call", "NO_INFORMATION"),
    (0.0, 100.0, 110.0, 0.5, "call", "NO_INFORMATION"),
    (5e-324, 100.0, 110.0, 0.5, "call", "NO_INFORMATION"),
    (100.0, 100.0, 110.0, 0.5, "call", "ABOVE_BOUND"),
    (101.0, 100.0, 90.0, 0.5, "call", "ABOVE_BOUND"),
    (110.0, 100.0, 110.0, 0.5, "put", "ABOVE_BOUND"),
    (np.inf, 100.0, 110.0, 0.5, "put", "ABOVE_BOUND"),
    (-np.inf, 120.0, 100.0, 0.5, "call", "BELOW_INTRINSIC"),
    (np.nan, 100.0, 110.0, 0.5, "put", "NOT_A_NUMBER"),
    (12.0, 110.0, 100.0, 0.0, "call", "ABOVE_BOUND"),  # more than the option is worth, and no time
    (10.0, 110.0, 100.0, 0.0, "call", "NO_INFORMATION"),
]


@pytest.mark.parametrize(("price", "forward", "strike", "years", "kind", "status"), STATUSES)
def test_what_a_price_says(price, forward, strike, years, kind, status):
    found = implied_volatility(price, forward, strike, years, kind)
    assert found.status is ImpliedStatus[status]
    assert type(found.volatility) is float
    assert np.isfinite(found.volatility) == (status == "OK") == found.ok


def test_one_status_per_element():
    price, forward, strike, years, kind, names = map(np.array, zip(*STATUSES, strict=True))
    found = implied_volatility(price, forward, strike, years, kind)
    assert [ImpliedStatus(status).name for status in found.status] == list(names)


def test_the_statuses_are_the_kernels():
    assert {status.name.lower(): int(status) for status in ImpliedStatus} == _black76.STATUSES


def test_normal_volatilities_come_back():
    random = np.random.default_rng(3)
    strike, years = 100.0 + random.uniform(-80, 80, 20_000), random.uniform(0.01, 2.0, 20_000)
    volatility = np.exp(random.uniform(np.log(5.0), np.log(500.0), 20_000))
    strike[:10] = 100.0
    kind = np.where(strike > 100.0, 1, -1)
    price = bachelier(100.0, strike, years, volatility, kind)
    found = implied_volatility(price, 100.0, strike, years, kind, model="bachelier")
    assert found.ok[price > 1e-280].all()
    assert np.abs(found.volatility / volatility - 1)[found.ok].max() < 1e-14


@pytest.mark.parametrize(("forward", "strike"), [(-3.0, 2.0), (0.0, 0.0), (5.0, -5.0)])
def test_normal_volatilities_of_forwards_of_any_sign(forward, strike):
    price = bachelier(forward, strike, 0.5, 4.0, "call", discount=0.9)
    found = implied_volatility(price, forward, strike, 0.5, "call", discount=0.9, model="bachelier")
    assert found.volatility == pytest.approx(4.0, rel=1e-13)
    for strange, status in ((np.nan, "NOT_A_NUMBER"), (np.inf, "ABOVE_BOUND"), (-np.inf, "BELOW_INTRINSIC")):
        told = implied_volatility(strange, forward, strike, 0.5, "call", model="bachelier").status
        assert told is ImpliedStatus[status]


def test_shapes_and_trips():
    found = implied_volatility(np.full((2, 3), 10.0), 100.0, [95.0, 100.0, 105.0], 0.5, "call")
    again = pickle.loads(pickle.dumps(found))
    assert isinstance(again, ImpliedVolatility)
    for result in (found, again):
        assert result.volatility.shape == result.status.shape == result.resolution.shape == (2, 3)
        assert not result.volatility.flags.writeable
    assert implied_volatility(np.empty(0), 100.0, 100.0, 0.5, "call").volatility.shape == (0,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"forward": np.nan}, "forward is out of range"), ({"strike": 0.0}, "strike is out of range"),
        ({"years": -1.0}, "years is out of range"), ({"discount": np.nan}, "discount is out of range"),
        ({"kind": "cal"}, "kind is unknown"), ({"model": "heston"}, "model is unknown"),
        ({"price": "dear"}, "price is not numeric"),
    ],
)  # fmt: skip
def test_refuses(change, message):
    arguments = {"price": 10.0, "forward": 100.0, "strike": 90.0, "years": 1.0, "kind": "call"}
    with pytest.raises(DataError, match=message):
        implied_volatility(**(arguments | change))

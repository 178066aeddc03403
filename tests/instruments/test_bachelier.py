"""The normal law against 50 digits and identities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import black76 as oracle

from riskkit import DataError
from riskkit.instruments import bachelier, bachelier_greeks, black76

NAMES = ("price", "delta", "gamma", "vega", "theta", "vanna", "volga", "charm")


@pytest.mark.parametrize("kind", ["call", "put"])
@pytest.mark.parametrize(("forward", "strike"), [(100.0, 100.0), (100.0, 130.0), (-5.0, 3.0), (0.0, -20.0), (0.1, 60.0)])
@pytest.mark.parametrize(("years", "rate"), [(0.02, 0.0), (0.8, 0.05)])
def test_price_and_greeks_are_those_of_the_oracle(kind, forward, strike, years, rate):
    sign = 1 if kind == "call" else -1
    slow = oracle.greeks(oracle.bachelier, forward or 1e-30, strike, years, 40.0, sign, rate)
    found = bachelier_greeks(forward, strike, years, 40.0, kind, discount=np.exp(-rate * years))
    for name in NAMES:
        absolute = 1e-15 * abs(rate) * slow["price"] if name == "theta" else 0.0
        assert getattr(found, name) == pytest.approx(slow[name], rel=1e-12, abs=absolute or 1e-25), name
    assert found.price == bachelier(forward, strike, years, 40.0, kind, discount=np.exp(-rate * years))
    assert np.isnan(found.premium_adjusted_delta)


def test_far_out_a_price_keeps_its_digits():
    for strike in (150.0, 300.0, 400.0):
        exact = float(oracle.bachelier(100.0, strike, 1.0, 10.0, 1))
        assert bachelier(100.0, strike, 1.0, 10.0, "call") == pytest.approx(exact, rel=1e-12, abs=0)


def test_at_the_money_it_is_a_formula():
    assert bachelier(100.0, 100.0, 0.25, 20.0, "put") == pytest.approx(10.0 / np.sqrt(2 * np.pi), rel=1e-15)


def test_for_a_short_time_both_laws_agree():
    normal = bachelier(100.0, 100.0, 1e-6, 60.0, "call")
    assert black76(100.0, 100.0, 1e-6, 0.6, "call") == pytest.approx(normal, rel=1e-6)


@settings(max_examples=100, deadline=None)
@given(
    forward=st.floats(-1e4, 1e4), strike=st.floats(-1e4, 1e4), years=st.floats(0.0, 5.0), volatility=st.floats(0.0, 1e4),
    discount=st.floats(0.5, 1.5),
)  # fmt: skip
def test_parity_bounds_and_signs(forward, strike, years, volatility, discount):
    call = bachelier_greeks(forward, strike, years, volatility, "call", discount=discount)
    put = bachelier_greeks(forward, strike, years, volatility, "put", discount=discount)
    scale = discount * (abs(forward - strike) + volatility * np.sqrt(years))
    assert call.price - put.price == pytest.approx(discount * (forward - strike), abs=1e-15 * scale)
    assert call.price >= max(discount * (forward - strike), 0.0)
    assert 0.0 <= call.delta <= discount
    assert call.delta - put.delta == pytest.approx(discount, rel=4e-16)
    assert call.gamma == put.gamma >= 0.0
    assert all(np.isfinite(getattr(call, name)) for name in NAMES)


@pytest.mark.parametrize(("years", "volatility"), [(0.0, 30.0), (0.5, 0.0)])
def test_without_time_or_volatility(years, volatility):
    found = bachelier_greeks(10.0, np.array([5.0, 10.0, 15.0]), years, volatility, "call")
    np.testing.assert_array_equal(found.price, [5.0, 0.0, 0.0])
    np.testing.assert_allclose(found.delta, [1.0, 0.5, 0.0], rtol=1e-15)
    for name in ("gamma", "volga", "vanna", "charm"):
        np.testing.assert_array_equal(getattr(found, name), 0.0, err_msg=name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"forward": np.nan}, "forward is out"),
        ({"volatility": -1.0}, "volatility is out"),
        ({"expiry_years": -1.0}, "years is"),
    ],
)
def test_refuses(change, message):
    arguments = {"forward": 100.0, "strike": -90.0, "expiry_years": 1.0, "volatility": 10.0, "kind": "call"}
    with pytest.raises(DataError, match=message):
        bachelier(**(arguments | change))

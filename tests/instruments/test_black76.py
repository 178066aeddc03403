"""Black's formula against 40 digits, printed figures, a venue's own numbers and identities."""

import pickle
from datetime import UTC, datetime
from pathlib import Path

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import black76 as oracle

from riskkit import DataError
from riskkit.instruments import OptionGreeks, black76, black76_greeks

NAMES = ("price", "delta", "premium_adjusted_delta", "gamma", "vega", "theta", "vanna", "volga", "charm")

# Haug (1998), generalised Black-Scholes: strike, spot, dividend yield, rate, years, volatility, price
HAUG = (
    ("call", 65.0, 60.0, 0.00, 0.08, 0.25, 0.30, 2.1334),
    ("put", 95.0, 100.0, 0.05, 0.10, 0.50, 0.20, 2.4648),
    ("put", 19.0, 19.0, 0.10, 0.10, 0.75, 0.28, 1.7011),
    ("call", 19.0, 19.0, 0.10, 0.10, 0.75, 0.28, 1.7011),
    ("call", 1.60, 1.56, 0.08, 0.06, 0.50, 0.12, 0.0291),
    ("put", 70.0, 75.0, 0.05, 0.10, 0.50, 0.35, 4.0870),
)
# strike 100, dividend yield and rate 0.10: for 0.1 and 0.5 years, by volatility 0.15, 0.25, 0.35 and spot 90, 100, 110
HAUG_TABLE = {
    "call": (0.0205, 1.8734, 9.9413, 0.3150, 3.1217, 10.3556, 0.9474, 4.3693, 11.1381,
             0.8069, 4.0232, 10.5769, 2.7026, 6.6997, 12.7857, 4.9329, 9.3679, 15.3086),
    "put": (9.9210, 1.8734, 0.0408, 10.2155, 3.1217, 0.4551, 10.8479, 4.3693, 1.2376,
            10.3192, 4.0232, 1.0646, 12.2149, 6.6997, 3.2734, 14.4452, 9.3679, 5.7963),
}  # fmt: skip


def exact():
    """The table of 324 options: inputs as doubles, outputs as numbers of 40 digits."""
    table = pd.read_csv(Path(__file__).parent / "black76_mpmath.csv", dtype=str)
    inputs = {name: table[f"{name}_hex"].map(float.fromhex).to_numpy() for name in ("K", "sigma", "T")}
    inputs |= {name: table[name].to_numpy(dtype=float) for name in ("F", "cp", "r")}
    return table, inputs


@pytest.mark.parametrize(
    ("column", "name"),
    [("price", "price"), ("delta_fwd", "delta"), ("gamma_fwd", "gamma"), ("vega", "vega"), ("theta", "theta"),
     ("vanna", "vanna"), ("volga", "volga")],
)  # fmt: skip
def test_forty_digits(column, name):
    table, at = exact()
    discount = np.exp(-at["r"] * at["T"])
    found = getattr(black76_greeks(at["F"], at["K"], at["T"], at["sigma"], at["cp"], discount=discount), name)
    with mpmath.workdps(40):
        wanted = [mpmath.mpf(number) for number in table[column]]
        price = [mpmath.mpf(number) for number in table["price"]]
        vega = [mpmath.mpf(number) for number in table["vega"]]
        checked = 0
        for row, number in enumerate(wanted):
            # a derivative that vanishes beside a price that does not: the option is certain to be exercised
            scale = price[row] if name == "price" else vega[row]
            if scale / mpmath.mpf(at["F"][row]) > 1e-12:
                checked += 1
                interest = abs(at["r"][row]) * price[row] if name == "theta" else 0  # theta is its difference from the decay
                assert abs(mpmath.mpf(found[row]) - number) <= 3e-14 * (abs(number) + interest), (row, found[row], number)
    assert checked > 150


def test_values_that_haug_prints():
    rows = list(HAUG)
    for kind, values in HAUG_TABLE.items():
        places = [(t, v, s) for t in (0.1, 0.5) for v in (0.15, 0.25, 0.35) for s in (90.0, 100.0, 110.0)]
        rows += [(kind, 100.0, s, 0.1, 0.1, t, v, value) for (t, v, s), value in zip(places, values, strict=True)]
    kind, strike, spot, dividend, rate, years, volatility, printed = map(np.array, zip(*rows, strict=True))
    forward = spot * np.exp((rate - dividend) * years)
    found = black76(forward, strike, years, volatility, kind, discount=np.exp(-rate * years))
    assert len(rows) == 42
    # two of the printed values (1.8734 at 0.1 years) are rounded up from 1.87334
    np.testing.assert_allclose(found, printed, rtol=0, atol=6e-5)
    assert np.sum(np.abs(found - printed) > 5e-5) == 2


def test_an_option_as_a_venue_marks_it():
    """Deribit, BTC-27SEP24-40000-C on 2023-11-10: prices in coins, Greeks in dollars, no interest, 365 days to the year."""
    left = datetime(2024, 9, 27, 8, tzinfo=UTC) - datetime(2023, 11, 10, 5, 18, 31, tzinfo=UTC)
    found = black76_greeks(39_165.86, 40_000.0, left.total_seconds() / (365 * 86_400), 0.6086, "call")
    assert found.price / 39_165.86 == pytest.approx(0.2169, abs=5e-5)
    assert found.delta == pytest.approx(0.59833, abs=1e-5)
    assert found.premium_adjusted_delta == pytest.approx(0.59833 - 0.2169, abs=6e-5)


@pytest.mark.parametrize("kind", ["call", "put"])
@pytest.mark.parametrize("strike", [30.0, 95.0, 100.0, 101.0, 300.0])
@pytest.mark.parametrize(("years", "volatility", "rate"), [(0.02, 0.9, 0.0), (0.7, 0.3, 0.06), (2.0, 2.5, -0.02)])
def test_greeks_are_the_derivatives_of_the_oracle(kind, strike, years, volatility, rate):
    sign = 1 if kind == "call" else -1
    slow = oracle.greeks(oracle.black76, 100.0, strike, years, volatility, sign, rate)
    found = black76_greeks(100.0, strike, years, volatility, kind, discount=np.exp(-rate * years))
    for name in NAMES:
        # the adjusted delta and theta are differences: their digits are those of what is subtracted
        absolute = {"premium_adjusted_delta": abs(slow["delta"]), "theta": abs(rate) * slow["price"]}.get(name, 0.0)
        assert getattr(found, name) == pytest.approx(slow[name], rel=1e-12, abs=1e-15 * absolute), name


OPTIONS = {
    "forward": st.floats(1e-6, 1e8), "moneyness": st.floats(-3.0, 3.0), "years": st.floats(0.0, 5.0),
    "volatility": st.floats(0.0, 4.0), "discount": st.floats(0.5, 1.5),
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(**OPTIONS)
def test_parity_bounds_and_signs(forward, moneyness, years, volatility, discount):
    strike = forward * np.exp(moneyness)
    call = black76_greeks(forward, strike, years, volatility, "call", discount=discount)
    put = black76_greeks(forward, strike, years, volatility, "put", discount=discount)
    largest = discount * max(forward, strike)
    assert call.price - put.price == pytest.approx(discount * (forward - strike), abs=4e-16 * largest)
    assert call.delta - put.delta == pytest.approx(discount, rel=4e-16)
    assert max(discount * (forward - strike), 0.0) <= call.price <= discount * forward * (1 + 1e-15)
    assert max(discount * (strike - forward), 0.0) <= put.price <= discount * strike * (1 + 1e-15)
    assert 0.0 <= call.delta <= discount
    assert call.gamma == put.gamma >= 0.0
    assert call.vega == put.vega >= 0.0
    assert (call.vanna, call.volga) == (put.vanna, put.volga)
    assert all(np.isfinite(getattr(call, name)) for name in NAMES)
    assert call.price == black76(forward, strike, years, volatility, "call", discount=discount)


@settings(max_examples=60, deadline=None)
@given(**OPTIONS, scale=st.floats(1e-3, 1e3))
def test_prices_scale_and_change_sides(forward, moneyness, years, volatility, discount, scale):
    strike = forward * np.exp(moneyness)
    price = black76(forward, strike, years, volatility, "call", discount=discount)
    # a call is a put with forward and strike exchanged; far out the exponent's rounding shows
    assert black76(strike, forward, years, volatility, "put", discount=discount) == pytest.approx(price, rel=1e-12, abs=0)
    larger = black76(scale * forward, scale * strike, years, volatility, "call")
    assert larger == pytest.approx(scale * price / discount, rel=1e-9, abs=1e-15 * scale * forward)


def test_far_out_a_price_keeps_its_digits():
    for strike, years, volatility in ((2e5, 0.05, 0.5), (1e5, 1 / 8760, 3.0), (9e4, 1 / 365, 0.6)):
        exact_price = float(oracle.black76(6e4, strike, years, volatility, 1))
        assert 0.0 < exact_price < 1e-4
        assert black76(6e4, strike, years, volatility, "call") == pytest.approx(exact_price, rel=1e-12, abs=0)


@pytest.mark.parametrize(("years", "volatility"), [(0.0, 0.6), (0.5, 0.0), (0.0, 0.0)])
def test_without_time_or_volatility(years, volatility):
    strike = np.array([50.0, 100.0, 150.0])
    for kind, delta in (("call", [0.9, 0.45, 0.0]), ("put", [0.0, -0.45, -0.9])):
        sign = 1 if kind == "call" else -1
        found = black76_greeks(100.0, strike, years, volatility, kind, discount=0.9)
        np.testing.assert_array_equal(found.price, 0.9 * np.maximum(sign * (100.0 - strike), 0.0))
        np.testing.assert_allclose(found.delta, delta, rtol=1e-15, atol=0)
        for name in ("gamma", "volga"):
            np.testing.assert_array_equal(getattr(found, name), 0.0)
        assert np.isfinite([getattr(found, name) for name in NAMES]).all()
    # at the strike a price does rise with the first volatility
    vega = 0.9 * 100.0 * np.sqrt(years) / np.sqrt(2 * np.pi)
    np.testing.assert_allclose(found.vega, [0.0, vega, 0.0], rtol=1e-14)


def test_shapes():
    surface = black76(100.0, np.array([90.0, 100.0, 110.0]), np.array([[0.1], [0.5]]), 0.6, ["call", "put", "put"])
    assert surface.shape == (2, 3)
    assert surface[1, 2] == black76(100.0, 110.0, 0.5, 0.6, "put")
    assert type(black76(100, 90, 1, 0.6, "call")) is float
    assert black76(100.0, [90.0], 1.0, 0.6, -1).shape == (1,)
    assert black76(np.empty(0), 90.0, 1.0, 0.6, "call").shape == (0,)
    assert black76_greeks(np.empty((0, 3)), 90.0, 1.0, 0.6, "put").gamma.shape == (0, 3)
    assert type(black76_greeks(100.0, 90.0, 1.0, 0.6, "put").charm) is float


def test_a_result_is_frozen_and_survives_a_trip():
    found = black76_greeks(100.0, [90.0, 110.0], 1.0, 0.6, "call")
    again = pickle.loads(pickle.dumps(found))
    assert isinstance(again, OptionGreeks)
    for greeks in (found, again):
        assert not greeks.vega.flags.writeable
        with pytest.raises(AttributeError):
            greeks.vega = 1.0
    frozen = np.array([90.0, 110.0])
    frozen.setflags(write=False)
    np.testing.assert_array_equal(black76(100.0, frozen, 1.0, 0.6, "call"), found.price)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"forward": 0.0}, "forward is out of range; got"), ({"forward": np.nan}, "forward is out of range"),
        ({"strike": [90.0, -1.0]}, r"strike is out of range; got .*-1\.0.* \(1 of 2\)"), ({"strike": np.inf}, "strike is"),
        ({"expiry_years": -0.1}, "years is out of range"), ({"expiry_years": np.nan}, "years is out of range"),
        ({"volatility": -0.2}, "volatility is out of range"), ({"volatility": [0.2, np.nan]}, "volatility is"),
        ({"discount": 0.0}, "discount is out of range"), ({"discount": np.nan}, "discount is out of range"),
        ({"kind": "straddle"}, "kind is unknown; got 'straddle'"), ({"kind": [1.0, 0.5]}, "kind is unknown"),
        ({"kind": ["call", "Put"]}, "kind is unknown; got 'Put'"), ({"kind": np.nan}, "kind is unknown"),
        ({"strike": "high"}, "strike is not numeric"),
        ({"strike": [1.0, 2.0], "volatility": [0.1] * 3}, "do not fit each other"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("formula", [black76, black76_greeks])
def test_refuses(formula, change, message):
    arguments = {"forward": 100.0, "strike": 90.0, "expiry_years": 1.0, "volatility": 0.6, "kind": "call", "discount": 1.0}
    with pytest.raises(DataError, match=message):
        formula(**(arguments | change))

"""Options: settlement, parity, a published ticker, and Greeks against differences of the price."""

import numpy as np
import pytest

from riskkit import DataError, MarketState
from riskkit.instruments import Option
from riskkit.instruments.black76 import black76
from riskkit.instruments.greeks import by_differences

MARKET = MarketState({"BTC.spot": 60_000.0, "BTC.vol": 0.6, "BTC.rate": 0.05}, asof="2026-12-26T08:00")
YEARS = 90 / 365


def option(**changes):
    given = {"asset": "BTC", "strike": 70e3, "expiry": "2027-03-26", "kind": "call", "quantity": 1.0}
    return Option(**(given | changes))


def test_settled_in_dollars_it_is_blacks_price_discounted():
    forward = 60_000 * np.exp(0.05 * YEARS)
    expected = -5 * black76(forward, 70e3, YEARS, 0.6, "call", discount=np.exp(-0.03 * YEARS))
    assert option(quantity=-5, carry="BTC.rate", rate=0.03).value(MARKET) == pytest.approx(expected, rel=1e-14)


def test_settled_in_the_coin_it_is_a_price_in_coins_at_spot():
    forward = 60_000 * np.exp(0.05 * YEARS)
    in_coins = black76(forward, 70e3, YEARS, 0.6, "call") / forward
    assert option(settle="coin", carry=0.05).value(MARKET) == pytest.approx(in_coins * 60_000, rel=1e-14)


def test_a_published_ticker():
    """BTC-27SEP24-40000-C on Deribit, 2023-11-10 05:18:31 UTC: mark 0.2169 BTC at a mark volatility of 60.86 %."""
    call, deltas = option(strike=40_000, expiry="2024-09-27", settle="coin"), []
    for volatility in (0.60855, 0.6086, 0.60865):  # what is printed as 60.86 %
        market = MarketState({"BTC.spot": 39_165.86, "BTC.vol": volatility}, asof="2023-11-10T05:18:31Z")
        assert round(call.value(market) / 39_165.86, 4) == 0.2169
        deltas.append(call.greeks(market).delta)
    assert deltas[0] < 0.59833 < deltas[-1]
    assert deltas[-1] - deltas[0] < 3e-5


@pytest.mark.parametrize("settle", ["usd", "coin"])
def test_put_call_parity(settle):
    call, put = option(settle=settle, carry=0.05), option(settle=settle, carry=0.05, kind="put")
    growth = np.exp(0.05 * YEARS)
    discount = 1 / growth if settle == "coin" else 1.0
    forward_contract = discount * (60_000 * growth - 70e3)
    assert call.value(MARKET) - put.value(MARKET) == pytest.approx(forward_contract, rel=1e-12)


@pytest.mark.parametrize("kind", ["call", "put"])
@pytest.mark.parametrize(
    "terms",
    [{"settle": "coin", "carry": 0.05}, {"rate": 0.03, "carry": "BTC.rate"}, {"strike": 55e3, "expiry": "2026-12-31"}],
)
def test_greeks_are_the_derivatives_of_the_value(kind, terms):
    position = option(kind=kind, quantity=-3, **terms)
    exact, rough = position.greeks(MARKET), by_differences(position, MARKET, "BTC")
    for field, digits in {"delta": 1e-9, "gamma": 1e-6, "vega": 1e-9, "theta": 1e-7, "vanna": 1e-6, "volga": 1e-5}.items():
        assert getattr(exact, field) == pytest.approx(getattr(rough, field), rel=digits), field


def test_bachelier_reads_volatility_in_money():
    market = MarketState({"BTC.spot": 60_000.0, "BTC.vol": 30_000.0}, asof="2026-12-26T08:00")
    position = option(strike=60_000, model="bachelier")
    assert position.value(market) == pytest.approx(30_000 * np.sqrt(YEARS / (2 * np.pi)), rel=1e-12)  # at the money
    exact, rough = position.greeks(market), by_differences(position, market, "BTC")
    assert (exact.delta, exact.vega) == pytest.approx((rough.delta, rough.vega), rel=1e-9)


def test_after_its_end_a_scenario_pays_the_intrinsic_value():
    market = MARKET.shifted(["BTC.spot"], np.log([[1.5], [0.5]])).later(100.0)
    assert option().value(market) == pytest.approx(np.array([20_000.0, 0.0]), abs=1e-9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strike": -1.0}, "strike"),
        ({"kind": "Call"}, "kind is unknown"),
        ({"settle": "USD"}, "settle is unknown"),
        ({"settle": "coin", "rate": 0.03}, "not discounted"),
        ({"model": "bs"}, "model is unknown"),
        ({"quantity": np.inf}, "quantity"),
        ({"expiry": "never"}, "expiry is not a time"),
    ],
)
def test_refuses(changes, message):
    with pytest.raises(DataError, match=message):
        option(**changes)

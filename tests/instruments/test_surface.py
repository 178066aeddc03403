"""The surface: between, before and after its expiries, and after moves of the market."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError, ModelError
from riskkit.instruments import SsviSurface, SviSlice, VolSurface

K = np.linspace(-0.8, 0.8, 33)
NEAR = SviSlice(0.01, 0.1, -0.4, 0.02, 0.1, years=0.25)
FAR = SviSlice(0.05, 0.15, -0.3, 0.05, 0.3, years=1.0)
HAND = VolSurface((NEAR, FAR), forwards=[100.0, 110.0], asof="2024-01-01")
RULES = {"sticky_delta": 0.0, "sticky_strike": 1.0, "sticky_local": 2.0}


@pytest.fixture(scope="module")
def chain():
    return rk.data.SyntheticMarket().option_chain("BTC", at="2024-03-12")


@pytest.fixture(scope="module")
def surface(chain):
    return VolSurface.from_chain(chain)


def test_every_quote_of_the_invented_chain_is_met(chain, surface):
    for (expiry, strike), rows in chain.groupby(["expiry", "strike"]):
        assert surface.volatility(strike, expiry) == pytest.approx(rows["mark_volatility"].iloc[0], abs=1e-9)


def test_between_expiries_total_variance_is_linear_in_time():
    middle = HAND.total_variance(K, 0.5)
    np.testing.assert_allclose(middle, (2 * NEAR.total_variance(K) + FAR.total_variance(K)) / 3, rtol=1e-13)
    np.testing.assert_allclose(HAND.volatility_at(K, 0.25), NEAR.volatility(K), rtol=1e-14)
    np.testing.assert_allclose(HAND.volatility_at(K, 1.0), FAR.volatility(K), rtol=1e-14)


def test_before_the_first_expiry_volatility_is_flat_in_time():
    np.testing.assert_allclose(HAND.volatility_at(K, 0.01), NEAR.volatility(K), rtol=1e-13)


def test_after_the_last_expiry_total_variance_goes_on_as_at_the_money():
    speed = (FAR.total_variance(0.0) - NEAR.total_variance(0.0)) / 0.75
    np.testing.assert_allclose(HAND.total_variance(K, 3.0), FAR.total_variance(K) + 2.0 * speed, rtol=1e-13)
    alone = VolSurface((FAR,))
    assert alone.volatility_at(0.0, 5.0) == pytest.approx(FAR.volatility(0.0))
    falling = VolSurface((FAR, replace(NEAR, years=2.0)))
    np.testing.assert_allclose(falling.total_variance(K, 9.0), NEAR.total_variance(K), rtol=1e-13)


def test_total_variance_rises_in_time_where_the_slices_do():
    law = SsviSurface([0.1, 0.5, 1.0], [0.02, 0.1, 0.15], rho=-0.5, eta=1.2, gamma=0.4)
    surface = VolSurface([law.slice(years) for years in law.years])
    path = np.array([surface.total_variance(K, years) for years in np.linspace(0.01, 2.0, 100)])
    assert (np.diff(path, axis=0) > 0.0).all()


def test_the_forward_is_geometric_between_expiries_and_the_nearest_outside():
    assert [HAND.forward(years) for years in (0.1, 0.25, 0.625, 1.0, 2.0)] == pytest.approx(
        [100.0, 100.0, np.sqrt(11_000.0), 110.0, 110.0]
    )


def test_dates_strikes_and_shapes():
    assert HAND.years("2024-12-31") == 1.0
    assert HAND.volatility(110.0, "2024-12-31") == HAND.volatility(110.0, pd.Timestamp("2024-12-31", tz="UTC"))
    assert HAND.volatility(110.0, 1.0) == pytest.approx(FAR.volatility(0.0))
    assert HAND.volatility([90.0, 110.0], 1.0).shape == (2,)
    assert np.isnan(HAND.volatility_at([np.nan, 0.0], 1.0)).tolist() == [True, False]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("years", [0.01, 0.25, 0.5, 1.0, 3.0])
def test_a_move_of_zero_changes_nothing_to_the_bit(rule, years):
    surface = replace(HAND, dynamics=rule)
    for strike in (20.0, 99.9, 100.0, 180.0):
        now = surface.volatility(strike, years)
        assert surface.shifted(0.0).volatility(strike, years) == now
        assert (surface.shifted(np.zeros(9), np.zeros(9), np.zeros(9)).volatility(strike, years) == now).all()
    assert surface.shifted(0.0).forward(years) == surface.forward(years)


@pytest.mark.parametrize(("rule", "ratio"), RULES.items())
def test_at_the_money_volatility_moves_by_the_ratio_times_the_skew(rule, ratio):
    surface, step = replace(HAND, dynamics=rule), 1e-5
    for years in (0.1, 0.25, 0.6):
        skew = (surface.volatility_at(step, years) - surface.volatility_at(-step, years)) / (2 * step)
        up, down = (surface.shifted(move).volatility(surface.forward(years) * np.exp(move), years) for move in (step, -step))
        assert (up - down) / (2 * step) == pytest.approx(ratio * skew, rel=1e-6, abs=1e-9)


def test_what_stays_under_each_rule_for_large_moves():
    moves = np.array([-0.5, -0.1, 0.2])
    delta, strike, local = (replace(HAND, dynamics=rule).shifted(moves) for rule in RULES)
    k = np.log(90.0 / HAND.forward(0.5))
    np.testing.assert_array_equal(strike.volatility(90.0, 0.5), HAND.volatility(90.0, 0.5))
    np.testing.assert_allclose(delta.volatility(90.0, 0.5), HAND.volatility_at(k - moves, 0.5), rtol=1e-14)
    np.testing.assert_allclose(local.volatility(90.0, 0.5), HAND.volatility_at(k + moves, 0.5), rtol=1e-14)
    np.testing.assert_allclose(delta.forward(0.5), HAND.forward(0.5) * np.exp(moves), rtol=1e-15)


def test_moves_of_volatility_and_skew():
    forward, step = HAND.forward(0.5), 1e-5
    deviation = HAND.volatility(forward, 0.5) * np.sqrt(0.5)
    assert HAND.shifted(0.0, np.log(1.5)).volatility(90.0, 0.5) == pytest.approx(1.5 * HAND.volatility(90.0, 0.5))

    def slope(skew_move):
        tilted = HAND.shifted(0.0, 0.0, skew_move)
        up, down = (np.log(tilted.volatility(forward * np.exp(way * step * deviation), 0.5)) for way in (1.0, -1.0))
        return (up - down) / (2 * step)

    assert slope(-0.1) - slope(0.0) == pytest.approx(-0.1, abs=1e-6)
    tilted = HAND.shifted(0.0, 0.0, -0.1)
    assert tilted.volatility(forward, 0.5) == HAND.volatility(forward, 0.5)
    assert tilted.volatility(1e-6, 0.5) / HAND.volatility(1e-6, 0.5) == pytest.approx(np.exp(0.1), rel=1e-3)


def test_scenarios_one_by_one_and_all_at_once_are_equal():
    rng = np.random.default_rng(0)
    x, v, s = rng.normal(size=(3, 50)) * 0.2
    together = HAND.shifted(x, v, s).volatility(95.0, 0.4)
    single = [HAND.shifted(*moves).volatility(95.0, 0.4) for moves in zip(x, v, s, strict=True)]
    np.testing.assert_allclose(together, single, rtol=1e-15)
    assert isinstance(single[0], float)
    assert HAND.shifted(0.1, v).volatility(95.0, 0.4).shape == (50,)


def test_moves_add_up():
    once = HAND.shifted([0.1, -0.2], 0.3, -0.1)
    twice = HAND.shifted([0.05, -0.1], 0.1).shifted([0.05, -0.1], 0.2, -0.1)
    np.testing.assert_allclose(once.volatility(95.0, 0.4), twice.volatility(95.0, 0.4), rtol=1e-14)


def test_results_are_frozen_and_survive_pickling(surface):
    shifted = surface.shifted(np.zeros(3))
    back = pickle.loads(pickle.dumps(shifted))
    for array in (surface.forwards, shifted.log_spot_move, back.log_spot_move, back.surface.forwards):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0
    assert back.volatility(60_000.0, 0.2).tolist() == shifted.volatility(60_000.0, 0.2).tolist()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: VolSurface(()), DataError, "slices are not smiles"),
        (lambda: VolSurface(NEAR), DataError, "slices are not smiles"),
        (lambda: VolSurface((FAR, NEAR)), DataError, "expiries do not rise"),
        (lambda: VolSurface((NEAR, NEAR)), DataError, "expiries do not rise"),
        (lambda: VolSurface((NEAR, FAR), [100.0]), DataError, "forwards do not fit"),
        (lambda: VolSurface((NEAR,), [-1.0]), DataError, "forwards do not fit"),
        (lambda: VolSurface((NEAR,), dynamics="sticky"), DataError, "dynamics is unknown"),
        (lambda: VolSurface((NEAR,), asof="now and then"), DataError, "asof is not a time"),
        (lambda: VolSurface((NEAR,)).volatility(100.0, 0.5), ModelError, "has no forwards"),
        (lambda: VolSurface((NEAR,)).volatility_at(0.0, "2024-06-28"), ModelError, "when it was observed"),
        (lambda: HAND.volatility(100.0, "2023-12-31"), DataError, "expiry has passed"),
        (lambda: HAND.volatility(100.0, "2024-01-01"), DataError, "expiry has passed"),
        (lambda: HAND.volatility(100.0, -0.5), DataError, "expiry is out of range"),
        (lambda: HAND.volatility(-100.0, 0.5), DataError, "strike is not positive"),
        (lambda: HAND.volatility("high", 0.5), DataError, "strike is not numeric"),
        (lambda: HAND.volatility_at("high", 0.5), DataError, "log_moneyness is not numeric"),
        (lambda: HAND.shifted([0.1, 0.2], [0.1, 0.2, 0.3]), DataError, "do not have one length"),
        (lambda: HAND.shifted([0.1, np.nan]), DataError, "log_spot_move holds NaN"),
        (lambda: HAND.shifted(0.0).volatility(0.0, 0.5), DataError, "strike is out of range"),
    ],
)
def test_what_cannot_be_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_chains_that_cannot_be_fitted_are_refused(chain):
    few = chain[chain["strike"] == chain["strike"].iloc[0]]
    few.attrs = dict(chain.attrs)
    with pytest.raises(DataError, match="no expiry of the chain has enough quotes; got at most 1"):
        VolSurface.from_chain(few)
    flat = chain.assign(mark_volatility=0.5)
    flat.attrs = dict(chain.attrs)
    with pytest.raises(DataError, match="smile of 2024-03-12 cannot be fitted: volatility is constant"):
        VolSurface.from_chain(flat)

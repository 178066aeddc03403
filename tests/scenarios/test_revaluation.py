"""Full revaluation and historical scenarios."""

import pickle
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from riskkit import DataError, FactorError, MarketState, Scenarios
from riskkit.instruments import Book, Option, Perpetual, Spot
from riskkit.scenarios import historical, revalue
from riskkit.scenarios.revaluation import FullRevaluation

MARKET = MarketState({"BTC.spot": 60_000.0, "ETH.spot": 3_000.0})
BOOK = Book([Spot("BTC", 1.0), Spot("ETH", -10.0)])
FACTORS = ["BTC.spot", "ETH.spot"]


def test_losses_position_by_position():
    scenarios = Scenarios(FACTORS, np.log([[0.5, 0.5], [1.1, 1.2], [1.0, 1.0]]), weights=[1, 2, 1], horizon=10)
    losses = revalue(BOOK, MARKET, scenarios)
    assert losses.components == pytest.approx(np.array([[30_000, -15_000], [-6_000, 6_000], [0, 0]]))
    assert losses.names == ("BTC spot", "ETH spot")
    assert losses.weights.tolist() == [0.25, 0.5, 0.25]
    assert (losses.horizon, losses.unit) == (10.0, "USD")
    assert losses.var(0.75) == pytest.approx(0.0, abs=1e-9)
    assert losses.es(0.75) == pytest.approx(15_000)


def test_no_move_no_loss():
    losses = revalue(BOOK, MARKET, Scenarios(FACTORS, np.zeros((5, 2))))
    assert (losses.components == 0.0).all()


def test_a_spot_book_loses_what_its_returns_say():
    rng = np.random.default_rng(1)
    moves = 0.05 * rng.standard_t(4, (250, 2))
    losses = revalue(BOOK, MARKET, Scenarios(FACTORS, moves))
    by_hand = 60_000 * -np.expm1(moves[:, 0]) + 30_000 * np.expm1(moves[:, 1])
    np.testing.assert_allclose(losses.total, by_hand, rtol=1e-9, atol=1e-9)
    assert losses.contributions(0.975).sum() == pytest.approx(losses.es(0.975), rel=1e-12)


def test_every_factor_of_the_book_must_move():
    with pytest.raises(
        FactorError, match=r"unmoved; got ETH\.spot; remedy: where that is meant, say so: scenarios\.holding\("
    ):
        revalue(BOOK, MARKET, Scenarios(["BTC.spot"], [[0.1]]))
    with pytest.raises(FactorError, match=r"no factor 'ETH\.spot'"):
        revalue(BOOK, MarketState({"BTC.spot": 1.0}), Scenarios(FACTORS, [[0.1, 0.1]]))


def test_historical_scenarios_are_the_days_as_they_were():
    dates = pd.date_range("2024-01-01", periods=3, tz="UTC")
    returns = pd.DataFrame({"BTC": [0.1, -0.2, 0.0], "BTC.vol": [-0.1, 0.3, 0.0]}, index=dates)
    returns.attrs["source"] = "by hand"
    scenarios = historical(returns)
    assert scenarios.factors == ("BTC.spot", "BTC.vol")
    assert scenarios.moves.tolist() == returns.to_numpy().tolist()
    assert scenarios.labels == tuple(dates)
    assert scenarios.provenance == "3 historical moves, by hand"


def test_historical_refuses():
    with pytest.raises(DataError, match="NaN or infinite"):
        historical(pd.DataFrame({"BTC": [0.1, np.nan]}))
    with pytest.raises(DataError, match="too short"):
        historical(pd.DataFrame({"BTC": []}, dtype=float))
    with pytest.raises(FactorError, match="does not name a factor"):
        historical(pd.DataFrame({"BTC.price": [0.1]}))


OPTIONS = MarketState({"BTC.spot": 60_000.0, "BTC.vol": 0.6, "BTC.funding": 1e-4}, asof="2026-12-26T08:00")
STRANGLE = Book(
    [
        Option("BTC", 70e3, "2027-03-26", "call", -5, settle="coin"),
        Option("BTC", 50e3, "2027-03-26", "put", -5),
        Perpetual("BTC", 1.0, entry=60_000),
    ]
)


def draws(n, seed=1):
    moves = np.random.default_rng(seed).standard_t(5, (n, 3)) * [0.03, 0.05, 1e-4]
    return Scenarios(["BTC.spot", "BTC.vol", "BTC.funding"], moves)


def test_es_of_a_large_book_equals_brute_force():
    scenarios = draws(100_000)
    losses = revalue(STRANGLE, OPTIONS, scenarios)
    by_hand = (STRANGLE.value(OPTIONS) - STRANGLE.value(scenarios.apply(OPTIONS))).sum(axis=1)
    tail = np.sort(by_hand)[-2_500:]
    assert losses.es(0.975) == pytest.approx(tail.mean(), rel=1e-12)


def test_components_priced_on_demand_are_those_of_the_table(monkeypatch):
    scenarios = draws(20_000)
    table = revalue(STRANGLE, OPTIONS, scenarios)
    monkeypatch.setattr("riskkit.scenarios.revaluation.LARGEST_TABLE", 10)
    demanded = revalue(STRANGLE, OPTIONS, scenarios, threads=2)
    assert isinstance(demanded.parts, FullRevaluation)
    assert demanded.names == table.names
    np.testing.assert_allclose(demanded.total, table.total, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(demanded.contributions(0.99), table.contributions(0.99), rtol=1e-12)
    np.testing.assert_array_equal(demanded.components, table.components)
    again = pickle.loads(pickle.dumps(demanded))
    assert again.es(0.99) == demanded.es(0.99)


@pytest.mark.parametrize("method", ["full", "delta", "delta_gamma"])
def test_any_number_of_threads_and_any_grouping_agree(method):
    scenarios = draws(20_000)
    one, two = (revalue(STRANGLE, OPTIONS, scenarios, method=method, threads=threads) for threads in (1, 3))
    np.testing.assert_array_equal(one.components, two.components)
    grouped = revalue(STRANGLE, OPTIONS, scenarios, method=method, by=["options", "options", "hedge"])
    assert grouped.names == ("options", "hedge")
    np.testing.assert_allclose(grouped.components[:, 0], one.components[:, :2].sum(axis=1), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("method", ["full", "delta", "delta_gamma"])
def test_a_move_of_zero_loses_nothing(method):
    still = Scenarios(["BTC.spot"], [[0.0], [0.0]]).holding("BTC.vol", "BTC.funding")
    assert np.all(revalue(STRANGLE, OPTIONS, still, method=method).components == 0.0)


@pytest.mark.parametrize("method", ["full", "delta", "delta_gamma"])
def test_ageing_alone_loses_theta_and_funding(method):
    still = Scenarios(["BTC.spot"], [[0.0]], horizon=1.0).holding("BTC.vol", "BTC.funding")
    losses = revalue(STRANGLE, OPTIONS, still, method=method, ageing=True)
    theta = STRANGLE.greeks(OPTIONS)["theta"]
    assert losses.components[0] == pytest.approx(-theta.to_numpy(), rel=0.02)


def test_why_full_revaluation_is_the_default():
    """A short strangle without delta: its first derivative sees next to nothing of what it loses."""
    flat = Book([*STRANGLE.positions[:2], Perpetual("BTC", -STRANGLE.greeks(OPTIONS)["delta"].iloc[:2].sum(), entry=60_000)])
    scenarios = Scenarios(["BTC.spot"], draws(20_000).moves[:, :1]).holding("BTC.vol", "BTC.funding")
    full, delta, gamma = (revalue(flat, OPTIONS, scenarios, method=method) for method in ("full", "delta", "delta_gamma"))
    assert delta.var(0.99) < 0.01 * full.var(0.99)
    assert 0.8 < gamma.var(0.99) / full.var(0.99) < 1.2


def test_what_has_no_value_is_refused():
    @dataclass(frozen=True)
    class Root:
        factors: tuple[str, ...] = ("BTC.spot",)

        def value(self, market):
            return np.where(market["BTC.spot"] < 50_000, np.nan, market["BTC.spot"])

    with pytest.raises(DataError, match="no finite value in some scenarios; got 1 of 2"):
        revalue(Book([Root()]), MARKET, Scenarios(["BTC.spot"], [[0.0], [-0.5]]))
    with pytest.raises(DataError, match="method is unknown"):
        revalue(BOOK, MARKET, Scenarios(FACTORS, [[0.1, 0.1]]), method="gamma")

"""The invented market: what its tables look like, that it never changes, and how close it comes to real ones."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskkit.data import SyntheticMarket, calendar, returns
from riskkit.data.stylised import stylised_facts
from riskkit.data.synthetic import calibration
from riskkit.data.synthetic.comparison import stylised_sample, stylised_targets
from riskkit.data.synthetic.market import COINS
from riskkit.errors import DataError

MARKET = SyntheticMarket(seed=1)
# seeds that played no part when the parameters were chosen (1 to 60 did)
DAILY_SEEDS, HOURLY_SEEDS = range(101, 161), range(101, 125)


@cache
def sampled(name):
    """One row per seed, one column per fact: what eight years of the model look like."""
    return stylised_sample(DAILY_SEEDS if name == "crypto" else HOURLY_SEEDS, name)


def targets(name):
    """The targets whose facts the table of that name has."""
    return stylised_targets()[sampled(name).columns]


@pytest.mark.parametrize(("name", "allowed"), [("crypto", 4), ("crypto_hourly", 2)])
def test_no_more_real_statistics_lie_outside_the_models_sampling_range_than_chance_allows(name, allowed):
    """Were the real market one more seed, each of its facts would lie outside the range of n others 2 times in n + 1."""
    low, high = sampled(name).min(), sampled(name).max()
    outside = targets(name)[(targets(name) < low) | (targets(name) > high)]
    expected = 2.0 * len(targets(name)) / (len(sampled(name)) + 1)
    assert len(outside) <= allowed < expected + 2.0 * np.sqrt(expected), outside


def test_every_target_is_one_of_the_facts_and_has_a_source():
    facts = set(sampled("crypto").columns) | set(sampled("crypto_hourly").columns)
    for fact, target in calibration()["targets"].items():
        assert len(target["source"]) > 20 or target["source"].startswith("The same"), fact
        assert {(fact, asset) for asset in target["values"]} <= facts
    assert len(facts) == len(targets("crypto")) + len(targets("crypto_hourly"))


@pytest.mark.parametrize(
    ("fact", "allowed"),
    [
        ("autocorrelation_absolute_1", 0.02),
        ("autocorrelation_absolute_10", 0.04),
        ("autocorrelation_absolute_50", 0.03),
        ("correlation", 0.02),
        ("correlation_rise", 0.04),
        ("lower_tail_dependence_5", 0.03),
        ("upper_tail_dependence_5", 0.05),
        ("weekend_volatility", 0.03),
        ("yearly_volatility_spread", 0.04),
    ],
)
def test_the_typical_market_is_close_where_eight_years_suffice_to_tell(fact, allowed):
    """Known distances: upper tail dependence and the memory of sizes over weeks are a little too high."""
    distance = (sampled("crypto").median() - targets("crypto"))[fact]
    assert abs(distance).max() < allowed


def test_the_typical_volatility_is_that_of_each_coin():
    assert abs(sampled("crypto").median() / targets("crypto") - 1.0)["volatility_annual"].max() < 0.05


def test_the_default_market_is_a_typical_one():
    facts = stylised_facts(returns(SyntheticMarket().prices()))
    common = [key for key in facts.index if key[1] == "mean"]
    middle = sampled("crypto").quantile([0.1, 0.9])[common]
    assert ((facts[common] >= middle.iloc[0]) & (facts[common] <= middle.iloc[1])).mean() >= 0.8


def test_a_normal_market_of_the_same_correlation_would_fail_these_ranges():
    moves = returns(MARKET.prices()).dropna()
    draws = np.random.default_rng(0).multivariate_normal(np.zeros(12), moves.cov(), len(moves))
    normal = stylised_facts(pd.DataFrame(draws, index=moves.index, columns=moves.columns))
    inside = (normal >= sampled("crypto").min()) & (normal <= sampled("crypto").max())
    for fact in ("excess_kurtosis", "tail_index_left", "autocorrelation_absolute_1", "lower_tail_dependence_5"):
        assert not inside[fact].any(), fact
    assert inside["volatility_annual"].sum() >= 10


def test_what_the_daily_table_looks_like():
    prices = MARKET.prices("crypto")
    assert prices.columns.tolist() == list(COINS)
    assert prices.index.equals(pd.date_range("2018-01-01", "2025-12-31", tz="UTC"))
    assert str(prices.index.dtype) == "datetime64[ns, UTC]"
    assert (prices.min() > 0.0).all()
    assert prices.attrs["source"] == "SyntheticMarket(seed=1): invented prices of twelve coins, daily closes 2018-2025"
    assert returns(prices).attrs["source"] == prices.attrs["source"]


def test_a_coin_has_no_price_before_its_listing_and_every_one_later_but_in_outages():
    prices = MARKET.prices()
    closed = MARKET.events().query("kind == 'outage'")
    torn = {
        time.normalize()
        for first, last in zip(closed["first"], closed["last"], strict=True)
        for time in pd.date_range(first, last, freq="h", inclusive="left")
    }
    listed = MARKET.listings().set_index("listing")["first"]
    for coin in COINS:
        expected = [day for day in prices.index if day >= listed[coin] and day not in torn]
        assert prices[coin].dropna().index.tolist() == expected


def test_the_hours_of_an_outage_are_missing_everywhere():
    hourly = MARKET.prices("crypto_hourly")
    closed = MARKET.events().query("kind == 'outage'")
    missing = sum((last - first) // pd.Timedelta("1h") for first, last in zip(closed["first"], closed["last"], strict=True))
    assert len(hourly) == 24 * 2922 - missing
    gaps = calendar(hourly.index).gaps(hourly.index)
    assert gaps.sum() == len(closed)
    assert returns(hourly)["BTC"].isna().sum() == len(closed)


def test_outages_come_as_often_as_in_reality():
    counts, hours = [], []
    for seed in range(1, 31):
        closed = SyntheticMarket(seed).events().query("kind == 'outage'")
        counts.append(len(closed))
        hours.append((closed["last"] - closed["first"]).sum() / pd.Timedelta("1h"))
    # 27 gaps with 122 hours in 73,264; the market has 70,128
    assert abs(np.mean(counts) - 27 * 70_128 / 73_264) < 3.0
    assert abs(np.mean(hours) - 122 * 70_128 / 73_264) < 20.0


@pytest.mark.parametrize("coin", ["BTC", "DOGE", "LUNA-1", "LUNA-2"])
def test_hours_days_and_closes_agree(coin):
    hourly, days = MARKET.bars(coin, "1h"), MARKET.bars(coin, "1d")
    if coin in COINS:
        closes = MARKET.prices()[coin].dropna()
        assert days["close"].equals(closes.rename("close"))
        assert hourly["close"].equals(MARKET.prices("crypto_hourly")[coin].dropna().rename("close"))
    whole = hourly.groupby(hourly.index.normalize()).agg({"high": "max", "low": "min", "volume": "sum"})
    pd.testing.assert_frame_equal(
        days[["high", "low", "volume"]], whole.loc[days.index], check_freq=False, check_names=False
    )
    assert (hourly["open"].iloc[1:].to_numpy() == hourly["close"].iloc[:-1].to_numpy()).mean() > 0.999


def test_the_two_coins_of_one_symbol_never_join():
    luna = MARKET.listings().query("symbol == 'LUNA'").set_index("listing")
    died, reborn = luna.loc["LUNA-1", "last"], luna.loc["LUNA-2", "first"]
    assert reborn - died == pd.Timedelta(days=18)
    with pytest.raises(
        DataError, match=r"the symbol LUNA named 2 coins; .* remedy: name the listing: LUNA-1 from 2020-08-21, LUNA-2"
    ):
        MARKET.bars("LUNA")
    with pytest.raises(DataError, match="named 2 coins"):
        MARKET.bars("LUNA", "1d", died - pd.Timedelta(days=1), reborn + pd.Timedelta(days=1))
    with pytest.raises(DataError, match="named 2 coins"):
        MARKET.bars("LUNA", "1d", died, reborn)
    assert MARKET.bars("LUNA", "1d", None, reborn).equals(MARKET.bars("LUNA-1"))
    assert MARKET.bars("LUNA", "1d", died).equals(MARKET.bars("LUNA-2"))


@pytest.mark.parametrize("seed", [1, 2, 34])
def test_a_coin_dies_within_six_days_and_is_delisted(seed):
    market = SyntheticMarket(seed)
    death = market.events().query("kind == 'death'").iloc[0]
    bars = market.bars("LUNA-1", "1h")
    assert bars.index[-1] < death["last"]
    before = bars["close"].loc[: death["first"] - pd.Timedelta(hours=1)].iloc[-1]
    assert bars["close"].iloc[-1] / before < 0.003


def test_a_crash_shows_in_the_low_of_its_hour_and_not_in_the_closes():
    bars = MARKET.bars("ETH", "1h")
    below = np.log(bars["low"] / bars[["open", "close"]].min(axis=1))
    worst = bars.index[np.argsort(bars["close"] / bars["open"])[:20]]
    assert below[worst].median() < 5.0 * below.median()


def test_another_seed_is_another_market_and_global_state_plays_no_part():
    np.random.seed(0)  # noqa: NPY002
    first = SyntheticMarket(seed=2).prices()
    np.random.seed(1)  # noqa: NPY002
    assert SyntheticMarket(seed=2).prices().equals(first)
    assert (SyntheticMarket(seed=3).prices()["BTC"] != first["BTC"]).mean() > 0.99


def test_the_calibration_is_the_file_beside_the_project():
    file = Path(__file__).parents[3] / "data" / "calibration.json"
    assert dict(calibration()) == json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("seed", [-1, 1.5, "1", None, True])
def test_refuses_a_bad_seed(seed):
    with pytest.raises(DataError, match="seed is not a usable whole number"):
        SyntheticMarket(seed)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: MARKET.prices("equities"), "no such prices; got 'equities'; expected 'crypto' or 'crypto_hourly'"),
        (lambda: MARKET.bars("XMR"), "no such coin; got 'XMR'; expected one of BTC, ETH"),
        (lambda: MARKET.bars("BTC", "5m"), 'SyntheticMarket has no bars of 5m; expected "1h" and "1d"'),
        (lambda: MARKET.bars("BTC", "2h"), "interval is unknown; got '2h'"),
        (lambda: MARKET.bars("SOL", "1d", "2018-01-01", "2019-01-01"), "no data in this span"),
        (lambda: MARKET.bars("BTC", "1d", "2019-01-01", "2019-01-01"), "the span is empty"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(DataError, match=message):
        call()

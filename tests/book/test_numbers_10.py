"""Every number that the prose of chapter 10 quotes is computed here again and looked up in the prose."""

import chapters
import numpy as np
import pandas as pd
import pytest
from chapters import check_quoted

import riskkit as rk

MARKET = rk.data.SyntheticMarket()


@pytest.fixture(scope="module")
def prose() -> str:
    return chapters.prose("10_data")


def test_the_real_market_among_thirty_invented_ones(prose):
    sample, targets = rk.data.stylised_sample(range(101, 131)), rk.data.stylised_targets()
    chosen = [fact for fact in sample if fact[1] in ("mean", "BTC")]
    real = targets[chosen]
    outside = real[(real < sample[chosen].min()) | (real > sample[chosen].max())]
    assert (len(chosen), list(outside.index)) == (14, [("upper_tail_dependence_5", "mean")])
    assert outside.iloc[0] < sample[outside.index[0]].min()
    kurtosis = sample["excess_kurtosis", "BTC"].quantile([0.05, 0.95])
    assert (round(targets["excess_kurtosis", "BTC"]), kurtosis.round().tolist()) == (18, [5.0, 19.0])
    low, high = (targets[f"{side}_tail_dependence_5", "mean"] for side in ("lower", "upper"))
    assert (round(low, 1), round(high, 1)) == (0.6, 0.3)
    check_quoted(
        prose,
        "shows what thirty invented markets came to",
        "in thirteen of fourteen rows the real market lies within the range of the invented ones",
        "real coins share their best days a little less than these",
        "A kurtosis of 18 looks like a fact about Bitcoin; its band says that eight years of such a market give anything "
        "from 5 to 19",
        "the others have it with it six times in ten; when it has one of its best, three times in ten",
    )


def test_the_textbook_market(prose):
    moves = rk.data.returns(MARKET.prices()).dropna()
    draws = np.random.default_rng(1).multivariate_normal(moves.mean(), moves.cov(), len(moves))
    normal = rk.data.stylised_facts(pd.DataFrame(draws, moves.index, moves.columns))
    invented = rk.data.stylised_facts(moves)
    low, high = (normal[f"{side}_tail_dependence_5", "mean"] for side in ("lower", "upper"))
    assert normal["correlation", "mean"] == pytest.approx(invented["correlation", "mean"], abs=0.01)
    assert low / invented["lower_tail_dependence_5", "mean"] == pytest.approx(0.5, abs=0.05)
    assert low < high
    assert abs(normal["autocorrelation_absolute_1", "mean"]) < 0.02
    check_quoted(prose, "come together only half as often, and no more often than its best")


def test_the_limits_of_the_hourly_model(prose):
    sample, targets = rk.data.stylised_sample(range(101, 111), "crypto_hourly"), rk.data.stylised_targets()
    day, hour = (("hourly_autocorrelation_absolute_" + lag, "mean") for lag in ("24", "1"))
    assert (sample[day] < targets[day]).all()
    assert (sample[hour] > targets[hour]).all()
    assert 12 <= targets["jumps_per_year", "mean"] <= 14
    check_quoted(
        prose,
        "a dozen times a year one of them jumps beyond five of its day's standard deviations",
        "a little better from one day to the same hour of the next, and a shade less from one hour to the next, than any of "
        "these ten",
    )


def test_outages(prose):
    closes = MARKET.bars("BTC", "1h")["close"]
    gap = rk.data.returns(closes)["close"].isna()
    across = (closes / closes.shift() - 1.0)[1:][gap.to_numpy()]
    length = closes.index.to_series().diff()[across.idxmin()] / pd.Timedelta(hours=1)
    assert length == 11
    assert across.abs().max() == -across.min()
    check_quoted(prose, f"the largest here is one of −{-100 * across.min():.1f} %, and it took eleven")


def test_the_facts_of_real_outages(prose, real_data):
    hourly = rk.data.LocalFiles(real_data).prices("crypto_hourly")
    steps = hourly.index.to_series().diff().dropna() / pd.Timedelta(hours=1)
    assert ((steps > 1).sum(), (steps - 1)[steps > 1].sum()) == (27, 122)
    check_quoted(prose, "27 gaps between 2018 and 2026, 122 hours in all")


def test_the_tenth_of_october_2025(prose, real_data):
    bars = rk.data.read(real_data / "perp_1h_2025-10_cascade_window.csv.gz")
    assert bars.shape[1] == 32
    moves = {}
    for symbol in bars:
        hours = rk.data.LocalFiles(real_data).bars(str(symbol) + "-PERP", "1h")
        day, before = hours.loc["2025-10-10"], hours["close"].loc[:"2025-10-09"].iloc[-1]
        moves[symbol] = (day["low"].min() / before - 1.0, day["close"].iloc[-1] / before - 1.0)
    low, close = pd.DataFrame(moves).median(axis=1)
    check_quoted(
        prose,
        f"traded {-100 * low:.0f} % below its close of the day before, and closed the day {-100 * close:.0f} % below it",
    )


def test_the_halted_venue(prose):
    usdc = rk.data.facts("stress_scenarios").loc["2023-03 usdc", "stablecoin_low"]
    assert round(usdc, 2) == 0.88
    check_quoted(prose, "while the coin traded at 0.88 elsewhere")


def test_survivors(prose):
    listings = MARKET.listings()["listing"]
    closes = pd.DataFrame({listing: MARKET.bars(listing)["close"] for listing in listings})
    end = rk.data.survivorship(closes).iloc[-1]
    assert (len(listings), round(end["survivors only"]), round(end["as it was"])) == (14, 20, 15)
    check_quoted(
        prose,
        "One death among fourteen listings: those who look back at the survivors see twenty times their money, "
        "those who were there had fifteen.",
    )


def test_the_report_of_the_halt(prose):
    report = rk.data.quality(MARKET.bars("USDC@north", "1h", "2024-06-01", "2024-07-01"))
    assert set(report.findings["kind"]) == {"zero volume", "stale"}
    check_quoted(prose, "as hours without a trade at an unmoved price")


def test_the_exercises(prose):
    bars = MARKET.bars("BTC")
    losses = (1 - bars[["close", "low"]].div(bars["close"].shift(), axis=0)).dropna()
    close, low = (rk.LossDistribution(losses[price]).var(0.99) for price in ("close", "low"))
    assert low / close == pytest.approx(1.25, abs=0.03)
    worst = [rk.data.returns(rk.data.SyntheticMarket(seed).prices())["BTC"].min() for seed in range(1, 11)]
    check_quoted(
        prose,
        f"{100 * close:.1f} % to the close, {100 * low:.1f} % to the low: a quarter more",
        f"Between −{-100 * max(worst):.0f} % and −{-100 * min(worst):.0f} %, with the middle at "
        f"−{-100 * np.median(worst):.0f} %",
    )

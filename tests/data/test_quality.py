import numpy as np
import pandas as pd
import pytest

from riskkit.data import check_bars
from riskkit.data.quality import KINDS, quality
from riskkit.data.quality_checks import improbable_run
from riskkit.errors import DataError

HOUR = pd.Timedelta(hours=1)


def _garch_path(seed, steps):
    """Return log returns of a GARCH(1,1) with Student-t innovations, as heavy-tailed as crypto."""
    rng = np.random.default_rng(seed)
    innovations = rng.standard_t(3.5, steps) / np.sqrt(3.5 / 1.5)
    variance, returns = 1.0, np.empty(steps)
    for t in range(steps):
        returns[t] = np.sqrt(variance) * innovations[t]
        variance = 0.02 + 0.10 * returns[t] ** 2 + 0.88 * variance
    return 0.003 * returns


def _clean(seed=1, bars=4000):
    """Return hourly bars, each made of twelve steps of a clean path."""
    path = 100.0 * np.exp(np.cumsum(_garch_path(seed, 12 * bars))).reshape(bars, 12)
    opens = np.concatenate([[100.0], path[:-1, -1]])
    return pd.DataFrame(
        {
            "open": opens, "high": np.maximum(path.max(axis=1), opens), "low": np.minimum(path.min(axis=1), opens),
            "close": path[:, -1], "volume": 5.0,
        },
        index=pd.date_range("2024-01-01", periods=bars, freq="h", tz="UTC"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def clean():
    return _clean()


def _flat(bars, first, last, volume=5.0):
    bars.iloc[first : last + 1, :4] = bars["close"].iloc[first - 1]
    bars.iloc[first : last + 1, 4] = volume


def _only(report, kind):
    assert report.findings["kind"].unique().tolist() == [kind]
    return report.findings


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_clean_bars_raise_no_alarm(seed):
    report = quality(_clean(seed).assign(mark=lambda bars: bars["close"] * 1.001))
    assert report.findings.empty
    assert report.unchecked == ()
    assert report.summary.loc["", list(KINDS)].eq(0).all()


def test_clean_closes_raise_no_alarm():
    index = pd.date_range("2000-01-01", periods=20_000, freq="h", tz="UTC")
    closes = pd.DataFrame({seed: np.exp(np.cumsum(_garch_path(seed, 20_000))) for seed in range(6)}, index=index)
    assert quality(closes).findings.empty


def test_missing_bars_are_the_gaps_of_check_bars(clean):
    bars = clean.drop(clean.index[[100, 101, 102, 2000]])
    found = _only(quality(bars), "missing")
    assert found["count"].tolist() == check_bars(bars).gaps["missing"].tolist() == [3, 1]
    assert found["first"].tolist() == [clean.index[100], clean.index[2000]]
    assert found["last"].tolist() == [clean.index[102], clean.index[2000]]


def test_no_move_is_judged_over_a_gap(clean):
    bars = clean.copy()
    bars.iloc[1000:, :4] *= 3.0
    assert quality(bars.drop(bars.index[999])).findings["kind"].tolist() == ["missing"]


def test_hours_without_a_trade_and_a_stale_price(clean):
    bars = clean.copy()
    _flat(bars, 500, 523, volume=0.0)
    found = quality(bars).findings.set_index("kind")
    assert found.index.tolist() == ["zero volume", "stale"]
    assert found["count"].tolist() == [24, 24]
    assert (found["first"] == bars.index[500]).all()
    assert (found["last"] == bars.index[523]).all()


def test_a_price_that_never_rests_is_stale_after_six_bars_and_not_before(clean):
    bars = clean.copy()
    _flat(bars, 500, 504)
    assert quality(bars).findings.empty
    _flat(bars, 1000, 1005)
    assert _only(quality(bars), "stale")["count"].tolist() == [6]
    assert quality(bars, stale=7).findings.empty
    assert quality(bars, stale=5).findings["count"].tolist() == [5, 6]


def test_a_coarse_tick_rests_often_and_is_not_stale():
    rng = np.random.default_rng(5)
    ticks = 50 + np.cumsum(rng.choice([-1, 0, 1], p=[0.2, 0.6, 0.2], size=20_000)) % 30
    closes = pd.DataFrame({"X": ticks * 0.01}, index=pd.date_range("2024-01-01", periods=20_000, freq="h", tz="UTC"))
    assert "stale" not in quality(closes).findings["kind"].tolist()
    halted = closes.copy()
    halted.iloc[5000:5096] = halted.iloc[5000].to_numpy()
    assert "stale" in quality(halted).findings["kind"].tolist()


def test_the_improbable_run_grows_with_the_share_of_unchanged_closes():
    rng = np.random.default_rng(1)
    lengths = [improbable_run(rng.random(50_000) < share) for share in (0.0, 0.1, 0.3, 0.5, 0.7)]
    assert lengths[0] == 6
    assert lengths == sorted(lengths)
    # of 50,000 rows with half unchanged, 12,500 runs start: 12,500 x 0.5^(n-1) = 0.01 at n = 21.3
    assert lengths[3] == pytest.approx(22, abs=1)


def test_an_outage_does_not_hide_itself_in_the_threshold():
    outages = np.zeros(10_000, dtype=bool)
    outages[[*range(100, 148), *range(3000, 3048), *range(7000, 7048)]] = True
    assert improbable_run(outages) == 6


def test_a_print_that_is_taken_back_is_suspicious_and_a_crash_is_not(clean):
    bars = clean.copy()
    bars.iloc[700, bars.columns.get_indexer(["high", "close"])] = 4.0 * bars["close"].iloc[699]
    bars.iloc[701, bars.columns.get_loc("high")] = 4.0 * bars["close"].iloc[699]
    bars.iloc[701, bars.columns.get_loc("open")] = bars["close"].iloc[700]
    bars.iloc[2000:, :4] *= 0.5  # a crash that stays
    report = quality(bars, wick=1e9)
    found = _only(report, "suspicious print")
    assert found["first"].tolist() == [bars.index[700]]
    assert found["detail"].iloc[0].startswith(f"{bars['close'].iloc[699]:g} -> {bars['close'].iloc[700]:g} -> ")
    assert quality(bars, jump=1e9, wick=1e9).findings.empty


@pytest.mark.parametrize(("column", "factor"), [("high", 1.5), ("low", 0.6)])
def test_a_wick_is_far_from_open_and_close(clean, column, factor):
    bars = clean.copy()
    bars.iloc[300, bars.columns.get_loc(column)] *= factor
    found = _only(quality(bars), "wick")
    assert found["first"].tolist() == [bars.index[300]]
    assert found["detail"].iloc[0].startswith(f"{column} {bars[column].iloc[300]:g}, open ")
    assert quality(bars, wick=1e9).findings.empty


def test_another_coin_behind_a_gap_is_suspected(clean):
    bars = clean.copy()
    bars.iloc[2000:, :4] *= 5000.0
    gap = bars.drop(bars.index[1960:2000])
    found = quality(gap).findings.set_index("kind")
    assert found.index.tolist() == ["missing", "symbol reuse"]
    assert found.loc["symbol reuse", ["first", "last"]].tolist() == [bars.index[1959], bars.index[2000]]
    assert "one symbol, two coins?" in found.loc["symbol reuse", "detail"]
    short = bars.drop(bars.index[1995:2000])  # hours, not days: a market may fall as far as that while it is open
    assert quality(short).findings["kind"].tolist() == ["missing"]


def test_the_two_lunas_are_told_apart_in_daily_closes():
    days = pd.date_range("2022-05-01", "2022-06-20", tz="UTC")
    closes = pd.Series(np.nan, index=days)
    closes[:"2022-05-12"] = [80, 82, 84, 85, 82, 77, 68, 61, 31, 17, 1.1, 0.004]
    closes["2022-05-31":] = np.linspace(8.0, 2.0, 21)
    found = quality(pd.DataFrame({"LUNA": closes})).findings.set_index("kind")
    assert found.loc["symbol reuse", "first"] == pd.Timestamp("2022-05-12", tz="UTC")
    assert found.loc["missing", "count"] == 18


def test_mark_and_last_apart(clean):
    bars = clean.assign(mark=clean["close"])
    bars.iloc[50:53, 5] *= [1.02, 0.97, 1.015]
    bars.iloc[60, 5] = np.nan  # the venue had no mark then
    found = _only(quality(bars), "mark apart")
    assert found[["first", "last", "count"]].to_numpy().tolist() == [[bars.index[50], bars.index[52], 3]]
    assert found["detail"].iloc[0] == "up to 3.00% of the last price"
    assert quality(bars, apart=0.05).findings.empty


def test_each_symbol_is_judged_by_itself(clean):
    quiet, faulty = clean.copy(), clean.copy()
    _flat(faulty, 500, 540)
    both = pd.concat([quiet.assign(symbol="Q"), faulty.assign(symbol="F")]).rename_axis("date").reset_index()
    report = quality(both.sort_values("date", kind="stable"))
    assert report.findings["symbol"].unique().tolist() == ["F"]
    assert report.summary["stale"].to_dict() == {"Q": 0, "F": 41}
    assert report.summary.loc["Q", "rows"] == 4000


def test_a_table_of_closes_says_what_it_cannot_show(clean):
    closes = pd.DataFrame({"A": clean["close"], "B": clean["close"].where(clean.index < clean.index[3000])})
    closes.iloc[10:13, 1] = np.nan
    report = quality(closes)
    assert report.unchecked == ("zero volume: no volume", "wick: no open, high and low", "mark apart: no mark price")
    assert report.findings[["symbol", "kind", "count"]].to_numpy().tolist() == [["B", "missing", 3]]
    assert report.summary.loc["B", "last"] == clean.index[2999]  # the end of a life is no gap


def test_nothing_is_changed(clean):
    bars, before = clean.drop(clean.index[7]), clean.drop(clean.index[7])
    quality(bars)
    pd.testing.assert_frame_equal(bars, before)


def test_short_and_motionless_tables_are_no_trouble():
    index = pd.date_range("2024-01-01", periods=30, tz="UTC")
    assert quality(pd.DataFrame({"X": [1.0]}, index=index[:1])).findings.empty
    flat = quality(pd.DataFrame({"X": 1.0, "Y": np.nan}, index=index))
    assert flat.findings.set_index("symbol")["kind"].to_dict() == {"X": "stale", "Y": "missing"}


@pytest.mark.parametrize(
    ("data", "how", "message"),
    [
        ([1.0], {}, "prices have the wrong type"),
        (pd.DataFrame({"open": [1.0]}), {}, "prices are not indexed by time"),
        (pd.DataFrame({"X": [1.0, -1.0]}, index=pd.date_range("2024", periods=2)), {}, "is not positive"),
        (pd.DataFrame({"X": [1.0]}, index=pd.date_range("2024", periods=1)), {"stale": 0}, "stale is not a usable"),
        (pd.DataFrame({"X": [1.0]}, index=pd.date_range("2024", periods=1)), {"jump": -1}, "jump is out of range"),
    ],
)
def test_unusable_input_is_refused(data, how, message):
    with pytest.raises(DataError, match=message):
        quality(data, **how)


def test_bars_that_cannot_be_true_are_refused_not_reported(clean):
    with pytest.raises(DataError, match="high lies below another price"):
        quality(clean.assign(high=1.0))


def test_hourly_spot_lacks_122_hours_in_27_gaps(real_data):
    bars = pd.read_parquet(real_data / "crypto_spot_1h_ohlcv_btc_eth_sol.parquet")
    report = quality(bars)
    missing = report.findings.query("symbol == 'BTC' and kind == 'missing'")
    assert (len(missing), missing["count"].sum()) == (27, 122)
    kinds = report.findings["kind"].unique().tolist()
    assert kinds == ["missing", "zero volume"]
    idle = report.findings.query("kind == 'zero volume' and symbol == 'SOL'")["first"]
    assert idle.dt.strftime("%Y-%m-%d %H").tolist() == ["2021-02-11 03", "2023-03-24 12"]


def test_the_two_false_news_of_hourly_closes_are_found_and_little_else(real_data):
    found = quality(pd.read_parquet(real_data / "crypto_spot_1h_close_17coins.parquet")).findings
    prints = found.query("kind == 'suspicious print'").set_index("symbol")["first"]
    # LTC: a false report of payments at Walmart; XRP: a forged application for a fund; both were true prices
    assert prints.dt.strftime("%Y-%m-%d %H").to_dict() == {"XRP": "2023-11-13 20", "LTC": "2021-09-13 13"}
    assert found.query("kind == 'stale'")[["symbol", "count"]].to_numpy().tolist() == [["XLM", 7]]


def test_the_cascade_in_five_minutes_shows_one_wick(real_data):
    report = quality(pd.read_csv(real_data / "perp_5m_2025-10-10_cascade.csv.gz", parse_dates=["date"]))
    found = report.findings
    assert found[["symbol", "kind"]].to_numpy().tolist() == [["DOGE", "wick"]]
    assert found["first"].iloc[0] == pd.Timestamp("2025-10-10 21:20", tz="UTC")
    assert "low 0.08385, open 0.11355, close 0.14521" in found["detail"].iloc[0]
    assert report.summary["rows"].tolist() == [576, 576]


def test_the_known_wrong_prints_of_real_bars_are_found(real_data):
    daily = pd.read_csv(real_data / "crypto_spot_1d_17coins.csv.gz")
    daily["date"] = pd.to_datetime(daily["date"], utc=True)
    found = quality(daily).findings.query("kind == 'wick'").set_index("symbol")
    assert "low 0.0001, open 3.817, close 1.9931" in found.loc["LINK", "detail"]  # 2020-03-12
    hourly = pd.read_parquet(real_data / "perp_btc_eth_1h_with_mark.parquet").rename(columns={"mark_close": "mark"})
    found = quality(hourly).findings
    assert "high 323, open 95.73, close 110.8" in found.query("symbol == 'ETH' and kind == 'wick'")["detail"].iloc[0]
    assert found.query("kind == 'mark apart'")["first"].dt.strftime("%Y-%m-%d").unique().tolist() == [
        "2020-03-12",
        "2020-03-13",
    ]

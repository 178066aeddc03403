"""Windows with several maxima: the fit takes the highest that many random starts can find, none of which is dropped."""

import arch.data.nasdaq
import arch.data.sp500
import numpy as np
import pandas as pd
import pytest

from riskkit.data.synthetic.market import SyntheticMarket
from riskkit_ext import _garch

VALUE, STATUS, FAILED = 6, 10, 3
# name, first observation, length, law, leverage: windows in which a search from the peaks of the grid alone ends too low
# fmt: off
HARD = [
    ("ADA", 77, 250, "t", True), ("AVAX", 94, 250, "t", False), ("AVAX", 130, 250, "t", False),
    ("BCH", 34, 500, "normal", True), ("BCH", 57, 500, "normal", True), ("BCH", 86, 500, "t", True),
    ("BCH", 96, 500, "t", True), ("BCH", 98, 500, "t", True), ("BCH", 114, 500, "t", True), ("BCH", 118, 500, "t", True),
    ("BCH", 282, 500, "normal", True), ("BNB", 66, 500, "normal", True), ("BNB", 184, 250, "t", True),
    ("BNB", 1119, 250, "normal", True), ("BNB", 1140, 250, "normal", True), ("BTC", 334, 250, "t", True),
    ("BTC", 386, 250, "t", False), ("BTC", 444, 250, "t", False), ("BTC", 2256, 250, "t", False),
    ("BTC", 2259, 250, "t", False), ("BTC", 2352, 250, "t", False), ("DOGE", 179, 500, "t", True),
    ("DOGE", 203, 250, "t", True), ("DOGE", 461, 500, "t", True), ("DOGE", 480, 500, "t", False),
    ("DOGE", 488, 1000, "normal", False), ("DOGE", 1226, 1000, "normal", False), ("DOGE", 1742, 500, "t", False),
    ("DOGE", 1787, 500, "normal", True), ("DOGE", 1796, 500, "normal", True), ("DOGE", 1807, 500, "normal", True),
    ("DOT", 631, 250, "normal", True), ("ETH", 152, 250, "t", False), ("ETH", 160, 250, "t", False),
    ("ETH", 177, 250, "t", False), ("ETH", 243, 250, "t", True), ("ETH", 2616, 250, "t", False),
    ("LINK", 649, 250, "normal", True), ("LINK", 1591, 250, "normal", True), ("NASDAQ", 857, 1000, "normal", False),
    ("NASDAQ", 1137, 500, "t", True), ("NASDAQ", 1140, 250, "normal", False), ("NASDAQ", 1410, 250, "normal", True),
    ("NASDAQ", 3425, 250, "normal", False), ("NASDAQ", 3454, 250, "normal", False), ("S&P", 46, 250, "normal", False),
    ("S&P", 871, 500, "t", False), ("S&P", 967, 500, "t", False), ("S&P", 1160, 250, "t", False),
    ("S&P", 1162, 250, "t", False), ("S&P", 1260, 250, "normal", False), ("S&P", 1298, 500, "t", False),
    ("S&P", 1410, 250, "t", False), ("S&P", 4494, 250, "t", False), ("SOL", 1188, 250, "t", True),
    ("XRP", 83, 250, "t", True), ("XRP", 868, 250, "t", True), ("XRP", 1659, 250, "t", True),
]
STOCKS = [
    ("HPQ", 3414, 1000, False, False), ("HPQ", 3551, 1000, False, False), ("GE", 1798, 500, True, False),
    ("MMM", 4789, 250, True, False), ("JNJ", 4368, 250, True, False), ("IBM", 787, 500, False, True),
    ("JPM", 357, 250, True, True), ("BA", 2941, 250, True, True),
]
COINS = [
    ("XLM", 522, 250, True, False), ("XLM", 565, 250, True, False), ("XLM", 1806, 250, False, False),
    ("ADA", 2437, 250, False, False), ("BNB", 608, 250, False, False), ("LTC", 365, 250, True, True),
    ("SOL", 412, 1000, False, True), ("XLM", 1730, 250, False, True),
]
# fmt: on


def best_of(model, values, starts):
    ends = np.empty((len(starts), _garch.OPTIMUM_SIZE))
    _garch.search(model, values, starts, np.empty(len(values) * _garch.lanes), ends)
    return ends[ends[:, STATUS] < FAILED, VALUE].max()


def fitted(model, values):
    maxima = np.empty((_garch.most_starts, _garch.OPTIMUM_SIZE))
    _garch.fit(model, values, np.empty(len(values) * _garch.lanes), maxima)
    return maxima[0, VALUE]


def starts_over_the_box(seed, count):
    rng = np.random.default_rng(seed)
    persistence = np.where(rng.random(count) < 0.5, rng.random(count), 1.0 - 10.0 ** rng.uniform(-4.0, 0.0, count))
    share = np.where(rng.random(count) < 0.5, rng.random(count), 10.0 ** rng.uniform(-3.0, 0.0, count))
    share[rng.random(count) < 0.15] = 0.0
    omega = np.exp(rng.normal(0.0, 0.7, count)) * (1.0 - persistence) + 1e-6
    location, eta = rng.normal(0.0, 0.05, count), rng.uniform(0.003, 0.45, count)
    return np.column_stack([location, omega, persistence, share, eta, rng.choice([0.0, 0.5, 1.0], count)])


@pytest.fixture(scope="module")
def returns():
    prices = {"S&P": arch.data.sp500.load()["Adj Close"], "NASDAQ": arch.data.nasdaq.load()["Adj Close"]}
    coins = SyntheticMarket(seed=1).prices("crypto")
    frames = pd.DataFrame(prices), coins
    return {name: np.log(frame[name]).diff().dropna().to_numpy() for frame in frames for name in frame}


@pytest.mark.parametrize(("student", "leverage"), [(True, False), (False, False), (True, True), (False, True)])
def test_the_highest_of_32_starts_is_reached(returns, student, leverage):
    model, seen = _garch.Model(student, leverage), 0
    for name, first, length, law, asymmetric in HARD:
        if (law == "t") is not student or asymmetric is not leverage:
            continue
        values = np.ascontiguousarray(returns[name][first : first + length])
        assert fitted(model, values) >= best_of(model, values, starts_over_the_box(first, 32)) - 1e-6, (name, first)
        seen += 1
    assert seen > 0


def assert_highest(values, name, first, student, leverage):
    model, values = _garch.Model(student, leverage), np.ascontiguousarray(values)
    assert fitted(model, values) >= best_of(model, values, starts_over_the_box(first, 64)) - 1e-6, (name, first)


def test_the_highest_of_64_starts_is_reached_on_stocks(reference):
    stocks = pd.read_csv(reference / "dji30ret.csv.gz", index_col=0)
    for name, first, length, student, leverage in STOCKS:
        assert_highest(stocks[name].to_numpy()[first : first + length], name, first, student, leverage)


def test_the_highest_of_64_starts_is_reached_on_coins(real_data):
    closes = pd.read_csv(real_data / "crypto_spot_1d_17coins.csv.gz").set_index(["symbol", "date"])["close"]
    for name, first, length, student, leverage in COINS:
        returns = np.log(closes[name].sort_index()).diff().dropna().to_numpy()
        assert_highest(returns[first : first + length], name, first, student, leverage)


def test_a_search_ends_where_the_fit_does(returns):
    """From the fit's own optimum Newton's method does not move, and a constant window has nothing to search."""
    values = np.ascontiguousarray(returns["S&P"][:1_000])
    model, maxima = _garch.Model(True), np.empty((_garch.most_starts, _garch.OPTIMUM_SIZE))
    _garch.fit(model, values, np.empty(1_000 * _garch.lanes), maxima)
    assert best_of(model, values, np.ascontiguousarray(maxima[:1, :6])) == pytest.approx(maxima[0, VALUE], abs=1e-9)
    ends = np.empty((1, _garch.OPTIMUM_SIZE))
    _garch.search(model, np.ones(100), np.full((1, 6), 0.5), np.empty(100 * _garch.lanes), ends)
    assert ends[0, STATUS] == FAILED

import numpy as np
import pandas as pd
import pytest
from oracles import spot

from riskkit.data.bars import check_bars
from riskkit.data.protocol import BARS
from riskkit.data.synthetic.derivatives import calibration
from riskkit.data.synthetic.stablecoins import SYMBOLS, VENUES, stablecoin
from riskkit.errors import DataError

SEEDS = range(1, 21)
EVENT = 240
HOURS = pd.date_range("2022-05-01", periods=1200, freq="h", tz="UTC")


def made(symbol, venue="south", seed=1, stress=None, event=None):
    level = np.ones(len(HOURS)) if stress is None else stress
    return stablecoin(symbol, venue, HOURS, level, seed, source="invented", event=event)


def target(name):
    return next(iter(calibration()["targets"][name]["values"].values()))


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("stress", [0.0, 1.0, 8.0, 1e300])
def test_bars_are_bars_whatever_the_stress(symbol, venue, stress):
    event = None if symbol == "USDT" else EVENT
    bars = made(symbol, venue, stress=np.full(len(HOURS), stress), event=event)
    check_bars(bars)
    assert tuple(bars.columns) == BARS
    assert bars.attrs == {"source": "invented"}
    np.testing.assert_allclose(bars[list(BARS[:4])] * 1e4, (bars[list(BARS[:4])] * 1e4).round(), atol=1e-6)
    assert bars["close"].between(0.0, 1.2, inclusive="right").all()


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_in_calm_the_peg_holds_and_the_venues_hardly_differ(symbol):
    north, south = made(symbol, "north"), made(symbol, "south")
    for bars in (north, south):
        assert bars["close"].between(0.998, 1.002).all()
        assert 0.5e-4 < bars["close"].std() < 5e-4
    apart = (north["close"] - south["close"]).abs()
    assert 0.0 < apart.mean() < 3e-4


def test_stress_earns_a_premium_where_the_peg_is_trusted():
    calm, strained = (np.mean([made("USDC", seed=s, stress=np.full(1200, x))["close"] for s in SEEDS]) for x in (1.0, 4.0))
    assert 5e-4 < strained - calm < 30e-4


def test_usdt_slips_in_the_worst_hours_and_comes_back():
    stress = np.ones(len(HOURS))
    stress[500:512] = [5, 7, 10, 12, 11, 10, 9, 8, 7, 6, 5, 5]
    for seed in SEEDS:
        bars = made("USDT", seed=seed, stress=stress)
        assert 0.94 < bars["close"].min() < 0.985
        assert (bars["close"].iloc[:500] > 0.99).all()
        assert (bars["close"].iloc[545:] > 0.994).all()


def test_usdts_slips_over_eight_years_are_as_deep_as_real_ones():
    hours = pd.date_range("2018-01-01", periods=8 * 365 * 24, freq="h", tz="UTC")
    lows = []
    for seed in SEEDS[:8]:
        _, stress = spot.hourly(seed)
        bars = stablecoin("USDT", "south", hours, stress, seed, source="invented")
        lows.append(bars["low"].min())
        assert (bars["close"] < 0.98).mean() < 0.01
    assert min(lows) < target("usdt_slip")["lowest"] < max(lows)
    assert min(lows) > 0.93


def test_usdc_slips_and_comes_back_as_it_did():
    real = target("usdc_slip")
    lows, reopened, days = [], [], []
    for seed in SEEDS:
        south, north = made("USDC", "south", seed, event=EVENT), made("USDC", "north", seed, event=EVENT)
        lows.append(south["low"].min())
        assert south["low"].to_numpy().argmin() - EVENT < 48
        reopened.append(north["open"].iloc[EVENT + 30])
        days.append((np.flatnonzero(south["close"] < 0.995)[-1] - EVENT) / 24.0)
        assert (south["close"].iloc[:EVENT] > 0.998).all()
        assert (south["close"].iloc[EVENT + 100 :] > 0.997).all()
    assert min(lows) <= real["lowest"] <= max(lows)
    assert min(reopened) <= real["reopened"] <= max(reopened)
    assert 3.0 < np.mean(days) < 4.0
    assert abs(np.mean(days) - real["days"]) < 0.5


def test_north_halts_usdc_and_shows_its_last_price_meanwhile():
    north, south = made("USDC", "north", event=EVENT), made("USDC", "south", event=EVENT)
    halt = north.iloc[EVENT + 8 : EVENT + 30]
    assert (halt["volume"] == 0.0).all()
    assert (north["volume"] == 0.0).sum() == len(halt)
    before = north["close"].iloc[EVENT + 7]
    assert (halt[["open", "high", "low", "close"]] == before).all(axis=None)
    assert north["open"].iloc[EVENT + 30] < before - 0.04
    assert north["low"].min() > south["low"].min() + 0.01
    assert (south["volume"] > 0.0).all()


def test_ust_dies_as_it_did():
    at_108 = []
    for seed in SEEDS:
        bars = made("UST", seed=seed, event=EVENT)
        close = bars["close"].to_numpy()
        assert (close[:EVENT] > 0.998).all()
        assert 4.5 < (np.argmax(close < 0.1) - EVENT) / 24.0 < 5.5
        assert (close[EVENT + 125 :] < 0.12).all()
        assert close[-48:].mean() < close[EVENT + 130 : EVENT + 178].mean() < 0.1
        assert len(bars) == EVENT + 480
        at_108.append(close[EVENT + 108])
    assert min(at_108) < target("ust_fall")["after_108_hours"] < max(at_108)


def test_without_an_event_there_is_none():
    for symbol in ("USDC", "UST"):
        bars = made(symbol)
        assert len(bars) == len(HOURS)
        assert (bars["volume"] > 0.0).all()
        assert bars["close"].between(0.998, 1.002).all()


def test_the_event_changes_nothing_before_it():
    for symbol in ("USDC", "UST"):
        pd.testing.assert_frame_equal(made(symbol).iloc[:EVENT], made(symbol, event=EVENT).iloc[:EVENT])


def test_each_bar_opens_at_the_close_before():
    bars = made("USDC", event=EVENT)
    assert (bars["open"].to_numpy()[1:] == bars["close"].to_numpy()[:-1]).all()


def test_same_seed_same_bars_and_venues_and_coins_differ():
    pd.testing.assert_frame_equal(made("USDT"), made("USDT"))
    kinds = [made(symbol, venue, seed)["volume"] for symbol in SYMBOLS for venue in VENUES for seed in (1, 2)]
    for i, one in enumerate(kinds):
        assert all((one != other).mean() > 0.99 for other in kinds[:i])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"symbol": "DAI"}, "symbol is unknown; got 'DAI'; expected one of 'USDT', 'USDC', 'UST'"),
        ({"symbol": "UST", "venue": "west"}, "venue is unknown"),
        ({"symbol": "USDT", "event": 5}, "USDT has no event"),
        ({"symbol": "UST", "event": 1200}, "event is beyond the hours; got 1200; expected 1 to 1199"),
        ({"symbol": "UST", "event": 0}, "event is not a usable whole number"),
        ({"symbol": "UST", "stress": np.ones(3)}, "stress does not fit the times; got 3 values; expected 1200"),
        ({"symbol": "UST", "stress": np.full(1200, -1.0)}, "stress is out of range"),
    ],
)
def test_refuses_what_it_cannot_use(arguments, message):
    with pytest.raises(DataError, match=message):
        made(**arguments)

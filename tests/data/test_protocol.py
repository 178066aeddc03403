import numpy as np
import pandas as pd
import pytest

from riskkit.data import protocol
from riskkit.data.protocol import checked_bars, checked_chain, checked_funding, checked_tiers, cut, interval_of, span, time
from riskkit.errors import DataError

HOURS = pd.date_range("2024-01-01", periods=4, freq="h", tz="UTC")
BARS = pd.DataFrame({"open": 10.0, "high": 12.0, "low": 9.0, "close": 11.0, "volume": 5.0}, index=HOURS)
FUNDING = pd.DataFrame({"rate": [1e-4, -2e-4, 0.0, 1e-4], "hours": 8.0}, index=HOURS[[0]].append(HOURS[1:]))
ASOF = pd.Timestamp("2024-01-01", tz="UTC")
CHAIN = pd.DataFrame(
    {
        "expiry": pd.to_datetime(["2024-03-29 08:00", "2024-01-26 08:00"], utc=True),
        "strike": [50e3, 40e3],
        "kind": ["call", "put"],
        "forward": [43e3, 42.5e3],
        "mark_volatility": [0.6, 0.65],
        "mark_price": [0.05, 0.03],
        "bid_price": [0.049, np.nan],
        "ask_price": [0.051, 0.031],
        "open_interest": [100.0, np.nan],
    }
)
TIERS = pd.DataFrame(
    {
        "floor": [0.0, 50e3, 250e3],
        "cap": [50e3, 250e3, 1e6],
        "maintenance_margin_rate": [0.004, 0.005, 0.01],
        "maximum_leverage": [125.0, 100.0, 50.0],
        "cumulative_amount": [0.0, 50.0, 1300.0],
    }
)


def test_bars_keep_their_columns_in_order_and_mark_where_there_is_one():
    bars = checked_bars("X", BARS.assign(mark=11.1, trades=3)[["trades", *BARS.columns[::-1], "mark"]], "by hand")
    assert bars.columns.tolist() == ["open", "high", "low", "close", "volume", "mark"]
    assert (bars.index.name, str(bars.index.tz), bars.attrs) == ("date", "UTC", {"source": "by hand"})
    assert checked_bars("X", BARS.tz_localize(None), "by hand").index.equals(HOURS)


def test_the_caller_keeps_his_table():
    before = BARS.copy()
    checked = checked_bars("X", BARS, "by hand")
    checked["close"] = 0.0
    pd.testing.assert_frame_equal(BARS, before)
    assert BARS.attrs == {}


def test_a_chain_is_sorted_and_says_when_and_in_what_it_is_quoted():
    chain = checked_chain("BTC", CHAIN, "by hand", ASOF, "BTC")
    assert chain["strike"].tolist() == [40e3, 50e3]
    assert chain.attrs == {"source": "by hand", "asof": ASOF, "price_unit": "BTC"}


def test_the_worked_margin_amount():
    tiers = checked_tiers("X", TIERS, "by hand")
    assert tiers.index.tolist() == [1, 2, 3]
    assert 250_000 * (0.01 - 0.005) + 50 == tiers.loc[3, "cumulative_amount"] == 1300


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2024-03-12", "2024-03-12T00:00Z"),
        ("2024-03-12T08:00+02:00", "2024-03-12T06:00Z"),
        (pd.Timestamp("2024-03-12"), "2024-03-12T00:00Z"),
    ],
)
def test_a_time_is_read_as_utc(given, expected):
    assert time("start", given) == pd.Timestamp(expected)


def test_a_span_is_half_open():
    assert cut(BARS, "2024-01-01T01:00", "2024-01-01T03:00").index.tolist() == HOURS[1:3].tolist()
    assert cut(BARS, None, None).equals(BARS)
    assert span(None, None) == (None, None)


@pytest.mark.parametrize(("name", "length"), [("1m", "1min"), ("15m", "15min"), ("8h", "8h"), ("1d", "1D")])
def test_intervals(name, length):
    assert interval_of(name) == pd.Timedelta(length)


def _bars(**columns):
    return lambda: checked_bars("X", BARS.assign(**columns), "s")


def _chain(**columns):
    return lambda: checked_chain("BTC", CHAIN.assign(**columns), "s", ASOF, "BTC")


def _tiers(**columns):
    return lambda: checked_tiers("X", TIERS.assign(**columns), "s")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: checked_bars("X", None, "s"), "X: the wrong type; got NoneType"),
        (lambda: checked_bars("X", BARS.iloc[:0], "s"), "X: not the table that was asked for; got no rows"),
        (
            lambda: checked_bars("X", BARS.drop(columns="volume"), "s"),
            "got columns open, high, low, close; expected open, high",
        ),
        (_bars(high=10.5), "high lies below another price of its bar"),
        (_bars(close=[11.0, np.nan, 11.0, 11.0]), "close is not finite"),
        (lambda: checked_bars("X", BARS.iloc[::-1], "s"), "times run backwards"),
        (lambda: checked_funding("X", FUNDING.iloc[[0, 0]], "s"), "X: times do not increase"),
        (lambda: checked_funding("X", FUNDING.assign(rate=1.5), "s"), "X: rate is out of range; got 1.5 in row 1"),
        (lambda: checked_funding("X", FUNDING.assign(hours=0.0), "s"), "X: hours is out of range"),
        (lambda: checked_funding("X", FUNDING.assign(rate=np.nan), "s"), "X: rate is out of range; got nan"),
        (_chain(kind="C"), r"an option of unknown kind; got \['C'\]; expected call or put"),
        (_chain(strike=[0.0, 1.0]), "strike is out of range; got 0 in row 1; expected > 0"),
        (_chain(mark_volatility=[-0.1, 0.5]), "mark_volatility is out of range"),
        (_chain(forward=np.inf), "forward is out of range; got inf"),
        (_chain(expiry=ASOF), "an option has expired; .* expected expiries after 2024-01-01"),
        (_chain(expiry=pd.Timestamp("2024-02-01")), "an option has expired"),
        (_tiers(floor=[0.0, 50e3, 200e3]), "the tiers do not join"),
        (_tiers(floor=[1.0, 50e3, 250e3]), "the tiers do not join"),
        (_tiers(maintenance_margin_rate=[0.005, 0.004, 0.01]), "the rates are not usable"),
        (
            _tiers(cumulative_amount=[0.0, 50.0, 1299.0]),
            "the margin jumps at tier 3; got cumulative amount 1299; expected 1300",
        ),
        (lambda: cut(BARS, "2025-01-01", None), "no data in this span; .* expected a span that meets 2024-01-01"),
        (lambda: span("soon", None), "start is not a time; got 'soon'"),
        (lambda: span(None, 2024), "end is not a time; got 2024"),
        (lambda: span("NaT", None), "start is not a time; got NaT"),
        (lambda: interval_of("2h"), "interval is unknown; got '2h'; expected one of '1m'"),
        (lambda: protocol.lacks(BARS, "tiers", has="something"), "DataFrame has no tiers; expected something"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(DataError, match=message):
        call()

import numpy as np
import pandas as pd
import pytest

from riskkit.data import check_bars
from riskkit.errors import DataError

DAYS = pd.date_range("2024-01-01", periods=4, tz="UTC")


def bars(**changes):
    frame = pd.DataFrame({"open": 10.0, "high": 12.0, "low": 9.0, "close": 11.0, "volume": 1.0}, index=DAYS)
    return frame.assign(**changes)


def test_good_bars_have_no_gaps():
    report = check_bars(bars())
    assert report.gaps.empty
    assert report.summary.loc["", ["rows", "gaps", "missing"]].tolist() == [4, 0, 0]


def test_a_bar_without_a_move_is_good():
    flat = pd.DataFrame({"open": 10.0, "high": 10.0, "low": 10.0, "close": 10.0}, index=DAYS[:1])
    assert check_bars(flat).summary["calendar"].tolist() == ["one row"]


def test_gaps_are_listed_per_symbol_and_not_repaired():
    two = pd.concat([bars(symbol="BTC").iloc[[0, 1, 3]], bars(symbol="ETH")]).rename_axis("date").reset_index()
    before = two.copy()
    report = check_bars(two)
    assert report.gaps.to_dict("records") == [{"symbol": "BTC", "after": DAYS[1], "until": DAYS[3], "missing": 1}]
    assert report.summary["missing"].to_dict() == {"BTC": 1, "ETH": 0}
    pd.testing.assert_frame_equal(two, before)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ([1], "bars have the wrong type; got list"),
        (bars().drop(columns=["low", "close"]), "bars lack low, close"),
        (bars().iloc[:0], "bars are empty"),
        (bars().reset_index(drop=True), "bars are not indexed by time"),
        (bars().tz_localize(None), "bars are not in UTC; got zone None"),
        (bars().tz_convert("Asia/Tokyo"), "bars are not in UTC; got zone Asia/Tokyo"),
        (bars().set_axis(DAYS.insert(1, pd.NaT).delete(2)), "bars have a row without a time; got NaT in row 2"),
        (bars(symbol=["A", None, "A", "A"]), "a bar has no symbol; got row 2"),
        (bars().iloc[[0, 1, 1, 2]], r"two bars have one symbol and time; got row 3 \(2024-01-02"),
        (bars(symbol="BTC").iloc[[0, 2, 1]], r"times run backwards; got row 3 \(BTC 2024-01-02"),
        (bars(close=[11.0, np.nan, 11.0, 11.0]), r"close is not finite; got nan in row 2 \(2024-01-02"),
        (bars(high=[12.0, 12.0, np.inf, 12.0]), "high is not finite; got inf in row 3"),
        (bars(low=[9.0, 9.0, 9.0, 0.0]), "low is not positive; got 0.0 in row 4"),
        (bars(open=["a", "b", "c", "d"]), "open is not numeric"),
        (bars(high=[12.0, 10.9, 12.0, 12.0]), "high lies below another price of its bar; got 10.9 in row 2"),
        (bars(low=[9.0, 9.0, 10.5, 9.0]), "low lies above another price of its bar; got 10.5 in row 3"),
        (bars(volume=[1.0, -1.0, 1.0, 1.0]), "volume is negative; got -1.0 in row 2"),
        (bars(volume=[1.0, np.nan, 1.0, 1.0]), "volume is not finite; got nan in row 2"),
    ],
)
def test_refuses(frame, message):
    with pytest.raises(DataError, match=message):
        check_bars(frame)


def test_real_bars_pass_and_show_the_outages(real_data):
    report = check_bars(pd.read_parquet(real_data / "crypto_spot_1h_ohlcv_btc_eth_sol.parquet"))
    # 27 outages of the exchange, 122 hours in all, stated in the description of the files
    assert report.summary.loc["BTC", ["gaps", "missing"]].tolist() == [27, 122]
    longest = report.gaps.loc[report.gaps["missing"].astype(int).idxmax()]
    assert (longest["after"], longest["missing"]) == (pd.Timestamp("2018-02-08 00:00", tz="UTC"), 33)

import sys
from types import SimpleNamespace

import pandas as pd
import pytest

from riskkit.data import PackagedData, returns
from riskkit.data.packaged import dated, months_again
from riskkit.errors import DataError


@pytest.mark.parametrize(
    ("name", "columns", "rows", "first", "last"),
    [
        ("equities", ["S&P 500", "NASDAQ"], 5031, "1999-01-04", "2018-12-31"),
        ("oil", ["WTI"], 8321, "1986-01-02", "2019-01-03"),
        ("vix", ["VIX"], 1259, "2014-01-03", "2019-01-03"),
        ("credit", ["AAA", "BAA"], 1200, "1919-01-01", "2018-12-01"),
    ],
)
def test_what_is_packaged(name, columns, rows, first, last):
    prices = PackagedData().prices(name)
    assert prices.columns.tolist() == columns
    assert prices.shape == (rows, len(columns))
    assert prices.index[[0, -1]].tolist() == [pd.Timestamp(first, tz="UTC"), pd.Timestamp(last, tz="UTC")]
    assert str(prices.index.dtype) == "datetime64[ns, UTC]"
    assert not prices.isna().any(axis=None)
    assert (prices > 0.0).all(axis=None)
    assert "packaged with arch" in prices.attrs["source"]
    change = returns(prices)
    assert not change.isna().any(axis=None)
    assert change.attrs["source"] == prices.attrs["source"]


def test_the_exchange_calendar_is_recognised():
    assert returns(PackagedData().prices("equities")).attrs["calendar"].startswith("sessions, step 1 day")
    assert returns(PackagedData().prices("credit")).attrs["calendar"].startswith("regular, step 31 days")


def test_known_days():
    equities, oil = PackagedData().prices("equities"), PackagedData().prices("oil")
    # S&P 500: 1,228.10 on 4 January 1999, 2,506.85 at the end of 2018, bottom of the crisis 676.53 on 9 March 2009
    assert equities.loc["1999-01-04", "S&P 500"] == pytest.approx(1228.10, abs=0.005)
    assert equities.loc["2018-12-31", "S&P 500"] == pytest.approx(2506.85, abs=0.005)
    assert equities["S&P 500"].idxmin() == pd.Timestamp("2009-03-09", tz="UTC")
    assert oil["WTI"].max() == 145.31  # 3 July 2008, the highest WTI spot price of the EIA's series


def test_holidays_are_left_out_and_said():
    assert PackagedData().prices("oil").attrs["source"].endswith("290 weekdays without a quote left out")


def test_the_french_months_are_read_again():
    factors = PackagedData().french()
    assert factors.index[[0, -1]].tolist() == [
        pd.Timestamp("1926-07-01", tz="UTC"),
        pd.Timestamp("2018-11-01", tz="UTC"),
    ]
    assert factors.columns.tolist() == ["Mkt-RF", "SMB", "HML", "RF"]
    assert len(factors) == 1109  # July 1926 to November 2018, no month missing
    assert factors["Mkt-RF"].min() == pytest.approx(-0.2913)  # September 1931
    assert factors["Mkt-RF"].idxmin() == pd.Timestamp("1931-09-01", tz="UTC")


def test_months_that_are_dates_stay():
    right = pd.DataFrame({"RF": [0.1, 0.2]}, index=pd.to_datetime(["1926-07-01", "1926-08-01"]))
    pd.testing.assert_frame_equal(months_again(right), right)


@pytest.mark.parametrize("number", [192613, 1926, 19260])
def test_numbers_that_are_no_months_are_refused(number):
    with pytest.raises(DataError, match=f"cannot be read as months; got {number}; expected YYYYMM"):
        months_again(pd.DataFrame({"RF": [0.1]}, index=pd.to_datetime([number])))


@pytest.mark.parametrize("times", [["1970-01-01", "1970-01-01T00:00:01"], ["1823-01-01", "2020-01-01"]])
def test_misread_dates_are_refused(times):
    with pytest.raises(DataError, match="the packaged dates were misread"):
        dated(pd.DataFrame({"a": [1.0, 2.0]}, index=pd.to_datetime(times, format="ISO8601")))


def test_a_misread_package_never_reaches_the_reader(monkeypatch):
    wrong = pd.DataFrame({"vix": [10.0, 11.0]}, index=pd.to_datetime([201401, 201402]))
    monkeypatch.setitem(sys.modules, "arch.data.vix", SimpleNamespace(load=lambda: wrong))
    with pytest.raises(DataError, match="the packaged dates were misread"):
        PackagedData().prices("vix")


def test_an_unknown_name_is_refused():
    with pytest.raises(DataError, match="no packaged data of that name; got 'gold'; expected one of 'equities'"):
        PackagedData().prices("gold")


def test_bars_of_the_index():
    bars = PackagedData().bars("S&P 500")
    assert bars.shape == (5031, 5)
    assert bars["close"].iloc[-1] == PackagedData().prices("equities")["S&P 500"].iloc[-1]
    assert bars["low"].min() == pytest.approx(666.79, abs=0.005)  # 6 March 2009
    assert PackagedData().bars("NASDAQ", "1d", "2018-12-31").attrs["source"].startswith("NASDAQ, daily bars 1999-2018")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: PackagedData().bars("DAX"), "symbol is unknown; got 'DAX'"),
        (lambda: PackagedData().bars("NASDAQ", "1h"), 'PackagedData has no bars of 1h; expected "1d"'),
        (lambda: PackagedData().funding("NASDAQ"), "PackagedData has no funding"),
        (lambda: PackagedData().option_chain("NASDAQ"), "PackagedData has no option chains"),
        (lambda: PackagedData().tiers("NASDAQ"), "PackagedData has no margin tiers"),
    ],
)
def test_what_is_not_packaged_is_refused(call, message):
    with pytest.raises(DataError, match=message):
        call()

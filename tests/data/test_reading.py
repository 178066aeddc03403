import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from riskkit.data import read
from riskkit.errors import DataError

DAYS = pd.date_range("2024-01-01", periods=3, tz="UTC")
WIDE = "date,BTC,ETH\n2024-01-01,100,10\n2024-01-02,110,\n2024-01-03,99,12.5\n"
TIDY = "date,symbol,close\n2024-01-01,ETH,10\n2024-01-01,BTC,100\n2024-01-02,BTC,110\n"
BARS = "date,symbol,open,high,low,close\n2024-01-01,BTC,10,12,9,11\n2024-01-02,BTC,11,12,9,10\n"


@pytest.fixture
def write(tmp_path):
    def put(text, name="mine.csv", **how):
        path = tmp_path / name
        path.write_bytes(text) if isinstance(text, bytes) else path.write_text(text, encoding="utf-8")
        return path

    return put


def test_a_wide_csv(write):
    prices = read(write(WIDE))
    np.testing.assert_array_equal(prices, [[100.0, 10.0], [110.0, np.nan], [99.0, 12.5]])
    assert prices.index.equals(DAYS)
    assert prices.attrs["source"] == "mine.csv: 3 rows 2024-01-01 to 2024-01-03, times without a zone read as UTC"


def test_a_tidy_csv_keeps_the_order_of_its_symbols(write):
    prices = read(write(TIDY))
    assert prices.columns.tolist() == ["ETH", "BTC"]
    np.testing.assert_array_equal(prices, [[10.0, 100.0], [np.nan, 110.0]])


@pytest.mark.parametrize("name", ["close", "price", "adj_close", "Adj Close", "Price"])
def test_the_names_of_a_price(write, name):
    assert read(write(f"Date,Symbol,{name}\n2024-01-01,X,1.5\n")).loc["2024-01-01", "X"] == 1.5


def test_the_adjusted_close_goes_before_the_close_and_is_said(write):
    prices = read(write("Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-01,4,4,4,4,2,9\n", "FTT.csv"))
    assert prices.loc["2024-01-01", "FTT"] == 2.0
    assert prices.attrs["source"].endswith("prices from column adj_close")


def test_bars_without_a_symbol_take_the_name_of_the_file(write):
    assert read(write("date,close\n2024-01-01,7\n", "gold.csv")).columns.tolist() == ["gold"]


def test_bars_are_checked(write):
    assert read(write(BARS))["BTC"].tolist() == [11.0, 10.0]
    with pytest.raises(DataError, match=r"mine.csv: high lies below another price of its bar; got 8.0 in row 2 \(BTC"):
        read(write(BARS.replace("11,12,9,10", "11,8,9,10")))


def test_bars_that_run_backwards_are_sorted_not_refused(write):
    header, first, second = BARS.splitlines()
    assert read(write("\n".join([header, second, first])))["BTC"].tolist() == [11.0, 10.0]


def test_incomplete_days_become_nan_and_are_counted(write):
    text = "date,symbol,close,n_hours\n2024-01-01,BTC,10,24\n2024-01-02,BTC,11,23\n2024-01-03,BTC,12,24\n"
    prices = read(write(text))
    np.testing.assert_array_equal(prices["BTC"], [10.0, np.nan, 12.0])
    assert prices.attrs["source"].endswith("1 of 3 closes are NaN (day with fewer than 24 hours)")


def test_unsorted_rows_are_sorted_and_said(write):
    prices = read(write("date,X\n2024-01-02,2\n2024-01-01,1\n"))
    assert prices["X"].tolist() == [1.0, 2.0]
    assert prices.attrs["source"].endswith("rows sorted by date")


@pytest.mark.parametrize(
    ("times", "first", "said"),
    [
        (["2024-01-01T08:00Z", "2024-01-02T08:00Z"], "2024-01-01 08:00", False),
        (["2024-01-01T08:00+09:00", "2024-01-02T08:00+0900"], "2023-12-31 23:00", False),
        (["2024-01-01 08:00:00.500", "2024-01-02 08:00:00"], "2024-01-01 08:00:00.5", True),
        (["2024-01-01", "2024-01-02"], "2024-01-01", True),
    ],
)
def test_zones(write, times, first, said):
    prices = read(write(f"time,X\n{times[0]},1\n{times[1]},2\n"))
    assert prices.index[0] == pd.Timestamp(first, tz="UTC")
    assert ("read as UTC" in prices.attrs["source"]) is said


def test_a_frame_written_by_to_csv_comes_back(tmp_path):
    frame = pd.DataFrame({"X": [1.0, np.nan, 3.0]}, index=DAYS.as_unit("ns"))
    frame.to_csv(tmp_path / "unnamed.csv")
    pd.testing.assert_frame_equal(read(tmp_path / "unnamed.csv"), frame, check_names=False, check_freq=False)


def test_a_byte_order_mark_blank_lines_and_spaces_do_no_harm(write):
    assert read(write("\ufeffdate, X\n2024-01-01, 1\n\n\n"))["X"].tolist() == [1.0]


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
@pytest.mark.parametrize("unit", ["ns", "us", "s"])
def test_parquet_with_the_time_in_the_index_or_in_a_column(tmp_path, zone, unit):
    index = pd.date_range("2024-01-01", periods=3, tz=zone, unit=unit, name="date")
    frame = pd.DataFrame({"X": [1.0, 2.0, 3.0]}, index=index)
    frame.to_parquet(tmp_path / "index.parquet")
    frame.reset_index().to_parquet(tmp_path / "column.parquet")
    frame.rename_axis(None).to_parquet(tmp_path / "unnamed.parquet")
    expected = index.tz_localize("UTC") if zone is None else index.tz_convert("UTC")
    for name in ("index", "column", "unnamed"):
        prices = read(tmp_path / f"{name}.parquet")
        assert prices.index.equals(expected.as_unit("ns"))
        assert ("read as UTC" in prices.attrs["source"]) is (zone is None)


def test_tidy_parquet(tmp_path):
    frame = pd.DataFrame({"date": [DAYS[0], DAYS[0], DAYS[1]], "symbol": ["A", "B", "A"], "price": [1, 2, 3]})
    frame.to_parquet(tmp_path / "tidy.parquet")
    np.testing.assert_array_equal(read(tmp_path / "tidy.parquet"), [[1.0, 2.0], [3.0, np.nan]])


@settings(deadline=None, max_examples=20)
@given(prices=arrays.arrays(np.float64, (5, 2), elements=st.floats(1e-9, 1e9)), suffix=st.sampled_from(["csv", "parquet"]))
def test_what_is_written_is_read_to_the_last_bit(tmp_path_factory, prices, suffix):
    path = tmp_path_factory.mktemp("round") / f"mine.{suffix}"
    frame = pd.DataFrame(prices, index=pd.date_range("2024-01-01", periods=5, tz="UTC", name="date"), columns=["A", "B"])
    frame.to_csv(path) if suffix == "csv" else frame.to_parquet(path)
    np.testing.assert_array_equal(read(path), prices)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "mine.csv cannot be read; got No columns to parse from file"),
        ("date,X\n", "mine.csv is empty; got 0 rows, columns date, X"),
        (b"date,X\n2024-01-01,\xff\xfe\n", "mine.csv cannot be read; got .*codec can't decode"),
        ("day,X\n2024-01-01,1\n", "mine.csv has no date column; got day, X; expected one column named date, time"),
        ("date,time,X\n2024-01-01,08:00,1\n", "mine.csv has more than one date column"),
        ("date\n2024-01-01\n", "mine.csv has no price column; got only dates"),
        ("date;X\n2024-01-01;1,5\n", "mine.csv is separated by semicolons; got date;X"),
        ("date,X,X\n2024-01-01,1,2\n", "mine.csv has two columns of one name; got 'date', 'X', 'X'"),
        (",date,X\n0,2024-01-01,1\n", "mine.csv has a column without a name; .*index=False"),
        ("date,X\n2024-01-01,1,7\n", "mine.csv has rows wider than its header; expected 2 cells a row"),
        ("date,X\n2024-01-01,1\n2024-01-02,1,7\n", "mine.csv cannot be read; got .*Expected 2 fields in line 3, saw 3"),
        ("date,X\n2024-01-01,1\n,2\n", "mine.csv has a row without a date; got data row 2"),
        ("date,X\n2024-01-01,1\n2024-13-01,2\n", "a date that cannot be read; got '2024-13-01' in data row 2"),
        ("date,X\n03/04/2024,1\n", "a date that cannot be read; got '03/04/2024' in data row 1; expected ISO 8601"),
        ("date,X\n1583971200,1\n", "a date that cannot be read; got '1583971200' in data row 1"),
        ("date,X\n20240101,1\n", "a date that cannot be read; got '20240101' in data row 1"),
        (
            "date,X\n2024-01-01T08:00Z,1\n2024-01-02T08:00,2\n",
            "mixes times with and without a zone; got '2024-01-01T08:00Z' and '2024-01-02T08:00'",
        ),
        ("date,X\n2024-01-01,1\n2024-01-02,2\n2024-01-01,3\n", "a date twice; got 2024-01-01 .* again in data row 3"),
        ('date,X\n2024-01-01,1\n2024-01-02,"1,234.5"\n', "column 'X' has a bad cell; got '1,234.5' in data row 2"),
        ("date,X\n2024-01-01,$5\n", re.escape("column 'X' has a bad cell; got '$5' in data row 1")),
        ("date,X\n2024-01-01,inf\n", "column 'X' has a bad cell; got 'inf' in data row 1"),
        ("date,X\n2024-01-01,True\n", "column 'X' is not numeric; got dtype bool"),
        ("date,symbol,value\n2024-01-01,X,1\n", "mine.csv lacks a price; got symbol, value; expected a column close"),
        ("date,symbol,close\n2024-01-01,,1\n", "a row without a symbol; got data row 1"),
        (
            "date,symbol,close\n2024-01-01,X,1\n2024-01-01,X,2\n",
            "a key twice; got X at 2024-01-01 .* again in data row 2",
        ),
        ("date,symbol,close\n2024-01-01,X,one\n", "column 'close' has a bad cell; got 'one' in data row 1"),
    ],
)
def test_refuses(write, text, message):
    with pytest.raises(DataError, match=message):
        read(write(text))


@pytest.mark.parametrize("name", ["mine.txt", "mine.xlsx", "mine"])
def test_refuses_an_unknown_kind_of_file(write, name):
    with pytest.raises(DataError, match=f"unknown kind; got '{name}'; expected a name ending in .csv, .csv.gz, .parquet"):
        read(write(WIDE, name))


@pytest.mark.parametrize("name", ["mine.parquet", "mine.csv.gz"])
def test_refuses_a_file_that_is_not_what_it_is_called(write, name):
    with pytest.raises(DataError, match=f"{name} cannot be read"):
        read(write(WIDE, name))


def test_refuses_a_missing_file(tmp_path):
    with pytest.raises(DataError, match=r"the file does not exist; got '.*none.csv'"):
        read(tmp_path / "none.csv")


def test_refuses_a_parquet_without_times(tmp_path):
    pd.DataFrame({"X": [1.0]}).to_parquet(tmp_path / "mine.parquet")
    with pytest.raises(DataError, match=r"mine.parquet has no date column; got X"):
        read(tmp_path / "mine.parquet")
    pd.DataFrame({"date": [20240101], "X": [1.0]}).to_parquet(tmp_path / "mine.parquet")
    with pytest.raises(DataError, match=r"mine.parquet has numbers for dates; got 20240101 in data row 1"):
        read(tmp_path / "mine.parquet")

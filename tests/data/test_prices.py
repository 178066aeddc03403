import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from riskkit.data import returns
from riskkit.data.prices import table_of_prices
from riskkit.errors import DataError


def daily(values, start="2024-01-01"):
    return pd.DataFrame({"BTC": values}, index=pd.date_range(start, periods=len(values), tz="UTC"))


def test_log_and_simple_by_hand():
    prices = daily([100.0, 110.0, 99.0])
    np.testing.assert_allclose(returns(prices)["BTC"], [np.log(1.1), np.log(0.9)], rtol=1e-15)
    np.testing.assert_allclose(returns(prices, "simple")["BTC"], [0.1, -0.1], rtol=1e-14)
    assert returns(prices).index.equals(prices.index[1:])


def test_a_missing_day_is_a_gap_and_is_not_bridged():
    prices = daily(np.linspace(100.0, 120.0, 30)).drop(pd.Timestamp("2024-01-11", tz="UTC"))
    result = returns(prices)
    assert result.index[result["BTC"].isna()].tolist() == [pd.Timestamp("2024-01-12", tz="UTC")]
    assert result.attrs["calendar"] == "regular, step 1 day, longer than 1.5 days is a gap; 1 of 28 steps are"


def test_a_missing_price_costs_the_return_into_it_and_out_of_it():
    values = np.linspace(100.0, 120.0, 30)
    values[10] = np.nan
    assert np.flatnonzero(returns(daily(values))["BTC"].isna()).tolist() == [9, 10]


def test_only_the_column_with_the_missing_price_loses_returns():
    prices = daily(np.linspace(100.0, 120.0, 30)).assign(ETH=7.0)
    prices.iloc[3, 0] = np.nan
    assert returns(prices).isna().sum().tolist() == [2, 0]


def test_weekends_and_holidays_of_an_exchange_are_one_step():
    days = pd.bdate_range("2024-01-01", periods=60, tz="UTC")
    prices = pd.DataFrame({"S&P 500": np.linspace(100.0, 120.0, 60)}, index=days)
    without_holiday = prices.drop(pd.Timestamp("2024-01-15", tz="UTC"))
    assert not returns(without_holiday).isna().any(axis=None)
    without_a_fortnight = prices.drop(days[20:30])
    assert returns(without_a_fortnight)["S&P 500"].isna().sum() == 1
    assert returns(without_a_fortnight, longest="21D")["S&P 500"].isna().sum() == 0


def test_attributes_survive_and_are_not_shared():
    prices = daily([1.0, 2.0, 3.0])
    prices.attrs = {"source": "by hand", "note": "mine"}
    result = returns(prices, "simple")
    assert result.attrs["source"] == "by hand"
    assert result.attrs["note"] == "mine"
    assert result.attrs["returns"] == "simple returns, decimals per step"
    assert prices.attrs == {"source": "by hand", "note": "mine"}
    assert returns(daily([1.0, 2.0, 3.0])).attrs["source"] == "a table without a stated source"


def test_a_series_and_other_zones_are_read_in_utc():
    prices = pd.Series([1.0, 2.0], index=pd.date_range("2024-01-01 09:00", periods=2, tz="Asia/Tokyo"), name="X")
    assert returns(prices).index[0] == pd.Timestamp("2024-01-02 00:00", tz="UTC")
    naive = pd.Series([1.0, 2.0], index=pd.date_range("2024-01-01", periods=2))
    assert returns(naive).index[0] == pd.Timestamp("2024-01-02", tz="UTC")
    assert returns(naive).columns.tolist() == ["price"]


def test_prices_are_not_changed():
    prices = daily([1.0, np.nan, 3.0])
    before = prices.copy()
    returns(prices)
    pd.testing.assert_frame_equal(prices, before)


@settings(deadline=None, max_examples=50)
@given(
    prices=arrays.arrays(
        np.float64, st.tuples(st.integers(2, 40), st.integers(1, 3)), elements=st.floats(1e-6, 1e6, allow_nan=False)
    ),
    kind=st.sampled_from(["log", "simple"]),
)
def test_prices_come_back_from_their_returns(prices, kind):
    table = pd.DataFrame(prices, index=pd.date_range("2020-01-01", periods=len(prices), tz="UTC"))
    change = returns(table, kind)
    growth = np.exp(change.cumsum()) if kind == "log" else (1.0 + change).cumprod()
    # a simple return near -1 keeps only the digits that 1 + r has left: the ratio 1e-12 costs 12 of 16
    np.testing.assert_allclose(growth * prices[0], prices[1:], rtol=1e-12 if kind == "log" else 5e-3)


@pytest.mark.parametrize(
    ("prices", "message"),
    [
        ([1.0, 2.0], "prices have the wrong type; got list"),
        (daily([1.0]), "prices are too few; got 1 rows x 1 columns; expected at least 2 rows"),
        (daily([1.0, 2.0])[[]], "prices are too few; got 2 rows x 0 columns"),
        (daily([1.0, 0.0]), r"prices\['BTC'\] is not positive; got 0 at 2024-01-02 .* 1 such prices"),
        (daily([55.9, -37.63]), r"is not positive; got -37.63 at 2024-01-02.*remedy: use differences"),
        (daily([1.0, np.inf]), r"prices\['BTC'\] is infinite; got inf at 2024-01-02"),
        (daily(["1", "x"]), r"prices\['BTC'\] is not numeric"),
        (daily([True, False]), r"prices\['BTC'\] is not numeric; got dtype bool"),
        (pd.DataFrame({"BTC": [1.0, 2.0]}), "prices are not indexed by time; got an index of int64"),
        (daily([1.0, 2.0]).iloc[::-1], "prices is not sorted by its index"),
        (pd.concat([daily([1.0, 2.0]), daily([1.0])]).sort_index(), "prices has a duplicate index; got 2024-01-01"),
        (pd.concat([daily([1.0, 2.0])] * 2, axis=1), "two columns of one name; got 'BTC'"),
        (
            pd.DataFrame({"a": [1.0, 2.0]}, index=pd.DatetimeIndex([pd.Timestamp("2024-01-01"), pd.NaT])),
            "a row without a time; got NaT in row 2",
        ),
    ],
)
def test_refuses(prices, message):
    with pytest.raises(DataError, match=message):
        returns(prices)


def test_refuses_an_unknown_kind():
    with pytest.raises(DataError, match="kind is unknown; got 'percent'; expected one of 'log', 'simple'"):
        returns(daily([1.0, 2.0]), "percent")


def test_a_table_keeps_nan_and_becomes_float():
    table = table_of_prices(daily([1, 2]).assign(X=[np.nan, 1.0]))
    assert (table.dtypes == np.float64).all()
    assert table["X"].isna().tolist() == [True, False]

"""Realised variance from returns within the day."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.volatility import realised_variance


def intraday(freq="h", days=4, start="2024-03-30"):
    times = pd.date_range(start, pd.Timestamp(start) + pd.Timedelta(days=days), freq=freq, tz="UTC", inclusive="left")
    return pd.Series(0.01 * np.random.default_rng(1).normal(size=len(times)), times, name="BTC")


@pytest.mark.parametrize("freq", ["h", "5min", "15min"])
def test_a_full_day_is_the_sum_of_its_squares(freq):
    returns = intraday(freq)
    result = realised_variance(returns)
    expected = [sum(x * x for x in returns[returns.index.day == day.day]) for day in result.index]
    np.testing.assert_allclose(result, expected, rtol=1e-13)
    assert len(result) == 4
    assert str(result.index.tz) == "UTC"


def test_a_day_with_a_missing_row_or_a_nan_is_nan_and_the_others_stay():
    returns = intraday()
    full = realised_variance(returns)
    without, blank = returns.drop(returns.index[30]), returns.copy()
    blank.iloc[30] = np.nan
    for broken in (without, blank):
        result = realised_variance(broken)
        assert result.isna().tolist() == [False, True, False, False]
        np.testing.assert_allclose(result.drop(result.index[1]), full.drop(full.index[1]), rtol=1e-14)


def test_a_smaller_minimum_sums_what_is_there_and_scales_nothing_up():
    returns = intraday()
    result = realised_variance(returns.drop(returns.index[[24, 30]]), least=22)
    assert result.iloc[1] == pytest.approx(realised_variance(returns).iloc[1] - (returns.iloc[[24, 30]] ** 2).sum())
    assert realised_variance(returns.drop(returns.index[[24, 30]]), least=23).isna().sum() == 1


def test_a_day_without_any_row_is_there_and_is_nan():
    returns = intraday()
    result = realised_variance(returns.drop(returns.index[24:48]), least=1)
    assert result.isna().tolist() == [False, True, False, False]
    nothing = returns.copy()
    nothing.iloc[24:48] = np.nan
    assert realised_variance(nothing, least=1).isna().tolist() == [False, True, False, False]


def test_days_are_those_of_utc_wherever_the_times_come_from():
    returns = intraday()  # spans the change to summer time
    elsewhere = returns.tz_convert("Europe/Berlin")
    pd.testing.assert_series_equal(realised_variance(elsewhere), realised_variance(returns))


def test_the_source_travels_with_the_numbers():
    returns = intraday()
    returns.attrs["source"] = "SyntheticMarket"
    assert realised_variance(returns).attrs == {"source": "SyntheticMarket"}


def test_it_estimates_the_variance_of_a_random_walk():
    result = realised_variance(intraday("5min", days=200))
    assert result.mean() == pytest.approx(288 * 1e-4, rel=0.02)
    assert result.std() == pytest.approx(288 * 1e-4 * np.sqrt(2 / 288), rel=0.15)


def test_har_refuses_the_days_that_are_missing():
    returns = intraday(days=60)
    with pytest.raises(rk.DataError, match="NaN"):
        rk.volatility.Har().fit(realised_variance(returns.drop(returns.index[30])))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda returns: returns.tolist(), "not a series over time"),
        (lambda returns: returns.reset_index(drop=True), "not a series over time"),
        (lambda returns: returns.tz_localize(None), "times with a zone"),
        (lambda returns: returns.to_frame(), "not a series over time"),
        (lambda returns: returns.iloc[::-1], "not sorted"),
        (lambda returns: returns.iloc[[0, 0, 1]], "duplicate"),
        (lambda returns: returns.iloc[:1], "at least 2"),
        (lambda returns: returns.iloc[::4], "no intraday step; got 0 days 04:00:00"),
        (lambda returns: returns.astype(str), "cannot be summed"),
        (lambda returns: returns.replace(returns.iloc[3], np.inf), "out of range"),
        (lambda returns: pd.concat([returns, returns.iloc[-1:].shift(freq="67min")]), "one grid; got 2024-04-03 00:07:00"),
        (lambda returns: returns.set_axis(pd.date_range("2024", periods=96, freq="7min", tz="UTC")), "whole part of a day"),
    ],
)
def test_refuses_returns(change, message):
    with pytest.raises(rk.DataError, match=message):
        realised_variance(change(intraday()))


@pytest.mark.parametrize("least", [0, 25, 1.5, True])
def test_refuses_a_minimum(least):
    with pytest.raises(rk.DataError, match="least"):
        realised_variance(intraday(), least=least)

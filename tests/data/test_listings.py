import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskkit.data.facts import facts
from riskkit.data.listings import one_listing, survivorship, universe
from riskkit.errors import DataError

DAYS = pd.date_range("2022-05-10", periods=4, tz="UTC")
TABLE = pd.DataFrame(
    {
        "venue": "X", "symbol": ["A", "A", "B"], "listing": ["A-1", "A-2", "B-1"],
        "first": pd.to_datetime([None, "2022-06-01", "2021-01-01"], utc=True),
        "last": pd.to_datetime(["2022-05-01", None, "2022-06-01"], utc=True),
    }
)  # fmt: skip


def _at(day):
    return pd.Timestamp(day, tz="UTC")


@pytest.mark.parametrize(
    ("at", "there"),
    [
        ("2000-01-01", ["A-1"]),
        ("2022-04-30T23:59:59Z", ["A-1", "B-1"]),
        ("2022-05-01", ["B-1"]),  # half-open: the end is outside
        ("2022-05-31", ["B-1"]),
        ("2022-06-01", ["A-2"]),  # the beginning is inside
        ("2030-01-01", ["A-2"]),
    ],
)
def test_the_universe_of_a_day_is_half_open(at, there):
    assert universe(TABLE, at)["listing"].tolist() == there


def test_the_universe_keeps_what_the_table_says_of_itself():
    assert universe(facts("listings"), "2022-05-20").attrs == facts("listings").attrs


def test_a_universe_needs_a_time_and_the_columns():
    with pytest.raises(DataError, match="at is missing; got None"):
        universe(TABLE, None)
    with pytest.raises(DataError, match="listings lack columns; got first"):
        universe(TABLE.drop(columns="first"), "2022-01-01")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (None, "2022-05-31 06:00"),
        ("2021-01-01", "2022-05-13 00:40"),
        ("2022-05-13 00:40", None),  # the old coin had stopped
        ("2022-05-13 00:39", "2022-05-31 06:00"),
        ("2022-05-31 06:00", None),
    ],
)
def test_a_span_within_one_life_passes(start, end):
    assert one_listing("Binance", "LUNAUSDT", start and _at(start), end and _at(end)) is None


@pytest.mark.parametrize(
    ("start", "end"),
    [(None, None), ("2022-05-01", "2022-06-01"), ("2022-05-13 00:39", "2022-05-31 06:01"), ("2022-05-13", None)],
)
def test_a_span_over_two_lives_is_refused_with_both_spans(start, end):
    with pytest.raises(DataError, match=r"more than one coin.*LUNA-1 and LUNA-2.*before 2022-05-13 00:40.*from 2022-05-31"):
        one_listing("Binance", "LUNAUSDT", start and _at(start), end and _at(end))


def test_the_name_of_a_venue_is_read_in_any_case_and_an_unknown_symbol_passes():
    with pytest.raises(DataError):
        one_listing("BINANCE", "LUNAUSDT")
    one_listing("Binance", "BTCUSDT")
    one_listing("Bybit", "LUNAUSDT")


def test_every_reuse_in_the_table_is_caught_and_every_single_listing_passes():
    for (venue, symbol), rows in facts("listings").groupby(["venue", "symbol"]):
        if len(rows) > 1:
            with pytest.raises(DataError):
                one_listing(venue, symbol)
        else:
            one_listing(venue, symbol)


def test_survivorship_by_hand():
    closes = pd.DataFrame(
        {
            "BTC": [100.0, 110.0, 121.0, 121.0],
            "LUNA-1": [10.0, 1.0, np.nan, np.nan],
            "LUNA-2": [np.nan, np.nan, 8.0, 4.0],
        },
        index=DAYS,
    )
    table = survivorship(closes)
    # step 1: (10 % - 90 %) / 2; step 2: LUNA-1 keeps its last price, (10 % + 0) / 2; step 3: (0 - 50 %) / 2
    np.testing.assert_allclose(table["as it was"], [1.0, 0.6, 0.63, 0.4725], rtol=1e-14)
    np.testing.assert_allclose(table["survivors only"], [1.0, 1.1, 1.21, 0.9075], rtol=1e-14)
    assert table.attrs["source"].endswith("2 of 3 listings reach the last row")


def test_an_index_stays_at_one_while_nothing_is_listed():
    closes = pd.DataFrame({"A": [np.nan, np.nan, 5.0, 6.0]}, index=DAYS)
    assert survivorship(closes)["as it was"].tolist() == [1.0, 1.0, 1.0, 1.2]


def test_a_coin_that_joins_counts_only_from_its_first_price():
    closes = pd.DataFrame({"A": [1.0, 1.0, 1.0, 1.0], "B": [np.nan, 1.0, 3.0, 3.0]}, index=DAYS)
    assert survivorship(closes)["as it was"].tolist() == [1.0, 1.0, 2.0, 2.0]


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), died=st.integers(1, 8))
def test_without_deaths_the_two_agree_and_with_a_worthless_one_survivors_look_better(seed, died):
    rng = np.random.default_rng(seed)
    days = pd.date_range("2024-01-01", periods=12, tz="UTC")
    closes = pd.DataFrame(np.exp(np.cumsum(rng.normal(0, 0.05, (12, 3)), axis=0)), index=days, columns=list("abc"))
    table = survivorship(closes)
    np.testing.assert_array_equal(table["as it was"], table["survivors only"])
    crashed = np.where(np.arange(12) < died, 1.0, 0.001)
    crashed[died + 1 :] = np.nan
    with_dead = survivorship(closes.assign(dead=crashed))
    assert with_dead["as it was"].iloc[-1] < with_dead["survivors only"].iloc[-1]


def test_a_gap_within_a_life_and_a_table_of_the_dead_are_refused():
    closes = pd.DataFrame({"A": [1.0, np.nan, 2.0, 2.0]}, index=DAYS)
    with pytest.raises(DataError, match=r"a gap within a life; got no price of 'A' at 2022-05-11"):
        survivorship(closes)
    with pytest.raises(DataError, match="no column reaches the last row"):
        survivorship(pd.DataFrame({"A": [1.0, 1.0, 1.0, np.nan]}, index=DAYS))
    with pytest.raises(DataError, match="is not positive"):
        survivorship(pd.DataFrame({"A": [1.0, 0.0, 1.0, 1.0]}, index=DAYS))

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskkit.data.pegs import peg_price
from riskkit.errors import DataError

HOURS = pd.date_range("2023-03-11", periods=3, freq="h", tz="UTC")


def _bars(closes, volumes, index=HOURS):
    return pd.DataFrame({"close": closes, "volume": volumes}, index=index[: len(closes)], dtype=float)


def test_a_halted_venue_does_not_hold_the_peg():
    halted = _bars([1.0, 1.0, 1.0], [5.0, 0.0, 0.0])
    trading = _bars([0.99, 0.93, 0.88], [1.0, 1.0, 1.0])
    result = peg_price({"halted": halted, "trading": trading})
    assert result["price"].tolist() == [1.0, 0.93, 0.88]
    assert result["venues"].tolist() == [2, 1, 1]


def test_the_median_is_weighted_by_volume():
    venues = {
        "a": _bars([0.90], [3.0]),
        "b": _bars([0.95], [2.0]),
        "c": _bars([1.00], [4.0]),
    }
    assert peg_price(venues)["price"].tolist() == [0.95]  # 3 of 9 below, 5 of 9 at or below 0.95
    venues["a"] = _bars([0.90], [7.0])
    assert peg_price(venues)["price"].tolist() == [0.90]


def test_where_the_volume_splits_exactly_it_is_the_middle():
    assert peg_price({"a": _bars([0.9], [2.0]), "b": _bars([1.0], [2.0])})["price"].tolist() == pytest.approx([0.95])
    three = {"a": _bars([0.9], [0.1]), "b": _bars([0.96], [0.2]), "c": _bars([1.0], [0.3])}
    assert peg_price(three)["price"].tolist() == pytest.approx([0.98])  # 0.1 + 0.2 is half of 0.6, but for rounding


def test_it_is_nan_where_nobody_traded():
    result = peg_price({"a": _bars([1.0, 1.0], [0.0, 1.0]), "b": _bars([1.0, 0.9], [0.0, 0.0])})
    assert np.isnan(result["price"].iloc[0])
    assert result["venues"].tolist() == [0, 1]
    assert result["price"].iloc[1] == 1.0


def test_a_venue_may_lack_times_and_the_result_has_all():
    late = _bars([0.9], [1.0], index=HOURS[2:])
    result = peg_price({"late": late, "early": _bars([1.0, 0.99], [1.0, 1.0])})
    assert result.index.tolist() == HOURS.tolist()
    assert result["price"].tolist() == [1.0, 0.99, 0.9]


def test_the_source_names_the_venues():
    known = _bars([1.0], [1.0])
    known.attrs["source"] = "invented"
    said = peg_price({"a": known, "b": _bars([1.0], [1.0])}).attrs["source"]
    assert said == (
        "median over a, b, by volume, of the closes at which they traded; invented; bars without a stated source"
    )


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(st.integers(800, 1100), st.integers(0, 5)), min_size=1, max_size=7
    )
)  # fmt: skip
def test_it_is_the_median_of_a_list_in_which_every_coin_stands_once(traded):
    venues = {f"v{i}": _bars([price / 1000], [float(volume)]) for i, (price, volume) in enumerate(traded)}
    coins = [price / 1000 for price, volume in traded for _ in range(volume)]
    price = peg_price(venues)["price"].iloc[0]
    assert np.isnan(price) if not coins else price == pytest.approx(np.median(coins), rel=1e-12)


@pytest.mark.parametrize(
    ("venues", "message"),
    [
        ({}, "venues is not a named collection"),
        ([], "venues is not a named collection"),
        ({"a": 1}, "the bars of a lack a column; got int; expected close and volume"),
        ({"a": _bars([1.0], [1.0]).drop(columns="volume")}, "the bars of a lack a column; got close"),
        ({"a": _bars([np.nan], [1.0])}, "close of a holds NaN"),
        ({"a": _bars([1.0], [np.nan])}, "volume of a holds NaN"),
        ({"a": _bars([0.0], [1.0])}, "close of a is out of range; got 0 at 2023-03-11"),
        ({"a": _bars([1.0], [-1.0])}, "volume of a is out of range; got -1 at 2023-03-11"),
        ({"a": _bars([1.0, 1.0], [1.0, 1.0])[::-1]}, "a is not sorted by its index"),
        ({"a": _bars([1.0], [1.0]).reset_index(drop=True)}, "a are not indexed by time"),
        (
            {"a": _bars([1, 1], [1, 1]), "b": _bars([1, 1], [1, 1], HOURS[0] + pd.to_timedelta([0, 9], "h"))},
            "the venues' bars differ in length; got a 0 days 01:00:00, b 0 days 09:00:00",
        ),
    ],
)  # fmt: skip
def test_unusable_venues_are_refused(venues, message):
    with pytest.raises(DataError, match=message):
        peg_price(venues)

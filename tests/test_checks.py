"""Argument checks: what they let through, what they refuse, and what they say."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskkit import DataError, checks

DATES = pd.date_range("2024-01-01", periods=3, tz="UTC")


@pytest.mark.parametrize("value", [1, 1.5, np.float32(2.0), np.int64(3), -0.0])
def test_number_passes(value):
    assert checks.number("x", value) == float(value)
    assert type(checks.number("x", value)) is float


@pytest.mark.parametrize("value", ["1", None, True, 1j, [1.0], np.nan, np.inf, -np.inf, np.array(1.0)])
def test_number_refuses(value):
    with pytest.raises(DataError, match="x is"):
        checks.number("x", value)


def test_number_has_open_and_closed_ends():
    assert checks.number("x", 0.0, least=0.0, most=1.0) == 0.0
    assert checks.number("x", 1.0, least=0.0, most=1.0) == 1.0
    with pytest.raises(DataError, match=r"expected a finite number > 0 and <= 1"):
        checks.number("x", 0.0, above=0.0, most=1.0)
    with pytest.raises(DataError, match=r"expected a finite number >= 2"):
        checks.number("x", 1.0, least=2.0)


@pytest.mark.parametrize("value", [1.0, "1", True, None, -1, np.float64(3.0)])
def test_whole_refuses(value):
    with pytest.raises(DataError, match="whole number"):
        checks.whole("window", value)


def test_whole_passes():
    assert checks.whole("window", np.int32(5), least=5) == 5


@settings(deadline=None, max_examples=100)
@given(value=st.floats())
def test_level_lies_between_a_half_and_one(value):
    if 0.5 < value < 1.0:
        assert checks.level(value) == value
    else:
        with pytest.raises(DataError, match="confidence level"):
            checks.level(value)


@pytest.mark.parametrize(
    ("value", "remedy"), [(0.05, "write level=0.95"), (0.01, "write level=0.99"), (99, "0.99 is usual")]
)
def test_level_says_what_to_write(value, remedy):
    with pytest.raises(DataError, match=remedy):
        checks.level(value)


def test_one_of():
    assert checks.one_of("kind", "call", ("call", "put")) == "call"
    with pytest.raises(DataError, match="one of 'call', 'put'"):
        checks.one_of("kind", "Call", ("call", "put"))


@pytest.mark.parametrize(
    "value", [np.asfortranarray(np.ones((3, 2))), np.ones((6, 2))[::2], [[1, 1]] * 3, np.ones((3, 2), "f4")]
)
def test_array_is_contiguous_doubles(value):
    result = checks.array("x", value, ndim=2)
    assert result.dtype == np.float64
    assert result.flags.c_contiguous
    assert result.shape == (3, 2)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("abc", "not numeric"),
        ([[1], [1, 2]], "not numeric"),
        (None, "NaN|shape|numeric"),
        (1.0, "expected 1 axes"),
        ([[1.0]], "expected 1 axes"),
        ([], "too short"),
        ([1.0, np.nan, np.inf], "2 of 3"),
    ],
)
def test_array_refuses(value, message):
    with pytest.raises(DataError, match=message):
        checks.array("x", value, ndim=1)


def test_returns_take_what_pandas_gives():
    assert list(checks.returns(pd.Series([0.1, 0.2], name="BTC")).columns) == ["BTC"]
    assert list(checks.returns(np.array([0.1, 0.2])).columns) == ["value"]
    mixed = pd.DataFrame({"a": [1, 2], "b": pd.array([1.5, 2.5], dtype="Float64")})
    assert (checks.returns(mixed).dtypes == np.float64).all()


def test_returns_do_not_change_their_argument():
    frame = pd.DataFrame({"a": [1, 2]})
    checked = checks.returns(frame)
    checked.iloc[0, 0] = 9
    assert frame["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pd.DataFrame(), "too short"),
        (pd.DataFrame(index=DATES), "too short"),
        (pd.Series([0.1, np.nan, 0.3], index=DATES), "1 of 3 rows, first at 2024-01-02"),
        (pd.Series([0.1, 0.2, -np.inf], index=DATES), "first at 2024-01-03"),
        (pd.Series([0.1, 0.2, 0.3], index=DATES[::-1]), "not sorted"),
        (pd.Series([0.1, 0.2], index=DATES[[0, 0]]), "duplicate index"),
        (pd.DataFrame([[0.1, 0.2]], columns=["a", "a"]), "duplicate columns"),
        (pd.Series(["a"]), "not numeric"),
        (pd.Series([pd.Timestamp("2024-01-01")]), "not numeric"),
        (pd.Series(pd.array([0.1, None], dtype="Float64")), "NaN or infinite"),
        ([0.1, 0.2], "wrong type"),
        (np.ones((2, 2)), r"ndarray of shape \(2, 2\)"),
    ],
)
def test_returns_refuse(data, message):
    with pytest.raises(DataError, match=message):
        checks.returns(data)


def test_series_refuses_several_columns():
    with pytest.raises(DataError, match="choose a column"):
        checks.series(pd.DataFrame({"a": [0.1], "b": [0.2]}))
    assert checks.series(pd.DataFrame({"a": [0.1]})).name == "a"


@pytest.mark.parametrize("values", [[1.0], [0.0, 0.0], [0.1, 0.1, np.nextafter(0.1, 1)], [1e300] * 3])
def test_varied_refuses_what_is_constant_to_rounding(values):
    with pytest.raises(DataError, match="is constant"):
        checks.varied("x", np.array(values))


def test_varied_passes_small_but_real_differences():
    checks.varied("x", np.array([1.0, 1.0 + 1e-14]))
    checks.varied("x", np.array([0.0, 5e-324]))


def test_weights():
    assert checks.weights(None, 4).tolist() == [0.25] * 4
    assert checks.weights([1, 3], 2).tolist() == [0.25, 0.75]
    given_ = np.array([1.0, 1.0])
    checks.weights(given_, 2)
    assert given_.tolist() == [1.0, 1.0]
    for wrong in ([1.0], [1.0, -1e-9], [0.0, 0.0], [np.nan, 1.0], [[0.5, 0.5]]):
        with pytest.raises(DataError):
            checks.weights(wrong, 2)


def test_names_and_mapping():
    assert checks.names("names", ["a", 1], 2) == ("a", "1")
    for wrong in (["a"], ["a", "a"], [1, "1"]):
        with pytest.raises(DataError, match="distinct names"):
            checks.names("names", wrong, 2)
    original = {"a": 1}
    assert checks.mapping("values", original) is not original
    for wrong in ({}, [], {1: 2}, None):
        with pytest.raises(DataError, match="named collection"):
            checks.mapping("values", wrong)

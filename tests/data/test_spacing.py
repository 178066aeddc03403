import pandas as pd
import pytest

from riskkit.data import calendar
from riskkit.errors import DataError


def index(*times):
    return pd.DatetimeIndex(times, tz="UTC")


@pytest.mark.parametrize(
    ("times", "kind", "step", "longest"),
    [
        (pd.date_range("2024-01-01", periods=30, tz="UTC"), "regular", "1D", "36h"),
        (pd.bdate_range("2024-01-01", periods=30, tz="UTC"), "sessions", "1D", "7D"),
        (pd.date_range("2024-01-01", periods=300, freq="h", tz="UTC"), "regular", "1h", "90min"),
        (pd.date_range("2024-01-05", periods=30, freq="W-FRI", tz="UTC"), "regular", "7D", "252h"),
        (pd.date_range("2000-01-01", periods=60, freq="MS", tz="UTC"), "regular", "31D", "1116h"),
        # closes at local midnight: 23 or 25 hours apart where the clocks change
        (pd.date_range("2024-01-01", periods=200, tz="Europe/Berlin").tz_convert("UTC"), "regular", "1D", "36h"),
        # Monday to Thursday shows no skipped weekend: the stricter reading
        (index("2024-01-01", "2024-01-02", "2024-01-04"), "regular", "1D", "36h"),
        (index("2024-01-05", "2024-01-08", "2024-01-09"), "sessions", "1D", "7D"),
    ],
)
def test_rule(times, kind, step, longest):
    found = calendar(times)
    assert (found.kind, found.step, found.longest) == (kind, pd.Timedelta(step), pd.Timedelta(longest))


def test_a_crypto_market_that_lost_some_weekends_stays_regular():
    days = pd.date_range("2024-01-01", periods=56, tz="UTC")
    assert calendar(days.delete([5, 6, 12, 13])).gaps(days.delete([5, 6, 12, 13])).sum() == 2


def test_the_week_of_september_2001_is_one_step():
    days = pd.bdate_range("2001-08-01", "2001-10-31", tz="UTC")
    open_days = days[(days <= "2001-09-10") | (days >= "2001-09-17")]
    assert not calendar(open_days).gaps(open_days).any()


def test_says_itself_in_words():
    minutes = pd.date_range("2024-01-01", periods=9, freq="5min", tz="UTC")
    assert str(calendar(minutes)) == "regular, step 5 minutes, longer than 7.5 minutes is a gap"
    seconds = pd.date_range("2024-01-01", periods=9, freq="s", tz="UTC")
    assert str(calendar(seconds)) == "regular, step 1 second, longer than 1.5 seconds is a gap"


@pytest.mark.parametrize(
    ("longest", "message"),
    [
        ("soon", "longest is not a span of time; got 'soon'"),
        ("1h", "shorter than one step; got '1h'; expected at least 1 day"),
    ],
)
def test_refuses_a_bad_longest(longest, message):
    with pytest.raises(DataError, match=message):
        calendar(pd.date_range("2024-01-01", periods=5, tz="UTC"), longest)


def test_refuses_a_single_row():
    with pytest.raises(DataError, match="too short to show a step; got 1 rows"):
        calendar(index("2024-01-01"))

"""Which step between two rows is one step of the market, and which is a gap.

A price file does not say when its market was open; the index must tell. The rule, from the index alone:

- the *step* is the median spacing of the rows;
- a daily table that skips its weekends belongs to a market with *sessions*: the next row is the next session, and a
  holiday is no gap. Only more than 7 days without a session is one (the longest closure of US exchanges in living
  memory, 10 to 17 September 2001, is exactly 7);
- every other table (daily with weekends, hourly, weekly, monthly) is *regular*: a spacing of more than 1.5 steps is a
  gap.

A table too short to show a skipped weekend counts as regular, which is the stricter reading.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit.errors import DataError

DAY = pd.Timedelta(days=1)
LONGEST_CLOSURE = pd.Timedelta(days=7)


@dataclass(frozen=True)
class Calendar:
    """How the rows of a price table follow one another.

    Parameters
    ----------
    kind : str
        "regular" or "sessions".
    step : Timedelta
        Median spacing of the rows.
    longest : Timedelta
        Longest spacing that still counts as one step; beyond it lies a gap.
    """

    kind: str
    step: pd.Timedelta
    longest: pd.Timedelta

    def gaps(self, index: pd.DatetimeIndex) -> npt.NDArray[np.bool_]:
        """Return shape (T - 1,): whether a gap lies between row t and row t + 1."""
        return np.asarray(index[1:] - index[:-1] > self.longest)

    def __str__(self) -> str:
        return f"{self.kind}, step {_words(self.step)}, longer than {_words(self.longest)} is a gap"


def calendar(index: pd.DatetimeIndex, longest: object = None) -> Calendar:
    """Infer the calendar of a sorted index of at least two times.

    Parameters
    ----------
    index : DatetimeIndex of T >= 2 increasing times
    longest : Timedelta or str, optional
        Longest spacing that counts as one step, when you know better than the rule above: "11D" for a market that
        closes for a Golden Week.

    Examples
    --------
    >>> print(calendar(pd.date_range("2024-01-01", periods=30, tz="UTC")))
    regular, step 1 day, longer than 1.5 days is a gap
    >>> print(calendar(pd.bdate_range("2024-01-01", periods=30, tz="UTC")))
    sessions, step 1 day, longer than 7 days is a gap
    """
    if len(index) < 2:
        raise DataError("the index is too short to show a step", got=f"{len(index)} rows", expected="at least 2")
    spacing = np.sort(np.asarray((index[1:] - index[:-1]).as_unit("ns").asi8))
    step = pd.Timedelta(int(spacing[(len(spacing) - 1) // 2]), unit="ns")  # lower median: a spacing that occurs
    sessions = 20 <= step / pd.Timedelta(hours=1) <= 28 and _skips_weekends(index)
    kind = "sessions" if sessions else "regular"
    rule = LONGEST_CLOSURE if sessions else 1.5 * step
    return Calendar(kind, step, rule if longest is None else _given(longest, step))


def _skips_weekends(index: pd.DatetimeIndex) -> bool:
    """Whether at most half of the Saturdays and Sundays inside the span have a row, and there are at least two."""
    days = index.normalize().unique()
    weekend = pd.date_range(days[0], days[-1]).day_of_week >= 5
    return bool(weekend.sum() >= 2 and (days.day_of_week >= 5).sum() <= weekend.sum() / 2)


def _given(longest: object, step: pd.Timedelta) -> pd.Timedelta:
    try:
        result = pd.Timedelta(longest)  # type: ignore[arg-type]
    except (ValueError, TypeError) as cause:
        raise DataError("longest is not a span of time", got=repr(longest), expected='for example "3D"') from cause
    if pd.isna(result) or result < step:
        raise DataError("longest is shorter than one step", got=repr(longest), expected=f"at least {_words(step)}")
    return result


def _words(span: pd.Timedelta) -> str:
    sizes = {"day": DAY, "hour": DAY / 24, "minute": DAY / 1440}
    unit = next((unit for unit, size in sizes.items() if span >= size), "second")
    count = span / sizes.get(unit, DAY / 86_400)
    return f"{count:g} {unit}{'' if count == 1 else 's'}"

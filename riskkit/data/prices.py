"""What a price table must be, and the returns made from it."""

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.data.spacing import calendar
from riskkit.errors import DataError


def returns(prices: pd.DataFrame | pd.Series, kind: str = "log", *, longest: object = None) -> pd.DataFrame:
    """Return what each price earned since the row before, NaN where that row is not one step back.

    Nothing is filled. A return is NaN when one of its two prices is NaN, and when a gap lies between the two rows: in
    a market that trades every day, a missing day makes the *next* return NaN, because it would span two days. In a
    market with sessions (rows skip the weekends) the next row is the next session, so a weekend or a holiday of up to
    7 days is one step; a lost session cannot be told from a holiday there. :mod:`riskkit.data.spacing` states the rule
    and ``.attrs["calendar"]`` says what it found.

    Parameters
    ----------
    prices : DataFrame of shape (T, N) or Series, T >= 2
        Positive prices, sorted by a unique DatetimeIndex; NaN where there is none. Times without a zone are read as
        UTC.
    kind : str
        "log" for ln(p_t / p_(t-1)), "simple" for p_t / p_(t-1) - 1.
    longest : Timedelta or str, optional
        Longest spacing of two rows that counts as one step, when the rule misjudges your market, for example "11D".

    Returns
    -------
    DataFrame of shape (T - 1, N)
        Decimals per step, UTC index. ``.attrs`` are those of ``prices`` with "returns" and "calendar" added.

    Raises
    ------
    DataError
        Prices that are not positive (a log return does not exist, a simple one means nothing), infinite or not
        numbers; an index that is not of times, not sorted or not unique.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-05", "2024-01-06", "2024-01-07", "2024-01-08", "2024-01-10"], utc=True)
    >>> prices = pd.DataFrame({"BTC": [100.0, 110.0, 99.0, 99.0, 120.0]}, index=days)
    >>> returns(prices, "simple")["BTC"].round(6).tolist()  # the 9th is missing
    [0.1, -0.1, 0.0, nan]
    """
    checks.one_of("kind", kind, ("log", "simple"))
    table = table_of_prices(prices, least=2)
    positive(table)
    market = calendar(table.index, longest)  # type: ignore[arg-type]
    gap = market.gaps(table.index)  # type: ignore[arg-type]
    values = table.to_numpy()
    ratio = values[1:] / values[:-1]
    ratio[gap] = np.nan
    result = pd.DataFrame(np.log(ratio) if kind == "log" else ratio - 1.0, index=table.index[1:], columns=table.columns)
    result.attrs = {
        "source": "a table without a stated source",
        **table.attrs,
        "returns": f"{kind} returns, decimals per step",
        "calendar": f"{market}; {int(gap.sum())} of {len(gap)} steps are",
    }
    return result


def table_of_prices(prices: object, *, name: str = "prices", least: int = 1) -> pd.DataFrame:
    """Return a float64 table with a sorted, unique UTC index; NaN is kept, everything else unusable is refused."""
    if isinstance(prices, pd.Series):
        prices = prices.to_frame("price" if prices.name is None else prices.name)
    if not isinstance(prices, pd.DataFrame):
        raise DataError(f"{name} have the wrong type", got=type(prices).__name__, expected="a pandas DataFrame")
    if len(prices) < least or prices.shape[1] == 0:
        got = f"{len(prices)} rows x {prices.shape[1]} columns"
        raise DataError(f"{name} are too few", got=got, expected=f"at least {least} rows and one column")
    if not prices.columns.is_unique:
        twice = prices.columns[prices.columns.duplicated()][0]
        raise DataError(f"{name} have two columns of one name", got=repr(twice), expected="one name per instrument")
    index = utc(name, prices.index)
    checks.index(name, index)
    columns = {column: _finite(f"{name}[{column!r}]", prices[column], index) for column in prices}
    result = pd.DataFrame(columns, index=index)
    result.columns = prices.columns
    result.attrs = dict(prices.attrs)
    return result


def utc(name: str, index: pd.Index) -> pd.DatetimeIndex:
    """Return the index in UTC and nanoseconds; times without a zone are read as UTC."""
    if not isinstance(index, pd.DatetimeIndex):
        raise DataError(
            f"{name} are not indexed by time", got=f"an index of {index.dtype}", expected="a DatetimeIndex",
            remedy=f"{name}.index = pd.to_datetime({name}.index, utc=True)",
        )  # fmt: skip
    if index.hasnans:
        row = int(np.argmax(index.isna())) + 1
        raise DataError(f"{name} have a row without a time", got=f"NaT in row {row}", expected="a time in every row")
    zoned = index.tz_localize("UTC") if index.tz is None else index.tz_convert("UTC")
    return zoned.as_unit("ns")


def positive(table: pd.DataFrame) -> None:
    """Refuse the first price that is zero or negative."""
    bad = np.asarray(table <= 0.0)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise DataError(
            f"prices[{table.columns[column]!r}] is not positive",
            got=f"{table.iloc[row, column]:g} at {table.index[row]}, {int(bad.sum())} such prices in all",
            expected="> 0",
            remedy="use differences, prices.diff(), for what can fall below zero (rates, spreads, WTI in April 2020)",
        )


def _finite(name: str, column: pd.Series, index: pd.DatetimeIndex) -> checks.FloatArray:
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        raise DataError(f"{name} is not numeric", got=f"dtype {column.dtype}", expected="numbers")
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(values).any():
        raise DataError(
            f"{name} is infinite", got=f"inf at {index[int(np.argmax(np.isinf(values)))]}", expected="finite or NaN"
        )
    return values

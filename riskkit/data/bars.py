"""Checks of open-high-low-close bars: the first bad row is named, gaps are listed, nothing is repaired."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit.data.prices import utc
from riskkit.data.spacing import calendar
from riskkit.errors import DataError

PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True, eq=False)
class BarsReport:
    """What the checks found in bars that passed them.

    Parameters
    ----------
    summary : DataFrame
        One row per symbol: ``rows``, ``first``, ``last``, ``calendar``, ``gaps``, ``missing`` (rows that the gaps
        swallowed).
    gaps : DataFrame
        One row per gap: ``symbol``, ``after`` (last row before it), ``until`` (first row behind it), ``missing``.
    """

    summary: pd.DataFrame
    gaps: pd.DataFrame


def check_bars(bars: pd.DataFrame) -> BarsReport:
    """Check bars and list their gaps.

    Parameters
    ----------
    bars : DataFrame
        Columns ``open high low close``, optionally ``symbol`` and ``volume``; times in UTC in a column ``date`` or in
        the index. Within a symbol the times must increase.

    Returns
    -------
    BarsReport

    Raises
    ------
    DataError
        Naming the first row that breaks a rule: time in UTC, increasing, unique per symbol; prices finite and positive;
        high >= max(open, close, low); low <= min(open, close); volume >= 0.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-06"], utc=True)
    >>> bars = pd.DataFrame({"open": 10.0, "high": 12.0, "low": 9.0, "close": 11.0}, index=days)
    >>> check_bars(bars).gaps[["after", "until", "missing"]].astype(str).values.tolist()
    [['2024-01-03 00:00:00+00:00', '2024-01-06 00:00:00+00:00', '2']]
    >>> check_bars(bars.assign(high=[12.0, 10.5, 12.0, 12.0]))
    Traceback (most recent call last):
    riskkit.errors.DataError: high lies below another price of its bar; got 10.5 in row 2 (2024-01-02 ...); expected ...
    """
    table = _table(bars)
    _check_times(table)
    for column in PRICES:
        values = _numbers(table, column)
        _refuse(table, ~(values > 0.0), f"{column} is not positive", column, "a price > 0")
    _refuse(
        table, np.asarray(table["high"] < table[["open", "low", "close"]].max(axis=1)),
        "high lies below another price of its bar", "high", "high >= max(open, low, close)",
    )  # fmt: skip
    _refuse(
        table, np.asarray(table["low"] > table[["open", "close"]].min(axis=1)),
        "low lies above another price of its bar", "low", "low <= min(open, close)",
    )  # fmt: skip
    if "volume" in table:
        _refuse(table, ~(_numbers(table, "volume") >= 0.0), "volume is negative", "volume", "volume >= 0")
    return _report(table)


def _table(bars: object) -> pd.DataFrame:
    """Return the bars with the columns date and symbol and a whole-number index."""
    if not isinstance(bars, pd.DataFrame):
        raise DataError("bars have the wrong type", got=type(bars).__name__, expected="a pandas DataFrame")
    missing = [column for column in PRICES if column not in bars]
    if missing:
        raise DataError(f"bars lack {', '.join(missing)}", got=list(bars.columns), expected="open, high, low, close")
    if bars.empty:
        raise DataError("bars are empty", expected="at least one row")
    times = pd.Index(bars["date"]) if "date" in bars else bars.index
    if isinstance(times, pd.DatetimeIndex) and str(times.tz) != "UTC":
        raise DataError(
            "bars are not in UTC", got=f"zone {times.tz}", expected="UTC",
            remedy='tz_localize("UTC") times without a zone, tz_convert("UTC") all others',
        )  # fmt: skip
    table = bars.drop(columns="date", errors="ignore").reset_index(drop=True)
    table["date"] = utc("bars", times)
    if "symbol" not in table:
        table["symbol"] = ""
    nameless = np.asarray(table["symbol"].isna())
    if nameless.any():
        raise DataError("a bar has no symbol", got=f"row {int(np.argmax(nameless)) + 1}", expected="a name in every row")
    return table


def _check_times(table: pd.DataFrame) -> None:
    twice = np.asarray(table.duplicated(["symbol", "date"]))
    _refuse(table, twice, "two bars have one symbol and time", "date", "one bar per symbol and time")
    backwards = np.asarray(table.groupby("symbol", sort=False)["date"].diff() < pd.Timedelta(0))
    _refuse(table, backwards, "times run backwards", "date", "increasing times within a symbol")


def _numbers(table: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    if pd.api.types.is_bool_dtype(table[column]) or not pd.api.types.is_numeric_dtype(table[column]):
        raise DataError(f"{column} is not numeric", got=f"dtype {table[column].dtype}", expected="numbers")
    values = table[column].to_numpy(dtype=np.float64, na_value=np.nan)
    _refuse(table, ~np.isfinite(values), f"{column} is not finite", column, "a finite number")
    return values


def _refuse(table: pd.DataFrame, bad: npt.NDArray[np.bool_], what: str, column: str, expected: str) -> None:
    if bad.any():
        row = int(np.argmax(bad))
        bar = f"{table['symbol'].iloc[row]} {table['date'].iloc[row]}".strip()
        got = f"row {row + 1} ({bar})" if column == "date" else f"{table[column].iloc[row]} in row {row + 1} ({bar})"
        raise DataError(what, got=got, expected=expected)


def _report(table: pd.DataFrame) -> BarsReport:
    summary, gaps = [], []
    for symbol, rows in table.groupby("symbol", sort=False):
        index = pd.DatetimeIndex(rows["date"])
        entry = {"symbol": symbol, "rows": len(index), "first": index[0], "last": index[-1]}
        if len(index) < 2:
            summary.append({**entry, "calendar": "one row", "gaps": 0})
            continue
        market = calendar(index)
        found = [_gap(symbol, index[t : t + 2], market.step) for t in np.flatnonzero(market.gaps(index))]
        gaps += found
        summary.append({**entry, "calendar": str(market), "gaps": len(found)})
    listed = pd.DataFrame(gaps, columns=["symbol", "after", "until", "missing"])
    table = pd.DataFrame(summary).set_index("symbol")
    table["missing"] = listed.groupby("symbol")["missing"].sum().reindex(table.index, fill_value=0)
    return BarsReport(table, listed)


def _gap(symbol: object, ends: pd.DatetimeIndex, step: pd.Timedelta) -> dict[str, object]:
    missing = round((ends[1] - ends[0]) / step) - 1
    return {"symbol": symbol, "after": ends[0], "until": ends[1], "missing": missing}

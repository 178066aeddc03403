"""Reads a price file: wide (a date and one column per asset) or tidy (date, symbol, close or price).

The reader refuses what it would have to guess. Its messages count data rows from 1; the header is not counted.
"""

import re
import warnings
from collections.abc import Hashable
from pathlib import Path

import numpy as np
import pandas as pd

from riskkit.data.bars import PRICES, check_bars
from riskkit.data.prices import table_of_prices
from riskkit.errors import DataError

SUFFIXES = (".csv", ".csv.gz", ".parquet")
DATES = ("date", "time", "datetime", "timestamp")
QUOTES = ("adj_close", "close", "price")  # the first one present is the price
BAR_COLUMNS = {"open", "high", "low", "volume", *QUOTES}
FULL_DAY = 24
ISO = "ISO 8601: 2024-03-12 or 2024-03-12T08:00Z"
ZONE = re.compile(r"\d{2}:?\d{2}\S*(?:Z|[+-]\d{2}:?\d{2})$")  # only behind a time of day: 2020-03-12 has no zone


def read(path: str | Path) -> pd.DataFrame:
    """Read prices from a CSV or Parquet file of your own.

    Parameters
    ----------
    path : str or Path
        ``.csv``, ``.csv.gz`` or ``.parquet``. A column (or a Parquet index) named date, time, datetime or timestamp, in
        ISO 8601 (2024-03-12 or 2024-03-12T08:00Z); then either

        - *wide*: every other column is one asset, empty where there is no price; or
        - *tidy*: ``symbol`` and ``close`` (or ``adj_close``, ``price``). With ``open high low close`` the bars are
          checked by :func:`riskkit.data.check_bars`. Where ``n_hours`` is below 24 the day is incomplete and its
          close, which is not the price at midnight, becomes NaN; or
        - *one asset*: bars without a symbol; the file's name names the column.

    Returns
    -------
    DataFrame of shape (T, N)
        One column per asset, sorted UTC index. ``.attrs["source"]`` names the file and says everything that was
        decided: times without a zone read as UTC, rows sorted, incomplete days.

    Raises
    ------
    DataError
        Missing or empty file, no date column, a date or a number that cannot be read, a duplicate key or column.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.csv")
    ...     _ = path.write_text("date,BTC,ETH\\n2024-01-01,42000,2300\\n2024-01-02,44100,\\n")
    ...     prices = read(path)
    >>> prices["BTC"].tolist(), prices.attrs["source"]
    ([42000.0, 44100.0], 'mine.csv: 2 rows 2024-01-01 to 2024-01-02, times without a zone read as UTC')
    """
    path = Path(path)
    rest, index, notes = dated_rows(path)
    plain = plain_names(rest)
    if "symbol" in plain.values():
        wide = _tidy(path, rest.rename(columns=plain), index, notes)
    elif BAR_COLUMNS.issuperset(plain[column] for column in rest) and _quote(plain.values()):
        named = rest.rename(columns=plain).assign(symbol=path.name.removesuffix(_suffix(path)))
        wide = _tidy(path, named, index, notes)
    else:
        wide = _wide(path, rest, index, notes)
    span = f"{len(wide)} rows {_day(wide.index[0])} to {_day(wide.index[-1])}"
    wide.attrs = {"source": ", ".join([f"{path.name}: {span}", *notes])}
    return table_of_prices(wide, name=path.name)


def dated_rows(path: Path) -> tuple[pd.DataFrame, pd.DatetimeIndex, list[str]]:
    """Return a file's columns but the date, the times in UTC, and what had to be decided to read them."""
    table = raw_table(path)
    dates = [column for column, name in plain_names(table).items() if name in DATES]
    if len(dates) != 1:
        raise DataError(
            f"{path.name} has {'no' if not dates else 'more than one'} date column", got=_few(table.columns),
            expected="one column named " + ", ".join(DATES),
        )  # fmt: skip
    index, notes = times_in_utc(path, table[dates[0]])
    return table.drop(columns=dates), index, notes


def plain_names(table: pd.DataFrame) -> dict[Hashable, str]:
    """Return each column's name in lower case, spaces as underscores."""
    return {column: str(column).strip().lower().replace(" ", "_") for column in table}


def raw_table(path: Path) -> pd.DataFrame:
    """Return the file as it is, a Parquet index as a column, dates of a CSV as text."""
    suffix = _suffix(path)
    if not path.is_file():
        raise DataError("the file does not exist", got=repr(str(path)), expected="a CSV or Parquet file")
    try:
        table = pd.read_parquet(path) if suffix == ".parquet" else _csv(path)
    except (OSError, ValueError, EOFError) as cause:
        if isinstance(cause, DataError):
            raise
        reason = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
        raise DataError(f"{path.name} cannot be read", got=reason, expected=f"a well-formed {suffix} file") from cause
    if not isinstance(table.index, pd.RangeIndex) or table.index.name is not None:
        table = table.rename_axis(index=str(table.index.name or "date")).reset_index()
    if table.empty:
        raise DataError(f"{path.name} is empty", got=f"0 rows, columns {_few(table.columns)}", expected="at least one row")
    return table


def _csv(path: Path) -> pd.DataFrame:
    """Read a CSV without pandas' silent repairs: repeated column names and rows wider than the header are refused."""
    header = pd.read_csv(path, header=None, nrows=1, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    names = [str(name).strip() for name in header.iloc[0]]
    if len(names) == 1 and ";" in names[0]:
        raise DataError(f"{path.name} is separated by semicolons", got=names[0], expected="commas, and points in decimals")
    if not names[0] and not any(name.lower() in DATES for name in names):
        names[0] = "date"  # a frame written by to_csv() has no name over its index
    for name in names:
        if not name or names.count(name) > 1:
            what = "two columns of one name" if name else "a column without a name"
            raise DataError(
                f"{path.name} has {what}", got=", ".join(map(repr, names)), expected="distinct names",
                remedy="write it with to_csv(..., index=False) if the index only counts rows",
            )  # fmt: skip
    dates = {name: str for name in names if name.lower() in DATES}
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # it says that cells were thrown away
        try:
            return pd.read_csv(
                path, header=0, names=names, index_col=False, dtype=dates, encoding="utf-8-sig", low_memory=False,
                skipinitialspace=True,
            )  # fmt: skip
        except pd.errors.ParserWarning as cause:
            raise DataError(f"{path.name} has rows wider than its header", expected=f"{len(names)} cells a row") from cause


def times_in_utc(path: Path, column: pd.Series) -> tuple[pd.DatetimeIndex, list[str]]:
    """Return the times in UTC and what had to be decided to read them."""
    empty = np.asarray(column.isna())
    if empty.any():
        raise DataError(f"{path.name} has a row without a date", got=f"data row {_first(empty)}", expected="a date")
    if pd.api.types.is_numeric_dtype(column):
        raise DataError(
            f"{path.name} has numbers for dates", got=f"{column.iloc[0]} in data row 1", expected=ISO,
            remedy="convert them first, for example pd.to_datetime(column, unit='ms', utc=True)",
        )  # fmt: skip
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return pd.DatetimeIndex(column).tz_convert("UTC"), []
    if pd.api.types.is_datetime64_dtype(column):
        return pd.DatetimeIndex(column).tz_localize("UTC"), ["times without a zone read as UTC"]
    text = column.astype(str).str.strip()
    times = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
    wrong = np.asarray(times.isna() | text.str.fullmatch(r"\d+"))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(
            f"{path.name} has a date that cannot be read", got=f"{text.iloc[row]!r} in data row {row + 1}",
            expected=ISO,
        )  # fmt: skip
    zoned = np.asarray(text.str.contains(ZONE))
    if zoned.any() and not zoned.all():
        raise DataError(
            f"{path.name} mixes times with and without a zone",
            got=f"{text[zoned].iloc[0]!r} and {text[~zoned].iloc[0]!r}", expected="a zone everywhere or nowhere",
        )  # fmt: skip
    return pd.DatetimeIndex(times), [] if zoned.all() else ["times without a zone read as UTC"]


def _wide(path: Path, table: pd.DataFrame, index: pd.DatetimeIndex, notes: list[str]) -> pd.DataFrame:
    if table.shape[1] == 0:
        raise DataError(f"{path.name} has no price column", got="only dates", expected="one column per asset")
    if index.has_duplicates:
        row = _first(index.duplicated())
        raise DataError(
            f"{path.name} has a date twice",
            got=f"{index[row - 1]} again in data row {row}",
            expected="one row per date",
        )
    wide = pd.DataFrame({column: numbers(path, table[column], column) for column in table})
    wide.index = index.rename("date")
    if not index.is_monotonic_increasing:
        notes.append("rows sorted by date")
        wide = wide.sort_index()
    return wide


def _tidy(path: Path, table: pd.DataFrame, index: pd.DatetimeIndex, notes: list[str]) -> pd.DataFrame:
    quote = _quote(table.columns)
    if quote is None:
        raise DataError(f"{path.name} lacks a price", got=_few(table.columns), expected="a column close, adj_close or price")
    nameless = np.asarray(table["symbol"].isna())
    if nameless.any():
        raise DataError(f"{path.name} has a row without a symbol", got=f"data row {_first(nameless)}", expected="a symbol")
    symbols = table["symbol"].astype(str).str.strip()
    columns = [column for column in ("n_hours", "volume", *PRICES, quote) if column in table]
    bars = pd.DataFrame({column: numbers(path, table[column], column) for column in columns})
    bars = bars.assign(symbol=symbols.to_numpy(), date=index)
    twice = np.asarray(bars.duplicated(["symbol", "date"]))
    if twice.any():
        row = _first(twice)
        key = f"{symbols.iloc[row - 1]} at {index[row - 1]}"
        raise DataError(
            f"{path.name} has a key twice", got=f"{key} again in data row {row}", expected="one row per date and symbol"
        )
    if set(PRICES) <= set(bars):
        _checked(path, bars)
    return _pivoted(bars, quote, notes)


def _checked(path: Path, bars: pd.DataFrame) -> None:
    """Check the bars; a file that runs backwards in time is no error here, for it is sorted anyway."""
    backwards = bars.groupby("symbol", sort=False)["date"].diff() < pd.Timedelta(0)
    try:
        check_bars(bars.sort_values("date", kind="stable") if backwards.any() else bars)
    except DataError as cause:
        raise DataError(f"{path.name}: {cause}") from cause


def _pivoted(bars: pd.DataFrame, quote: str, notes: list[str]) -> pd.DataFrame:
    if quote != "close":
        notes.append(f"prices from column {quote}")
    if "n_hours" in bars:
        incomplete = bars["n_hours"] < FULL_DAY
        notes.append(f"{int(incomplete.sum())} of {len(bars)} closes are NaN (day with fewer than {FULL_DAY} hours)")
        bars.loc[incomplete, quote] = np.nan
    order = list(dict.fromkeys(bars["symbol"]))
    wide = bars.pivot(index="date", columns="symbol", values=quote)[order]  # noqa: PD010 - nothing to aggregate
    return wide.sort_index().rename_axis(columns=None)


def numbers(path: Path, column: pd.Series, name: Hashable) -> np.ndarray:
    """Return float64 with NaN for empty cells; name the first cell that is not a number."""
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        raise DataError(f"{path.name} column {name!r} is not numeric", got=f"dtype {column.dtype}", expected="numbers")
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = (np.isnan(values) & np.asarray(column.notna())) | np.isinf(values)
    if wrong.any():
        row = _first(wrong)
        raise DataError(
            f"{path.name} column {name!r} has a bad cell", got=f"{str(column.iloc[row - 1])!r} in data row {row}",
            expected="a number such as 1234.5, or nothing",
            remedy="no thousands separators, no units, a point for decimals",
        )  # fmt: skip
    return values


def _quote(columns: object) -> str | None:
    present = set(columns)  # type: ignore[call-overload]
    return next((quote for quote in QUOTES if quote in present), None)


def _suffix(path: Path) -> str:
    for suffix in SUFFIXES:
        if path.name.endswith(suffix):
            return suffix
    raise DataError(
        "the file is of an unknown kind", got=repr(path.name), expected="a name ending in " + ", ".join(SUFFIXES)
    )


def _first(mask: np.ndarray) -> int:
    return int(np.argmax(mask)) + 1


def _few(columns: pd.Index) -> str:
    names = [str(column) for column in columns]
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _day(time: pd.Timestamp) -> str:
    return time.strftime("%Y-%m-%d")

"""What the files of a folder are called and how their rows are read: documented names first, then a reader's own.

A reader's own files are tidy: ``bars_1h`` (date, symbol, open, high, low, close, volume) or one file per instrument,
``BTC_1h`` (the same without a symbol); ``funding`` (date, symbol, rate, perhaps hours); ``options_BTC`` (asof,
price_unit and the columns of an option chain); ``tiers`` (symbol and the columns of a ladder, perhaps as_of). Each may
end in .csv, .csv.gz or .parquet.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from riskkit.data.protocol import BARS, CHAIN, TIERS, checked_bars, interval_of
from riskkit.data.reading import FULL_DAY, SUFFIXES, dated_rows, numbers, plain_names, raw_table, times_in_utc
from riskkit.data.spacing import calendar
from riskkit.errors import DataError


@dataclass(frozen=True)
class Known:
    """A file with a documented name: what it is, and what is put behind its symbols to tell them from others."""

    file: str
    what: str
    behind: str = ""


PRICES = {
    "crypto": Known("crypto_spot_1d_17coins.csv.gz", "Binance spot, daily closes"),
    "crypto_hourly": Known("crypto_spot_1h_close_17coins.parquet", "Binance spot, hourly closes"),
}
KNOWN_BARS = {
    "1d": (Known("crypto_spot_1d_17coins.csv.gz", "Binance spot, daily bars"),),
    "1h": (
        Known("crypto_spot_1h_ohlcv_btc_eth_sol.parquet", "Binance spot, hourly bars"),
        Known("perp_btc_eth_1h_with_mark.parquet", "Binance perpetuals, hourly bars", "-PERP"),
        Known("perp_1h_2025-10_cascade_window.csv.gz", "Binance perpetuals, hourly bars", "-PERP"),
    ),
    "5m": (Known("perp_5m_2025-10-10_cascade.csv.gz", "Binance perpetuals, 5-minute bars", "-PERP"),),
}
KNOWN_FUNDING = (Known("perp_funding_binance_20coins.csv.gz", "Binance perpetuals, funding"),)
KNOWN_TIERS = (Known("binance_leverage_tiers_sample.csv", "Binance perpetuals, maintenance margins"),)
OTHER_NAMES = {
    "mark_close": "mark", "funding_rate": "rate", "min_notional": "floor", "max_notional": "cap",
    "max_leverage": "maximum_leverage", "maint_amount_cum": "cumulative_amount",
}  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """Rows of a file, indexed by time, and the sentence that says where they are from."""

    path: Path
    table: pd.DataFrame
    source: str

    def of(self, symbol: str) -> "Rows":
        """Return the rows of one symbol in the order of time; a file without symbols holds one."""
        table, source = self.table, f"{symbol}, {self.source}"
        if "symbol" in table:
            table = table[table["symbol"] == symbol]
        if not table.index.is_monotonic_increasing:
            table, source = table.sort_index(kind="stable"), f"{source}, rows sorted by date"
        return Rows(self.path, table, source)


def own(folder: Path, stem: str) -> Path | None:
    """Return a file by its name without the suffix, or None."""
    return next((folder / f"{stem}{suffix}" for suffix in SUFFIXES if (folder / f"{stem}{suffix}").is_file()), None)


def candidates(folder: Path, known: tuple[Known, ...], stem: str) -> Iterator[tuple[Path, str, str]]:
    """Yield the documented files that are there, then the reader's own: path, what it is, what stands behind its symbols."""
    for file in known:
        if (folder / file.file).is_file():
            yield folder / file.file, f"{file.what}, ", file.behind
    path = own(folder, stem)
    if path is not None:
        yield path, "", ""


def with_symbol(folder: Path, symbol: str, known: tuple[Known, ...], stem: str) -> tuple[Rows | None, list[str]]:
    """Return the rows of a symbol from the first file that has it, or None and the symbols that are there."""
    there: list[str] = []
    for path, what, behind in candidates(folder, known, stem):
        rows = rows_of(path, what, behind)
        needed(rows, ("symbol",))
        if rows.table["symbol"].eq(symbol).any():
            return rows.of(symbol), []
        there += rows.table["symbol"].unique().tolist()
    return None, there


def rows_of(path: Path, what: str = "", behind: str = "") -> Rows:
    """Read a tidy file; symbols as text, ``behind`` behind them."""
    table, index, notes = dated_rows(path)
    table = table.rename(columns=plain_names(table)).rename(columns=OTHER_NAMES).set_index(index.rename("date"))
    if "symbol" in table:
        nameless = np.asarray(table["symbol"].isna())
        if nameless.any():
            got = f"data row {int(np.argmax(nameless)) + 1}"
            raise DataError(f"{path.name} has a row without a symbol", got=got, expected="a symbol")
        table["symbol"] = table["symbol"].astype(str).str.strip() + behind
    return Rows(path, table, ", ".join([f"{what}{path.name}", *notes]))


def bars_from(rows: Rows, symbol: str, interval: str) -> pd.DataFrame:
    """Return the checked bars of one symbol; incomplete days are left out and counted."""
    table, source = rows.table, rows.source
    needed(rows, BARS)
    if "n_hours" in table:
        incomplete = np.asarray(floats(rows.path, table, ("n_hours",))["n_hours"] < FULL_DAY)
        table = table[~incomplete]
        source += f", {int(incomplete.sum())} days with fewer than {FULL_DAY} hours left out"
    bars = floats(rows.path, table, (*BARS, *(["mark"] if "mark" in table else [])))
    if "mark" in bars and bars["mark"].isna().all():
        bars = bars.drop(columns="mark")
    try:
        checked = checked_bars(symbol, bars, source)
    except DataError as cause:
        raise DataError(f"{rows.path.name}: {cause}") from cause
    if len(checked) > 1 and calendar(checked.index).step != interval_of(interval):  # type: ignore[arg-type]
        got = f"a step of {calendar(checked.index).step}"  # type: ignore[arg-type]
        raise DataError(f"{rows.path.name}: {symbol} has other bars", got=got, expected=f"{interval} bars")
    return checked


def with_hours(rows: Rows, symbol: str) -> pd.DataFrame:
    """Return rate and hours; where the file has no hours they are the spacing of the payments, if it is one."""
    needed(rows, ("rate",))
    table = floats(rows.path, rows.table, ("rate", *(["hours"] if "hours" in rows.table else [])))
    if "hours" not in table:
        spacing = (table.index[1:] - table.index[:-1]).unique()
        if len(spacing) != 1:
            raise DataError(
                f"{rows.path.name}: the periods of {symbol} cannot be told", got=f"{len(spacing)} different spacings",
                expected="payments at one spacing, or a column hours",
            )  # fmt: skip
        table["hours"] = spacing[0] / pd.Timedelta(hours=1)
    return table


def chains(path: Path) -> pd.DataFrame:
    """Return the option chains of a file, ``asof`` and ``expiry`` as times."""
    table = raw_table(path)
    table = table.rename(columns=plain_names(table))
    needed(Rows(path, table, ""), ("asof", "price_unit", *CHAIN))
    times = {column: times_in_utc(path, table[column])[0] for column in ("asof", "expiry")}
    prices = [column for column in CHAIN if column not in ("expiry", "kind")]
    return table.assign(**times, **floats(path, table, tuple(prices)))


def ladders(path: Path) -> pd.DataFrame:
    """Return the margin ladders of a file; ``as_of`` as text, empty where the file has none."""
    table = raw_table(path)
    table = table.rename(columns=plain_names(table)).rename(columns=OTHER_NAMES)
    needed(Rows(path, table, ""), ("symbol", *TIERS))
    if "as_of" in table and table["as_of"].isna().any():
        raise DataError(
            f"{path.name} has a tier without a date", got="an empty as_of", expected="a date in every row, or none"
        )
    dates = table["as_of"].astype(str) if "as_of" in table else ""
    return table.assign(as_of=dates, symbol=table["symbol"].astype(str), **floats(path, table, TIERS))


def needed(rows: Rows, columns: tuple[str, ...]) -> None:
    """Refuse a file that lacks a column: nothing is invented for it."""
    missing = [column for column in columns if column not in rows.table]
    if missing:
        got = ", ".join(map(str, rows.table.columns))
        raise DataError(f"{rows.path.name} lacks {', '.join(missing)}", got=got, expected=", ".join(columns))


def floats(path: Path, table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return columns as float64, naming the first cell that is no number."""
    return pd.DataFrame({column: numbers(path, table[column], column) for column in columns}, index=table.index)

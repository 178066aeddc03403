"""Tables of published facts: stress scenarios, incident losses, an example margin ladder, listings.

Every row names its source. The column ``verified`` says whether a second, independent one was found; a row without it
stays in the table and says so. The files lie in ``data/``; :mod:`riskkit.data.fact_columns` says what each column means,
and every cell is held against that when the table is read.
"""

import csv
from collections.abc import Callable
from importlib.resources import files
from io import StringIO

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.data.fact_columns import TABLES, VERIFIED, Column, Table
from riskkit.data.protocol import TIERS, checked_tiers
from riskkit.errors import DataError


def facts(name: str) -> pd.DataFrame:
    """Return a table of published facts.

    Parameters
    ----------
    name : str
        "stress_scenarios" (index: name of the scenario), "incidents", "margin_ladder" (index: tier) or "listings".

    Returns
    -------
    DataFrame
        Times in UTC, numbers as floats with NaN where nothing was published, text empty where there is none, and
        ``verified``: whether the row has a second source. ``.attrs["source"]`` says what the table is and how many rows
        have none; ``.attrs["columns"]`` maps each column to its meaning and unit.

    Raises
    ------
    DataError
        An unknown name; a cell, a row or a table that breaks its own rules, named with its row and column.

    Examples
    --------
    >>> scenarios = facts("stress_scenarios")
    >>> scenarios.loc["2020-03-12 covid", ["btc", "eth"]].astype(float).tolist()
    [-0.5261, -0.5767]
    >>> scenarios.attrs["columns"]["btc"]
    'BTC, hourly bars: lowest price of the window against the highest before it, simple decimal'
    >>> facts("margin_ladder").attrs["source"]
    "an invented ladder of maintenance margins, no exchange's: 9 rows, 9 of them without a second source"
    """
    checks.one_of("name", name, tuple(TABLES))
    return parsed(name, (files("riskkit.data") / "tables" / f"{name}.csv").read_text(encoding="utf-8"))


def parsed(name: str, text: str) -> pd.DataFrame:
    """Return the table that a CSV text holds, or refuse it."""
    declared = TABLES[name]
    header, *rows = list(csv.reader(StringIO(text))) or [[]]
    if header != list(declared.columns) or not rows:
        got = ", ".join(header) if rows else "no rows"
        raise DataError(f"{name} has other columns", got=got, expected=", ".join(declared.columns))
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise DataError(
                f"{name} has a row of another width", got=f"{len(row)} cells in row {number}", expected=len(header)
            )
    cells = pd.DataFrame(rows, columns=header, dtype=str)
    table = pd.DataFrame({column: _typed(name, cells[column], rule) for column, rule in declared.columns.items()})
    RULES[name](name, table)
    return _described(table, declared)


def _typed(name: str, cells: pd.Series, rule: Column) -> pd.Series:
    """Return one column in its type; name the first cell that does not belong there."""
    empty = np.asarray(cells == "")
    if rule.required:
        _refuse(name, cells, empty, "something in every row")
    if rule.kind == "text":
        if rule.values:
            _refuse(name, cells, ~np.asarray(cells.isin(rule.values)), "one of " + ", ".join(rule.values))
        return cells
    if rule.kind == "flag":
        _refuse(name, cells, ~np.asarray(cells.isin(("true", "false"))), "true or false")
        return cells == "true"
    if rule.kind == "time":
        times = pd.to_datetime(cells.where(~empty), format="ISO8601", utc=True, errors="coerce")
        _refuse(name, cells, np.asarray(times.isna()) & ~empty, "a time such as 2020-03-12 or 2020-03-12T08:00Z")
        return times.dt.as_unit("ns")
    numbers = pd.to_numeric(cells, errors="coerce").astype(float)
    _refuse(name, cells, ~np.isfinite(numbers.to_numpy()) & ~empty, "a number")
    outside = np.asarray((numbers < rule.least) | (numbers > rule.most))
    _refuse(name, cells, outside, f"from {rule.least:g} to {rule.most:g}: {rule.meaning}")
    return numbers


def _refuse(name: str, cells: pd.Series, bad: np.ndarray, expected: str) -> None:
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"{name} has a bad cell", got=f"{cells.iloc[row]!r} in row {row + 1}, column {cells.name}", expected=expected
        )


def _described(table: pd.DataFrame, declared: Table) -> pd.DataFrame:
    table["verified"] = table["second_source"] != ""
    unverified = int((~table["verified"]).sum())
    if declared.key:
        table = table.set_index(declared.key)
    table.attrs = {
        "source": f"{declared.what}: {len(table)} rows, {unverified} of them without a second source",
        "columns": {**{column: rule.meaning for column, rule in declared.columns.items()}, "verified": VERIFIED},
    }
    return table


def _row(name: str, bad: pd.Series, column: str, what: str) -> None:
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(f"{name} has a row that contradicts itself", got=f"row {row + 1}, column {column}", expected=what)


def _scenarios(name: str, table: pd.DataFrame) -> None:
    _row(name, table["scenario"].duplicated(), "scenario", "every name once")
    _row(name, table["end"] < table["start"], "end", "end on or after start")
    _row(name, table["liquidations_high"] < table["liquidations_low"], "liquidations_high", "high on or above low")
    nameless = (table["stablecoin"] == "") != table["stablecoin_low"].isna()
    _row(name, nameless, "stablecoin", "a stablecoin and its lowest price, or neither")


def _incidents(name: str, table: pd.DataFrame) -> None:
    _row(name, table.duplicated(["date", "name"]), "name", "every date and name once")
    _row(name, table["low"].isna() != table["high"].isna(), "low", "low and high, or neither")
    _row(name, table["low"] > table["loss_usd_m"], "low", "low on or below the loss")
    _row(name, table["high"] < table["loss_usd_m"], "high", "high on or above the loss")


def _ladder(name: str, table: pd.DataFrame) -> None:
    _row(name, table["tier"] != np.arange(1.0, len(table) + 1.0), "tier", "1, 2, ... in their order")
    table["tier"] = table["tier"].astype(int)
    _row(name, table["maintenance_margin_rate"] > 1.0 / table["maximum_leverage"], "maintenance_margin_rate",
         "at most 1 / maximum leverage: no position is liquidated the moment it is opened")  # fmt: skip
    checked_tiers(name, table[list(TIERS)], "")


def _listings(name: str, table: pd.DataFrame) -> None:
    _row(name, table.duplicated(["venue", "symbol", "listing"]), "listing", "every venue, symbol and listing once")
    _row(name, table["last"] <= table["first"], "last", "last after first")
    ordered = table.assign(first=table["first"].fillna(pd.Timestamp.min.tz_localize("UTC")))
    ordered = ordered.sort_values(["venue", "symbol", "first"], kind="stable")
    before = ordered.groupby(["venue", "symbol"])["last"].shift()
    follows = ordered.duplicated(["venue", "symbol"])
    overlaps = follows & ~(before <= ordered["first"])
    _row(name, overlaps.sort_index(), "first", "the listings of one symbol one after the other")


RULES: dict[str, Callable[[str, pd.DataFrame], None]] = {
    "stress_scenarios": _scenarios, "incidents": _incidents, "margin_ladder": _ladder, "listings": _listings
}  # fmt: skip

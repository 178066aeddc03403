"""Reads a book from a table: one position a row."""

from dataclasses import MISSING, fields
from typing import Any

import pandas as pd

from riskkit import checks
from riskkit.errors import DataError, RiskKitError
from riskkit.instruments.cash import Cash, Collateral
from riskkit.instruments.future import Future
from riskkit.instruments.option import Option
from riskkit.instruments.perpetual import Perpetual
from riskkit.instruments.spot import Spot

INSTRUMENTS: dict[str, type] = {
    "spot": Spot, "perpetual": Perpetual, "future": Future, "option": Option, "cash": Cash, "collateral": Collateral,
}  # fmt: skip


def positions_from(frame: pd.DataFrame) -> tuple[list[Any], list[str]]:
    """Return the positions of a table and their names (none where it has no column ``name``)."""
    if not isinstance(frame, pd.DataFrame) or "instrument" not in frame or not len(frame):
        got = f"columns {list(frame.columns)}" if isinstance(frame, pd.DataFrame) else type(frame).__name__
        raise DataError(
            "the table holds no positions", got=got, expected="a DataFrame with a column instrument and a row or more"
        )
    known = {"instrument", "name", *(field.name for kind in INSTRUMENTS.values() for field in fields(kind))}
    strange = [str(column) for column in frame.columns if column not in known]
    if strange:
        raise DataError("no instrument knows a column", got=", ".join(strange), expected="among " + ", ".join(sorted(known)))
    positions = [_position(label, row) for label, row in frame.iterrows()]
    return positions, [str(name) for name in frame["name"]] if "name" in frame else []


def _position(label: object, row: pd.Series) -> Any:
    kind = INSTRUMENTS[checks.one_of(f"instrument of row {label}", row["instrument"], tuple(INSTRUMENTS))]
    given = {
        str(column): value for column, value in row.items() if column not in ("instrument", "name") and not pd.isna(value)
    }
    if kind is Cash and "asset" in given:  # a table has one column for what a position is in
        given["currency"] = given.pop("asset")
    wanted = {field.name: field.default is MISSING for field in fields(kind)}
    wrong = [name for name in given if name not in wanted]
    missing = [name for name, needed in wanted.items() if needed and name not in given]
    if wrong or missing:
        problem = f"unknown: {', '.join(wrong)}" if wrong else f"missing: {', '.join(missing)}"
        raise DataError(f"row {label} is no {row['instrument']}", got=problem, expected=", ".join(wanted))
    try:
        return kind(**{name: _plain(value) for name, value in given.items()})
    except RiskKitError as error:
        raise DataError(f"row {label}: {error}") from error


def _plain(value: Any) -> Any:
    """A NumPy scalar, as a column holds it, in Python's own type."""
    return value.item() if hasattr(value, "item") else value

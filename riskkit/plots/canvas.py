"""The empty figure that every plot starts from: title, source in the subtitle, axes with units."""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from riskkit import checks
from riskkit.errors import DataError
from riskkit.plots.template import NAMES, scheme

# Letters of the subtitle that fit a line of a phone held upright (390 px).
NARROW = 58
PANEL = 300


def canvas(title: str, *, source: str, note: str = "", panels: int = 1) -> go.Figure:
    """Return an empty figure with ``panels`` panels under each other that share their time axis."""
    lines = textwrap.wrap(note, NARROW) + textwrap.wrap(f"Source: {source}", NARROW)
    figure = make_subplots(rows=panels, cols=1, shared_xaxes=True, vertical_spacing=0.1 / panels)
    figure.update_layout(
        template=NAMES[scheme()],
        title={"text": title, "subtitle": {"text": "<br>".join(lines)}},
        height=150 + 15 * len(lines) + int(PANEL * (0.4 + 0.6 * panels)),
        margin={"t": 54 + 16 * len(lines)},
    )
    return figure


def source_of(source: str | None, *data: object) -> str:
    """Return the argument ``source`` or, without one, what the data themselves name, each source once."""
    if source is not None:
        return str(source)
    named = (getattr(part, "attrs", {}).get("source") for part in data)
    return "; ".join(dict.fromkeys(str(name) for name in named if name)) or "unknown"


def table(name: str, data: object) -> pd.DataFrame:
    """Return a frame of numeric columns; NaN stays and is drawn as a gap."""
    frame = data.to_frame("value" if data.name is None else data.name) if isinstance(data, pd.Series) else data
    if not isinstance(frame, pd.DataFrame):
        raise DataError(
            f"{name} has the wrong type", got=type(data).__name__, expected="a pandas Series or DataFrame",
            remedy="pd.Series(values)",
        )  # fmt: skip
    checks.index(name, frame.index)
    if frame.shape[1] == 0 or len(frame) < 2:
        got = f"{len(frame)} rows x {frame.shape[1]} columns"
        raise DataError(f"{name} is too short to draw", got=got, expected="at least 2 rows and one column")
    if not frame.columns.is_unique:
        raise DataError(f"{name} has duplicate columns", got=list(frame.columns), expected="one name per column")
    for column in frame:
        values = frame[column]
        if not pd.api.types.is_numeric_dtype(values):
            raise DataError(f"{name}[{column!r}] is not numeric", got=f"dtype {values.dtype}", expected="numbers")
        if np.isinf(values.to_numpy(dtype=float, na_value=np.nan)).any() or values.notna().sum() == 0:
            raise DataError(f"{name}[{column!r}] cannot be drawn", got="infinite or only missing", expected="numbers")
    return frame


def columns_of(name: str, data: object, columns: Sequence[str]) -> pd.DataFrame:
    """Return those columns of a frame."""
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"{name} has the wrong type", got=type(data).__name__, expected="a pandas DataFrame")
    missing = [column for column in columns if column not in data]
    if missing:
        got = ", ".join(map(str, data.columns)) or "none"
        raise DataError(f"{name} lacks {', '.join(missing)}", got=f"columns {got}", expected=", ".join(columns))
    return data[list(columns)]


def positive(name: str, data: object) -> pd.DataFrame:
    """Return a frame of columns that are positive; NaN stays."""
    frame = table(name, data).astype(float)
    if (frame <= 0.0).any(axis=None):
        column = (frame <= 0.0).any().idxmax()
        raise DataError(f"{name}[{column!r}] is not positive", got=f"{frame[column].min():g}", expected="> 0")
    return frame


def times(index: pd.Index) -> np.ndarray:
    """Return an index as plotly draws it: dates as short text (UTC), anything else as it is."""
    if not isinstance(index, pd.DatetimeIndex):
        return index.to_numpy()
    naive = index.tz_convert("UTC").tz_localize(None) if index.tz is not None else index
    daily = bool((naive == naive.normalize()).all())
    return np.datetime_as_string(naive.to_numpy(), unit="D" if daily else "s")


def time_title(index: pd.Index) -> str:
    """Return the title of a time axis."""
    return "Date (UTC)" if isinstance(index, pd.DatetimeIndex) else str(index.name or "Step")


def log_axis(values: np.ndarray) -> dict[str, object]:
    """Return the settings of a log axis over positive values; NaN does not count.

    Over one or two decades the ticks are 1, 2, 5, 10, ...: left alone they show all nine digits, which overlap.
    """
    ratio = np.nanmax(values) / np.nanmin(values)
    return {"type": "log", "dtick": "D2" if 8.0 < ratio < 1000.0 else None, "tickformat": ",~r"}


def money(unit: str) -> tuple[str, str]:
    """Return how a loss in ``unit`` is named and the number format of its axis: decimals are shown in per cent."""
    return ("% of position", ".1%") if unit == "return" else (unit, "~s")


def percent(level: float) -> str:
    """Return 0.975 as "97.5 %"."""
    return f"{100 * level:.6g} %"

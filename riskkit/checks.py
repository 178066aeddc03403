"""Argument checks: each says what is wrong, what was got, what is expected and what to do.

A check returns the argument in the one form that the library uses inside; it never repairs in silence.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit.errors import DataError

FloatArray = npt.NDArray[np.float64]
EPSILON = float(np.finfo(float).eps)


def number(name: str, value: object, *, above: float = -np.inf, least: float = -np.inf, most: float = np.inf) -> float:
    """Return ``value`` as a finite float with ``above < value`` and ``least <= value <= most``."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise DataError(f"{name} is not a number", got=repr(value), expected="a real number")
    result = float(value)
    if not np.isfinite(result) or result <= above or not least <= result <= most:
        lower = f"> {above:g}" if above > least else f">= {least:g}"
        raise DataError(f"{name} is out of range", got=f"{result!r}", expected=f"a finite number {lower} and <= {most:g}")
    return result


def whole(name: str, value: object, *, least: int = 0) -> int:
    """Return ``value`` as an int that is at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise DataError(f"{name} is not a usable whole number", got=repr(value), expected=f"an integer >= {least}")
    return int(value)


def level(value: object) -> float:
    """Return a confidence level, 0.5 < level < 1: 0.99 means "loss exceeded on 1 % of days".

    Examples
    --------
    >>> level(0.99)
    0.99
    >>> level(0.05)
    Traceback (most recent call last):
    riskkit.errors.DataError: level is a confidence level; got 0.05; expected a number in (0.5, 1); remedy: write level=0.95
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating)) or not 0.5 < value < 1.0:
        below = isinstance(value, (float, np.floating)) and 0.0 < value < 0.5
        remedy = f"write level={1 - value:g}" if below else "0.99 is usual for VaR, 0.975 for ES"  # type: ignore[operator]
        raise DataError("level is a confidence level", got=repr(value), expected="a number in (0.5, 1)", remedy=remedy)
    return float(value)


def one_of(name: str, value: object, choices: Sequence[str]) -> str:
    """Return ``value`` when it is one of ``choices``."""
    if value not in choices:
        raise DataError(f"{name} is unknown", got=repr(value), expected="one of " + ", ".join(map(repr, choices)))
    return str(value)


def switch(name: str, value: object) -> bool:
    """Return ``value`` when it is True or False."""
    if not isinstance(value, bool):
        raise DataError(f"{name} is not a switch", got=repr(value), expected="True or False")
    return value


def array(name: str, value: Any, *, ndim: int | tuple[int, ...], least: int = 1) -> FloatArray:
    """Return a finite C-contiguous float64 array with ``ndim`` axes and at least ``least`` rows."""
    try:
        result = np.asarray(value, dtype=np.float64, order="C")
    except (TypeError, ValueError) as cause:
        raise DataError(f"{name} is not numeric", got=type(value).__name__, expected="numbers") from cause
    wanted = (ndim,) if isinstance(ndim, int) else ndim
    if np.ndim(value) not in wanted:
        axes = " or ".join(map(str, wanted))
        raise DataError(f"{name} has the wrong shape", got=np.shape(value), expected=f"{axes} axes")
    if result.ndim and len(result) < least:
        raise DataError(f"{name} is too short", got=f"{len(result)} rows", expected=f"at least {least}")
    bad = int(np.count_nonzero(~np.isfinite(result)))
    if bad:
        raise DataError(f"{name} holds NaN or infinite values", got=f"{bad} of {result.size}", expected="finite numbers")
    return result


def index(name: str, value: pd.Index) -> None:
    """Refuse an index that is unsorted or has duplicates."""
    if not value.is_unique:
        repeated = value[value.duplicated()][0]
        raise DataError(
            f"{name} has a duplicate index", got=f"{repeated} twice", expected="one row per time",
            remedy="data[~data.index.duplicated()] keeps the first of each",
        )  # fmt: skip
    if not value.is_monotonic_increasing:
        raise DataError(f"{name} is not sorted by its index", expected="increasing times", remedy="data.sort_index()")


def returns(data: object, *, name: str = "returns", least: int = 1) -> pd.DataFrame:
    """Return a frame of finite float64 columns with a sorted, unique index.

    Parameters
    ----------
    data : Series, DataFrame or ndarray of shape (T,)
        A Series becomes a frame of one column; a bare array gets a whole-number index.
    name : str
        What the message calls it.
    least : int
        Smallest number of rows that makes sense.

    Examples
    --------
    >>> returns(pd.Series([0.01, float("nan")]))
    Traceback (most recent call last):
    riskkit.errors.DataError: returns['value'] holds NaN or infinite values; got 1 of 2 rows, first at 1; ...
    """
    frame = _frame(name, data)
    index(name, frame.index)
    if len(frame) < least or frame.shape[1] == 0:
        got = f"{len(frame)} rows x {frame.shape[1]} columns"
        raise DataError(f"{name} is too short", got=got, expected=f"at least {least} rows and one column")
    if not frame.columns.is_unique:
        raise DataError(f"{name} has duplicate columns", got=list(frame.columns), expected="one name per column")
    if _all_finite(frame):  # the common case, without a look at every column
        return frame.astype(np.float64)
    for column in frame:
        values = _numeric(f"{name}[{column!r}]", frame[column])
        bad = ~np.isfinite(values)
        if bad.any():
            first = frame.index[int(np.argmax(bad))]
            raise DataError(
                f"{name}[{column!r}] holds NaN or infinite values",
                got=f"{int(bad.sum())} of {len(frame)} rows, first at {first}",
                expected="finite numbers",
                remedy=f"choose a policy yourself, for example {name}.dropna()",
            )
    return frame.astype(np.float64)


def series(data: object, *, name: str = "returns", least: int = 1) -> pd.Series:
    """Return one finite float64 column with a sorted, unique index; a frame of several columns is refused."""
    if isinstance(data, pd.Series) and data.dtype == np.float64 and len(data) >= max(least, 1):
        index(name, data.index)
        values = data.to_numpy()
        if -np.inf < values.min() and values.max() < np.inf:  # the common case, without a frame in between
            return data.rename("value") if data.name is None else data.copy()
    frame = returns(data, name=name, least=least)
    if frame.shape[1] != 1:
        raise DataError(
            f"{name} holds several columns", got=list(frame.columns), expected="one series",
            remedy=f"choose a column, for example {name}[{frame.columns[0]!r}]",
        )  # fmt: skip
    return frame.iloc[:, 0]


def varied(name: str, values: FloatArray) -> float:
    """Refuse a constant series: no model of dispersion can be fitted to it. Return the largest magnitude."""
    low, high = float(values.min()), float(values.max())
    largest = max(-low, high)
    if high - low <= 4 * EPSILON * largest:
        got = f"{float(values[0])!r} in all {len(values)} rows"
        raise DataError(f"{name} is constant", got=got, expected="values that vary")
    return largest


def weights(value: object, scenarios: int) -> FloatArray:
    """Return read-only probabilities of shape (scenarios,) that add up to 1; None stands for equal ones."""
    result = np.full(scenarios, 1.0) if value is None else np.array(array("weights", value, ndim=1))
    if result.shape != (scenarios,):
        raise DataError("weights do not fit the scenarios", got=f"{result.shape}", expected=f"({scenarios},)")
    if result.min() < 0.0 or result.sum() <= 0.0:
        raise DataError("weights are not probabilities", got=f"minimum {result.min():g}", expected=">= 0, one of them > 0")
    result /= result.sum()
    result.setflags(write=False)
    return result


def names(name: str, values: Sequence[object], count: int) -> tuple[str, ...]:
    """Return ``count`` distinct strings."""
    result = tuple(str(value) for value in values)
    if len(result) != count or len(set(result)) != count:
        raise DataError(f"{name} are not usable", got=result, expected=f"{count} distinct names")
    return result


def mapping(name: str, value: object) -> dict[str, Any]:
    """Return a non-empty mapping from strings as a new dict."""
    if not isinstance(value, Mapping) or not value or not all(isinstance(key, str) for key in value):
        raise DataError(f"{name} is not a named collection", got=repr(value), expected="a non-empty dict with string keys")
    return dict(value)


def _frame(name: str, data: object) -> pd.DataFrame:
    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, pd.Series):
        return data.to_frame("value" if data.name is None else data.name)
    if isinstance(data, np.ndarray) and data.ndim == 1:
        return pd.DataFrame({"value": data})
    got = f"{type(data).__name__} of shape {np.shape(data)}" if isinstance(data, np.ndarray) else type(data).__name__
    raise DataError(
        f"{name} has the wrong type", got=got, expected="a pandas Series or DataFrame", remedy="pd.Series(values)"
    )


def _all_finite(frame: pd.DataFrame) -> bool:
    values = frame.to_numpy()
    return values.dtype == np.float64 and bool(np.isfinite(values).all())


def _numeric(name: str, column: pd.Series) -> FloatArray:
    if column.dtype.kind not in "fiu" and not pd.api.types.is_numeric_dtype(column):
        raise DataError(f"{name} is not numeric", got=f"dtype {column.dtype}", expected="numbers")
    return column.to_numpy(dtype=np.float64, na_value=np.nan)

"""What a copula is fitted to: observations whose margins are uniform."""

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.errors import DataError


def pseudo_observations(data: pd.DataFrame) -> pd.DataFrame:
    """Replace every column by its ranks divided by T + 1; equal values share the mean of their ranks.

    Parameters
    ----------
    data : DataFrame of shape (T, d)
        Observations of d >= 2 variables, finite, none constant. Standardised residuals rather than returns, where the
        volatility moves.

    Returns
    -------
    DataFrame of shape (T, d)
        Numbers strictly between 0 and 1, with the index and columns of ``data``.

    Raises
    ------
    DataError
        One column, NaN, a constant column, two columns that are the same, fewer rows than columns.

    Notes
    -----
    Division by T + 1 keeps the largest value off 1, where the densities of copulas with tail dependence are infinite.

    Examples
    --------
    >>> pseudo_observations(pd.DataFrame({"BTC": [3.0, 1.0, 1.0, 7.0], "USDT": [0.0, 2.0, 1.0, 3.0]}))["BTC"].tolist()
    [0.6, 0.3, 0.3, 0.8]
    """
    frame = several("data", data)
    return frame.rank() / (len(frame) + 1)


def uniforms(u: pd.DataFrame) -> pd.DataFrame:
    """Return observations of a copula, checked: as :func:`pseudo_observations`, and strictly between 0 and 1."""
    frame = several("u", u)
    low, high = float(frame.to_numpy().min()), float(frame.to_numpy().max())
    if low <= 0.0 or high >= 1.0:
        raise DataError(
            "u are not observations of a copula", got=f"values from {low:g} to {high:g}",
            expected="numbers strictly between 0 and 1", remedy="u = rk.dependence.pseudo_observations(data)",
        )  # fmt: skip
    return frame


def several(name: str, data: object, *, least: int | None = None) -> pd.DataFrame:
    """Return a finite frame of d >= 2 columns that vary and differ, of T > d rows, or of at least ``least``."""
    if not isinstance(data, pd.DataFrame):
        raise DataError(
            f"{name} is no table", got=type(data).__name__, expected="a DataFrame with a column per variable",
            remedy="pd.DataFrame(values, columns=names)",
        )  # fmt: skip
    if data.shape[1] < 2:
        raise DataError(
            f"{name} has too few columns", got=data.shape[1], expected="at least two: one has nothing to depend on"
        )
    frame = checks.returns(data, name=name, least=2 if least is None else least)
    if least is None and len(frame) <= frame.shape[1]:
        got = f"{len(frame)} rows of {frame.shape[1]} columns"
        raise DataError(f"{name} has too few rows", got=got, expected="more rows than columns")
    columns = np.ascontiguousarray(frame.to_numpy().T)
    for column, values in zip(frame.columns, columns, strict=True):
        checks.varied(f"{name}[{column!r}]", values)
    _refuse_twins(name, frame.columns, columns)
    return frame


def _refuse_twins(name: str, names: pd.Index, columns: checks.FloatArray) -> None:
    alike: dict[bytes, list[int]] = {}
    for place, values in enumerate(columns):
        others = alike.setdefault(values[:32].tobytes(), [])  # few columns that differ start alike
        for other in others:
            if np.array_equal(columns[other], values):
                raise DataError(
                    f"{name} holds the same column twice", got=f"{names[other]!r} and {names[place]!r}",
                    expected="columns that differ", remedy=f"{name}.drop(columns={names[place]!r})",
                )  # fmt: skip
        others.append(place)

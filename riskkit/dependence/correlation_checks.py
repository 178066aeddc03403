"""What every law and every stress asks of a correlation matrix."""

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.errors import DataError, FactorError

ROUNDING = 1e-10  # asymmetries, diagonals and eigenvalues closer than this to what they should be come from arithmetic


def correlation_matrix(name: str, value: object) -> pd.DataFrame:
    """Return a correlation matrix, checked: named, symmetric, 1 on the diagonal, no negative eigenvalue.

    Parameters
    ----------
    name : str
        What the message calls it.
    value : DataFrame of shape (d, d)
        The same distinct names on both axes.

    Returns
    -------
    DataFrame of shape (d, d)
        A copy, symmetric to the last bit.

    Raises
    ------
    DataError
        What is no correlation matrix; one with a negative eigenvalue is told by how much.

    Examples
    --------
    >>> tight = pd.DataFrame([[1, 1, 0], [1, 1, 1], [0, 1, 1]], index=list("abc"), columns=list("abc"))
    >>> correlation_matrix("correlation", tight)
    Traceback (most recent call last):
    riskkit.errors.DataError: correlation is no correlation matrix: its least eigenvalue is negative; got -0.414214; ...
    """
    frame = unit_diagonal(name, value)
    least = float(np.linalg.eigvalsh(frame.to_numpy())[0])
    if least < -ROUNDING:
        raise DataError(
            f"{name} is no correlation matrix: its least eigenvalue is negative", got=f"{least:.6g}",
            expected="no negative eigenvalue: some portfolio would have a negative variance",
            remedy=f"rk.dependence.nearest_correlation({name}).matrix, which says how far it is",
        )  # fmt: skip
    return frame


def unit_diagonal(name: str, value: object) -> pd.DataFrame:
    """Return a named symmetric frame with ones on its diagonal, as a copy; it may have negative eigenvalues."""
    frame = symmetric(name, value)
    worst = float(np.abs(np.diag(frame) - 1.0).max())
    if worst > ROUNDING:
        raise DataError(
            f"{name} has a diagonal other than 1", got=f"{np.diag(frame).min():g} to {np.diag(frame).max():g}",
            expected="the correlation of each variable with itself", remedy="divide covariances by the standard deviations",
        )  # fmt: skip
    values = frame.to_numpy().copy()
    np.fill_diagonal(values, 1.0)
    return pd.DataFrame(values, index=frame.index, columns=frame.columns)


def symmetric(name: str, value: object) -> pd.DataFrame:
    """Return a finite symmetric frame with the same names on both axes, as a copy."""
    if not isinstance(value, pd.DataFrame):
        raise DataError(
            f"{name} has no names", got=type(value).__name__, expected="a DataFrame with the same names on both axes",
            remedy="pd.DataFrame(values, index=names, columns=names)",
        )  # fmt: skip
    if value.shape[0] != value.shape[1] or not value.index.equals(value.columns):
        raise DataError(
            f"{name} has different names on its two axes", got=f"{list(value.index)} and {list(value.columns)}",
            expected="the same names in the same order",
        )  # fmt: skip
    if not value.columns.is_unique:
        raise DataError(f"{name} has duplicate names", got=list(value.columns), expected="one variable per name")
    values = checks.array(name, value.to_numpy(), ndim=2)
    uneven = np.abs(values - values.T)
    if uneven.max() > ROUNDING * max(1.0, np.abs(values).max()):
        row, column = divmod(int(uneven.argmax()), len(values))
        got = f"{values[row, column]:g} and {values[column, row]:g} for {value.index[row]!r} and {value.columns[column]!r}"
        raise DataError(f"{name} is not symmetric", got=got, expected="the same number on both sides of the diagonal")
    return pd.DataFrame((values + values.T) / 2.0, index=value.index, columns=value.columns)


def places(name: str, chosen: object, names: pd.Index) -> list[int]:
    """Return the positions of some distinct names among ``names``."""
    listed = [chosen] if isinstance(chosen, str) else list(chosen) if isinstance(chosen, (list, tuple, pd.Index)) else []
    if not listed or len(set(listed)) != len(listed):
        raise DataError(f"{name} are not usable names", got=repr(chosen), expected="a list of distinct names")
    unknown = [each for each in listed if each not in names]
    if unknown:
        raise FactorError(f"{name} has an unknown name", got=repr(unknown[0]), expected=f"one of {list(names)}")
    return [int(place) for place in names.get_indexer(pd.Index(listed))]

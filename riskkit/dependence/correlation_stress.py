"""What if everything moved together: correlations moved towards a target."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.dependence.correlation_checks import ROUNDING, correlation_matrix, places
from riskkit.dependence.nearest import nearest_correlation
from riskkit.errors import DataError


@dataclass(frozen=True, eq=False)
class StressedCorrelation:
    """The answer of :func:`stressed_correlation`.

    Parameters
    ----------
    matrix : DataFrame of shape (d, d)
        A correlation matrix.
    distance : float
        Frobenius distance from what was asked for; 0 where that is a correlation matrix.
    status : FitStatus
        Of the search for the nearest one; OK where none was needed.
    """

    matrix: pd.DataFrame
    distance: float
    status: FitStatus


def stressed_correlation(
    matrix: pd.DataFrame,
    *,
    towards: float | pd.DataFrame = 1.0,
    weight: float,
    names: Sequence[str] | None = None,
) -> StressedCorrelation:
    """Move correlations from where they are towards a target: (1 - weight) times the old plus weight times the new.

    Parameters
    ----------
    matrix : DataFrame of shape (d, d)
        A correlation matrix.
    towards : float or DataFrame of shape (d, d)
        One correlation for all pairs, or a correlation matrix with the same names: that of a crisis, say.
    weight : float
        Between 0 (nothing moves) and 1 (the target).
    names : list of str, optional
        Only the correlations within this block move. Default: all. Call once per block to move several.

    Returns
    -------
    StressedCorrelation

    Raises
    ------
    DataError
        What is no correlation matrix; a target or a weight out of range; a block of one name.
    FactorError
        An unknown name.

    Notes
    -----
    A mixture of two correlation matrices is one. A block alone need not be: if ETH moves with BTC, and BTC with the
    dollar, ETH must follow. Then the nearest correlation matrix is taken, and the distance says how much gave way.

    Examples
    --------
    >>> calm = pd.DataFrame([[1, 0.5], [0.5, 1]], index=["BTC", "ETH"], columns=["BTC", "ETH"])
    >>> float(stressed_correlation(calm, towards=1.0, weight=0.5).matrix.loc["BTC", "ETH"])
    0.75
    """
    frame = correlation_matrix("matrix", matrix)
    share = checks.number("weight", weight, least=0.0, most=1.0)
    chosen = list(range(len(frame))) if names is None else places("names", names, frame.columns)
    if len(chosen) < 2:
        raise DataError("names hold no pair", got=repr(names), expected="at least two names")
    block = np.ix_(chosen, chosen)
    values = frame.to_numpy().copy()
    values[block] = (1.0 - share) * values[block] + share * _target(towards, frame.columns)[block]
    np.fill_diagonal(values, 1.0)
    asked = pd.DataFrame(values, index=frame.index, columns=frame.columns)
    if np.linalg.eigvalsh(values)[0] >= -ROUNDING:
        return StressedCorrelation(asked, 0.0, FitStatus.OK)
    nearest = nearest_correlation(asked)
    return StressedCorrelation(nearest.matrix, nearest.distance, nearest.status)


def _target(towards: float | pd.DataFrame, names: pd.Index) -> FloatArray:
    if not isinstance(towards, pd.DataFrame):
        target = np.full((len(names),) * 2, checks.number("towards", towards, least=-1.0, most=1.0))
        np.fill_diagonal(target, 1.0)
        return target
    frame = correlation_matrix("towards", towards)
    if not frame.columns.equals(names):
        raise DataError("towards has other names", got=list(frame.columns), expected=list(names))
    return frame.to_numpy()

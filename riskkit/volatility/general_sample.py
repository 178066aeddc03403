"""A series made ready for the general kernel: standardised, with its regressors scaled and its start variance worked out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.core.likelihood import refuse_unusable
from riskkit.errors import DataError

LEAST = 50  # so few parameters as a volatility model has need as many observations
SPAN, DECAY = 75, 0.94  # of the weighted mean that stands before the first observation


@dataclass(frozen=True, eq=False)
class Sample:
    """Standardised data; the unit does not matter to what is searched.

    Parameters
    ----------
    values : array of shape (T,)
        ``(y - mean) / scale``, NaN where nothing was observed.
    regressors : array of shape (T, K)
        Columns divided by their means.
    start : array of shape (6,)
        Variance before the first observation, a quadratic in mu and phi: factors of 1, mu, phi, mu**2, mu phi, phi**2.
    mean, scale : float
        By which the series was standardised; the mean is 0 where the model has none.
    level : float
        Sample variance of the standardised residuals.
    first : array of shape (2,)
        mu and phi of least squares.
    column_means : array of shape (K,)
        By which the regressors were divided.
    """

    values: FloatArray
    regressors: FloatArray
    start: FloatArray
    mean: float
    scale: float
    level: float
    first: FloatArray
    column_means: FloatArray

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    __setstate__ = restore


def observations(series: object, name: str = "series", least: int = LEAST) -> pd.Series:
    """Return one float column with a sorted, unique index; NaN inside it is kept, infinity is refused."""
    if not isinstance(series, pd.Series):
        return checks.series(series, name=name, least=least)
    checks.index(name, series.index)
    seen = checks.series(series.dropna(), name=name, least=least)
    return seen.reindex(series.index)


def prepare(spec: Any, observed: pd.Series, regressors: pd.DataFrame | None) -> Sample:
    """Standardise the data of a fit.

    Raises
    ------
    DataError
        When the observations do not vary, or their size is out of range; when a regressor is zero throughout.
    """
    y = observed.to_numpy()
    seen = y[~np.isnan(y)]
    refuse_unusable("series", seen)
    mean = 0.0 if spec.mean == "zero" else float(seen.mean())
    first, left = _least_squares(y - mean, spec.mean)
    scale = float(np.sqrt(np.mean(left[~np.isnan(left)] ** 2)))
    if not scale > 1e-8 * np.abs(seen).max():
        raise DataError("nothing is left of the series beside its mean", got=f"residuals of {scale:g}", expected="shocks")
    columns = np.ones((len(y), 0)) if regressors is None else regressors.to_numpy()
    means = columns.mean(axis=0)
    if (means == 0.0).any():
        raise DataError("a regressor is zero throughout", expected="one that varies", remedy="leave it out")
    z, left = (y - mean) / scale, left / scale
    first[0] /= scale
    start = _start(spec, z, left, scale)
    return Sample(z, np.ascontiguousarray(columns / means), start, mean, scale, float(np.nanmean(left**2)), first, means)


def _least_squares(y: FloatArray, mean: str) -> tuple[FloatArray, FloatArray]:
    """mu and phi by least squares, and the residuals."""
    if mean != "ar1":
        return np.zeros(2), y
    before = np.concatenate([[np.nan], y[:-1]])
    both = ~np.isnan(y + before)
    if both.sum() < LEAST:
        raise DataError("too few observations follow one another", got=f"{both.sum()}", expected=f"at least {LEAST}")
    design = np.column_stack([np.ones(both.sum()), before[both]])
    first, *_ = np.linalg.lstsq(design, y[both], rcond=None)
    return first, y - first[0] - first[1] * before


def _start(spec: Any, z: FloatArray, left: FloatArray, scale: float) -> FloatArray:
    """Variance before the first observation, as :class:`Sample` holds it."""
    result = np.zeros(6)
    known = left[~np.isnan(left)]
    if spec.start == "ewma":
        weights = DECAY ** np.arange(min(SPAN, len(known)))
        result[0] = weights @ known[: len(weights)] ** 2 / weights.sum()
    elif spec.start == "sample":
        result[0] = np.mean(known**2)
    elif spec.start == "fcp":
        before = np.concatenate([[np.nan], z[:-1]]) if spec.mean == "ar1" else np.zeros_like(z)
        both = ~np.isnan(z + before)
        y, x = z[both], before[both]
        result[:] = [np.mean(y**2), -2 * np.mean(y), -2 * np.mean(x * y), 1.0, 2 * np.mean(x), np.mean(x**2)]
        if spec.mean == "zero":
            result[1:] = 0.0
    else:
        result[0] = spec.start / scale**2
    return result


def columns_of(table: pd.DataFrame | None, rows: int) -> FloatArray:
    """Return the regressors as the kernel wants them, (rows, K)."""
    return np.empty((rows, 0)) if table is None else np.ascontiguousarray(table.to_numpy())


def refuse_overlap(old: pd.Index, new: pd.Index) -> None:
    """Refuse rows that do not come after the old ones."""
    try:
        later = bool(new[0] > old[-1])
    except TypeError as cause:
        raise DataError(
            "new and the series of the fit have different kinds of index", got=f"{new.dtype} after {old.dtype}",
            expected="the same kind",
        ) from cause  # fmt: skip
    if not later:
        raise DataError(
            "new does not come after the series of the fit", got=f"{new[0]} after {old[-1]}", expected="only later times",
            remedy="append new[new.index > fit.observed.index[-1]], or filter a series of its own",
        )  # fmt: skip

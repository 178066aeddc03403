"""From the coordinates of the search to the parameters in the unit of the data, and the derivatives of one by the other."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from riskkit.checks import FloatArray
from riskkit.core.innovation import DISTS, SHAPES
from riskkit.volatility.general_sample import Sample
from riskkit.volatility.specification import MEANS, recursion_of
from riskkit_ext import _general

SHAPE_BOXES = {
    "normal": ([], [], []),
    "t": ([1 / 500], [1 / 2.05], [0.15]),
    "skewt": ([1 / 500, -0.995], [1 / 2.05, 0.995], [0.15, 0.0]),
    "ged": ([1 / 50], [1 / 1.01], [0.7]),
}  # lower bounds, upper bounds, where to start


@dataclass(frozen=True, eq=False)
class Report:
    """R parameters of P coordinates; with targeting R = P + 1.

    Parameters
    ----------
    values : array of shape (R,)
        Parameters in the unit of the data.
    natural : array of shape (P,)
        The kernel's natural parameters of the standardised data.
    natural_by_search : array of shape (P, P)
        Row i: their derivatives by the i-th coordinate.
    by_natural : array of shape (R, P)
        Derivatives of the parameters by the natural ones.
    box : two arrays of shape (P,)
        Bounds of the coordinates.
    """

    values: FloatArray
    natural: FloatArray
    natural_by_search: FloatArray
    by_natural: FloatArray
    box: tuple[FloatArray, FloatArray]

    @property
    def by_search(self) -> FloatArray:
        """Derivatives of the parameters by the coordinates, (R, P)."""
        return self.by_natural @ self.natural_by_search.T


def search_box(spec: Any, regressors: int) -> tuple[FloatArray, FloatArray]:
    """Bounds of the coordinates of the search."""
    own, lags, (lowest, highest, _) = recursion_of(spec), len(MEANS[spec.mean]), SHAPE_BOXES[spec.dist]
    low, high = ([v for v, searched in zip(side, own.searched, strict=True) if searched] for side in own.box())
    lower = [*[-10.0, -0.9999][:lags], *low, *[0.0] * regressors, *lowest]
    upper = [*[10.0, 0.9999][:lags], *high, *[100.0] * regressors, *highest]
    return np.array(lower), np.array(upper)


def report(spec: Any, model: Any, sample: Sample, point: FloatArray) -> Report:
    """See :class:`Report`."""
    size, lags, count = model.size, len(MEANS[spec.mean]), sample.regressors.shape[1]
    natural, by_search = np.empty(size), np.empty((size, size))
    model.natural(point, natural, by_search)
    own, own_by = own_parameters(spec, sample, natural)
    recursion = recursion_of(spec)
    reported = np.array(recursion.searched) | (np.arange(5) == 0)
    in_unit, unit_by = recursion.in_unit(own, sample.scale)
    factor, factor_by = recursion.regressor_unit(own, sample.scale)
    coefficients = natural[size - count - len(SHAPES[spec.dist]) :][:count] / sample.column_means
    rows = np.eye(size)
    columns = rows[size - count - len(SHAPES[spec.dist]) :][:count] / sample.column_means[:, np.newaxis]
    mean, mean_by = _mean(sample, natural[:lags], rows[:lags])
    shapes, shapes_by = _shapes(spec.dist, natural, rows)
    values = np.concatenate([mean, in_unit[reported], factor * coefficients, shapes])
    regress_by = factor * columns + np.outer(coefficients, factor_by @ own_by)
    by = np.concatenate([mean_by, (unit_by @ own_by)[reported], regress_by, shapes_by])
    values.setflags(write=False)
    return Report(values, natural, by_search, by, search_box(spec, count))


def _mean(sample: Sample, natural: FloatArray, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """mu and phi: ``y[t] - mean = scale mu + phi (y[t-1] - mean) + e[t]``."""
    values, by = natural.copy(), rows.copy()
    if len(natural):
        phi = natural[1] if len(natural) > 1 else 0.0
        values[0] = sample.scale * natural[0] + sample.mean * (1.0 - phi)
        by[0] *= sample.scale
    if len(natural) > 1:
        by[0] -= sample.mean * rows[1]
    return values, by


def own_parameters(spec: Any, sample: Sample, natural: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The recursion's five parameters of the standardised data, and their derivatives by the natural ones, (5, P)."""
    recursion, lags, size = recursion_of(spec), len(MEANS[spec.mean]), len(natural)
    own, by = np.zeros(5), np.zeros((5, size))
    where = np.flatnonzero(recursion.searched)
    own[where], by[where] = natural[lags : lags + len(where)], np.eye(size)[lags : lags + len(where)]
    if not recursion.targeting:
        return own, by
    half, half_by = 0.5, np.zeros(size)
    if spec.dist == "skewt" and recursion.leverage:
        slopes = np.empty(3)
        half = _general.half_moment(DISTS.index("skewt"), natural[-2], natural[-1], False, 2.0, slopes, np.empty((3, 3)))
        half_by[-2:] = slopes[1:]
    own[0] = sample.level * (1.0 - own[1] - half * own[2] - own[3])
    by[0] = -sample.level * (by[1] + half * by[2] + own[2] * half_by + by[3])
    return own, by


def _shapes(dist: str, natural: FloatArray, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """nu from 1 / nu, and lambda."""
    count = len(SHAPES[dist])
    values, by = natural[len(natural) - count :].copy(), rows[len(natural) - count :].copy()
    if count:
        by[0] *= -(values[0] ** -2)
        values[0] = 1.0 / values[0]
    return values, by

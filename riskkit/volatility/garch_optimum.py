"""How the kernel's optimum of a GARCH or GJR is read: its coordinates, its bounds, and the parameters they stand for.

The kernel standardises the data and searches (mu, omega, p, s, eta, q): persistence p = alpha + gamma / 2 + beta, share
s = (alpha + gamma / 2) / p of the news in it, eta = 1 / nu, and q, the part of the news that falls have:
alpha = 2 p s (1 - q), alpha + gamma = 2 p s q. So the constraints of the model are a box.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit.checks import FloatArray
from riskkit_ext import _garch

if TYPE_CHECKING:
    from riskkit.volatility.garch import Garch, Gjr

SIZE = 6  # of a point
VALUE, AHEAD, MEAN, SCALE, STATUS = 6, 7, 8, 9, 10  # columns of an optimum, after the point
NATURAL = ("mu", "omega", "alpha", "beta", "eta", "gamma")  # the kernel's order; eta is told as nu
ORDER = ("mu", "omega", "alpha", "gamma", "beta", "nu")  # ours
STARTS = ("ewma", "sample", "fcp")  # rules for the start variance, in the kernel's order; a given number comes after them
DECAYING = 0.94 ** np.arange(75)  # weights of the rule "ewma"


class Information(NamedTuple):
    """Of the log-likelihood of the standardised data, in mu, omega, alpha, beta, eta, gamma."""

    value: float
    gradient: FloatArray  # (6,)
    hessian: FloatArray  # (6, 6)
    outer: FloatArray  # (6, 6): sum over the observations of the outer product of their scores


def in_fast_lane(spec: "Garch | Gjr") -> bool:
    """Whether the kernel estimates this model; the others are left to ``riskkit.volatility.general``."""
    return spec.dist in ("normal", "t") and spec.mean in ("constant", "zero")


@lru_cache(maxsize=64)
def model(spec: "Garch | Gjr") -> "_garch.Model":
    """The model as the kernel knows it."""
    given = not isinstance(spec.start, str)
    return _garch.Model(
        student=spec.dist == "t",
        leverage=spec.leverage,
        zero_mean=spec.mean == "zero",
        start=len(STARTS) if given else STARTS.index(str(spec.start)),
        start_variance=float(spec.start) if given else 0.0,
        targeting=spec.targeting,
    )


@lru_cache(maxsize=64)
def names(spec: "Garch | Gjr") -> pd.Index:
    """Names of the parameters, in the order in which they are told."""
    absent = {"mu": spec.mean == "zero", "gamma": not spec.leverage, "nu": spec.dist != "t"}
    return pd.Index([name for name in ORDER if not absent.get(name)])


@lru_cache(maxsize=64)
def columns(spec: "Garch | Gjr") -> list[int]:
    """Where the kernel's order has each of them."""
    return [NATURAL.index("eta" if name == "nu" else name) for name in names(spec)]


@lru_cache(maxsize=64)
def bounds(spec: "Garch | Gjr") -> tuple[FloatArray, FloatArray]:
    """Lower and upper bounds of the coordinates of the search, (6,) each."""
    kernel = model(spec)
    return np.array(kernel.lower), np.array(kernel.upper)


@lru_cache(maxsize=64)
def searched(spec: "Garch | Gjr") -> npt.NDArray[np.bool_]:
    """Which coordinates are searched, (6,)."""
    lower, upper = bounds(spec)
    return lower < upper


def natural(optima: FloatArray) -> FloatArray:
    """From optima (W, 12) to mu, omega, alpha, beta, eta, gamma of the standardised data, (W, 6)."""
    result = optima[:, :SIZE].copy()
    persistence, share, asymmetry = optima[:, 2], optima[:, 3], optima[:, 5]
    news = persistence * share
    result[:, 2] = 2.0 * news * (1.0 - asymmetry)
    result[:, 3] = persistence - news
    result[:, 5] = 2.0 * news * (2.0 * asymmetry - 1.0)
    return result


def parameters(optima: FloatArray, spec: "Garch | Gjr") -> FloatArray:
    """From optima (W, 12) to the parameters in the unit of the data, (W, K)."""
    result, scale = natural(optima), optima[:, SCALE]
    result[:, 0] = optima[:, MEAN] + scale * result[:, 0]
    result[:, 1] *= scale**2
    result[:, 4] = 1.0 / np.maximum(result[:, 4], 1e-300)
    return result[:, columns(spec)]


def directions(point: FloatArray, targeting: bool) -> FloatArray:
    """Row i: derivative of (mu, omega, alpha, beta, eta, gamma) by the i-th coordinate of the search, (6, 6).

    With targeting omega is 1 - p.
    """
    persistence, share, asymmetry = point[2], point[3], point[5]
    rise, tilt, news = 2.0 * (1.0 - asymmetry), 2.0 * (2.0 * asymmetry - 1.0), persistence * share
    result = np.eye(SIZE)
    result[2] = 0.0, -1.0 if targeting else 0.0, share * rise, 1.0 - share, 0.0, share * tilt
    result[3] = 0.0, 0.0, persistence * rise, -persistence, 0.0, persistence * tilt
    result[5] = 0.0, 0.0, -2.0 * news, 0.0, 0.0, 4.0 * news
    return result


def units(point: FloatArray, scale: float) -> FloatArray:
    """Derivative of mu, omega, alpha, beta, nu, gamma in the unit of the data by the kernel's, eta for nu."""
    return np.array([scale, scale**2, 1.0, 1.0, -(max(point[4], 1e-9) ** -2), 1.0])


def start_variance(spec: "Garch | Gjr", z: FloatArray, scale: float) -> FloatArray:
    """Variance before the first observation as a quadratic in mu, for standardised data z: (3,)."""
    if spec.start == "fcp":
        return np.array([z @ z / len(z), -2.0 * np.mean(z), 1.0])
    if spec.start == "sample":
        return np.array([1.0, 0.0, 0.0])
    if spec.start == "ewma":
        weights = DECAYING[: len(z)]
        return np.array([weights @ z[: len(weights)] ** 2 / weights.sum(), 0.0, 0.0])
    return np.array([float(spec.start) / scale**2, 0.0, 0.0])


def information(spec: "Garch | Gjr", z: FloatArray, start: FloatArray, point: FloatArray) -> Information:
    """Derivatives at a point of standardised data z with a start variance."""
    result = Information(0.0, np.empty(SIZE), np.empty((SIZE, SIZE)), np.empty((SIZE, SIZE)))
    value = _garch.derivatives(model(spec), z, start, point, np.empty(len(z) * _garch.lanes), *result[1:3])
    variance, scores = np.empty(len(z) + 1), np.empty((len(z), SIZE))
    _garch.path(model(spec), z, start, point, variance, scores)
    return result._replace(value=value, outer=scores.T @ scores)

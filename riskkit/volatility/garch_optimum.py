"""How the kernel's optimum of a GARCH or GJR is read: its coordinates, its bounds, and the parameters they stand for.

The kernel standardises the data and searches (mu, omega, p, s, eta, q): persistence p = alpha + gamma / 2 + beta, share
s = (alpha + gamma / 2) / p of the news in it, eta = 1 / nu, and q, the part of the news that falls have:
alpha = 2 p s (1 - q), alpha + gamma = 2 p s q. So the constraints of the model are a box.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.volatility.specification import STARTS
from riskkit_ext import _garch

if TYPE_CHECKING:
    from riskkit.volatility.garch import Garch, Gjr

SIZE = 6  # of a point
VALUE, AHEAD, MEAN, SCALE, STATUS = 6, 7, 8, 9, 10  # columns of an optimum, after the point
NATURAL = ("mu", "omega", "alpha", "beta", "eta", "gamma")  # the kernel's order; eta is told as nu
ORDER = ("mu", "omega", "alpha", "gamma", "beta", "nu")  # ours
KINDS = ("robust", "hessian", "opg")  # of covariance matrices, in the kernel's order
TINY = 1e-300  # eta is 0 where it has no meaning
DECAYING = 0.94 ** np.arange(75)  # weights of the rule "ewma"


class Information(NamedTuple):
    """Of the log-likelihood of the standardised data, in mu, omega, alpha, beta, eta, gamma."""

    value: float
    slope: float  # steepest rise left: per standard error of one parameter, bounds respected
    covariances: FloatArray  # (3, 36), a matrix for each of KINDS


class Reading(NamedTuple):
    """How the optima of one specification are read."""

    model: "_garch.Model"
    names: pd.Index  # of the parameters, in the order in which they are told
    columns: list[int]  # where the kernel's order has each of them
    cells: npt.NDArray[np.intp]  # and where its matrices, flat, have each pair, (K * K,)


def in_fast_lane(spec: "Garch | Gjr") -> bool:
    """Whether the kernel estimates this model; the others are left to ``riskkit.volatility.general``."""
    return spec.dist in ("normal", "t") and spec.mean in ("constant", "zero")


@lru_cache(maxsize=64)
def reading(spec: "Garch | Gjr") -> Reading:
    """Say how the optima of a specification are read; one for all its fits."""
    given = not isinstance(spec.start, str)
    model = _garch.Model(
        student=spec.dist == "t",
        leverage=spec.leverage,
        zero_mean=spec.mean == "zero",
        start=len(STARTS) if given else STARTS.index(str(spec.start)),  # a given number is the kernel's last rule
        start_variance=float(spec.start) if given else 0.0,
        targeting=spec.targeting,
    )
    absent = {"mu": spec.mean == "zero", "gamma": not spec.leverage, "nu": spec.dist != "t"}
    names = [name for name in ORDER if not absent.get(name)]
    columns = [NATURAL.index("eta" if name == "nu" else name) for name in names]
    return Reading(model, pd.Index(names), columns, np.add.outer(SIZE * np.array(columns), columns).ravel())


def natural(optimum: Any) -> list[Any]:
    """From an optimum, 12 numbers or arrays, to mu, omega, alpha, beta, eta, gamma of the standardised data."""
    location, omega, persistence, share, eta, asymmetry = optimum[:SIZE]
    news = persistence * share
    alpha = 2.0 * news * (1.0 - asymmetry)
    return [location, omega, alpha, persistence - news, eta, 2.0 * news * asymmetry - alpha]


def parameters(optimum: Any, told: Reading) -> FloatArray:
    """From an optimum, 12 numbers or arrays (W,), to the parameters in the unit of the data, (K,) or (K, W)."""
    mean, scale = optimum[MEAN], optimum[SCALE]
    mu, omega, alpha, beta, eta, gamma = natural(optimum)
    values = mean + scale * mu, omega * scale**2, alpha, beta, 1.0 / (eta + TINY), gamma
    return np.array([values[column] for column in told.columns])


def units(optimum: FloatArray) -> FloatArray:
    """Derivative of mu, omega, alpha, beta, nu, gamma in the unit of the data by the kernel's, eta for nu."""
    eta, scale = float(optimum[4]), float(optimum[SCALE])
    return np.array([scale, scale**2, 1.0, 1.0, -(max(eta, 1e-9) ** -2), 1.0])


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


def information(spec: "Garch | Gjr", z: FloatArray, start: FloatArray, optimum: FloatArray) -> Information:
    """What is known of an optimum of standardised data z with a start variance."""
    out = np.empty(_garch.INFORMATION_SIZE)
    _garch.information(reading(spec).model, z, start, optimum[:SIZE], np.empty(len(z) * _garch.lanes), out)
    return Information(float(out[0]), float(out[1]), out[2:].reshape(len(KINDS), SIZE**2))

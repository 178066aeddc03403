"""What the specifications of the GARCH family have in common: options, names of the parameters, recursion, regressors."""

from typing import Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.innovation import DISTS, SHAPES
from riskkit.errors import DataError
from riskkit.volatility.linear import Linear
from riskkit_ext import _general

MEANS = {"zero": [], "constant": ["mu"], "ar1": ["mu", "phi"]}
STARTS = ("ewma", "sample", "fcp")
MOST_REGRESSORS = _general.most - 9  # mu, phi, five of the recursion and two shapes need room too


def refuse_unknown_options(spec: Any) -> None:
    """Refuse a law, a mean or a start that there is not."""
    checks.one_of("dist", spec.dist, DISTS)
    checks.one_of("mean", spec.mean, tuple(MEANS))
    if isinstance(spec.start, str):
        checks.one_of("start", spec.start, STARTS)
    else:
        checks.number("start", spec.start, above=0.0)


def recursion_of(spec: Any) -> Any:
    """How the variance of a specification moves; that of Garch and Gjr is :class:`Linear`."""
    if hasattr(spec, "recursion"):
        return spec.recursion
    return Linear(spec.leverage, spec.targeting)


def parameter_names(spec: Any, regressors: pd.DataFrame | None = None) -> pd.Index:
    """Names of the parameters: those of the mean, of the recursion, of the regressors and of the law."""
    columns = [] if regressors is None else list(regressors.columns)
    return pd.Index([*MEANS[spec.mean], *recursion_of(spec).names, *columns, *SHAPES[spec.dist]])


def kernel_model(spec: Any, regressors: int, level: float) -> _general.Model:
    """Return the kernel's model of a specification; ``level``: the variance aimed at where it is targeted."""
    recursion = recursion_of(spec)
    aim = level if recursion.targeting else 0.0
    lags = len(MEANS[spec.mean]) - 1
    return _general.Model(recursion.kind, recursion.searched, DISTS.index(spec.dist), lags, regressors, aim)


def filtered_states(
    spec: Any, params: pd.Series, observed: FloatArray, regressors: FloatArray, first: FloatArray
) -> FloatArray:
    """States (T + 1, 2) of known parameters in the unit of the data, the last one ahead and without regressors.

    ``first`` (2,) are the states of the first row without its regressors; with an AR(1) mean that row is the second. Where a
    state leaves its domain all later ones are NaN.
    """
    recursion = recursion_of(spec)
    own = [name in params for name in ("omega", "alpha", "gamma", "beta")] + [False]
    searched = own if recursion.kind == 0 else recursion.searched
    lags = len(MEANS[spec.mean]) - 1
    model = _general.Model(recursion.kind, searched, DISTS.index(spec.dist), lags, regressors.shape[1], 0.0)
    point = np.array([1.0 / value if name == "nu" else value for name, value in params.items()])
    states = np.full((len(observed) + 1, 2), np.nan)
    model.path(observed, regressors, first, point, states, np.empty((0, model.size)))
    return states


def checked_regressors(spec: Any, observed: pd.Index, regressors: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return the regressors as floats, one row per observation; refuse what no variance can take."""
    if regressors is None:
        return None
    if not isinstance(regressors, pd.DataFrame):
        raise DataError("regressors are no table", got=type(regressors).__name__, expected="a DataFrame")
    frame = checks.returns(regressors, name="regressors")
    if not frame.index.equals(observed):
        raise DataError(
            "regressors and the series have different rows", got=f"{len(frame)} and {len(observed)} rows",
            expected="the same index", remedy="regressors.reindex(series.index), and fill what is missing",
        )  # fmt: skip
    if frame.shape[1] > MOST_REGRESSORS:
        raise DataError("there are too many regressors", got=f"{frame.shape[1]}", expected=f"at most {MOST_REGRESSORS}")
    if (frame.to_numpy() < 0.0).any():
        raise DataError("regressors hold negative numbers", got=f"{frame.to_numpy().min():g}", expected="numbers >= 0")
    taken = set(parameter_names(spec)) & set(frame.columns)
    if taken:
        raise DataError("a regressor has the name of a parameter", got=sorted(taken), expected="other names")
    return frame

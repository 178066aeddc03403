"""The likelihood of a GARCH(1,1) as a landscape over its two parameters that matter, with every maximum on the map."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.frozen import restore
from riskkit.core.likelihood import STATUSES
from riskkit.errors import DataError
from riskkit.volatility.garch_fit import GarchFit
from riskkit.volatility.garch_optimum import MEAN, SCALE, SIZE, STATUS, reading, start_variance
from riskkit_ext import _garch

# Nodes are dense where the likelihood is steep: near persistence 1 and near share 0.
PERSISTENCE = 1.0 - np.geomspace(0.5, 0.001, 45)
SHARE = np.linspace(0.0, 0.7, 36) ** 2
OTHERS = (0, 1, 4)  # mu, omega and eta, chosen anew at every node
MOST, HALVINGS = 60, 40  # Newton steps at a node, and halvings of one
LEFT = 1e-7  # log-likelihood that may be left at a node
Evaluated = tuple[float, FloatArray, FloatArray]  # log-likelihood, gradient and Hessian


@dataclass(frozen=True, eq=False)
class Landscape:
    """The log-likelihood over persistence and share, and its maxima; made by :func:`landscape`.

    Parameters
    ----------
    surface : DataFrame (P, S)
        Log-likelihood, maximised over all other parameters; indexed by persistence, columns share.
    maxima : DataFrame (M, ...)
        The maxima that the search of the fit found, best first: the parameters, ``persistence``, ``share``,
        ``loglikelihood``, and ``next_sigma``, the deviation of the next observation.
    source : str
        Where the data come from.
    """

    surface: pd.DataFrame
    maxima: pd.DataFrame
    source: str

    __setstate__ = restore


def landscape(fit: GarchFit, *, persistence: FloatArray = PERSISTENCE, share: FloatArray = SHARE) -> Landscape:
    """Map the log-likelihood of a fitted GARCH over persistence alpha + beta and share alpha / (alpha + beta).

    At every node the other parameters (mu, omega, and nu of a Student-t) are chosen anew to make it largest. The maxima are
    those that the search behind :meth:`Garch.fit` comes upon, the one that the fit has kept first.

    Parameters
    ----------
    fit : GarchFit
        The estimate whose data and model are mapped.
    persistence, share : array of shape (P,) and (S,)
        The nodes, in [0, 1], increasing.

    Raises
    ------
    DataError
        When the fit is none of :class:`Garch`, or the nodes are not usable.

    Examples
    --------
    >>> returns = pd.Series(np.random.default_rng(1).normal(size=500)).mul(np.tile(np.repeat([0.5, 1.5], 50), 5))
    >>> fit = rk.volatility.Garch(dist="normal").fit(returns)
    >>> map_ = landscape(fit, persistence=np.linspace(0.5, 1.0, 6), share=np.linspace(0.0, 0.4, 5))
    >>> map_.surface.shape, bool(map_.surface.max(axis=None) <= fit.loglikelihood)
    ((6, 5), True)
    """
    if not isinstance(fit, GarchFit) or fit.spec.leverage or fit.spec.targeting:
        got = f"a fit of {fit.spec}" if isinstance(fit, GarchFit) else type(fit).__name__
        raise DataError("the fit has no landscape", got=got, expected="a fit of Garch without targeting")
    rows, columns = _nodes("persistence", persistence), _nodes("share", share)
    constant = len(fit.observed) * float(np.log(fit.optimum[SCALE]))
    surface = np.empty((len(rows), len(columns)))
    kernel, evaluate = reading(fit.spec).model, _evaluator(fit)
    point = fit.optimum[:SIZE].copy()  # persistence and share become alpha and beta below
    point[5] = 0.0
    for j, part in enumerate(columns):
        # up one column and down the next, so that each node begins where its neighbour ended
        for i in range(len(rows)) if j % 2 == 0 else reversed(range(len(rows))):
            point[2:4] = rows[i] * part, rows[i] * (1.0 - part)
            surface[i, j], point = _highest(evaluate, point, kernel)
    frame = pd.DataFrame(surface - constant, pd.Index(rows, name="persistence"), pd.Index(columns, name="share"))
    return Landscape(frame, _maxima(fit), str(fit.observed.attrs.get("source", "unknown")))


def _nodes(name: str, values: FloatArray) -> FloatArray:
    nodes = checks.array(name, values, ndim=1, least=2)
    if nodes.min() < 0.0 or nodes.max() > 1.0 or not (np.diff(nodes) > 0.0).all():
        raise DataError(
            f"{name} is no axis", got=f"{nodes.min():g} to {nodes.max():g}", expected="increasing numbers in [0, 1]"
        )
    return nodes


def _evaluator(fit: GarchFit) -> Callable[[FloatArray], Evaluated]:
    """Log-likelihood of the standardised data and its derivatives, at any point (mu, omega, alpha, beta, eta, gamma)."""
    kernel, scale = reading(fit.spec).model, float(fit.optimum[SCALE])
    z = (fit.observed.to_numpy() - fit.optimum[MEAN]) / scale
    start, workspace = start_variance(fit.spec, z, scale), np.empty(len(z) * _garch.lanes)

    def evaluate(point: FloatArray) -> Evaluated:
        gradient, hessian = np.empty(SIZE), np.empty((SIZE, SIZE))
        value = _garch.derivatives(kernel, z, start, point, workspace, gradient, hessian)
        return value, gradient, hessian

    return evaluate


def _highest(
    evaluate: Callable[[FloatArray], Evaluated], point: FloatArray, kernel: _garch.Model
) -> tuple[float, FloatArray]:
    """Maximise over mu, log(omega) (and eta) by Newton steps that go uphill, halved until they gain, inside the bounds."""
    lower, upper = np.array(kernel.lower), np.array(kernel.upper)
    chosen = [i for i in OTHERS if lower[i] < upper[i]]
    value, gradient, hessian = evaluate(point)
    for _ in range(MOST):
        by = np.ones(SIZE)
        by[1] = point[1]
        slope, bent = by * gradient, by * hessian * by[:, np.newaxis]
        bent[1, 1] += slope[1]
        blocked = ((point <= lower) & (slope < 0.0)) | ((point >= upper) & (slope > 0.0))
        free = [i for i in chosen if not blocked[i]]
        curvature, axes = np.linalg.eigh(-bent[np.ix_(free, free)])
        step = np.zeros(SIZE)
        step[free] = axes @ (axes.T @ slope[free] / np.maximum(np.abs(curvature), 1e-8))
        if slope @ step < LEFT:
            break
        for _ in range(HALVINGS):
            tried = point + step
            tried[1] = point[1] * np.exp(np.clip(step[1], -2.0, 2.0))
            tried[chosen] = np.clip(tried, lower, upper)[chosen]
            found = evaluate(tried)
            if found[0] > value:
                break
            step *= 0.5
        else:
            break
        point, (value, gradient, hessian) = tried, found
    return value, point


def _maxima(fit: GarchFit) -> pd.DataFrame:
    found = np.empty((_garch.most_starts, _garch.OPTIMUM_SIZE))
    values = np.ascontiguousarray(fit.observed.to_numpy())
    _garch.fit(reading(fit.spec).model, values, np.empty(len(values) * _garch.lanes), found)
    found.setflags(write=False)
    ended = [STATUSES[int(optimum[STATUS])] in (FitStatus.OK, FitStatus.BOUND) for optimum in found]
    rows = [_told(GarchFit(fit.spec, fit.observed, optimum)) for optimum in found[ended]]
    return pd.DataFrame(rows, pd.RangeIndex(1, len(rows) + 1, name="maximum"))


def _told(maximum: GarchFit) -> dict[str, float]:
    persistence = maximum.persistence
    return {
        **maximum.params,
        "persistence": persistence,
        "share": maximum.params["alpha"] / persistence if persistence > 0.0 else 0.0,
        "loglikelihood": maximum.loglikelihood,
        "next_sigma": maximum.next_sigma,
    }

"""How sure a GARCH forecast of volatility is: parameters drawn around their estimate, the recursion run again with each."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.errors import DataError
from riskkit.rng import Rng, generator

if TYPE_CHECKING:
    from riskkit.volatility.garch import GarchFit

ROUNDING = 1e-9  # a persistence fixed at 1 is drawn as 1 to rounding
SINGULAR = 1e-12  # an eigenvalue of a correlation matrix that stands for zero
MOST = 1_000  # rounds of redrawing; more would mean that hardly a draw is admissible


def forecast_interval(fit: "GarchFit", horizon: int, level: float = 0.9, *, rng: Rng, draws: int = 1_000) -> pd.DataFrame:
    """Forecast of sigma with an interval for the uncertainty of the parameters.

    mu, omega, alpha and beta are drawn from a normal law about the estimate with its robust covariance. A draw outside
    omega > 0, alpha >= 0, beta >= 0, alpha + beta <= 1 is drawn again; ``.attrs["redrawn"]`` is the share of such draws.
    A parameter on its bound stays there. With every draw the recursion runs through the data again and then ahead. nu does
    not enter: sigma does not depend on it.

    Parameters
    ----------
    fit : GarchFit
        The estimate.
    horizon : int
        Number of steps.
    level : float
        Probability of the interval, above 0.5.
    rng : int or numpy.random.Generator
        Where the numbers come from.
    draws : int
        Number of parameter vectors.

    Returns
    -------
    DataFrame (horizon, 3)
        Indexed by step; ``sigma`` (that of ``fit.forecast``), ``low`` and ``high``: the quantiles of the drawn sigmas, per
        step. It is an interval for sigma and not for the return.

    Raises
    ------
    DataError
        When the estimate has no covariance, or when hardly a draw is admissible.

    Examples
    --------
    >>> returns = pd.Series(np.random.default_rng(1).normal(size=500)).mul(np.tile(np.repeat([0.5, 1.5], 50), 5))
    >>> frame = rk.volatility.Garch(dist="normal").fit(returns).forecast_interval(5, rng=1)
    >>> bool((frame["low"] < frame["sigma"]).all() and (frame["sigma"] < frame["high"]).all())
    True

    References
    ----------
    Bollerslev, T. and Wooldridge, J. (1992). Quasi-maximum likelihood estimation and inference in dynamic models with
    time-varying covariances. Econometric Reviews 11, 143-172.
    """
    tail = 50.0 * (1.0 - checks.level(level))
    result = fit.forecast(horizon)[["sigma"]]
    drawn, share = drawn_parameters(fit, checks.whole("draws", draws, least=2), rng)
    _, omega, alpha, beta = drawn.T
    sigmas = np.empty((horizon, draws))
    variance = _next_variance(fit, drawn)
    for step in sigmas:
        step[:] = np.sqrt(variance)
        variance = omega + (alpha + beta) * variance
    result["low"], result["high"] = np.percentile(sigmas, [tail, 100.0 - tail], axis=1)
    result.attrs["redrawn"] = share
    return result


def drawn_parameters(fit: "GarchFit", draws: int, rng: Rng) -> tuple[FloatArray, float]:
    """Admissible draws of mu, omega, alpha, beta, (draws, 4), and the share that had to be drawn again."""
    covariance = fit.covariance("robust").to_numpy()[:4, :4]
    if np.isnan(covariance).all():
        raise DataError(
            "the estimate has no covariance to draw from", got=f"a fit that is {str(fit.status)!r}",
            expected="a maximum with the right curvature", remedy="look at fit.standard_errors()",
        )  # fmt: skip
    covariance = np.nan_to_num(covariance, nan=0.0)  # a parameter on its bound stays there
    errors = np.sqrt(np.diag(covariance))
    by = np.where(errors > 0.0, errors, 1.0)  # the errors differ by orders of magnitude, their correlations do not
    values, vectors = np.linalg.eigh(covariance / np.outer(by, by))
    values[values < SINGULAR] = 0.0
    root = errors[:, np.newaxis] * vectors * np.sqrt(values)
    random, centre = generator(rng), fit.params.to_numpy()[:4]
    kept, tried = np.empty((0, 4)), 0
    for _ in range(MOST):
        batch = centre + random.standard_normal((draws - len(kept), 4)) @ root.T
        _, omega, alpha, beta = batch.T
        inside = (omega > 0.0) & (alpha >= 0.0) & (beta >= 0.0) & (alpha + beta <= 1.0 + ROUNDING)
        tried += len(batch)
        kept = np.concatenate([kept, batch[inside]])
        if len(kept) == draws:
            return kept, 1.0 - draws / tried
    raise DataError(
        "hardly a draw of the parameters is admissible", got=f"{len(kept)} of {tried}", expected="more data or fewer draws"
    )


def _next_variance(fit: "GarchFit", drawn: FloatArray) -> FloatArray:
    """Variance of the observation after the last under every draw, (draws,)."""
    mu, omega, alpha, beta = drawn.T
    variance = omega + (alpha + beta) * fit.variance_before(mu)
    for value in fit.observed.to_numpy():
        variance = omega + alpha * (value - mu) ** 2 + beta * variance
    return variance

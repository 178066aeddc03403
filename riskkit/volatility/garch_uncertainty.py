"""How sure a GARCH forecast of volatility is: parameters drawn around their estimate, the recursion run again with each."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.errors import DataError
from riskkit.rng import Rng, generator
from riskkit.volatility.garch_recursion import Coefficients, expected_variances

if TYPE_CHECKING:
    from riskkit.volatility.garch_fit import GarchFit

ROUNDING = 1e-9  # a persistence fixed at 1 is drawn as 1 to rounding, a vanishing alpha + gamma as 0
SINGULAR = 1e-12  # an eigenvalue of a correlation matrix that stands for zero
MOST = 1_000  # rounds of redrawing; more would mean that hardly a draw is admissible


def forecast_interval(fit: "GarchFit", horizon: int, level: float = 0.9, *, rng: Rng, draws: int = 1_000) -> pd.DataFrame:
    """Forecast of sigma with an interval for the uncertainty of the parameters.

    mu, omega, alpha, gamma and beta are drawn from a normal law about the estimate with its robust covariance. A draw
    outside omega > 0, alpha >= 0, alpha + gamma >= 0, beta >= 0, persistence <= 1 is drawn again; ``.attrs["redrawn"]`` is
    the share of such draws.
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
    sigmas = np.sqrt(expected_variances(drawn, _next_variance(fit, drawn), horizon))
    result["low"], result["high"] = np.percentile(sigmas, [tail, 100.0 - tail], axis=1)
    result.attrs["redrawn"] = share
    return result


def drawn_parameters(fit: "GarchFit", draws: int, rng: Rng) -> tuple[Coefficients, float]:
    """Admissible draws of mu, omega, alpha, gamma, beta, (draws,) each, and the share that had to be drawn again."""
    drawn = [name for name in Coefficients._fields if name in fit.params]
    root, centre = _root(fit, drawn), fit.params[drawn].to_numpy()
    random, kept, tried = generator(rng), np.empty((0, len(drawn))), 0
    for _ in range(MOST):
        batch = centre + random.standard_normal((draws - len(kept), len(drawn))) @ root.T
        kept = np.concatenate([kept, batch[_admissible(_by_name(drawn, batch))]])
        tried += len(batch)
        if len(kept) == draws:
            return _by_name(drawn, kept), 1.0 - draws / tried
    raise DataError(
        "hardly a draw of the parameters is admissible", got=f"{len(kept)} of {tried}", expected="more data or fewer draws"
    )


def _root(fit: "GarchFit", drawn: list[str]) -> FloatArray:
    """A root of the covariance, (K, K); a parameter on its bound has a row of zeros."""
    covariance = fit.covariance("robust").loc[drawn, drawn].to_numpy()
    if np.isnan(covariance).all():
        raise DataError(
            "the estimate has no covariance to draw from", got=f"a fit that is {str(fit.status)!r}",
            expected="a maximum with the right curvature", remedy="look at fit.standard_errors()",
        )  # fmt: skip
    covariance = np.nan_to_num(covariance, nan=0.0)
    errors = np.sqrt(np.diag(covariance))
    by = np.where(errors > 0.0, errors, 1.0)  # the errors differ by orders of magnitude, their correlations do not
    values, vectors = np.linalg.eigh(covariance / np.outer(by, by))
    values[values < SINGULAR] = 0.0
    return errors[:, np.newaxis] * vectors * np.sqrt(values)


def _by_name(drawn: list[str], values: FloatArray) -> Coefficients:
    columns = dict(zip(drawn, values.T, strict=True))
    return Coefficients(*(columns.get(name, np.zeros(len(values))) for name in Coefficients._fields))


def _admissible(by: Coefficients) -> npt.NDArray[np.bool_]:
    signs = (by.omega > 0.0) & (by.alpha >= 0.0) & (by.alpha + by.gamma >= -ROUNDING) & (by.beta >= 0.0)
    return signs & (by.persistence <= 1.0 + ROUNDING)


def _next_variance(fit: "GarchFit", by: Coefficients) -> FloatArray:
    """Variance of the observation after the last under every draw, (draws,)."""
    variance = by.omega + by.persistence * fit.variance_before(by.mu)
    for value in fit.observed.to_numpy():
        variance = by.after(value - by.mu, variance)
    return variance

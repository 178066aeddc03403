"""How sure a forecast of volatility is: parameters drawn around their estimate, the series filtered again with each."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.innovation import SHAPES
from riskkit.errors import DataError
from riskkit.rng import Rng, generator
from riskkit.volatility.general_report import own_parameters, search_box
from riskkit.volatility.specification import MEANS, recursion_of

if TYPE_CHECKING:
    from riskkit.volatility.general_fit import GeneralFit

SINGULAR = 1e-12  # an eigenvalue of a correlation matrix that stands for zero
MOST = 1_000  # rounds of redrawing; more would mean that hardly a draw is admissible
PATHS = 200  # simulated per draw where the forecast has no closed form


def forecast_interval(
    fit: "GeneralFit",
    horizon: int,
    level: float = 0.9,
    *,
    rng: Rng,
    draws: int = 1_000,
    regressors: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Forecast of sigma with an interval for the uncertainty of the parameters.

    The parameters are drawn from a normal law about the estimate with its robust covariance; an inadmissible draw is drawn
    again, and ``.attrs["redrawn"]`` is the share of such draws. A parameter on its bound stays there. With every draw the
    recursion runs through the data again and then ahead. EGARCH and APARCH go ahead on 200 simulated paths per draw, the
    same innovations for all draws.

    Parameters
    ----------
    fit : GeneralFit
        The estimate.
    horizon : int
        Number of steps.
    level : float
        Probability of the interval, above 0.5.
    rng : int or numpy.random.Generator
        Where the numbers come from.
    draws : int
        Number of parameter vectors.
    regressors : DataFrame (horizon, K), optional
        Future rows of the regressors of the fit.

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
    >>> frame = rk.volatility.Garch(dist="ged").fit(returns).forecast_interval(5, rng=1, draws=200)
    >>> bool((frame["low"] < frame["sigma"]).all() and (frame["sigma"] < frame["high"]).all())
    True
    """
    tail = 50.0 * (1.0 - checks.level(level))
    random = generator(rng)
    result = fit.forecast(horizon, regressors=regressors, rng=random)[["sigma"]]
    natural, share = drawn_parameters(fit, checks.whole("draws", draws, least=2), random)
    sigmas = _sigmas(fit, natural, _scaled(fit, regressors, horizon), random)
    result["low"], result["high"] = np.percentile(sigmas, [tail, 100.0 - tail], axis=1)
    result.attrs["redrawn"] = share
    return result


def drawn_parameters(fit: "GeneralFit", draws: int, random: np.random.Generator) -> tuple[FloatArray, float]:
    """Admissible draws of the kernel's natural parameters, (draws, P), and the share that had to be drawn again."""
    covariance, centre = fit.natural_covariance()
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
    kept, tried = np.empty((0, len(centre))), 0
    for _ in range(MOST):
        batch = centre + random.standard_normal((draws - len(kept), len(centre))) @ root.T
        tried += len(batch)
        kept = np.concatenate([kept, batch[_admissible(fit, batch)]])
        if len(kept) == draws:
            return kept, 1.0 - draws / tried
    raise DataError(
        "hardly a draw of the parameters is admissible", got=f"{len(kept)} of {tried}", expected="more data or fewer draws"
    )


def _admissible(fit: "GeneralFit", batch: FloatArray) -> np.ndarray:
    """Which rows of natural parameters the model allows."""
    lower, upper = search_box(fit.spec, fit.sample.regressors.shape[1])
    recursion, lags = recursion_of(fit.spec), len(MEANS[fit.spec.mean])
    others = np.ones(batch.shape[1], dtype=bool)
    others[lags : lags + sum(recursion.searched)] = False
    within = ((batch >= lower) & (batch <= upper))[:, others].all(axis=1)
    own = np.array([own_parameters(fit.spec, fit.sample, row)[0] for row in batch])
    return within & recursion.admissible(own.T)


def _sigmas(
    fit: "GeneralFit", natural: FloatArray, added: tuple[FloatArray, int], random: np.random.Generator
) -> FloatArray:
    """Standard deviations (horizon, draws) of the steps ahead under every draw."""
    recursion, (rows, horizon) = recursion_of(fit.spec), added
    own = np.array([own_parameters(fit.spec, fit.sample, row)[0] for row in natural])  # (draws, 5)
    reported = np.flatnonzero(np.array(recursion.searched) | (np.arange(5) == 0))
    params = {name: own[:, number, np.newaxis] for number, name in zip(reported, recursion.names, strict=True)}
    states = np.stack([_last_states(fit, row) for row in natural], axis=1)[..., np.newaxis]  # (2, draws, 1)
    count = fit.sample.regressors.shape[1]
    first = natural.shape[1] - count - len(SHAPES[fit.spec.dist])
    push = rows @ natural[:, first : first + count].T if count else np.zeros((horizon, len(natural)))
    phi = natural[:, 1] if "phi" in fit.params else np.zeros(len(natural))
    if not recursion.closed_form and horizon > 1:
        states = np.repeat(states, PATHS, axis=2)
    result, carried = np.empty((horizon, len(natural))), np.zeros(len(natural))
    for step in range(horizon):
        states = states + np.stack([push[step][:, np.newaxis], np.zeros((len(natural), 1))])
        variance = recursion.variance(states[0], params)
        carried = variance.mean(axis=1) + phi**2 * carried
        result[step] = fit.sample.scale * np.sqrt(carried)
        if recursion.closed_form:
            states = recursion.expected(params, fit.moment, states)
        elif step + 1 < horizon:
            z = fit.innovation.draw(random, (PATHS,))
            states = recursion.step(params, fit.moment, z * np.sqrt(variance), states)
    return result


def _last_states(fit: "GeneralFit", natural: FloatArray) -> FloatArray:
    """Standardised states after the data, (2,)."""
    states = np.full((len(fit.observed) + 1, 2), np.nan)
    fit.kernel_path(natural, states, np.empty((0, len(natural))))
    return states[-1]


def _scaled(fit: "GeneralFit", regressors: Any, horizon: int) -> tuple[FloatArray, int]:
    """Future regressors as the kernel scales them; `forecast` has checked them."""
    rows = np.empty((horizon, 0)) if regressors is None else regressors.to_numpy() / fit.sample.column_means
    return rows, horizon

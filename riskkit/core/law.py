"""A parametric law laid out as a loss distribution, exact where it is read.

The unit interval is cut into 10,000 bins of probability 0.0001. The mass of a bin is split between the quantiles at its two
ends so that the bin's mean is kept (local moment matching); the two outermost bins are one atom each. Then VaR *and* ES of
the discrete law equal those of the continuous one, to rounding, at every level with at most four decimals; between two such
levels VaR is off by at most one step of the grid.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy import special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.distribution import LossDistribution
from riskkit.errors import ModelError

BINS = 10_000


def from_law(
    quantile: Callable[[FloatArray], FloatArray],
    partial_mean: Callable[[FloatArray], FloatArray],
    mean: float,
    *,
    horizon: float = 1.0,
    unit: str = "return",
) -> LossDistribution:
    """Lay out a continuous law of the loss as 10,001 weighted scenarios.

    Parameters
    ----------
    quantile : callable
        Quantile function of the loss, increasing, on an array of probabilities in (0, 1).
    partial_mean : callable
        ``E[L; L <= quantile(p)]``, the integral of the quantile function from 0 to p.
    mean : float
        Expected loss; finite.
    horizon, unit
        As in :class:`LossDistribution`.

    Examples
    --------
    >>> from scipy import stats
    >>> unit_normal = from_law(stats.norm.ppf, lambda p: -stats.norm.pdf(stats.norm.ppf(p)), 0.0)
    >>> round(unit_normal.var(0.99), 12), round(unit_normal.es(0.975), 12)
    (2.326347874041, 2.337802792201)
    """
    nodes, weights = _layout(quantile, partial_mean, checks.number("mean", mean))
    return LossDistribution(nodes, weights=weights, horizon=horizon, unit=unit, sampled=False)


def normal(location: float, scale: float, *, horizon: float = 1.0) -> LossDistribution:
    """Loss distributed as ``location + scale * Z`` with Z standard normal."""
    return _standard(np.inf, location, scale, horizon)


def student(location: float, scale: float, degrees: float, *, horizon: float = 1.0) -> LossDistribution:
    """Loss distributed as ``location + scale * T`` with T Student-t of ``degrees`` > 1 (variance degrees/(degrees-2)).

    Examples
    --------
    >>> round(student(0.0, 1.0, 4.0).var(0.99), 6)
    3.746947
    """
    if not degrees > 1.0:
        raise ModelError("the loss has no finite mean", got=f"degrees = {degrees}", expected="degrees > 1")
    return _standard(float(degrees), location, scale, horizon)


def tail_factors(level: float, degrees: float = np.inf) -> tuple[float, float]:
    """VaR and ES at ``level`` of the standard t law (standard normal for infinite degrees), in closed form.

    Examples
    --------
    >>> [round(value, 6) for value in tail_factors(0.99)]
    [2.326348, 2.665214]
    """
    probability = np.array([checks.level(level)])
    quantile = _quantile(probability, degrees)
    return float(quantile[0]), float(-_partial_mean(quantile, degrees)[0] / (1.0 - level))


def tail_factors_each(level: float, degrees: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Like :func:`tail_factors` for an array of degrees, shape (T,): the same numbers, without a call for each.

    Examples
    --------
    >>> [factors.round(6).tolist() for factors in tail_factors_each(0.99, np.array([4.0, np.inf]))]
    [[3.746947, 2.326348], [5.220584, 2.665214]]
    """
    result = np.empty((2, len(degrees)))
    result[:] = np.array(tail_factors(level))[:, np.newaxis]
    heavy = np.isfinite(degrees)
    result[0, heavy] = _quantile(np.full(int(heavy.sum()), checks.level(level)), degrees[heavy])
    result[1, heavy] = -_partial_mean(result[0, heavy], degrees[heavy]) / (1.0 - level)
    return result[0], result[1]


def _standard(degrees: float, location: float, scale: float, horizon: float) -> LossDistribution:
    checks.number("location", location)
    checks.number("scale", scale, above=0.0)
    nodes, weights = _standard_layout(degrees)
    return LossDistribution(location + scale * nodes, weights=weights, horizon=horizon, sampled=False)


@lru_cache(maxsize=64)
def _standard_layout(degrees: float) -> tuple[FloatArray, FloatArray]:
    return _layout(lambda p: _quantile(p, degrees), lambda p: _partial_mean(_quantile(p, degrees), degrees), 0.0)


def _quantile(probability: FloatArray, degrees: "float | FloatArray") -> FloatArray:
    if np.all(np.isinf(degrees)):
        return np.asarray(special.ndtri(probability), float)
    return np.asarray(special.stdtrit(degrees, probability), float)


def _partial_mean(quantile: FloatArray, degrees: "float | FloatArray") -> FloatArray:
    """E[T; T <= quantile] = -(degrees + q^2) / (degrees - 1) * pdf(q)."""
    if np.all(np.isinf(degrees)):
        return -np.exp(-0.5 * quantile**2) / np.sqrt(2.0 * np.pi)
    log_constant = special.gammaln((degrees + 1.0) / 2.0) - special.gammaln(degrees / 2.0)
    log_pdf = log_constant - 0.5 * np.log(degrees * np.pi) - (degrees + 1.0) / 2.0 * np.log1p(quantile**2 / degrees)
    return -(degrees + quantile**2) / (degrees - 1.0) * np.exp(log_pdf)


def _layout(
    quantile: Callable[[FloatArray], FloatArray], partial_mean: Callable[[FloatArray], FloatArray], mean: float
) -> tuple[FloatArray, FloatArray]:
    probabilities = np.arange(1, BINS) / BINS
    ends = quantile(probabilities)  # (BINS - 1,)
    bin_means = np.diff(np.concatenate([[0.0], partial_mean(probabilities), [mean]])) * BINS
    width = np.diff(ends)
    # share of an inner bin that sits at its right end
    right = np.clip(np.divide(bin_means[1:-1] - ends[:-1], width, out=np.full_like(width, 0.5), where=width > 0.0), 0.0, 1.0)
    weights = np.zeros(BINS + 1)
    weights[0] = weights[-1] = 1.0
    weights[1:-2] += 1.0 - right
    weights[2:-1] += right
    return np.concatenate([bin_means[:1], ends, bin_means[-1:]]), weights / BINS

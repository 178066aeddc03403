"""Is it this family at all? A test of a fitted copula by the distance from the empirical copula."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from riskkit import checks, parallel
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.core.status import REACHED
from riskkit.dependence.empirical_copula import empirical_copula
from riskkit.dependence.law import CopulaLaw
from riskkit.dependence.uniforms import pseudo_observations
from riskkit.errors import ConvergenceError, ModelError
from riskkit.rng import Rng, child, entropy

if TYPE_CHECKING:
    from riskkit.dependence.copula_fit import CopulaFit

DRAWS, DRAWS_PER_ROW = 10_000, 50  # the sample that stands for a law without a closed distribution function
MOST_CLOSED = 6  # a closed form may be a sum of 2**d terms


@runtime_checkable
class ClosedLaw(Protocol):
    """A law whose distribution function has a closed form."""

    def cdf(self, u: FloatArray) -> FloatArray:
        """Probability that no variable exceeds its entry of ``u`` (n, d), shape (n,)."""


@dataclass(frozen=True, eq=False)
class GoodnessOfFit:
    """The answer of :func:`goodness_of_fit`.

    Parameters
    ----------
    statistic : float
        Cramer and von Mises' S_n: the sum over the observations of the squared difference between the empirical copula and
        the fitted one.
    p_value : float
        Chance of a statistic at least as large, were the family right.
    standard_error : float
        Of the p-value, from the number of replications.
    replicated : array of shape (replications - failed,)
        Statistics of the samples drawn from the fitted law, each with the family fitted anew.
    replications, failed : int
        Samples drawn, and how many of them could not be fitted: those do not count.
    draws : int
        Size of the sample that stood for the fitted law; 0 where its distribution function has a closed form.
    """

    statistic: float
    p_value: float
    standard_error: float
    replicated: FloatArray
    replications: int
    failed: int
    draws: int

    __setstate__ = restore


def goodness_of_fit(
    fit: "CopulaFit",
    u: pd.DataFrame | None = None,
    *,
    rng: Rng,
    replications: int = 200,
    workers: int | None = None,
) -> GoodnessOfFit:
    """Test whether observations come from the family of a fit, whatever its parameters.

    Parameters
    ----------
    fit : CopulaFit
        Names the family (its ``spec``) and the method of the fit.
    u : DataFrame of shape (T, d), optional
        Observations; only their ranks are used. Default: those of ``fit``.
    rng : int or numpy.random.Generator
        Seed or source of randomness. The answer does not depend on the number of workers.
    replications : int
        Samples drawn from the fitted law; 200 tell a p-value of 0.05 to 0.015. At least 19.
    workers : int, optional
        Number of workers (see :func:`riskkit.parallel.compute`).

    Returns
    -------
    GoodnessOfFit

    Raises
    ------
    ConvergenceError
        The family cannot be fitted to the observations, or not to half of the samples.

    Notes
    -----
    Parametric bootstrap: the spec is fitted to the ranks of the observations, samples are drawn from that law, and the spec
    is fitted anew to the ranks of each; the p-value is (1 + the number of statistics at least as large) divided by
    (1 + replications). Where the law has no closed distribution function (elliptical families, more than 6 variables), the
    ranks of 50 T draws, at least 10,000, stand for it: that moves S_n by a tenth or less, in the samples as in the
    observations, so that the size of the test stays what it is. Its draws have known margins; taking their ranks removes
    nine tenths of the variance. The test on Rosenblatt's transform would need no sample, but conditional laws of every
    family, and its answer depends on the order of the columns.

    Observations count as independent: test residuals, not returns. Ties (days on which a price did not move) are not in the
    samples and make the test reject too often.

    References
    ----------
    Genest, C., Remillard, B. and Beaudoin, D. (2009). Goodness-of-fit tests for copulas: a review and a power study.
    Insurance: Mathematics and Economics 44, 199-213.
    Genest, C. and Remillard, B. (2008). Validity of the parametric bootstrap for goodness-of-fit testing in semiparametric
    models. Annales de l'Institut Henri Poincare 44, 1096-1127.

    Examples
    --------
    >>> law = rk.dependence.ArchimedeanLaw("clayton", 2.0, ["BTC", "ETH"])
    >>> u = law.sample(100, rng=1)
    >>> right = rk.dependence.ClaytonCopula().fit(u, method="tau").goodness_of_fit(rng=1, replications=49)
    >>> wrong = rk.dependence.GumbelCopula().fit(u, method="tau").goodness_of_fit(rng=1, replications=49)
    >>> right.p_value > 0.2, wrong.p_value < 0.05
    (True, True)
    """
    checks.whole("replications", replications, least=19)
    ranked = pseudo_observations(fit.observed if u is None else u)
    seed = entropy(rng)
    law = _law(fit.spec, ranked, fit.method)
    if law is None:
        raise ConvergenceError(
            "the family cannot be fitted to the observations", got=type(fit.spec).__name__, expected="a fit at an optimum"
        )
    statistic = _distance(ranked.to_numpy(), law, child(seed, 0))
    task = partial(_replicate, fit.spec, fit.method, law, len(ranked), seed)
    answers = parallel.compute(task, range(1, replications + 1), workers=workers)
    replicated = np.array([answer for answer in answers if answer is not None])
    failed = replications - len(replicated)
    if failed > replications / 2:
        raise ConvergenceError(
            "the family cannot be fitted to its own samples", got=f"{failed} of {replications} without an optimum",
            expected="at most half", remedy='method="tau", or a simpler family',
        )  # fmt: skip
    replicated.setflags(write=False)
    p_value = float(1 + np.count_nonzero(replicated >= statistic)) / (1 + len(replicated))
    error = float(np.sqrt(p_value * (1.0 - p_value) / len(replicated)))
    return GoodnessOfFit(statistic, p_value, error, replicated, replications, failed, _draws(law, len(ranked)))


def _replicate(spec: Any, method: str, law: CopulaLaw, rows: int, seed: int, key: int) -> float | None:
    """Statistic of one sample of the fitted law, None where the family could not be fitted to it."""
    rng = child(seed, key)
    ranked = pseudo_observations(law.sample(rows, rng=rng))
    refitted = _law(spec, ranked, method)
    return None if refitted is None else _distance(ranked.to_numpy(), refitted, rng)


def _law(spec: Any, ranked: pd.DataFrame, method: str) -> CopulaLaw | None:
    try:
        fit = spec.fit(ranked, method=method)
    except (ConvergenceError, ModelError):
        return None
    return fit.law if fit.status in REACHED else None


def _draws(law: CopulaLaw, rows: int) -> int:
    closed = isinstance(law, ClosedLaw) and len(law.names) <= MOST_CLOSED
    return 0 if closed else max(DRAWS, DRAWS_PER_ROW * rows)


def _distance(points: FloatArray, law: CopulaLaw, rng: np.random.Generator) -> float:
    """S_n at pseudo-observations (n, d)."""
    empirical, draws = empirical_copula(points, points), _draws(law, len(points))
    if isinstance(law, ClosedLaw) and draws == 0:
        return float(np.square(empirical - law.cdf(points)).sum())
    sampled = empirical_copula(_even(law.sample(draws, rng=rng).to_numpy()), points)
    return float(np.square(empirical - sampled).sum())


def _even(draws: FloatArray) -> FloatArray:
    """Move each column of draws (m, d), keeping its order, to the middles of m equal intervals."""
    order, result = np.argsort(draws, axis=0), np.empty(draws.shape)
    np.put_along_axis(result, order, ((np.arange(len(draws)) + 0.5) / len(draws))[:, np.newaxis], axis=0)
    return result

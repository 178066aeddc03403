"""How sure the parameters of a copula are.

An estimate from ranks is uncertain twice: for the dependence that is estimated, and for the margins that the ranks stand
for. To first order its error is the mean over the observations of an influence, and its variance is theirs over n.

Maximum likelihood (Genest, Ghoudi and Rivest 1995): with the score l and the curvature B of the mean log density, the
influence of an observation is

    B^-1 (l(U) + sum over j of W_j(U_j)),    W_j(u) = E [1(u <= U_j) dl / du_j (U)],    B = -E [dl / dtheta].

On Kendall's tau of a pair the influence is ``2 (h - tau)``, where h is the share of the other observations concordant with
this one, less that of the discordant; and on what is a function of the taus it is that times the slopes.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.core.likelihood import positive_inverse
from riskkit.dependence.derivatives import Derivatives

CELLS = 2_000_000  # signs of differences at a time


def standard_errors(law: Any, u: FloatArray, method: str, kind: str) -> pd.Series:
    """Return the standard errors of the parameters of ``law``, which was estimated from ``u`` (T, d).

    Parameters
    ----------
    law : CopulaLaw
        At its estimates.
    u : array of shape (T, d)
        The observations.
    method : {"ml", "tau"}
        How they were found.
    kind : {"ranks", "hessian"}
        With the margins estimated by ranks; or known, from the curvature of the likelihood alone.

    Returns
    -------
    Series
        By parameter; NaN for all where minus the Hessian is not positive definite, and by tau for kind "hessian".
    """
    n = len(u)
    if kind == "hessian":
        errors = np.full(len(law.params), np.nan)
        if method == "ml":
            errors = np.sqrt(np.diag(positive_inverse(-law.derivatives(u).hessian)) / n)
    else:
        influence = _by_likelihood(law.derivatives(u), u) if method == "ml" else _by_tau(law, u)
        errors = np.sqrt(np.square(influence - influence.mean(axis=0)).mean(axis=0) / n)
    return pd.Series(errors, law.params.index, name=f"{kind} standard errors")


def _by_likelihood(derivatives: Derivatives, u: FloatArray) -> FloatArray:
    """Influences of the observations on the estimates by maximum likelihood, (n, K)."""
    return _corrected(derivatives, u, slice(None)) @ positive_inverse(-derivatives.hessian)


def _by_tau(law: Any, u: FloatArray) -> FloatArray:
    """Influences on what is a function of Kendall's taus, and on the nu of highest likelihood given all that, (n, K)."""
    influence = _tau_influences(u) @ law.params_by_tau().T
    known = influence.shape[1]
    if known == len(law.params):
        return influence
    derivatives = law.derivatives(u)
    score = _corrected(derivatives, u, slice(known, None))[:, 0]
    bend, across = derivatives.hessian[known, known], derivatives.hessian[known, :known]
    by_nu = (score + influence @ across) / -bend if bend < 0.0 else np.full(len(u), np.nan)
    return np.column_stack([influence, by_nu])


def _corrected(derivatives: Derivatives, u: FloatArray, wanted: slice) -> FloatArray:
    """Scores and what the ranks add to them, (n, of the parameters wanted)."""
    total = derivatives.scores[:, wanted].copy()
    n = len(u)
    for j, own in enumerate(u.T):
        order = np.argsort(own, kind="stable")
        above = np.zeros((n + 1, total.shape[1]))  # sums of the slopes from a rank upwards
        above[:n] = derivatives.slopes(j)[order, wanted][::-1].cumsum(axis=0)[::-1]
        from_here, beyond = (above[np.searchsorted(own[order], own, side)] for side in ("left", "right"))
        total += (from_here + beyond) / (2.0 * n)  # equal values, and the observation itself, count by half: a mean rank
    return total


def _tau_influences(u: FloatArray) -> FloatArray:
    """Influences on Kendall's tau-b of every pair, (n, pairs): tau-b is the mean sign over the root of how many differ."""
    signs = np.concatenate(list(_signs(u)))  # (n, d, d)
    one, other = np.triu_indices(u.shape[1], 1)
    both, first, second = signs[:, one, other], signs[:, one, one], signs[:, other, other]
    tied = np.sqrt(first.mean(axis=0) * second.mean(axis=0))
    tau = both.mean(axis=0) / tied
    return 2.0 * (both / tied - 0.5 * tau * (first / first.mean(axis=0) + second / second.mean(axis=0)))


def _signs(u: FloatArray) -> Iterator[FloatArray]:
    """Of every observation, the mean over the others of the product of two variables' signs of differences, (rows, d, d)."""
    n, d = u.shape
    rows = max(CELLS // (n * d), 1)
    for start in range(0, n, rows):
        signs = np.sign(u[start : start + rows, np.newaxis] - u)  # (rows, n, d)
        yield signs.transpose(0, 2, 1) @ signs / (n - 1)

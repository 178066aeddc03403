"""Correlations that move, and the constant baseline: what is estimated. How, and what it answers, stands beside."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.dependence.dcc_fit import ConstantCorrelationFit, DccFit
from riskkit.dependence.dcc_sample import residuals, sample_of, unpacked
from riskkit.dependence.dcc_search import highest
from riskkit.errors import ModelError

DISTS = ("normal", "t")
STARTS = ("target", "ones", "zeros")


@dataclass(frozen=True)
class Dcc:
    """Dynamic conditional correlation of standardised residuals z, with one a and b for all pairs.

    ``Q[t+1] = (1 - a - b) * Q_bar + a * z[t] z[t]' + b * Q[t]``, and the correlation matrix R[t] is Q[t] scaled to a unit
    diagonal. Q_bar is not searched: it is taken from the sample.

    Parameters
    ----------
    kind : {"dcc", "cdcc", "adcc"}
        Engle's model; Aielli's corrected one, whose shocks are z times the roots of Q's diagonal, so that Q_bar can be
        estimated consistently; or the asymmetric one, which adds ``g * (n[t] n[t]' - N_bar)`` with ``n = min(z, 0)``: joint
        falls move correlations more than joint rises.
    dist : {"normal", "t"}
        Law of z given R: normal, or Student-t scaled to unit variances, whose nu is estimated too.
    start : {"target", "ones", "zeros"}
        "target" is the textbook: Q[1] = Q_bar, and Q_bar is the mean of z z'. The others are the R package `rmgarch`'s:
        Q_bar is the covariance matrix about the mean, and a row of ones, or of zeros, stands before the sample. It estimates
        with zeros, then reports likelihood and path with ones. The corrected model knows "target" only.

    Notes
    -----
    The residuals must come from the margins' own volatility models: ``rk.volatility.fit_many(returns, spec).standardised``.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> z = pd.DataFrame(rng.normal(size=(500, 2)) @ [[1.0, 0.6], [0.0, 0.8]], columns=["BTC", "ETH"])
    >>> fit = Dcc().fit(z)
    >>> list(fit.params.index), fit.correlation.shape
    (['a', 'b'], (500, 2, 2))
    >>> float(fit.next_correlation.loc["BTC", "BTC"])
    1.0

    References
    ----------
    Engle, R. (2002). Dynamic conditional correlation. Journal of Business and Economic Statistics 20, 339-350.
    Cappiello, L., Engle, R. and Sheppard, K. (2006). Asymmetric dynamics in the correlations of global equity and bond
    returns. Journal of Financial Econometrics 4, 537-572.
    Aielli, G. P. (2013). Dynamic conditional correlation: on properties and estimation. Journal of Business and Economic
    Statistics 31, 282-299.
    """

    kind: str = "dcc"
    dist: str = "normal"
    start: str = "target"

    def __post_init__(self) -> None:
        checks.one_of("kind", self.kind, ("dcc", "cdcc", "adcc"))
        checks.one_of("dist", self.dist, DISTS)
        checks.one_of("start", self.start, STARTS)
        if self.kind == "cdcc" and self.start != "target":
            raise ModelError("the corrected model has one start", got=f"start={self.start!r}", expected='start="target"')

    def fit(self, z: pd.DataFrame) -> DccFit:
        """Estimate by maximum likelihood given the residuals, a, b, g >= 0, a + b + delta g < 1, 2.05 <= nu <= 500.

        delta is the largest eigenvalue of N_bar in units of Q_bar (Cappiello and others). The search goes up from the
        peaks of a grid of starts, at most three, and the highest end is kept.

        Parameters
        ----------
        z : DataFrame of shape (T, d)
            Standardised residuals of d >= 2 series, T > d, finite, sorted by time.

        Raises
        ------
        DataError
            Residuals that cannot be used: NaN, constant, not standardised, or columns that are combinations of others.
        ConvergenceError
            When the likelihood is finite nowhere. A search that merely did not end says so in ``status``.
        """
        frame = residuals(z)
        sample = sample_of(self, frame)
        found = highest(sample)
        target, fallen = sample.target(np.where(np.isinf(found.point), 0.0, found.point)), unpacked(sample.matrices[1])
        for array in (found.point, target, fallen):
            array.setflags(write=False)
        return DccFit(self, frame, found.point, target, fallen, found.slope, found.status)


@dataclass(frozen=True)
class ConstantCorrelation:
    """Constant conditional correlation: the baseline of :class:`Dcc`, which it is for a = b = 0.

    Parameters
    ----------
    dist : {"normal", "t"}
        As in :class:`Dcc`.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> z = pd.DataFrame(rng.normal(size=(500, 2)) @ [[1.0, 0.6], [0.0, 0.8]], columns=["BTC", "ETH"])
    >>> constant, moving = ConstantCorrelation().fit(z), Dcc().fit(z)
    >>> constant.params.round(2).to_dict(), constant.bic < moving.bic
    ({'BTC ETH': 0.56}, True)

    References
    ----------
    Bollerslev, T. (1990). Modelling the coherence in short-run nominal exchange rates: a multivariate generalized ARCH
    model. Review of Economics and Statistics 72, 498-505.
    """

    kind: ClassVar[str] = "dcc"
    start: ClassVar[str] = "target"

    dist: str = "normal"

    def __post_init__(self) -> None:
        checks.one_of("dist", self.dist, DISTS)

    def fit(self, z: pd.DataFrame) -> ConstantCorrelationFit:
        """Estimate: the sample's correlations about zero, and nu by maximum likelihood given them.

        Takes and refuses what :meth:`Dcc.fit` does.
        """
        frame = residuals(z)
        sample = sample_of(self, frame)
        found = highest(sample, moving=False)
        target, fallen = unpacked(sample.matrices[0]), unpacked(sample.matrices[1])
        for array in (found.point, target, fallen):
            array.setflags(write=False)
        return ConstantCorrelationFit(self, frame, found.point, target, fallen, found.slope, found.status)

"""What the fitted law of one variable answers, whatever its family."""

from typing import Protocol

import numpy.typing as npt
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.core import FitStatus, LossDistribution
from riskkit.core.pieces import Piece


class TailFit(Protocol):
    """An estimated law of one variable; made by the ``fit`` of its specification."""

    @property
    def params(self) -> pd.Series:
        """Estimates by name."""

    @property
    def loglikelihood(self) -> float:
        """Log-likelihood of the sample at the estimates."""

    @property
    def status(self) -> FitStatus:
        """OK only where the search ended at an optimum inside the bounds."""

    def standard_errors(self) -> pd.Series:
        """Standard errors of ``params``; NaN where there are none."""

    def cdf(self, x: npt.ArrayLike) -> FloatArray:
        """Probability of a value of at most ``x``, of the same shape."""

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """Value that is not exceeded with probability ``u`` in (0, 1), of the same shape."""

    def log_density(self, x: npt.ArrayLike) -> FloatArray:
        """Logarithm of the density at ``x``, of the same shape."""

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The quantile function in pieces without kinks: what :class:`riskkit.tails.QuantileTable` is made of."""

    def loss_distribution(self) -> LossDistribution:
        """Law of the loss."""

"""The copula-GARCH model: every position has its own volatility and tail, a copula joins them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.core import LossDistribution
from riskkit.errors import FactorError
from riskkit.scenarios import fit_joint
from riskkit.scenarios.copula_garch import RESIDUALS


@dataclass(frozen=True)
class CopulaGarch:
    """Loss of a portfolio from simulated joint returns; margins and copula are estimated anew for every forecast.

    Parameters
    ----------
    weights : dict from name to float, optional
        Exposure to each position; 1 when left out, so that the loss is minus the sum of a row, as in every risk model and in
        ``walk_forward``. With other weights backtest on ``returns * weights`` and leave them out.
    margins, copula, residuals
        As in :func:`riskkit.scenarios.copula_garch`; specifications, not fits.
    n : int
        Number of draws.
    seed : int
        The same for every call: two dates differ by their data, not by chance.

    Examples
    --------
    >>> history = 0.01 * pd.DataFrame(np.random.default_rng(1).standard_t(5, size=(500, 2)), columns=["BTC", "ETH"])
    >>> losses = rk.risk.CopulaGarch({"BTC": 0.5, "ETH": 0.5}, n=20_000)(history)
    >>> 0.01 < losses.var(0.99) < losses.es(0.99) < 0.06
    True
    """

    weights: Mapping[str, float] | None = None
    margins: Any = None
    copula: Any = None
    residuals: str = "parametric"
    n: int = 100_000
    seed: int = 0

    def __post_init__(self) -> None:
        checks.one_of("residuals", self.residuals, RESIDUALS)
        checks.whole("n", self.n, least=1)
        checks.whole("seed", self.seed)
        if self.weights is not None:
            for name, weight in checks.mapping("weights", self.weights).items():
                checks.number(f"weights[{name!r}]", weight)

    def __call__(self, history: pd.DataFrame) -> LossDistribution:
        """Return the simulated losses of the next step.

        Parameters
        ----------
        history : DataFrame (T, K)
            Returns in decimals, one column per position; T >= 50.

        Raises
        ------
        ConvergenceError
            When a margin or the copula did not reach its optimum.
        """
        joint = fit_joint(history, margins=self.margins, copula=self.copula, residuals=self.residuals)
        weights = dict.fromkeys(joint.names, 1.0) if self.weights is None else dict(self.weights)
        if set(weights) != set(joint.names):
            raise FactorError("weights do not fit the history", got=", ".join(weights), expected=", ".join(joint.names))
        exposure = np.array([weights[name] for name in joint.names])
        return LossDistribution(joint.losses(exposure, self.n, rng=self.seed))

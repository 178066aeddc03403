"""The kernel's fits of every window of a series, read as forecasts at any level."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus, LossDistribution, law
from riskkit.core.likelihood import STATUSES
from riskkit.rng import child
from riskkit.volatility.garch import Garch, Gjr
from riskkit.volatility.garch_optimum import AHEAD, SCALE, STATUS, parameters, reading
from riskkit.volatility.garch_recursion import Coefficients, expected_variances, returns_of, standard_shocks

PATHS = 10_000  # a date over several steps: one standard error of the 99 % VaR is about 2 % of it
FAILED = STATUSES.index(FitStatus.FAILED)


@dataclass(frozen=True, eq=False)
class RolledFits:
    """GARCH fits of every window; made by :func:`rolled_fits`. They do not depend on the level at which they are read.

    Parameters
    ----------
    spec : Garch or Gjr
        The model.
    dates : Index of length D
        Target dates.
    optima : array of shape (D, 12)
        The kernel's answers, in units of the standardised windows.
    horizon : int
        Steps whose returns are added up.
    seed : int, optional
        Of the paths over several steps.
    """

    spec: Garch | Gjr
    dates: pd.Index
    optima: FloatArray
    horizon: int = 1
    seed: int | None = None

    def at(self, level: float) -> pd.DataFrame:
        """Return the frame of :func:`roll` with VaR and ES at ``level``."""
        told = reading(self.spec)
        params = pd.DataFrame(parameters(self.optima.T, told).T, self.dates, told.names)
        none = np.zeros(len(params))
        by = Coefficients(*(params[name].to_numpy() if name in params else none for name in Coefficients._fields))
        degrees = params["nu"].to_numpy() if "nu" in params else none + np.inf
        variance = expected_variances(by, self.optima[:, SCALE] ** 2 * self.optima[:, AHEAD], self.horizon)
        result = pd.DataFrame({"mu": self.horizon * by.mu, "sigma": np.sqrt(variance.sum(axis=0))}, self.dates)
        if self.horizon == 1:
            scale = result["sigma"].to_numpy() * np.sqrt(1.0 - 2.0 / degrees)
            for name, factor in zip(("var", "es"), law.tail_factors_each(checks.level(level), degrees), strict=True):
                result[name] = scale * factor - by.mu
        else:
            result["var"], result["es"] = self._simulated(by, degrees, variance[0], checks.level(level))
        result = result.join(params.drop(columns="mu", errors="ignore"))
        status = self.optima[:, STATUS].astype(int)
        result[status == FAILED] = np.nan
        result["status"] = np.array([str(name) for name in STATUSES])[status]
        return result

    def _simulated(self, by: Coefficients, degrees: FloatArray, first: FloatArray, level: float) -> FloatArray:
        """VaR and ES of the sum, (2, D); the paths of a date depend on the seed and its number alone."""
        result = np.full((2, len(self.dates)), np.nan)
        seed = 0 if self.seed is None else self.seed

        def one(number: int) -> None:
            shocks = standard_shocks(child(seed, number), degrees[number], (self.horizon, PATHS))
            paths = returns_of(shocks, Coefficients(*(part[number] for part in by)), first[number])
            losses = LossDistribution(-paths.sum(axis=0))
            result[:, number] = losses.var(level), losses.es(level)

        with ThreadPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
            list(pool.map(one, np.flatnonzero(self.optima[:, STATUS] != FAILED).tolist()))
        return result

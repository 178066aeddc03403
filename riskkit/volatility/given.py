"""What a volatility answers whose parameters are given and not estimated: nothing is uncertain but the next return."""

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus, LossDistribution, law
from riskkit.core.innovation import Innovation
from riskkit.errors import ModelError


class GivenVolatility:
    """A volatility about a mean of zero, run through a series; read as ``EwmaFit`` or ``RiskMetrics2006Fit``."""

    # a subclass holds these as fields, or works them out
    spec: Any
    observed: pd.Series  # (T,)
    variance: FloatArray  # (T + 1,): of each observation, and of the one after the last
    params: pd.Series

    @property
    def status(self) -> FitStatus:
        """Always OK: nothing is estimated."""
        return FitStatus.OK

    def standard_errors(self, kind: str = "robust") -> pd.Series:
        """Refused: parameters that were given have no standard errors."""
        given = ", ".join(f"{name}={value:g}" for name, value in self.params.items())
        raise ModelError(
            f"{type(self.spec).__name__} has no {kind} standard errors", got=f"given parameters, {given}",
            expected="estimated parameters", remedy="fit a Garch, which estimates its parameters",
        )  # fmt: skip

    @property
    def loglikelihood(self) -> float:
        """Gaussian log-likelihood of the series.

        Examples
        --------
        >>> returns = pd.Series([0.01, -0.02, 0.005, 0.03])
        >>> round(rk.volatility.Ewma().fit(returns).loglikelihood, 6)
        10.141561
        >>> round(rk.volatility.RiskMetrics2006().fit(returns).loglikelihood, 6)
        10.120881
        """
        log_density = np.log(2.0 * np.pi * self.variance[:-1]) + self.standardised.to_numpy() ** 2
        return float(-0.5 * log_density.sum())

    @cached_property
    def sigma(self) -> pd.Series:
        """Conditional standard deviation of each observation, known one step before it but for the start."""
        return pd.Series(np.sqrt(self.variance[:-1]), index=self.observed.index, name="sigma")

    @property
    def residuals(self) -> pd.Series:
        """The series itself: the mean is zero."""
        return self.observed.rename("residuals")

    @cached_property
    def standardised(self) -> pd.Series:
        """Residuals over sigma."""
        return (self.observed / self.sigma).rename("standardised")

    @property
    def next_sigma(self) -> float:
        """Standard deviation of the observation after the last."""
        return float(np.sqrt(self.variance[-1]))

    @property
    def innovation(self) -> Innovation:
        """The normal law."""
        return Innovation("normal")

    def paths(self, shocks: FloatArray) -> FloatArray:
        """Returns of the next step that standardised shocks (1, S) make, (1, S)."""
        drawn = checks.array("shocks", shocks, ndim=2)
        if len(drawn) > 1:
            raise ModelError(
                f"{type(self.spec).__name__} runs on for one step only", got=f"{len(drawn)} steps", expected="1",
                remedy="fit a Garch, whose variance has a law of motion",
            )  # fmt: skip
        return self.next_sigma * drawn

    def loss_distribution(self) -> LossDistribution:
        """Normal law of the next step's loss.

        Examples
        --------
        >>> round(rk.volatility.Ewma().fit(pd.Series([0.01, -0.02, 0.005, 0.03])).loss_distribution().var(0.99), 6)
        0.044124
        """
        return law.normal(0.0, self.next_sigma)

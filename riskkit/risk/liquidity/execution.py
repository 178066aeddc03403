r"""Optimal execution: sell fast and move the price, or slowly and bear its risk.

Selling :math:`n_k` units in each of :math:`N` intervals of length :math:`\tau` costs, with permanent impact :math:`\gamma`,
temporary impact :math:`\epsilon + \eta\,n_k/\tau` and holdings :math:`x_k`,

.. math:: E = \tfrac12\gamma X^2 + \epsilon X + \frac{\tilde\eta}{\tau}\sum n_k^2,\qquad V = \sigma^2\tau\sum_{k=1}^N x_k^2,
          \qquad \tilde\eta = \eta - \tfrac12\gamma\tau.

References
----------
Almgren, R. and Chriss, N. (2000). Optimal execution of portfolio transactions. Journal of Risk 3, 5-39.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.errors import ModelError


@dataclass(frozen=True)
class AlmgrenChriss:
    """A position to be sold, and a market that feels it.

    Parameters
    ----------
    quantity : float
        Units to sell, X > 0.
    days : float
        Time for it, T > 0.
    intervals : int
        N equal ones.
    sigma : float
        Standard deviation of the price over a day to the power 1/2: money per unit.
    fixed_cost : float
        Half the spread and fees, epsilon: money per unit.
    temporary_impact : float
        eta: money per unit, for a speed of one unit per day.
    permanent_impact : float
        gamma: money per unit, for each unit sold.

    Examples
    --------
    >>> sale = AlmgrenChriss(1e6, 5.0, 5, sigma=0.95, fixed_cost=0.0625, temporary_impact=2.5e-6, permanent_impact=2.5e-7)
    >>> plan = sale.optimal(risk_aversion=1e-6)
    >>> round(plan.expected_cost, 2), round(plan.standard_deviation, 2)
    (911226.99, 603430.67)
    """

    quantity: float
    days: float
    intervals: int
    sigma: float
    fixed_cost: float = 0.0
    temporary_impact: float = 0.0
    permanent_impact: float = 0.0

    def __post_init__(self) -> None:
        for name in ("quantity", "days"):
            checks.number(name, getattr(self, name), above=0.0)
        for name in ("sigma", "fixed_cost", "temporary_impact", "permanent_impact"):
            checks.number(name, getattr(self, name), least=0.0)
        checks.whole("intervals", self.intervals, least=1)
        if not self.effective_impact > 0.0:
            raise ModelError(
                "selling at once costs nothing: the model has no best plan",
                got=f"eta - gamma tau / 2 = {self.effective_impact:g}", expected="> 0",
                remedy="more intervals, or a larger temporary impact",
            )  # fmt: skip

    @property
    def interval(self) -> float:
        """Length of an interval in days, tau."""
        return self.days / self.intervals

    @property
    def effective_impact(self) -> float:
        """Temporary impact less what of the permanent one is felt in the interval itself."""
        return self.temporary_impact - 0.5 * self.permanent_impact * self.interval

    def urgency(self, risk_aversion: float) -> float:
        """Return kappa: the position falls by a factor e in about 1 / kappa days."""
        aversion = checks.number("risk_aversion", risk_aversion, least=0.0)
        squared = aversion * self.sigma**2 / self.effective_impact
        return float(np.arccosh(1.0 + 0.5 * squared * self.interval**2)) / self.interval

    def optimal(self, risk_aversion: float) -> "Liquidation":
        """Return the plan that makes expected cost + risk_aversion x variance smallest."""
        kappa, left = self.urgency(risk_aversion), self.interval * np.arange(self.intervals, -1.0, -1.0)
        if kappa * self.days < 1e-8:
            return self.plan(self.quantity * left / self.days)
        # sinh(kappa left) / sinh(kappa days), without overflow
        share = np.exp(kappa * (left - self.days)) * np.expm1(-2.0 * kappa * left) / np.expm1(-2.0 * kappa * self.days)
        return self.plan(self.quantity * np.asarray(share))

    def plan(self, holdings: FloatArray) -> "Liquidation":
        """Return what any plan costs: holdings at the N + 1 ends of the intervals, from X down to 0."""
        held = np.array(checks.array("holdings", holdings, ndim=1))
        if len(held) != self.intervals + 1 or not np.isclose(held[0], self.quantity) or abs(held[-1]) > 1e-9 * self.quantity:
            raise ModelError(
                "the plan does not sell the position", got=f"{len(held)} holdings from {held[0]:g} to {held[-1]:g}",
                expected=f"{self.intervals + 1} holdings from {self.quantity:g} to 0",
            )  # fmt: skip
        sold, tau = -np.diff(held), self.interval
        cost = 0.5 * self.permanent_impact * self.quantity**2 + self.fixed_cost * np.abs(sold).sum()
        cost += self.effective_impact / tau * np.sum(sold**2)
        held.setflags(write=False)
        return Liquidation(held, float(cost), float(self.sigma * np.sqrt(tau * np.sum(held[1:] ** 2))))

    def frontier(self, risk_aversions: FloatArray) -> pd.DataFrame:
        """Return expected cost and standard deviation of the best plans, one row per risk aversion."""
        plans = [self.optimal(float(aversion)) for aversion in checks.array("risk_aversions", risk_aversions, ndim=1)]
        rows = [(plan.expected_cost, plan.standard_deviation) for plan in plans]
        return pd.DataFrame(rows, pd.Index(risk_aversions, name="risk_aversion"), ["expected_cost", "standard_deviation"])


@dataclass(frozen=True, eq=False)
class Liquidation:
    """A plan to sell, and its cost, which is normally distributed; made by :class:`AlmgrenChriss`.

    Parameters
    ----------
    holdings : array of shape (N + 1,)
    expected_cost, standard_deviation : float
    """

    holdings: FloatArray
    expected_cost: float
    standard_deviation: float

    __setstate__ = restore

    def var(self, level: float) -> float:
        """Return the liquidity-adjusted VaR: the cost that is not exceeded with probability ``level``."""
        return self.expected_cost + float(special.ndtri(checks.level(level))) * self.standard_deviation

r"""Views on scenarios by entropy pooling: the probabilities nearest to the given ones under which the views hold.

Minimise :math:`\sum_s p_s \ln(p_s / q_s)` subject to :math:`\sum_s p_s v_{sk} = t_k` (or :math:`\le`, :math:`\ge`). The
solution is :math:`p_s \propto q_s \exp(\lambda \cdot v_s)`; the multipliers maximise a concave function of as many
variables as there are views, found by Newton's method.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import Scenarios
from riskkit.errors import DataError, FactorError

SENSES = ("=", "<=", ">=")
STEPS = 200
TOLERANCE = 1e-10  # of a view, in its own standard deviations
LARGEST_MULTIPLIER = 1e4  # beyond this a view can only be met at the edge of the scenarios


@dataclass(frozen=True)
class View:
    """An expectation that shall hold.

    Parameters
    ----------
    of : str, or callable from Scenarios to an array (S,)
        A factor, for the mean of its move; or any number per scenario, such as an indicator for a probability.
    sense : {"=", "<=", ">="}
    target : float

    Examples
    --------
    >>> View("BTC.spot", "=", -0.02).target
    -0.02
    """

    of: str | Callable[[Scenarios], FloatArray]
    sense: str
    target: float

    def __post_init__(self) -> None:
        checks.one_of("sense", self.sense, SENSES)
        object.__setattr__(self, "target", checks.number("target", self.target))

    def values(self, scenarios: Scenarios) -> FloatArray:
        """Return the number whose mean the view is about, (S,)."""
        if callable(self.of):
            values = checks.array("a view's values", self.of(scenarios), ndim=1)
            if len(values) != len(scenarios):
                raise DataError("a view's values do not fit the scenarios", got=len(values), expected=len(scenarios))
            return values
        if self.of not in scenarios.factors:
            raise FactorError(f"a view names no factor: {self.of!r}", expected=", ".join(scenarios.factors))
        return np.asarray(scenarios.moves[:, scenarios.factors.index(self.of)])


def reweighted(scenarios: Scenarios, views: Sequence[View]) -> Scenarios:
    """Return the scenarios with the probabilities nearest to theirs under which all views hold.

    Parameters
    ----------
    scenarios : Scenarios
        S of them, with their present weights as the prior.
    views : sequence of View

    Returns
    -------
    Scenarios
        The same moves; ``provenance`` tells the relative entropy and how many equally likely scenarios are left in effect.

    Raises
    ------
    DataError
        When no probabilities meet the views: they contradict each other, or lie outside of what the scenarios hold.

    Examples
    --------
    >>> scenarios = rk.Scenarios(["BTC.spot"], [[-0.1], [0.0], [0.1]])
    >>> gloomy = reweighted(scenarios, [View("BTC.spot", "=", -0.05)])
    >>> gloomy.weights.round(4).tolist()
    [0.6162, 0.2676, 0.1162]

    References
    ----------
    Meucci, A. (2008). Fully flexible views: theory and practice. Risk 21 (10), 97-102.
    """
    if not views or not all(isinstance(view, View) for view in views):
        raise DataError("there are no views", got=repr(views), expected="a sequence of View, at least one")
    prior = np.asarray(scenarios.weights)
    possible = prior > 0.0
    table = np.column_stack([view.values(scenarios) for view in views])[possible]
    targets = np.array([view.target for view in views])
    table = _scaled(table, targets, prior[possible], views)
    low = np.array([0.0 if view.sense == ">=" else -np.inf for view in views])
    high = np.array([0.0 if view.sense == "<=" else np.inf for view in views])
    weights = np.zeros(len(prior))
    weights[possible] = _nearest(table, np.log(prior[possible]), low, high)
    entropy = float(special.rel_entr(weights, prior).sum())
    left = float(np.exp(special.entr(weights).sum()))
    told = f"{scenarios.provenance}; {len(views)} view(s), relative entropy {entropy:.3g}, {left:,.0f} scenarios in effect"
    return replace(scenarios, weights=weights, provenance=told)


def _scaled(table: FloatArray, targets: FloatArray, prior: FloatArray, views: Sequence[View]) -> FloatArray:
    """Each view in standard deviations about its target: then all multipliers have one size."""
    spread = np.sqrt(prior @ (table - prior @ table) ** 2)
    for column, view in enumerate(views):
        reached = (table[:, column].min(), table[:, column].max())
        if not spread[column] > 0.0 or not _within(view.sense, view.target, *reached):
            raise DataError(
                "a view lies outside of what the scenarios hold", got=f"{view.sense} {view.target:g}",
                expected=f"strictly between {reached[0]:g} and {reached[1]:g}", remedy="weaken the view, or add scenarios",
            )  # fmt: skip
    return (table - targets) / spread


def _within(sense: str, target: float, low: float, high: float) -> bool:
    return {"=": low < target < high, "<=": target > low, ">=": target < high}[sense]


def _nearest(table: FloatArray, log_prior: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Minimise log(sum of q exp(multipliers . v)), v about its target, between the bounds by Newton's method."""
    multipliers = np.zeros(table.shape[1])
    value, weights = _tilted(table, log_prior, multipliers)
    for _ in range(STEPS):
        gradient = weights @ table
        held = ((multipliers <= low) & (gradient > 0.0)) | ((multipliers >= high) & (gradient < 0.0))
        if np.all(np.abs(gradient[~held]) <= TOLERANCE):
            return weights
        if np.abs(multipliers).max() > LARGEST_MULTIPLIER:
            break
        centred = table[:, ~held] - weights @ table[:, ~held]
        curvature = (centred * weights[:, np.newaxis]).T @ centred
        step = np.zeros(len(multipliers))
        step[~held] = -np.linalg.lstsq(curvature + 1e-14 * np.eye(len(curvature)), gradient[~held], rcond=None)[0]
        reach = 1.0
        while reach > 1e-12:
            trial = np.clip(multipliers + reach * step, low, high)
            found, tilted = _tilted(table, log_prior, trial)
            if found <= value + 1e-4 * gradient @ (trial - multipliers) + 1e-15:
                break
            reach *= 0.5
        multipliers, value, weights = trial, found, tilted
    raise DataError(
        "no probabilities meet the views", got=f"off by up to {np.abs(gradient[~held]).max():.2g} standard deviations",
        expected="views that do not contradict each other", remedy="weaken them, or give some of them as <= or >=",
    )  # fmt: skip


def _tilted(table: FloatArray, log_prior: FloatArray, multipliers: FloatArray) -> tuple[float, FloatArray]:
    exponents = log_prior + table @ multipliers
    total = float(special.logsumexp(exponents))
    return total, np.exp(exponents - total)

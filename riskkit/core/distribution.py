"""A distribution of losses: weighted scenarios whose components add up to the total.

Conventions, once and for all: a loss is positive; ``VaR(level) = inf {l : P(L <= l) >= level}``, the lower quantile; ES is
the mean of VaR over all higher levels, so that a block of equal losses at the quantile is split exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import tail as tails
from riskkit.core.frozen import restore
from riskkit.errors import DataError, ModelError

LARGEST_PRODUCT = 20_000_000


@runtime_checkable
class Repricing(Protocol):
    """Components that are computed when they are asked for: of a large book only the tail is ever looked at."""

    @property
    def total(self) -> FloatArray:
        """Total loss per scenario, shape (S,)."""

    def rows(self, scenarios: npt.NDArray[np.intp]) -> FloatArray:
        """Return the components of n scenarios, shape (n, K)."""


@dataclass(frozen=True, eq=False)
class LossDistribution:
    """Losses in S weighted scenarios, split into K components.

    Parameters
    ----------
    components : array of shape (S, K) or (S,), or Repricing
        Losses (positive = money lost) in ``unit``; each row adds up to the total loss of that scenario. A ``Repricing``
        knows the totals and computes the components of those scenarios that are asked for.
    names : sequence of K str, optional
        Names of the components; ``("total",)`` when there is one.
    weights : array of shape (S,), optional
        Probabilities of the scenarios, not negative; scaled to add up to 1. Default: equal.
    horizon : float
        Days over which the loss is made.
    unit : str
        What a loss is measured in: ``"return"`` (decimals of the position) or a currency.
    sampled : bool
        True for independent draws or observations, which have a sampling error; False for a law laid out on a grid.

    Examples
    --------
    One million lost with probability 0.5 %, nothing otherwise: VaR at 99 % sees nothing, ES sees half a million.

    >>> losses = LossDistribution([0.0, 1e6], weights=[0.995, 0.005], unit="USD", sampled=False)
    >>> losses.var(0.99), round(losses.es(0.99), 6)
    (0.0, 500000.0)

    References
    ----------
    Acerbi, C. and Tasche, D. (2002). On the coherence of expected shortfall. Journal of Banking & Finance 26, 1487-1503.
    """

    parts: "FloatArray | Repricing"
    names: tuple[str, ...]
    weights: FloatArray
    horizon: float
    unit: str
    sampled: bool

    def __init__(
        self,
        components: "npt.ArrayLike | Repricing",
        names: Sequence[str] = (),
        weights: FloatArray | None = None,
        horizon: float = 1.0,
        unit: str = "return",
        sampled: bool = True,
    ) -> None:
        parts = components if isinstance(components, Repricing) else _table(components)
        scenarios, count = (len(parts.total), len(names) or 1) if isinstance(parts, Repricing) else parts.shape
        fields = {
            "parts": parts,
            "names": checks.names("names", names or _default_names(count), count),
            "weights": checks.weights(weights, scenarios),
            "horizon": checks.number("horizon", horizon, above=0.0),
            "unit": unit,
            "sampled": sampled,
        }
        for field, value in fields.items():
            object.__setattr__(self, field, value)

    __setstate__ = restore

    @cached_property
    def components(self) -> FloatArray:
        """Losses of shape (S, K), all of them computed now where the distribution prices them on demand."""
        components = self.rows(np.arange(len(self.total))) if isinstance(self.parts, Repricing) else self.parts
        components.setflags(write=False)
        return components

    @cached_property
    def total(self) -> FloatArray:
        """Total loss per scenario, shape (S,)."""
        if isinstance(self.parts, Repricing):
            return self.parts.total
        total = self.parts[:, 0] if self.parts.shape[1] == 1 else self.parts.sum(axis=1)
        total.setflags(write=False)
        return total

    def rows(self, scenarios: npt.NDArray[np.intp]) -> FloatArray:
        """Return the components of some scenarios: row numbers of shape (n,) -> losses of shape (n, K)."""
        return self.parts.rows(scenarios) if isinstance(self.parts, Repricing) else self.parts[scenarios]

    @cached_property
    def mean(self) -> float:
        """Expected loss."""
        return _weighted(self.weights, self.total)

    @cached_property
    def std(self) -> float:
        """Standard deviation of the loss."""
        return float(np.sqrt(_weighted(self.weights, (self.total - self.mean) ** 2)))

    def var(self, level: float) -> float:
        """Value at Risk: the smallest loss l with P(L <= l) >= level.

        Examples
        --------
        >>> LossDistribution(range(1, 11)).var(0.9)
        9.0
        """
        return self._quantile(checks.level(level))

    def es(self, level: float) -> float:
        """Expected Shortfall: the mean of VaR over all levels above ``level``; never below VaR.

        Examples
        --------
        >>> round(LossDistribution(range(1, 11)).es(0.75), 12)
        9.2
        """
        tail = self.tail(level)
        mean = _weighted(tail.weights, self.total[tail.scenarios])
        return max(mean, tail.quantile)  # a mean of equal numbers may round below them

    def contributions(self, level: float) -> pd.Series:
        """Euler contributions of the components to ES: each component's mean loss in the tail; they add up to ES.

        Returns
        -------
        Series of length K, indexed by component name.

        Examples
        --------
        >>> LossDistribution([[1, 0], [0, 2], [3, 1], [0, 5]], names=("a", "b")).contributions(0.75).to_dict()
        {'a': 0.0, 'b': 5.0}
        """
        tail = self.tail(level)
        return pd.Series(tail.weights @ self.rows(tail.scenarios), index=list(self.names), name=f"ES {level:g}")

    def tail(self, level: float) -> tails.Tail:
        """Return the tail beyond a level: the quantile, the row numbers of its scenarios, and the weight of each in ES.

        Examples
        --------
        >>> LossDistribution([3.0, 1.0, 2.0, 9.0]).tail(0.625)
        Tail(quantile=3.0, scenarios=array([3, 0]), weights=array([0.66666667, 0.33333333]))
        """
        level = checks.level(level)
        return tails.tail(self._top(level), self.weights, level)

    def standard_error(self, level: float, measure: str = "es") -> float:
        """Sampling error (one standard deviation) of VaR or ES estimated from these scenarios.

        ES by its influence function, VaR by Maritz and Jarrett's estimator (no density estimate is needed).

        Raises
        ------
        ModelError
            When the distribution is a law and not a sample.

        References
        ----------
        Maritz, J. and Jarrett, R. (1978). A note on estimating the variance of the sample median. JASA 73, 194-196.
        """
        level = checks.level(level)
        checks.one_of("measure", measure, ("var", "es"))
        if not self.sampled:
            raise ModelError(
                "a law has no sampling error", got="sampled=False", expected="a sample",
                remedy="the uncertainty of a fitted law is that of its parameters",
            )  # fmt: skip
        return self._es_error(level) if measure == "es" else self._var_error(level)

    def summary(self, levels: Sequence[float] = (0.95, 0.975, 0.99)) -> pd.DataFrame:
        """VaR and ES with their standard errors, one row per level (no errors for a law)."""
        rows = {}
        for level in levels:
            row = {"var": self.var(level), "es": self.es(level)}
            if self.sampled:
                row |= {f"{name}_standard_error": self.standard_error(level, name) for name in ("var", "es")}
            rows[level] = row
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("level")

    def plus(self, other: "LossDistribution", *, dependence: str = "scenario") -> "LossDistribution":
        """Add another loss.

        Parameters
        ----------
        other : LossDistribution
            Loss over the same horizon in the same unit. Components of the same name are added.
        dependence : {"scenario", "independent"}
            "scenario": row s of both happens together (same S and weights; a single row is a constant and fits all).
            "independent": every pair of rows, S1 x S2 of them.
        """
        checks.one_of("dependence", dependence, ("scenario", "independent"))
        self._alike(other)
        first, second = np.arange(len(self.total)), np.arange(len(other.total))
        if dependence == "independent" or min(len(first), len(second)) == 1:
            first, second = _pairs(len(first), len(second))
            weights = self.weights[first] * other.weights[second]
        elif np.array_equal(self.weights, other.weights):
            weights = self.weights
        else:
            raise DataError(
                "the two losses do not stand on the same scenarios", got=f"S = {len(first)} and {len(second)}",
                expected="the same number of scenarios with the same weights", remedy='dependence="independent"',
            )  # fmt: skip
        names = tuple(dict.fromkeys(self.names + other.names))
        components = self._spread(names)[first] + other._spread(names)[second]
        return LossDistribution(components, names, weights, self.horizon, self.unit, self.sampled and other.sampled)

    def mixed(self, probability: float, other: "LossDistribution") -> "LossDistribution":
        """With ``probability`` the loss is ``other``'s, otherwise this one's.

        Examples
        --------
        >>> calm, event = LossDistribution([0.0]), LossDistribution([100.0])
        >>> round(calm.mixed(0.02, event).es(0.95), 9)
        40.0
        """
        probability = checks.number("probability", probability, least=0.0, most=1.0)
        self._alike(other)
        names = tuple(dict.fromkeys(self.names + other.names))
        components = np.concatenate([self._spread(names), other._spread(names)])
        weights = np.concatenate([(1.0 - probability) * self.weights, probability * other.weights])
        return LossDistribution(components, names, weights, self.horizon, self.unit, self.sampled and other.sampled)

    @cached_property
    def _descending(self) -> tails.Top:
        """All possible losses, sorted once."""
        return tails.descending(self.total, self.weights, np.flatnonzero(self.weights > 0.0), self._equal)

    @cached_property
    def _equal(self) -> int:
        return tails.equal_weights(self.weights)

    def _top(self, level: float) -> tails.Top:
        """The largest losses, sorted: of many scenarios only as many as the tail has."""
        scenarios = None if "_descending" in self.__dict__ else tails.largest(self.total, self.weights, level)
        if scenarios is None:
            return self._descending
        return tails.descending(self.total, self.weights, scenarios, self._equal)

    def _quantile(self, level: float) -> float:
        return tails.quantile(self._top(level), level)

    def _es_error(self, level: float) -> float:
        quantile = self._quantile(level)
        excess = np.maximum(self.total - quantile, 0.0) / (1.0 - level)
        influence = excess - _weighted(self.weights, excess)
        return float(np.sqrt(np.sum((self.weights * influence) ** 2)))

    def _var_error(self, level: float) -> float:
        _, losses, before = self._descending
        draws = 1.0 / float(np.sum(self.weights**2))  # Kish's effective number of draws
        rank = draws * level + 0.5
        edges = np.append(1.0 - before, 0.0)
        share = -np.diff(special.betainc(rank, draws - rank + 1.0, np.clip(edges, 0.0, 1.0)))
        centre = share @ losses
        return float(np.sqrt(share @ (losses - centre) ** 2))

    def _spread(self, names: tuple[str, ...]) -> FloatArray:
        """Components laid out in the order of ``names``, zero where this loss has none."""
        result = np.zeros((len(self.total), len(names)))
        result[:, [names.index(name) for name in self.names]] = self.components
        return result

    def _alike(self, other: "LossDistribution") -> None:
        if not isinstance(other, LossDistribution):
            raise DataError("other is not a loss", got=type(other).__name__, expected="a LossDistribution")
        for field in ("unit", "horizon"):
            if getattr(self, field) != getattr(other, field):
                raise DataError(
                    f"the two losses differ in {field}", got=f"{getattr(self, field)!r} and {getattr(other, field)!r}",
                    expected="the same", remedy="rescale one of them first",
                )  # fmt: skip


def _table(components: npt.ArrayLike) -> FloatArray:
    table = np.array(checks.array("components", components, ndim=(1, 2)))
    table = table[:, np.newaxis] if table.ndim == 1 else table
    table.setflags(write=False)
    return table


def _default_names(count: int) -> tuple[str, ...]:
    return ("total",) if count == 1 else tuple(f"component {number}" for number in range(1, count + 1))


def _pairs(first: int, second: int) -> tuple[np.ndarray, np.ndarray]:
    if first * second > LARGEST_PRODUCT:
        raise DataError(
            "the product of the scenarios is too large", got=f"{first} x {second}", expected=f"<= {LARGEST_PRODUCT}",
            remedy="thin one of the losses, or draw both with one generator and add them scenario by scenario",
        )  # fmt: skip
    return np.repeat(np.arange(first), second), np.tile(np.arange(second), first)


def _weighted(weights: FloatArray, values: FloatArray) -> float:
    """Weighted mean; a dot product would wait for BLAS's threads, milliseconds on a busy machine, and add in their order."""
    return float(np.sum(weights * values))

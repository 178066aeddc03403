"""What every copula answers, whatever its family."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Protocol, Self

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.dependence.derivatives import Derivatives
from riskkit.rng import Rng

Given = Mapping[str, float | tuple[float, float]]
"""Conditions by name, on the scale of the uniforms: a value in (0, 1), or an interval (low, high) within [0, 1]."""


class CopulaLaw(Protocol):
    """A copula whose parameters are known; frozen. Made by hand, or by a fit.

    ``params`` holds the free parameters, and ``moved`` the same family at others.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the d variables."""

    @property
    def params(self) -> pd.Series:
        """Free parameters by name, (K,)."""

    def moved(self, params: FloatArray) -> Self:
        """Return the copula at other parameters (K,), in the order of ``params``."""

    def log_density(self, u: FloatArray) -> FloatArray:
        """Logarithm of the density at points ``u`` (n, d) strictly between 0 and 1, shape (n,)."""

    def derivatives(self, u: FloatArray) -> Derivatives:
        """Derivatives of the log density at points ``u`` (n, d), by the parameters and the uniforms."""

    def sample(self, n: int, *, rng: Rng, given: Given | None = None) -> pd.DataFrame:
        """Draw ``n`` joint uniforms (n, d), under the conditions ``given``."""

    def tail_dependence(self) -> pd.DataFrame:
        """Coefficients of tail dependence, one row per pair (first, second), columns ``lower`` and ``upper``."""


def pair_names(names: Sequence[str]) -> list[str]:
    """Return "BTC ETH" for every pair, in the order of the columns: how the parameters of a correlation are called."""
    return [f"{one} {other}" for one, other in combinations(names, 2)]


def pair_index(names: Sequence[str]) -> pd.MultiIndex:
    """Return every pair (first, second), in the order of the columns."""
    return pd.MultiIndex.from_tuples(list(combinations(names, 2)), names=["first", "second"])


def matrix_of(names: Sequence[str], entries: FloatArray) -> pd.DataFrame:
    """Return the correlation matrix of the pairs' ``entries``, in the order of :func:`pair_names`."""
    matrix = np.eye(len(names))
    upper = np.triu_indices(len(names), 1)
    matrix[upper] = entries
    matrix.T[upper] = entries
    return pd.DataFrame(matrix, list(names), list(names))

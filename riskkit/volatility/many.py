"""One volatility model fitted to every column of a table of returns."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from riskkit.core import FitStatus
from riskkit.errors import ConvergenceError, DataError, FactorError
from riskkit.volatility.many_garch import Fits, columns

SHARE = 16  # columns that a thread takes at a time


@dataclass(frozen=True, eq=False)
class ManyFits(Mapping[str, Any]):
    """The fits of all columns, by name; made by :func:`fit_many`.

    Parameters
    ----------
    fits : Mapping from str to Fit
        Those that ended with an estimate.
    failures : dict from str to str
        Why each of the others has none.
    """

    fits: Mapping[str, Any]
    failures: dict[str, str]

    def __getitem__(self, name: str) -> Any:
        if name in self.failures:
            raise ConvergenceError(f"{name} has no fit", got=self.failures[name], remedy="look at .failures")
        if name not in self.fits:
            raise FactorError("no series of that name", got=repr(name), expected=", ".join([*self.fits, *self.failures]))
        return self.fits[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.fits)

    def __len__(self) -> int:
        return len(self.fits)

    @cached_property
    def params(self) -> pd.DataFrame:
        """Estimates, one row per fitted series."""
        return pd.DataFrame({name: fit.params for name, fit in self.fits.items()}).T

    @cached_property
    def status(self) -> pd.Series:
        """Status of every series, "failed" for those without a fit."""
        found = {name: str(fit.status) for name, fit in self.fits.items()}
        return pd.Series(found | dict.fromkeys(self.failures, str(FitStatus.FAILED)), name="status", dtype=object)

    @cached_property
    def sigma(self) -> pd.DataFrame:
        """Conditional standard deviations, shape (T, N); NaN outside a series' life."""
        return pd.DataFrame({name: fit.sigma for name, fit in self.fits.items()})

    @cached_property
    def standardised(self) -> pd.DataFrame:
        """Standardised residuals, shape (T, N); NaN outside a series' life: what a copula is fitted to."""
        return pd.DataFrame({name: fit.standardised for name, fit in self.fits.items()})


def fit_many(returns: pd.DataFrame, spec: Any) -> ManyFits:
    """Fit a model to every column, on as many threads as the machine has.

    Parameters
    ----------
    returns : DataFrame of shape (T, N)
        Returns in decimals per step. A column may begin later or end earlier than the table: NaN before its first and
        behind its last number is no part of it. NaN in between is for the model to take or to refuse.
    spec : Garch or another specification
        Anything with ``fit(series)``.

    Returns
    -------
    ManyFits
        Which fits, and why the others failed; nothing is left out in silence.

    Raises
    ------
    DataError
        No table, no columns, a column that the model cannot use, named in the message.

    Examples
    --------
    >>> table = 0.01 * pd.DataFrame(np.random.default_rng(1).standard_t(5, size=(500, 2)), columns=["BTC", "ETH"])
    >>> many = rk.volatility.fit_many(table, rk.volatility.Garch(dist="t"))
    >>> many.params.index.tolist(), many["BTC"].params.equals(rk.volatility.Garch(dist="t").fit(table["BTC"]).params)
    (['BTC', 'ETH'], True)
    """
    if not isinstance(returns, pd.DataFrame) or returns.shape[1] == 0:
        got = f"{returns.shape[1]} columns" if isinstance(returns, pd.DataFrame) else type(returns).__name__
        raise DataError("returns are no table", got=got, expected="a DataFrame with a column per series")
    if not returns.columns.is_unique:
        raise DataError("returns have two columns of one name", got=list(returns.columns), expected="distinct names")
    if not callable(getattr(spec, "fit", None)):
        raise DataError("spec is no volatility model", got=type(spec).__name__, expected="something with fit(series)")

    births, deaths = _lives(returns)
    kernel = columns(spec, returns)

    def one(number: int) -> tuple[str, Any]:
        name, first, last = returns.columns[number], births[number], deaths[number]
        found = kernel.find(number, first, last) if kernel is not None else None
        if found is not None:
            return str(name), found
        try:
            return str(name), spec.fit(returns.iloc[first:last, number])
        except ConvergenceError as failure:
            return str(name), failure
        except DataError as cause:
            raise DataError(f"returns[{name!r}]: {cause}") from cause

    def some(numbers: range) -> list[tuple[str, Any]]:
        return [one(number) for number in numbers]

    shares = [range(first, min(first + SHARE, len(births))) for first in range(0, len(births), SHARE)]
    with ThreadPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
        ended = dict(pair for share in pool.map(some, shares) for pair in share)
    failures = {name: str(end) for name, end in ended.items() if isinstance(end, ConvergenceError)}
    return ManyFits(Fits({name: end for name, end in ended.items() if name not in failures}), failures)


def _lives(returns: pd.DataFrame) -> tuple[list[int], list[int]]:
    """First row of every column that holds a number, and the row behind the last; all rows of a column that has none."""
    missing = returns.isna().to_numpy()
    births, deaths = missing.argmin(axis=0), len(missing) - missing[::-1].argmin(axis=0)
    return births.tolist(), deaths.tolist()

"""Garch and Gjr of many columns: the kernel does a column while another thread reads the next; pandas only when asked."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.likelihood import STATUSES, refuse_unusable
from riskkit.errors import DataError
from riskkit.volatility.garch import Garch, Gjr
from riskkit.volatility.garch_fit import LEAST, GarchFit
from riskkit.volatility.garch_optimum import STATUS, in_fast_lane, reading
from riskkit_ext import _garch


class Column(NamedTuple):
    """An estimate that nobody has asked for yet."""

    spec: Garch | Gjr
    values: FloatArray  # (T,)
    dates: pd.Index
    name: Any
    optimum: FloatArray  # (12,)

    def fit(self) -> GarchFit:
        """Lay it out."""
        observed = pd.Series(self.values, self.dates, name="value" if self.name is None else self.name)
        return GarchFit(self.spec, observed, self.optimum)


class Fits(Mapping[str, Any]):
    """Fits by name, each laid out when it is asked for first."""

    def __init__(self, found: dict[str, Any]) -> None:
        self._found = found

    def __getitem__(self, name: str) -> Any:
        fit = self._found[name]
        if isinstance(fit, Column):
            fit = self._found[name] = fit.fit()
        return fit

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class Columns:
    """The columns of a table as the kernel reads them: for one thread or many.

    Parameters
    ----------
    spec : Garch or Gjr
        A model that the kernel knows.
    returns : DataFrame (T, N)
        Floating-point numbers.
    """

    def __init__(self, spec: Garch | Gjr, returns: pd.DataFrame) -> None:
        self.spec, self.index, self.names = spec, returns.index, returns.columns
        self.values = np.array(returns.to_numpy().T, order="C")
        self.values.setflags(write=False)

    def find(self, number: int, first: int, last: int) -> Column | None:
        """Search the maximum of one column's rows ``first`` to ``last - 1``; None: let the specification say why not."""
        values = self.values[number, first:last]
        if len(values) < LEAST or not np.isfinite(values).all():
            return None
        try:
            refuse_unusable("series", values)
        except DataError:
            return None
        maxima = np.empty((_garch.most_starts, _garch.OPTIMUM_SIZE))
        _garch.fit(reading(self.spec).model, values, np.empty(len(values) * _garch.lanes), maxima)
        if STATUSES[int(maxima[0, STATUS])] is FitStatus.FAILED:
            return None
        optimum = maxima[0].copy()
        optimum.setflags(write=False)
        return Column(self.spec, values, self.index[first:last], self.names[number], optimum)


def columns(spec: Any, returns: pd.DataFrame) -> Columns | None:
    """Return the columns of a table when the kernel can do them."""
    usable = returns.index.is_unique and returns.index.is_monotonic_increasing and (returns.dtypes == np.float64).all()
    return Columns(spec, returns) if usable and isinstance(spec, Garch | Gjr) and in_fast_lane(spec) else None

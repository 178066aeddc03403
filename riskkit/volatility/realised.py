"""Variance as it was realised: summed from the returns within each day."""

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.errors import DataError

DAY, HOUR = pd.Timedelta(days=1), pd.Timedelta(hours=1)


def realised_variance(returns: pd.Series, *, least: int | None = None) -> pd.Series:
    """Sum of squared returns of each UTC day.

    A day with a missing return is NaN: its sum would be too small, and nobody can tell by how much.

    Parameters
    ----------
    returns : Series of length T >= 2
        Returns in decimals over one hour or less, each labelled with the time at which its bar opens; an index of times with
        a zone, equally spaced but for gaps. The step, the commonest spacing, must divide the day. NaN is a missing return.
    least : int, optional
        Returns that a day must have. Default: all of them. A smaller number accepts sums of what is there; they are not
        scaled up.

    Returns
    -------
    Series
        One row per UTC day, from the first to the last in ``returns``; NaN for days with too few returns.

    Notes
    -----
    Differences of prices with a missing row span two steps. Reindex the prices to all times first, so that a gap becomes NaN
    on both sides.

    Examples
    --------
    >>> hours = pd.date_range("2024-01-01", periods=47, freq="h", tz="UTC")
    >>> realised_variance(pd.Series(0.01, hours)).round(6).tolist()
    [0.0024, nan]
    >>> realised_variance(pd.Series(0.01, hours), least=23).round(6).tolist()
    [0.0024, 0.0023]

    References
    ----------
    Andersen, T., Bollerslev, T., Diebold, F. and Labys, P. (2003). Modeling and forecasting realized volatility.
    Econometrica 71, 579-625.
    """
    values = _intraday(returns)
    times = pd.DatetimeIndex(values.index).tz_convert("UTC")
    per_day = DAY // _step(times)
    least = per_day if least is None else checks.whole("least", least, least=1)
    if least > per_day:
        raise DataError("least asks for more returns than a day has", got=least, expected=f"at most {per_day}")
    days = times.floor("D")
    grouped = (values**2).groupby(days)
    everyday = pd.date_range(days[0], days[-1], freq="D", name=returns.index.name)
    result = grouped.sum().where(grouped.count() >= least).reindex(everyday).rename("realised_variance")
    result.attrs = dict(returns.attrs)
    return result


def _intraday(returns: pd.Series) -> pd.Series:
    """Return the series as floats, its times sorted and with a zone; NaN may stay, infinity may not."""
    if not isinstance(returns, pd.Series) or not isinstance(returns.index, pd.DatetimeIndex) or returns.index.tz is None:
        raise DataError(
            "returns are not a series over time", got=type(getattr(returns, "index", returns)).__name__,
            expected="a Series indexed by times with a zone", remedy='returns.tz_localize("UTC")',
        )  # fmt: skip
    checks.index("returns", returns.index)
    if len(returns) < 2 or not pd.api.types.is_numeric_dtype(returns):
        got = f"{len(returns)} rows of {returns.dtype}"
        raise DataError("returns cannot be summed", got=got, expected="at least 2 numbers")
    values = returns.astype(np.float64)
    if np.isinf(values).any() or values.abs().max() > 1e100:
        raise DataError("returns are out of range", got=f"largest {values.abs().max():g}", expected="magnitudes up to 1e100")
    return values


def _step(index: pd.DatetimeIndex) -> pd.Timedelta:
    """Return the commonest spacing; refuse one that is no part of a day, and times that do not lie on its grid."""
    times = index.as_unit("ns").asi8
    spacings, counts = np.unique(np.diff(times), return_counts=True)
    step = pd.Timedelta(int(spacings[np.argmax(counts)]), unit="ns")
    if step > HOUR or DAY % step != pd.Timedelta(0):
        raise DataError(
            "the step of the returns is no intraday step", got=str(step), expected="one hour or less, a whole part of a day"
        )
    off = (times - times[0]) % step.value != 0
    if off.any():
        raise DataError(
            "returns do not lie on one grid", got=f"{index[int(np.argmax(off))]} with a step of {step}",
            expected="times that are whole steps apart", remedy="resample the prices first",
        )  # fmt: skip
    return step

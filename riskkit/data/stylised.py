"""Stylised facts: the handful of statistics by which a market is known, of daily or of hourly returns.

Sources: Cont (2001), Empirical properties of asset returns, Quantitative Finance 1, 223-236; tail index, Hill (1975), Annals
of Statistics 3; jumps, Barndorff-Nielsen and Shephard (2004), Journal of Financial Econometrics 2.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.data.prices import table_of_prices
from riskkit.data.spacing import calendar
from riskkit.errors import DataError

TAIL = 0.05
LEAST = 250  # rows below which a tail of 5 % is a handful of days
HOURS_PER_YEAR = 24 * 365.25


def stylised_facts(returns: pd.DataFrame) -> pd.Series:
    """Return the stylised facts of daily or hourly returns.

    Parameters
    ----------
    returns : DataFrame of shape (T, N), N >= 2
        Log returns in decimals, one column per asset, UTC index with daily or hourly steps; NaN where there is none.

    Returns
    -------
    Series
        Indexed by (fact, asset); asset is "mean" for what is averaged over assets or pairs. Of daily returns:
        ``volatility_annual`` (365 days), ``excess_kurtosis``, ``skewness``, ``tail_index_left`` and ``_right`` (Hill, of
        the outer 5 %), ``autocorrelation_absolute_1``, ``_10`` and ``_50``, ``correlation``, ``correlation_rise`` (that
        of the fifth of days with the highest 30-day volatility of the first asset, less that of the others),
        ``lower_`` and ``upper_tail_dependence_5`` (P(both in their outer 5 %) / 5 %, an estimate at this quantile, not
        the limit), ``weekend_volatility`` (relative to weekdays), ``yearly_volatility_spread`` (standard deviation over
        mean of the first asset's yearly volatilities). Of hourly returns: ``hourly_autocorrelation_absolute_1``, ``_24``
        and ``_168``, ``hourly_excess_kurtosis``, ``hourly_correlation``, ``busiest_hour`` (mean absolute return of the
        busiest hour of the day over that of the quietest), ``jumps_per_year`` (hours beyond 5 standard deviations of
        their day by bipower variation), ``jump_size``, ``jump_share`` (of a day's variance).

    Raises
    ------
    DataError
        Fewer than two assets or 250 returns of one, or steps that are neither a day nor an hour.

    Examples
    --------
    >>> facts = stylised_facts(rk.data.returns(rk.data.SyntheticMarket(1).prices("crypto")))
    >>> bool(facts["lower_tail_dependence_5", "mean"] > facts["upper_tail_dependence_5", "mean"])
    True
    """
    table = table_of_prices(returns, name="returns", least=LEAST)
    if table.shape[1] < 2 or int(table.count().min()) < LEAST:
        got = f"{table.shape[1]} assets, the shortest with {int(table.count().min())} returns"
        raise DataError("too little for stylised facts", got=got, expected=f"2 assets with {LEAST} returns each")
    step = calendar(pd.DatetimeIndex(table.index)).step
    if step not in (pd.Timedelta("1D"), pd.Timedelta("1h")):
        raise DataError("returns have an unusual step", got=str(step), expected="one day or one hour")
    facts = _daily(table) if step == pd.Timedelta("1D") else _hourly(table)
    return pd.Series(facts).rename_axis(["fact", "asset"])


def _daily(returns: pd.DataFrame) -> dict[tuple[str, str], float]:
    first, index = str(returns.columns[0]), pd.DatetimeIndex(returns.index)
    each: dict[str, Callable[[pd.Series], Any]] = {
        "volatility_annual": lambda asset: asset.std() * np.sqrt(365.0),
        "excess_kurtosis": lambda asset: asset.kurt(),
        "skewness": lambda asset: asset.skew(),
        "tail_index_left": lambda asset: _hill(-asset),
        "tail_index_right": _hill,
    }
    facts = {(name, str(asset)): float(law(returns[asset])) for name, law in each.items() for asset in returns}
    for lag in (1, 10, 50):
        facts[f"autocorrelation_absolute_{lag}", "mean"] = _clustering(returns, lag)
    trailing = returns.iloc[:, 0].rolling(30, min_periods=20).std()
    stressed = trailing > trailing.quantile(0.8)
    facts["correlation", "mean"] = _mean_correlation(returns)
    facts["correlation_rise", "mean"] = _mean_correlation(returns[stressed]) - _mean_correlation(returns[~stressed])
    facts["lower_tail_dependence_5", "mean"] = _tail_dependence(returns)
    facts["upper_tail_dependence_5", "mean"] = _tail_dependence(-returns)
    weekend = index.day_of_week >= 5
    facts["weekend_volatility", "mean"] = float((returns[weekend].std() / returns[~weekend].std()).mean())
    yearly = returns.iloc[:, 0].groupby(index.year).std()
    facts["yearly_volatility_spread", first] = float(yearly.std(ddof=0) / yearly.mean())
    return facts


def _hourly(returns: pd.DataFrame) -> dict[tuple[str, str], float]:
    day = pd.DatetimeIndex(returns.index).normalize()
    size = returns.abs()
    realised = returns.pow(2).groupby(day).sum(min_count=20)
    bipower = (np.pi / 2.0 * size * size.shift(1)).groupby(day).sum(min_count=20)
    usual = (bipower.where(bipower > 0.0) / 23.0).pow(0.5).reindex(day).set_axis(returns.index)
    jump = size > 5.0 * usual
    share = ((realised - bipower).clip(lower=0.0) / realised.where(realised > 0.0)).mean()
    facts = {("hourly_autocorrelation_absolute_" + str(lag), "mean"): _clustering(returns, lag) for lag in (1, 24, 168)}
    facts["hourly_excess_kurtosis", "median"] = float(returns.kurt().median())
    facts["hourly_correlation", "mean"] = _mean_correlation(returns)
    hour = size.groupby(pd.DatetimeIndex(returns.index).hour).mean()
    facts["busiest_hour", "mean"] = float((hour.max() / hour.min()).mean())
    facts["jumps_per_year", "mean"] = float((jump.sum() / returns.count() * HOURS_PER_YEAR).mean())
    facts["jump_size", "mean"] = float(size.where(jump).mean().mean())
    facts["jump_share", "mean"] = float(share.mean())
    return facts


def _clustering(returns: pd.DataFrame, lag: int) -> float:
    return float(np.mean([returns[asset].abs().autocorr(lag) for asset in returns]))


def _hill(losses: pd.Series) -> float:
    """Tail index from the largest 5 %: the inverse of the mean log excess over the threshold."""
    largest = np.sort(losses.dropna().to_numpy())[::-1]
    count = int(TAIL * len(largest))
    if largest[count] <= 0.0:
        raise DataError("a tail has no losses", got=f"{TAIL:.0%} quantile {largest[count]:g}", expected="> 0")
    return float(1.0 / np.mean(np.log(largest[:count] / largest[count])))


def _mean_correlation(returns: pd.DataFrame) -> float:
    return float(_pairs(returns.corr().to_numpy()).mean())


def _tail_dependence(returns: pd.DataFrame) -> float:
    """P(both among their lowest 5 %) / 5 %, each pair over its common days, averaged over pairs."""
    columns, found = returns.to_numpy().T, []
    for second, y in enumerate(columns):
        for x in columns[:second]:
            both = np.isfinite(x) & np.isfinite(y)
            count = int(TAIL * (both.sum() + 1))
            lowest = [set(np.argpartition(z[both], count)[:count].tolist()) for z in (x, y)]
            found.append(len(lowest[0] & lowest[1]) / (TAIL * both.sum()))
    return float(np.mean(found))


def _pairs(matrix: FloatArray) -> FloatArray:
    return matrix[np.triu_indices(len(matrix), 1)]

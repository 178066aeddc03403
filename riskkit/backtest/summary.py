"""All verdicts on all models on one page."""

import numpy as np
import pandas as pd

from riskkit.backtest import basel, coverage
from riskkit.checks import FloatArray
from riskkit.core import RiskForecast
from riskkit.core.status import REACHED


def report(forecast: RiskForecast) -> pd.DataFrame:
    """One row per model: how often VaR failed, whether that is bad, and how bad it was.

    Parameters
    ----------
    forecast : RiskForecast
        Forecasts of M models.

    Returns
    -------
    DataFrame
        Indexed by model (``report(forecast).T`` fits a terminal):

        - days, expected, breaches, rate;
        - p_kupiec, p_independence, p_conditional: exact p-values of the coverage tests;
        - zone: green, yellow or red, by the supervisor's traffic light;
        - mean_var, mean_es: the mean forecasts (NaN for a model that makes no ES);
        - quantile_loss: mean of ``max(level * u, (level - 1) * u)`` with ``u = loss - var``; the lower, the better the VaR;
        - worst_breach: largest loss beyond VaR, 0 without a breach;
        - longest_cluster: most breaches on consecutive rows;
        - failed_fits: dates on which a fit did not reach its optimum, by the model's own status.

    Examples
    --------
    >>> loss = pd.Series([0.0] * 245 + [3.0] * 5)
    >>> forecast = rk.RiskForecast(loss, pd.Series(2.0, loss.index, name="flat"), level=0.99)
    >>> print(report(forecast)[["days", "breaches", "p_kupiec", "zone", "worst_breach", "longest_cluster"]])
           days  breaches  p_kupiec    zone  worst_breach  longest_cluster
    model
    flat    250         5   ...  yellow           1.0                5
    """
    counted = coverage.kupiec(forecast)
    light = basel.traffic_light(forecast)
    var, es = forecast.var.to_numpy(), forecast.es.to_numpy()
    excess = forecast.loss.to_numpy()[:, np.newaxis] - var
    table = {
        "days": counted["days"],
        "expected": counted["expected"],
        "breaches": counted["breaches"],
        "rate": counted["breaches"] / counted["days"],
        "p_kupiec": counted["p_exact"],
        "p_independence": coverage.christoffersen_independence(forecast)["p_exact"],
        "p_conditional": coverage.christoffersen(forecast)["p_exact"],
        "zone": light["zone"],
        "mean_var": var.mean(axis=0),
        "mean_es": es.mean(axis=0),
        "quantile_loss": np.maximum(forecast.level * excess, (forecast.level - 1.0) * excess).mean(axis=0),
        "worst_breach": np.maximum(excess.max(axis=0), 0.0),
        "longest_cluster": _longest_runs(excess > 0.0),
        "failed_fits": (~forecast.status.isin(REACHED)).sum(axis=0),
    }
    return pd.DataFrame(table, index=counted.index)


def _longest_runs(breach: np.ndarray) -> list[int]:
    """Length of the longest run of True in each column of a (T, M) array."""
    return [_longest_run(np.concatenate([[0.0], column, [0.0]])) for column in breach.T]


def _longest_run(padded: FloatArray) -> int:
    edges = np.flatnonzero(np.diff(padded))
    return int((edges[1::2] - edges[::2]).max(initial=0))

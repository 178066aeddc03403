"""Did the risk numbers hold? Forecasts rolled over time, and the tests that judge them.

``walk_forward`` makes a :class:`~riskkit.RiskForecast` from any models; ``kupiec``, ``christoffersen_independence``,
``christoffersen`` and ``traffic_light`` judge it, one row per model; ``report`` puts all verdicts side by side.
The tests also stand alone, on counts.

Forecasts made elsewhere enter by the same door: give the realised losses and your VaR (and ES, and when you knew
them, where you have them), on the same dates.

Examples
--------
>>> dates = pd.date_range("2026-01-01", periods=250)
>>> loss = pd.Series(np.random.default_rng(1).standard_normal(250), dates)
>>> var = pd.DataFrame({"mine": 2.33, "the desk's": 1.6}, dates)
>>> forecast = rk.RiskForecast(loss, var, level=0.99, source="made up")
>>> rk.backtest.kupiec(forecast)["decision"].tolist()
['not rejected', 'rejected']
"""

from riskkit.backtest.basel import TrafficLight, traffic_light, traffic_light_zone
from riskkit.backtest.coverage import (
    BreachCounts,
    CoverageTest,
    breach_counts,
    christoffersen,
    christoffersen_independence,
    conditional_coverage,
    independence,
    kupiec,
    true_size,
    unconditional_coverage,
)
from riskkit.backtest.summary import report
from riskkit.backtest.walking import walk_forward

__all__ = [
    "BreachCounts",
    "CoverageTest",
    "TrafficLight",
    "breach_counts",
    "christoffersen",
    "christoffersen_independence",
    "conditional_coverage",
    "independence",
    "kupiec",
    "report",
    "traffic_light",
    "traffic_light_zone",
    "true_size",
    "unconditional_coverage",
    "walk_forward",
]

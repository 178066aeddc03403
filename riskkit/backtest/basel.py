"""The traffic light of the Basel Committee: how many breaches a supervisor tolerates, and what more cost capital.

References
----------
Basel Committee on Banking Supervision, MAR32: Internal models approach: backtesting and P&L attribution test requirements.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from riskkit import checks
from riskkit.backtest import coverage, exact
from riskkit.core import RiskForecast

# A zone begins where so few breaches or fewer would have had this probability under a right model.
YELLOW, RED = 0.95, 0.9999
# MAR32 prints the capital multiplier for this case alone: 0, 1, ... breaches; more than 10 cost as much as 10.
TABLE_DAYS, TABLE_LEVEL = 250, 0.99
MULTIPLIERS = (1.50, 1.50, 1.50, 1.50, 1.50, 1.70, 1.76, 1.83, 1.88, 1.92, 2.00)
NOT_DEFINED = "not defined"


class TrafficLight(NamedTuple):
    """Zone and capital multiplier of a number of breaches."""

    cumulative_probability: float
    zone: str
    multiplier: float | str  # "not defined" where MAR32 prints none
    reason: str


def traffic_light_zone(breaches: int, days: int, level: float) -> TrafficLight:
    """Zone of a number of breaches, by the probability of so many or fewer under a right model.

    Parameters
    ----------
    breaches, days : int
        Breaches among all days.
    level : float
        Confidence level of the VaR.

    Returns
    -------
    TrafficLight
        "green" below 95 %, "yellow" below 99.99 %, "red" from there; the multiplier for 250 days at 99 % and "not defined"
        elsewhere, with the reason.

    Examples
    --------
    >>> traffic_light_zone(5, 250, 0.99)[1:3]
    ('yellow', 1.7)
    >>> traffic_light_zone(5, 500, 0.99)[1:3]
    ('green', 'not defined')
    """
    level = checks.level(level)
    days = checks.whole("days", days, least=1)
    breaches = coverage.whole_breaches(breaches, days)
    cumulative = float(special.bdtr(breaches, days, exact.breach_probability(level)))
    zone = "green" if cumulative < YELLOW else "yellow" if cumulative < RED else "red"
    if days != TABLE_DAYS or abs(level - TABLE_LEVEL) > 1e-12:
        reason = f"MAR32 prints multipliers for {TABLE_DAYS} days at {TABLE_LEVEL:.0%}, not for {days} days at {level:g}"
        return TrafficLight(cumulative, zone, NOT_DEFINED, reason)
    return TrafficLight(cumulative, zone, MULTIPLIERS[min(breaches, len(MULTIPLIERS) - 1)], "MAR32 table")


def traffic_light(forecast: RiskForecast, *, significance: float = 0.05) -> pd.DataFrame:
    """The supervisor's traffic light: only too many breaches count against a model.

    Parameters
    ----------
    forecast : RiskForecast
        Forecasts of M models.
    significance : float
        ``decision`` is "rejected" where ``p_exact`` lies below it.

    Returns
    -------
    DataFrame
        One row per model: statistic (standardised number of breaches), p_asymptotic and p_exact (so many breaches or more;
        normal and binomial), days, breaches, expected, cumulative_probability (so many or fewer), zone, multiplier, reason,
        decision. Yellow begins at a cumulative probability of 95 %, which is not the same as a p-value below 5 %: five
        breaches in 250 days at 99 % are yellow, though a right model has five or more in 10.8 % of all cases.

    Examples
    --------
    >>> loss = pd.Series([0.0] * 245 + [3.0] * 5)
    >>> forecast = rk.RiskForecast(loss, pd.Series(2.0, loss.index, name="flat"), level=0.99)
    >>> print(traffic_light(forecast).loc["flat", ["zone", "multiplier", "p_exact", "decision"]].to_string())
    zone                yellow
    multiplier             1.7
    p_exact           0.107812
    decision      not rejected
    """
    probability = exact.breach_probability(getattr(forecast, "level", TABLE_LEVEL))
    rows = {}
    for model, counts in coverage.breach_counts(forecast).items():
        days, breaches = counts.days, counts.breaches
        expected = days * probability
        score = (breaches - expected) / float(np.sqrt(expected * (1.0 - probability)))
        rows[model] = {
            "statistic": score,
            "p_asymptotic": float(special.ndtr(-score)),
            "p_exact": float(special.bdtrc(breaches - 1, days, probability)) if breaches else 1.0,
            "days": days,
            "breaches": breaches,
            "expected": expected,
        } | traffic_light_zone(breaches, days, forecast.level)._asdict()
    return coverage.decided(rows, significance)

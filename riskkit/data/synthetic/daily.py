r"""The law of a day: how the coins move together, how volatility clusters, and how they crash.

The log return of coin i on day t is :math:`\sigma_i\, g_t\, w_t \sqrt{h_{it}}\, z_{it}`:

- :math:`g_t` is the regime, calm, usual or turbulent, common to all: a Markov chain that stays for 200 days on average.
  The coins' dependence is looser in calm and closer in turmoil;
- :math:`w_t` is lower on Saturdays and Sundays;
- :math:`h_{it} = (1 - \alpha - \beta) + \alpha h_{i,t-1} z_{i,t-1}^2 + \beta h_{i,t-1}` is GARCH(1,1) with mean 1;
- :math:`z`, the innovation, has mean 0 and variance 1. It is a normal number, joined to those of the other coins by one
  market factor, times the *activity* of its day, which mixes it to a fat tail: a lognormal part that all coins share and
  a chi-square part of its own (so each coin is Student t, given the first). On some days a crash common to all coins is
  taken off, so that coins fall together much more often than they rise together; now and then a single coin is pumped.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.data.synthetic import portable

YEAR = 365.0  # days: crypto trades on every one
MARKET, OWN, COMMON_ACTIVITY, OWN_ACTIVITY, CRASH, PUMP, REGIME = range(1, 8)  # first numbers of the streams' keys


@dataclass(frozen=True, eq=False)
class DailyLaw:
    """One history of days: arrays of shape (days, coins), regime (days,).

    Parameters
    ----------
    log_return : what each coin earned
    volatility : standard deviation of the day as known the day before, per day in decimals
    activity : volatility of the day as it turned out, without crash and pump
    crash, pump : their parts of the log return: crash <= 0 <= pump, most of them 0
    loading : what the market factor adds to the standard deviation of a coin, between 0 and 1
    regime : 0 calm, 1 usual, 2 turbulent
    """

    log_return: FloatArray
    volatility: FloatArray
    activity: FloatArray
    crash: FloatArray
    pump: FloatArray
    loading: FloatArray
    regime: np.ndarray


def simulate(seed: int, days: pd.DatetimeIndex, coins: pd.DataFrame, model: dict[str, Any]) -> DailyLaw:
    """Draw one history; ``coins`` has the columns volatility_annual, common, degrees and pump."""
    shape = (len(days), len(coins))
    regime = _regime(portable.uniform(seed, (REGIME,), (shape[0],)), model["regimes"]["mean_days"])
    loading = coins["common"].to_numpy() + np.array(model["regimes"]["closer"])[regime][:, None]
    joined = _joined(seed, loading, model["together_in_falls"])
    activity = _activity(seed, shape, coins["degrees"].to_numpy(), **model["activity"])
    crash, crash_mean, crash_variance = _crash(seed, shape[0], **model["crash"])
    pump, pump_mean, pump_variance = _pump(seed, shape, coins["pump"].to_numpy(), model["pump_probability"])
    scale = np.sqrt(1.0 + crash_variance + pump_variance)
    innovations = (joined * activity + (crash_mean - crash) + (pump - pump_mean)) / scale
    volatility = np.sqrt(_garch(innovations, **model["garch"])) * (coins["volatility_annual"].to_numpy() / np.sqrt(YEAR))
    volatility = volatility * (_level(regime, model["regimes"]["levels"]) * _weekend(days, model["weekend"]))[:, None]
    unit = volatility / scale
    return DailyLaw(volatility * innovations, volatility, unit * activity, -unit * crash, unit * pump, loading, regime)


def _joined(seed: int, loading: FloatArray, together: float) -> FloatArray:
    """Return numbers of mean 0 and variance 1 joined by the market factor.

    What a coin does on its own shrinks in a fall, when everything is sold, and grows in a rally; on average it keeps its
    variance.
    """
    market = portable.normal(seed, (MARKET,), (len(loading), 1))
    own = portable.normal(seed, (OWN,), loading.shape)
    alone = 1.0 + 0.5 * together * np.clip(market, -2.0, 2.0)
    return loading * market + np.sqrt((1.0 - loading * loading) * alone) * own


def _activity(seed: int, shape: tuple[int, int], degrees: FloatArray, spread: float, persistence: float) -> FloatArray:
    """Return the activity of each day and coin, mean square 1; the part that all share lasts for days."""
    noise = portable.normal(seed, (COMMON_ACTIVITY,), (shape[0], 1))
    lasting = portable.autoregression(noise * np.sqrt(1.0 - persistence * persistence), persistence)
    shared = portable.exp(spread * lasting - spread * spread)
    return shared * portable.student_scale(seed, (OWN_ACTIVITY,), shape[0], degrees)


def _crash(
    seed: int, days: int, probability: float, least: float, beyond: float, tail: float
) -> tuple[FloatArray, float, float]:
    """Return the size of each day's crash, in standard deviations, its mean and its variance.

    Most days have none; beyond the least size it is generalised Pareto with tail index 1 / tail.
    """
    draws = portable.uniform(seed, (CRASH,), (days, 2))
    excess = beyond / tail * (portable.exp(-tail * portable.log(draws[:, 1:])) - 1.0)
    mean = least + beyond / (1.0 - tail)
    variance = beyond * beyond / ((1.0 - tail) * (1.0 - tail) * (1.0 - 2.0 * tail))
    square = probability * (mean * mean + variance) - (probability * mean) * (probability * mean)
    return (draws[:, :1] < probability) * (least + excess), probability * mean, square


def _pump(
    seed: int, shape: tuple[int, int], size: FloatArray, probability: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the height of each coin's pump, exponential where there is one, its mean and its variance."""
    draws = portable.uniform(seed, (PUMP,), (*shape, 2))
    height = (draws[..., 0] < probability) * (-size * portable.log(draws[..., 1]))
    mean = probability * size
    return height, mean, 2.0 * probability * size * size - mean * mean


def _garch(innovations: FloatArray, alpha: float, beta: float) -> FloatArray:
    """Variance of each day, known the day before; it starts from its mean, 1."""
    variance = np.ones_like(innovations)
    square = innovations * innovations
    for day in range(1, len(innovations)):
        before = variance[day - 1]
        variance[day] = (1.0 - alpha - beta) + alpha * before * square[day - 1] + beta * before
    return variance


def _regime(uniform: FloatArray, mean_days: float) -> np.ndarray:
    """State 0, 1 or 2 of each day: 1 day in ``mean_days`` the chain leaves for one of the other two."""
    leave = 1.0 / mean_days
    state, path = 1, np.empty(len(uniform), dtype=np.int64)
    for day, draw in enumerate(uniform):
        if draw < leave:
            state = (state + 1 + int(draw / leave * 2.0)) % 3
        path[day] = state
    return path


def _level(regime: np.ndarray, levels: list[float]) -> FloatArray:
    """Factor of volatility in each day's regime, mean square 1 over the regimes."""
    return (np.array(levels) / np.sqrt(sum(level * level for level in levels) / len(levels)))[regime]


def _weekend(days: pd.DatetimeIndex, ratio: float) -> FloatArray:
    """Factor of volatility, mean square 1 over a week, ``ratio`` times as high on Saturdays and Sundays."""
    usual = np.sqrt(7.0 / (5.0 + 2.0 * ratio * ratio))
    return np.where(np.asarray(days.day_of_week) >= 5, ratio * usual, usual)

r"""The path within the days: 24 hourly steps of each coin that add up to what the day's law has drawn.

The hours of a day share its variance in proportion to the profile of the hour (busy when America wakes up) times a factor
that clusters within hours, common to the coins in part. Given these shares :math:`s_h`, the hourly shocks :math:`e_h` are
drawn with their own fat tails and the joint law of the day, and bridged to the day's move without crash and pump, D:

.. math:: x_h = e_h + s_h (D - \sum_k e_k),

which leaves each step its variance and the day its sum. A crash happens within five hours: it overshoots, and part of it
is taken back, as when forced sellers run out of positions. What the low of such an hour shows beyond its close is where
they were sold out; closes alone hide it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from riskkit.checks import FloatArray
from riskkit.data.synthetic import portable
from riskkit.data.synthetic.daily import DailyLaw

HOURS = 24
BURST, SHOCK, SHOCK_SCALE, JUMP, HOUR_OF_CRASH, HOUR_OF_PUMP, EXTREMES, VOLUME = range(11, 19)
FALL = (0.63, 0.44, 0.18, -0.15, -0.10)  # what each hour takes of a crash: overshoot, then recovery
RISE = (0.60, 0.35, 0.15, 0.0, -0.10)  # the same of a pump


@dataclass(frozen=True, eq=False)
class HourlyPath:
    """Paths of shape (hours, coins): log return, its standard deviation within the hour, and the crash in it."""

    log_return: FloatArray
    volatility: FloatArray
    crash: FloatArray


def simulate(seed: int, law: DailyLaw, model: dict[str, Any]) -> HourlyPath:
    """Draw the hours of every day of the law."""
    days, coins = law.log_return.shape
    share = _share(seed, days, coins, model)
    volatility = law.activity[:, None, :] * np.sqrt(share)
    shock = volatility * _shock(seed, law, **model["shock"])
    smooth = law.log_return - law.crash - law.pump
    step = shock + share * (smooth[:, None, :] - _total(shock)[:, None, :])
    crash = _placed(law.crash, portable.uniform(seed, (HOUR_OF_CRASH,), (days, 1)) * np.ones(coins), FALL)
    pump = _placed(law.pump, portable.uniform(seed, (HOUR_OF_PUMP,), (days, coins)), RISE)
    flat = (days * HOURS, coins)
    return HourlyPath((step + crash + pump).reshape(flat), volatility.reshape(flat), crash.reshape(flat))


def _share(seed: int, days: int, coins: int, model: dict[str, Any]) -> FloatArray:
    """Return each hour's part of its day's variance, shape (days, 24, coins), sum 1 over the day."""
    noise = portable.normal(seed, (BURST,), (days * HOURS, coins + 1))
    spread, persistence, together = model["burst"], model["burst_persistence"], model["burst_common"]
    path = portable.autoregression(noise * np.sqrt(1.0 - persistence * persistence), persistence)
    log_factor = spread * (np.sqrt(together) * path[:, :1] + np.sqrt(1.0 - together) * path[:, 1:])
    factor = portable.exp(2.0 * log_factor).reshape(days, HOURS, coins)
    profile = np.array(model["profile"])
    share = factor * (profile * profile)[:, None]
    return share / _total(share)[:, None, :]


def _shock(seed: int, law: DailyLaw, degrees: int, closer: float, jump: dict[str, float]) -> FloatArray:
    """Return shocks of variance 1, joined within each hour as the coins are within the day, with fat tails and jumps."""
    days, coins = law.loading.shape
    normal = portable.normal(seed, (SHOCK,), (days, HOURS, coins + 1))
    loading = (law.loading + closer * (1.0 - law.loading))[:, None, :]
    joined = loading * normal[..., :1] + np.sqrt(1.0 - loading * loading) * normal[..., 1:]
    scale = portable.student_scale(seed, (SHOCK_SCALE,), days * HOURS, np.full(coins, degrees)).reshape(joined.shape)
    often, least, beyond = jump["probability"], jump["least"], jump["beyond"]
    draws = portable.uniform(seed, (JUMP,), (2, *joined.shape))
    happens = draws[0] < often
    size = np.zeros_like(joined)
    size[happens] = least - beyond * portable.log(draws[1][happens])
    sign = np.where(draws[0] < 0.5 * often, -1.0, 1.0)
    variance = often * (least * least + 2.0 * least * beyond + 2.0 * beyond * beyond)
    return (joined * scale + sign * size) / np.sqrt(1.0 + variance)


def _placed(move: FloatArray, when: FloatArray, shape: tuple[float, ...]) -> FloatArray:
    """Lay each day's move out over ``len(shape)`` hours that begin at a random hour of the day; shape (days, 24, coins)."""
    days, coins = move.shape
    first = (when * (HOURS - len(shape) + 1)).astype(np.int64)
    result = np.zeros((days, HOURS, coins))
    day, coin = np.nonzero(move)
    for hour, part in enumerate(shape):
        result[day, first[day, coin] + hour, coin] = part * move[day, coin]
    return result


def _total(hours: FloatArray) -> FloatArray:
    """Sum over the 24 hours, in their order: the order decides the last bit."""
    total = hours[:, 0].copy()
    for hour in range(1, HOURS):
        total += hours[:, hour]
    return total

r"""An invented crypto market that moves like the real one: dependent crashes, fat tails, volatility that clusters.

Why invented: an exchange's prices may not be passed on, and a chapter must run everywhere and to the same bits. How
close it comes to real markets is written in ``data/calibration.json`` (targets with sources) and held by its tests.

The log return of coin i on day t is :math:`\sigma_i\, g_t \sqrt{h_{it}}\, z_{it}`:

- :math:`z`, the day's innovation, is Student-t per coin, joined by a one-factor Gaussian copula; on 1 day in 20 a
  crash common to all coins is taken off, so that coins fall together much more often than they rise together; now and
  then a single coin is pumped. It is scaled to mean 0 and variance 1;
- :math:`h_{it} = (1 - \alpha - \beta) + \alpha h_{i,t-1} z_{i,t-1}^2 + \beta h_{i,t-1}` is GARCH(1,1) with mean 1;
- :math:`g_t` is the regime, calm, usual or turbulent, common to all: a Markov chain that stays for 200 days on average.

Every random number is one uniform of the PCG64 stream through an inverse distribution function, and prices are
rounded to six significant digits: a last-bit difference between mathematical libraries does not reach the prices.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.errors import DataError

DAYS_PER_YEAR = 365
DIGITS = 6


@dataclass(frozen=True)
class SyntheticMarket:
    """Eight invented coins, daily from 2018-01-01 to 2025-12-31, named after those whose statistics they follow.

    Parameters
    ----------
    seed : int
        Another seed is another history of the same kind of market. Same seed, same bits.

    Examples
    --------
    >>> prices = SyntheticMarket(seed=1).prices("crypto")
    >>> prices.shape, prices.attrs["source"]
    ((2922, 8), 'SyntheticMarket(seed=1): invented prices of eight coins, daily closes 2018-2025')
    >>> bool(prices.equals(SyntheticMarket(seed=1).prices("crypto")))
    True
    """

    seed: int = 1

    def __post_init__(self) -> None:
        checks.whole("seed", self.seed)

    def prices(self, name: str = "crypto") -> pd.DataFrame:
        """Return closes of shape (2922, 8), columns BTC ETH SOL BNB XRP ADA DOGE LTC."""
        if name != "crypto":
            raise DataError("the synthetic market has no such prices", got=repr(name), expected="'crypto'")
        model = calibration()["model"]
        coins = pd.DataFrame(model["coins"]).T
        days = pd.date_range(model["first_day"], model["last_day"], tz="UTC", unit="ns", name="date")
        steps = _log_returns(np.random.Generator(np.random.PCG64(self.seed)), len(days) - 1, coins, model)
        path = np.vstack([np.zeros(len(coins)), np.cumsum(steps, axis=0)])
        closes = _rounded(coins["start"].to_numpy() * np.exp(path))
        prices = pd.DataFrame(closes, index=days, columns=list(coins.index))
        span = f"{days[0].year}-{days[-1].year}"
        prices.attrs = {"source": f"{self!r}: invented prices of eight coins, daily closes {span}"}
        return prices


@cache
def calibration() -> MappingProxyType[str, Any]:
    """Return the market's calibration: its targets, each with its source, and the parameters chosen to meet them."""
    text = (files("riskkit.data") / "tables" / "calibration.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))


def _log_returns(rng: np.random.Generator, days: int, coins: pd.DataFrame, model: dict[str, Any]) -> FloatArray:
    innovations = _innovations(rng, days, coins, model)  # (days, coins)
    clustering = np.sqrt(_garch(innovations, **model["garch"]))
    regime = _regime(_uniform(rng, days), **model["regimes"])
    volatility = coins["volatility_annual"].to_numpy() / np.sqrt(DAYS_PER_YEAR)
    return volatility * regime[:, None] * clustering * innovations


def _innovations(rng: np.random.Generator, days: int, coins: pd.DataFrame, model: dict[str, Any]) -> FloatArray:
    """Copula with t margins, less the common crash, plus each coin's pump; scaled to mean 0, variance 1."""
    common, degrees, pump = (coins[column].to_numpy() for column in ("common", "degrees", "pump"))
    shape = (days, len(coins))
    market, own = special.ndtri(_uniform(rng, (days, 1))), special.ndtri(_uniform(rng, shape))
    joined = special.ndtr(common * market + np.sqrt(1.0 - common**2) * own)
    innovations = special.stdtrit(degrees, joined) * np.sqrt((degrees - 2.0) / degrees)

    probability, least, beyond = (model["crash"][key] for key in ("probability", "least", "mean_beyond"))
    hit, size = _uniform(rng, (days, 1)) < probability, least - beyond * np.log(_uniform(rng, (days, 1)))
    crash_mean = probability * (least + beyond)
    crash_variance = probability * (least**2 + 2.0 * least * beyond + 2.0 * beyond**2) - crash_mean**2

    often = model["pump_probability"]
    pumped, height = _uniform(rng, shape) < often, -pump * np.log(_uniform(rng, shape))
    pump_mean = often * pump
    pump_variance = 2.0 * often * pump**2 - pump_mean**2

    centred = innovations - (hit * size - crash_mean) + (pumped * height - pump_mean)
    return centred / np.sqrt(1.0 + crash_variance + pump_variance)


def _garch(innovations: FloatArray, alpha: float, beta: float) -> FloatArray:
    """Variance of each day, known the day before; it starts from its mean, 1."""
    variance = np.ones_like(innovations)
    for day in range(1, len(innovations)):
        before = variance[day - 1]
        variance[day] = (1.0 - alpha - beta) + alpha * before * innovations[day - 1] ** 2 + beta * before
    return variance


def _regime(uniform: FloatArray, levels: list[float], mean_days: float) -> FloatArray:
    """Volatility level of each day, mean square 1: 1 day in ``mean_days`` the chain leaves for another state."""
    leave, states = 1.0 / mean_days, len(levels)
    state, path = states // 2, np.empty(len(uniform), dtype=np.int64)
    for day, draw in enumerate(uniform):
        if draw < leave:
            state = (state + 1 + int(draw / leave * (states - 1))) % states
        path[day] = state
    return np.asarray(levels)[path] / np.sqrt(np.mean(np.square(levels)))


def _uniform(rng: np.random.Generator, shape: int | tuple[int, ...]) -> FloatArray:
    """Uniform numbers in (0, 1): the lower end, where inverse distribution functions are infinite, is cut off."""
    return np.maximum(rng.random(shape), 2.0**-54)


def _rounded(prices: FloatArray) -> FloatArray:
    scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(prices)))
    return np.round(prices * scale) / scale

r"""An invented surface of implied volatility for every day, free of static arbitrage.

Total variance at log-moneyness :math:`k = \ln(K/F)` and time :math:`T` is the SSVI of Gatheral and Jacquier (2014,
"Arbitrage-free SVI volatility surfaces", Quantitative Finance 14, 59-71):

.. math:: w = \tfrac{\theta}{2}\left(1 + \rho\varphi k + \sqrt{(\varphi k + \rho)^2 + 1 - \rho^2}\right),\qquad
          \varphi(\theta) = \frac{\eta}{\sqrt{\theta (1 + \theta)}}

with :math:`\theta(T) = \bar v T + (v_0 - \bar v)(1 - e^{-\kappa T})/\kappa`, the expected variance of a mean-reverting
one. There is no calendar arbitrage because :math:`\theta` rises (the forward variance stays positive) and
:math:`\partial_\theta(\theta\varphi) / \varphi = 1/(2(1 + \theta)) \le 1` (their Theorem 4.1), and no butterfly arbitrage
because :math:`\theta\varphi(1 + |\rho|) < 4` and :math:`\theta\varphi^2 (1 + |\rho|) \le 4` (Theorem 4.2), which
:math:`\eta^2 (1 + |\rho|) \le 4` and :math:`\eta (1 + |\rho|) < 4` guarantee for all :math:`\theta`; the calibration has
:math:`\eta = 1` and :math:`|\rho| < 1`.

From day to day, the 30-day at-the-money volatility follows what the spot's volatility is expected to be over 30 days,
times a premium and a slow noise; :math:`\rho` falls after falls. Far volatility moves less than near, so the term
structure falls in stress and rises in calm.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.data.synthetic import portable
from riskkit.data.synthetic.derivatives import calibration, numbers, remembered
from riskkit.errors import DataError

NUMBER = 30  # first part of every key of random numbers of options
DAYS_PER_YEAR = 365.0
NEAR = 30.0 / DAYS_PER_YEAR


@dataclass(frozen=True, eq=False)
class SurfacePath:
    """The parameters of one coin's surface, day by day.

    Parameters
    ----------
    at_the_money : array of shape (T,)
        Implied volatility at 30 days and k = 0, decimals per year.
    long_run : array of shape (T,)
        Volatility to which the term structure tends, decimals per year.
    skew : array of shape (T,)
        rho of the SSVI, in (-1, 1): negative where puts are dearer than calls.
    mean_reversion : array of shape (T,)
        kappa, per year: faster where volatility stands above its long run, since panics are short.
    curvature : float
        eta of the SSVI.
    seed, coin : int
        What the surface was drawn with.
    """

    at_the_money: FloatArray
    long_run: FloatArray
    skew: FloatArray
    mean_reversion: FloatArray
    curvature: float
    seed: int
    coin: int

    def total_variance(self, day_index: int, log_moneyness: npt.ArrayLike, years: float) -> FloatArray:
        """Return implied variance x years at ln(strike / forward), for one expiry."""
        day = self._day(day_index)
        time = checks.number("years", years, above=0.0)
        theta = self._at_the_money_variance(day, time)
        steepness = self.curvature / np.sqrt(theta * (1.0 + theta))
        rho, k = self.skew[day], steepness * np.asarray(log_moneyness, dtype=np.float64)
        return theta / 2.0 * (1.0 + rho * k + np.sqrt((k + rho) * (k + rho) + (1.0 - rho * rho)))

    def volatility(self, day_index: int, log_moneyness: npt.ArrayLike, years: float) -> FloatArray:
        """Return implied volatility, decimals per year."""
        return np.sqrt(self.total_variance(day_index, log_moneyness, years) / years)

    def stress(self, day_index: int) -> float:
        """Return 30-day / long-run volatility: above 1 where the term structure falls."""
        day = self._day(day_index)
        return float(self.at_the_money[day] / self.long_run[day])

    def _at_the_money_variance(self, day: int, years: float) -> float:
        near = self.at_the_money[day] * self.at_the_money[day]
        far = self.long_run[day] * self.long_run[day]
        speed = float(self.mean_reversion[day])
        now = far + (near - far) * (NEAR / _expected_share(speed, NEAR))
        return float(far * years + (now - far) * _expected_share(speed, years))

    def _day(self, day_index: int) -> int:
        day = checks.whole("day_index", day_index)
        if day >= len(self.skew):
            raise DataError("day_index is beyond the surface", got=day, expected=f"0 to {len(self.skew) - 1}")
        return day


def surface(spot_volatility: FloatArray, returns: FloatArray, seed: int, coin: int) -> SurfacePath:
    """Return the surface of every day.

    Parameters
    ----------
    spot_volatility : array of shape (T,)
        The spot's volatility as the model knows it at the end of the day, decimals per year, > 0.
    returns : array of shape (T,)
        Log return of the day just ended.
    seed, coin : int
        The same two give the same surface.

    Examples
    --------
    >>> calm, panic = np.full(40, 0.5), np.full(10, 2.0)
    >>> path = surface(np.append(calm, panic), np.append(np.zeros(40), np.full(10, -0.1)), seed=1, coin=0)
    >>> path.stress(39) < 1.05 < path.stress(49)
    True
    >>> bool(path.skew[49] < path.skew[39])
    True
    """
    model = calibration()["model"]["surface"]
    falls = numbers("returns", returns)
    volatility = numbers("spot_volatility", spot_volatility, len(falls), above=0.0)
    variance = volatility * volatility
    slow = _average(variance, model["long_run_days"])
    expected = model["near_weight"] * variance + (1.0 - model["near_weight"]) * slow
    noise = remembered(seed, (NUMBER, coin, 0), len(falls), model["noise_days"])
    level = model["premium"] * portable.exp(model["noise"] * np.clip(noise, -4.0, 4.0))
    at_the_money = level * np.sqrt(expected)
    # a long run far above the near volatility would make the near forward variance negative; twice is safe
    long_run = np.minimum(model["premium"] * np.sqrt(slow), 2.0 * at_the_money)

    days = np.clip(falls / volatility * np.sqrt(DAYS_PER_YEAR), -model["largest_return"], model["largest_return"])
    tilt = portable.autoregression(model["skew_per_return"] * days, 1.0 - 1.0 / model["skew_days"])
    tilt += model["skew_noise"] * remembered(seed, (NUMBER, coin, 1), len(falls), model["skew_days"]) + model["skew"]
    skew = model["steepest_skew"] * tilt / np.sqrt(1.0 + tilt * tilt)
    panic = np.clip((at_the_money / long_run - 1.0) / model["panic"], 0.0, 1.0)
    speed = model["mean_reversion"] + (model["mean_reversion_in_panic"] - model["mean_reversion"]) * panic
    for array in (at_the_money, long_run, skew, speed):
        array.setflags(write=False)
    return SurfacePath(at_the_money, long_run, skew, speed, model["curvature"], seed, coin)


def _average(values: FloatArray, days: float) -> FloatArray:
    """An exponential average with a memory of ``days``, started at the first value."""
    persistence = 1.0 - 1.0 / days
    return portable.autoregression((1.0 - persistence) * values, persistence, values[0])


def _expected_share(mean_reversion: float, years: float) -> float:
    """(1 - exp(-kappa T)) / kappa: how much of today's variance beyond the long run's is left until T."""
    return float((1.0 - portable.exp(-mean_reversion * years)) / mean_reversion)

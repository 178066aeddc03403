r"""A whole surface in a few numbers: the SSVI of Gatheral and Jacquier with a power law.

.. math:: w(k, T) = \tfrac{\theta}{2}\left(1 + \rho\varphi k + \sqrt{(\varphi k + \rho)^2 + 1 - \rho^2}\right),\qquad
          \varphi(\theta) = \frac{\eta}{\theta^\gamma (1 + \theta)^{1 - \gamma}}

with :math:`\theta(T)` the total variance at the money (Gatheral and Jacquier, 2014, "Arbitrage-free SVI volatility
surfaces", Quantitative Finance 14, 59-71, section 4). There is no calendar arbitrage where :math:`\theta` does not fall:
:math:`\partial_\theta(\theta\varphi)/\varphi = (1 - \gamma)/(1 + \theta)` lies between 0 and 1 (Theorem 4.1), and no
butterfly arbitrage where :math:`\theta\varphi(1 + |\rho|) < 4` and :math:`\theta\varphi^2(1 + |\rho|) \le 4` (Theorem 4.2).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.errors import DataError
from riskkit.instruments.svi import SviSlice, points

MOST = 4.0


@dataclass(frozen=True, eq=False)
class SsviSurface:
    """Smiles of all expiries that differ only in their total variance at the money.

    Parameters
    ----------
    years, theta : arrays of shape (E,)
        Times to expiry, rising, and total variance at the money there, > 0 and not falling. Between them theta is linear
        in time, before the first proportional to it, and after the last it goes on as it rose before (alone: from 0).
    rho, eta, gamma : float
        Skew in (-1, 1), steepness > 0, and how the skew dies out with time: 0 < gamma < 1, in theta^-gamma.

    Examples
    --------
    >>> law = SsviSurface([0.25, 1.0], [0.04, 0.16], rho=-0.3, eta=1.0, gamma=0.5)
    >>> round(float(law.volatility(-0.2, 0.5)), 4), law.free_of_arbitrage
    (0.4536, True)
    """

    years: FloatArray
    theta: FloatArray
    rho: float
    eta: float
    gamma: float

    def __post_init__(self) -> None:
        years = np.array(checks.array("years", self.years, ndim=1))
        theta = np.array(checks.array("theta", self.theta, ndim=1))
        if theta.shape != years.shape:
            raise DataError("theta does not fit years", got=theta.shape, expected=f"{years.shape}")
        if years[0] <= 0.0 or (np.diff(years) <= 0.0).any():
            raise DataError("years do not rise from above 0", got=years.tolist(), expected="0 < first < second < ...")
        if theta[0] <= 0.0 or (np.diff(theta) < 0.0).any():
            raise DataError("theta falls: calendar arbitrage", got=theta.tolist(), expected="0 < first <= second <= ...")
        for name, array in (("years", years), ("theta", theta)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        object.__setattr__(self, "rho", checks.number("rho", self.rho, above=-1.0, most=np.nextafter(1.0, 0.0)))
        object.__setattr__(self, "eta", checks.number("eta", self.eta, above=0.0))
        object.__setattr__(self, "gamma", checks.number("gamma", self.gamma, above=0.0, most=np.nextafter(1.0, 0.0)))

    __setstate__ = restore

    def at_the_money_variance(self, years: float) -> float:
        """Return theta at a time to expiry, > 0."""
        time = checks.number("years", years, above=0.0)
        if time <= self.years[-1]:
            return float(np.interp(time, np.append(0.0, self.years), np.append(0.0, self.theta)))
        before = (self.years[-2], self.theta[-2]) if len(self.years) > 1 else (0.0, 0.0)
        speed = (self.theta[-1] - before[1]) / (self.years[-1] - before[0])
        return float(self.theta[-1] + speed * (time - self.years[-1]))

    def total_variance(self, log_moneyness: object, years: float) -> FloatArray:
        """Return implied variance x years at ln(strike / forward), for one expiry; NaN stays."""
        theta = self.at_the_money_variance(years)
        return ssvi_variance(points(log_moneyness), theta, self.rho, float(power_law(theta, self.eta, self.gamma)))

    def volatility(self, log_moneyness: object, years: float) -> FloatArray:
        """Return implied volatility, decimals per year."""
        return np.sqrt(self.total_variance(log_moneyness, years) / years)

    def slice(self, years: float) -> SviSlice:
        """Return the raw SVI that the surface is at one time to expiry."""
        theta = self.at_the_money_variance(years)
        phi = float(power_law(theta, self.eta, self.gamma))
        rest = (1.0 - self.rho) * (1.0 + self.rho)
        return SviSlice(theta / 2.0 * rest, theta * phi / 2.0, self.rho, -self.rho / phi, float(np.sqrt(rest)) / phi, years)

    @property
    def conditions(self) -> pd.DataFrame:
        """The two terms of Theorem 4.2 at each expiry: no butterfly arbitrage where neither is above 4."""
        phi = power_law(self.theta, self.eta, self.gamma)
        wing = self.theta * phi * (1.0 + abs(self.rho))
        return pd.DataFrame({"wing": wing, "vertex": wing * phi}, pd.Index(self.years, name="years"))

    @property
    def free_of_arbitrage(self) -> bool:
        """Whether the conditions hold at every expiry; theta does not fall in any case."""
        terms = self.conditions
        return bool((terms["wing"] < MOST).all() and (terms["vertex"] <= MOST * (1.0 + 1e-12)).all())


def power_law(theta: FloatArray | float, eta: float, gamma: float) -> FloatArray:
    """Return phi(theta) = eta / (theta^gamma (1 + theta)^(1 - gamma))."""
    return np.asarray(eta / (np.power(theta, gamma) * np.power(1.0 + np.asarray(theta), 1.0 - gamma)))


def ssvi_variance(k: FloatArray, theta: FloatArray | float, rho: float, phi: FloatArray | float) -> FloatArray:
    """Return total variance at log-moneyness k; theta and phi may vary with it."""
    scaled = phi * k
    return theta / 2.0 * (1.0 + rho * scaled + np.sqrt((scaled + rho) ** 2 + (1.0 - rho) * (1.0 + rho)))

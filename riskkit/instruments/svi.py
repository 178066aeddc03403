r"""One expiry's smile: the raw SVI of total variance.

.. math:: w(k) = a + b\left(\rho (k - m) + \sqrt{(k - m)^2 + \sigma^2}\right)

with :math:`k = \ln(K/F)` and w the implied variance times the years to expiry (Gatheral and Jacquier, 2014,
"Arbitrage-free SVI volatility surfaces", Quantitative Finance 14, 59-71). The risk-neutral density of :math:`\ln(S_T/F)` is
:math:`g(k)\,e^{-d_2^2/2} / \sqrt{2\pi w}` with :math:`d_2 = -k/\sqrt w - \sqrt w / 2` and

.. math:: g = \left(1 - \frac{k w'}{2 w}\right)^2 - \frac{w'^2}{4}\left(\frac1w + \frac14\right) + \frac{w''}{2},

so the smile has butterfly arbitrage where g < 0. In the wings w grows like :math:`b(1 \pm \rho)|k|`; more than 2 is
impossible (Lee, 2004, "The moment formula for implied volatility at extreme strikes", Mathematical Finance 14, 469-480).
"""

from dataclasses import dataclass

import numpy as np

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.errors import DataError

LEE = 2.0
ROUNDING = 1e-12


@dataclass(frozen=True)
class SviSlice:
    """A smile whose total variance is a hyperbola in log-moneyness.

    Parameters
    ----------
    a, b, rho, m, sigma : float
        Level, b >= 0, -1 <= rho <= 1, place of the vertex, and its width > 0.
    years : float
        Time to expiry, > 0.

    Raises
    ------
    DataError
        A parameter out of its range, a total variance that is not positive everywhere, or a wing steeper than Lee's 2.
        Butterfly arbitrage is not refused: :meth:`butterfly` and :func:`riskkit.instruments.butterfly_violations` show it.

    Examples
    --------
    >>> vogt = SviSlice(-0.041, 0.1331, 0.306, 0.3586, 0.4153, years=1.0)
    >>> round(vogt.volatility(0.0), 4), round(vogt.butterfly(0.9), 4)
    (0.132, -0.0327)
    """

    a: float
    b: float
    rho: float
    m: float
    sigma: float
    years: float

    def __post_init__(self) -> None:
        checked = {
            "a": checks.number("a", self.a),
            "b": checks.number("b", self.b, least=0.0),
            "rho": checks.number("rho", self.rho, least=-1.0, most=1.0),
            "m": checks.number("m", self.m),
            "sigma": checks.number("sigma", self.sigma, above=0.0),
            "years": checks.number("years", self.years, above=0.0),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if self.least_variance <= 0.0:
            raise DataError(
                "total variance is not positive everywhere", got=f"a smallest value of {self.least_variance:g}",
                expected="a + b sigma sqrt(1 - rho^2) > 0",
            )  # fmt: skip
        if max(self.wings) > LEE * (1.0 + ROUNDING):
            raise DataError(
                "a wing is steeper than any law of the price allows", got=f"b (1 + |rho|) = {max(self.wings):g}",
                expected=f"at most {LEE:g} (Lee, 2004)",
            )  # fmt: skip

    @property
    def least_variance(self) -> float:
        """Smallest total variance of all strikes; for abs(rho) = 1 the limit that is approached."""
        return float(self.a + self.b * self.sigma * np.sqrt((1.0 - self.rho) * (1.0 + self.rho)))

    @property
    def wings(self) -> tuple[float, float]:
        """How fast total variance grows with abs(k) far to the left and far to the right."""
        return self.b * (1.0 - self.rho), self.b * (1.0 + self.rho)

    def total_variance(self, log_moneyness: object) -> float | FloatArray:
        """Return implied variance x years at ln(strike / forward), in the shape of the argument; NaN stays."""
        return _as_given(self.terms(points(log_moneyness))[0])

    def volatility(self, log_moneyness: object) -> float | FloatArray:
        """Return implied volatility, decimals per year."""
        return _as_given(np.sqrt(self.terms(points(log_moneyness))[0] / self.years))

    def derivatives(self, log_moneyness: object) -> tuple[float | FloatArray, float | FloatArray]:
        """Return the first and the second derivative of total variance by log-moneyness."""
        _, slope, curvature = self.terms(points(log_moneyness))
        return _as_given(slope), _as_given(curvature)

    def butterfly(self, log_moneyness: object) -> float | FloatArray:
        """Return g(k): where it is negative, a butterfly of options costs less than nothing."""
        k = points(log_moneyness)
        return _as_given(butterfly_function(k, *self.terms(k)))

    def density(self, log_moneyness: object) -> float | FloatArray:
        """Return the risk-neutral density of ln(S_T / F); negative where there is butterfly arbitrage."""
        k = points(log_moneyness)
        variance, slope, curvature = self.terms(k)
        deviation = np.sqrt(variance)
        distance = -k / deviation - deviation / 2.0
        bell = np.exp(-distance * distance / 2.0) / np.sqrt(2.0 * np.pi)
        return _as_given(butterfly_function(k, variance, slope, curvature) * bell / deviation)

    def terms(self, k: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return total variance with its first two derivatives at an array of log-moneyness."""
        away = k - self.m
        root = np.sqrt(away * away + self.sigma * self.sigma)
        variance = self.a + self.b * (self.rho * away + root)
        share = self.sigma / root
        return variance, self.b * (self.rho + away / root), self.b * share * share / root


def butterfly_function(k: FloatArray, variance: FloatArray, slope: FloatArray, curvature: FloatArray) -> FloatArray:
    """Return g from log-moneyness, total variance and its first two derivatives."""
    tilt = 1.0 - k * slope / (2.0 * variance)
    return tilt * tilt - slope * slope / 4.0 * (1.0 / variance + 0.25) + curvature / 2.0


def points(log_moneyness: object) -> FloatArray:
    """Return log-moneyness as an array of any shape, NaN kept; refuse what is not numeric."""
    try:
        return np.asarray(log_moneyness, dtype=np.float64)
    except (TypeError, ValueError) as cause:
        raise DataError(
            "log_moneyness is not numeric", got=type(log_moneyness).__name__, expected="numbers: ln(strike / forward)"
        ) from cause


def _as_given(values: FloatArray) -> float | FloatArray:
    return float(values) if np.ndim(values) == 0 else values

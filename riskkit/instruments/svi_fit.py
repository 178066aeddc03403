"""The fit of one expiry's smile: SVI by weighted least squares, calibrated quasi-explicitly.

:mod:`riskkit.instruments.svi_linear` answers level and wings for any vertex exactly, and
:mod:`riskkit.instruments.svi_search` looks for the vertex (De Marco and Martini, 2009, "Quasi-explicit calibration of
Gatheral's SVI model", Zeliade Systems).
"""

from dataclasses import dataclass

import numpy as np

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.frozen import restore
from riskkit.errors import DataError
from riskkit.instruments.svi import SviSlice
from riskkit.instruments.svi_search import Problem, Vertex, search

LEAST_QUOTES = 5
FLOOR = 1e-4  # smallest total variance of a fit / smallest quoted one: 1 % of the lowest volatility


@dataclass(frozen=True, eq=False)
class SviFit:
    """A smile fitted to quotes.

    Parameters
    ----------
    slice : SviSlice
        The smile.
    log_moneyness, volatility, weights : arrays of shape (n,)
        The quotes, and the weights of their squared errors of volatility.
    status : FitStatus
        "at a bound": a wing of slope 0 or 2, a total variance that nearly touches zero, or a vertex at the edge of the
        search. Such quotes do not say where the vertex is; among them the smile is as close as any.
    """

    slice: SviSlice
    log_moneyness: FloatArray
    volatility: FloatArray
    weights: FloatArray
    status: FitStatus

    def __post_init__(self) -> None:
        for array in (self.log_moneyness, self.volatility, self.weights):
            array.setflags(write=False)

    __setstate__ = restore

    @property
    def residuals(self) -> FloatArray:
        """Fitted less quoted volatility, decimals per year."""
        return np.asarray(self.slice.volatility(self.log_moneyness)) - self.volatility

    @property
    def root_mean_square_error(self) -> float:
        """Of volatility, without weights: 0.01 is one point of volatility."""
        return float(np.sqrt(np.mean(self.residuals**2)))


@dataclass(frozen=True)
class Svi:
    """The raw SVI smile, to be fitted to the quotes of one expiry.

    Examples
    --------
    >>> k = np.linspace(-0.5, 0.5, 11)
    >>> true = rk.instruments.SviSlice(a=0.01, b=0.2, rho=-0.4, m=0.05, sigma=0.2, years=0.25)
    >>> fit = Svi().fit(k, true.volatility(k), years=0.25)
    >>> round(fit.slice.rho, 8), round(fit.slice.sigma, 8), fit.status.value
    (-0.4, 0.2, 'ok')
    """

    def fit(self, log_moneyness: object, volatility: object, years: float, weights: object = None) -> SviFit:
        """Fit the smile of one expiry.

        Parameters
        ----------
        log_moneyness, volatility : arrays of shape (n,)
            ln(strike / forward) and implied volatility in decimals per year; at least five different strikes.
        years : float
            Time to expiry.
        weights : array of shape (n,), optional
            Of the squared errors of volatility; by default the squared vega, so that errors of price count.

        Raises
        ------
        DataError
            Too few strikes, volatilities that are not positive or all the same, NaN, or weights that are not usable.
        """
        k, quoted, time = _quotes(log_moneyness, volatility, years)
        variance = quoted * quoted * time
        squared = _weights(weights, k, variance)
        # an error of volatility is one of w / (2 sqrt(w T)); a common factor does not matter
        root_weights = np.sqrt(squared / (variance * np.mean(squared)))
        floor = FLOOR * float(variance.min())
        vertex, ended, bounded = search(Problem(k, variance - floor, root_weights))
        reached = FitStatus.BOUND if bounded else FitStatus.OK
        return SviFit(_slice(vertex, floor, time), k, quoted, squared, reached if ended else FitStatus.NOT_CONVERGED)


def vega_weights(k: FloatArray, variance: FloatArray) -> FloatArray:
    """Return the squared vega of Black's (1976) formula at log-moneyness k, but for a factor that all have in common."""
    distance = -k / np.sqrt(variance) + np.sqrt(variance) / 2.0
    return np.exp(-distance * distance)


def _quotes(log_moneyness: object, volatility: object, years: float) -> tuple[FloatArray, FloatArray, float]:
    k = np.array(checks.array("log_moneyness", log_moneyness, ndim=1))
    quoted = np.array(checks.array("volatility", volatility, ndim=1))
    if k.shape != quoted.shape:
        raise DataError("volatility does not fit log_moneyness", got=quoted.shape, expected=f"{k.shape}")
    if len(np.unique(k)) < LEAST_QUOTES:
        raise DataError(
            "too few strikes for a smile of five parameters", got=f"{len(np.unique(k))} different strikes",
            expected=f"at least {LEAST_QUOTES}",
        )  # fmt: skip
    if quoted.min() <= 0.0:
        raise DataError("volatility is not positive", got=f"{quoted.min():g}", expected="> 0, decimals per year")
    time = checks.number("years", years, above=0.0)
    checks.varied("volatility", quoted)
    return k, quoted, time


def _weights(weights: object, k: FloatArray, variance: FloatArray) -> FloatArray:
    if weights is None:
        squared = vega_weights(k, variance)
    else:
        squared = np.array(checks.array("weights", weights, ndim=1))
        if squared.shape != k.shape:
            raise DataError("weights do not fit the quotes", got=squared.shape, expected=f"{k.shape}")
        if squared.min() < 0.0:
            raise DataError("a weight is negative", got=f"{squared.min():g}", expected=">= 0")
    counted = len(np.unique(k[squared > 1e-12 * squared.max()])) if squared.max() > 0.0 else 0
    if counted < LEAST_QUOTES:
        raise DataError(
            "too few quotes have weight", got=f"{counted} different strikes", expected=f"at least {LEAST_QUOTES}",
            remedy="weights=np.ones(len(log_moneyness)) counts all alike",
        )  # fmt: skip
    return squared


def _slice(vertex: Vertex, floor: float, years: float) -> SviSlice:
    a, p, q, _ = vertex.linear
    both = p + q
    rho = (p - q) / both if both > 0.0 else 0.0
    return SviSlice(a + floor, both / (2.0 * vertex.sigma), rho, vertex.m, vertex.sigma, years)

"""The fit of a whole chain by one SSVI, kept free of static arbitrage.

Inside, theta is a sum of steps that are not negative, and eta a share of the largest that Theorem 4.2 allows for the other
numbers, so every place of the search is a surface without butterfly or calendar arbitrage at the quoted expiries.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.frozen import restore
from riskkit.errors import DataError
from riskkit.instruments.smile_quotes import SmileQuotes, smile_quotes
from riskkit.instruments.ssvi import MOST, SsviSurface, power_law, ssvi_variance
from riskkit.instruments.svi_fit import LEAST_QUOTES, vega_weights

EDGE = 1e-4  # of rho and gamma from the ends of their ranges
LOWER = np.array([-1.0 + EDGE, EDGE, EDGE])  # rho, share of the largest eta, gamma
UPPER = np.array([1.0 - EDGE, 1.0, 1.0 - EDGE])
BELOW_FOUR = 1.0 - 1e-9  # the first condition of the theorem is strict
STARTS = [(rho, share, gamma) for rho in (-0.6, -0.2, 0.2, 0.6) for share in (0.1, 0.3, 0.8) for gamma in (0.3, 0.6)]
PRECISION = 1e-13
NEAR = 1e-6  # a bound
OFFSET = 1e-4  # share of the residual's length that another step could explain
EXACT = 1e-9  # residual / weights: nothing is left to explain


@dataclass(frozen=True, eq=False)
class SsviFit:
    """A surface fitted to a chain.

    Parameters
    ----------
    surface : SsviSurface
    forwards : Series
        Forward of every expiry.
    quotes : DataFrame
        A row per quote that was used: ``expiry log_moneyness volatility fitted``.
    counts : DataFrame
        What became of the rows of the chain: see :func:`riskkit.instruments.smile_quotes`.
    asof : Timestamp
    status : FitStatus
        "at a bound": a parameter at the end of its range, theta constant between two expiries, or a surface as steep as it
        may be without arbitrage.
    """

    surface: SsviSurface
    forwards: pd.Series
    quotes: pd.DataFrame
    counts: pd.DataFrame
    asof: pd.Timestamp
    status: FitStatus

    __setstate__ = restore

    @property
    def root_mean_square_error(self) -> float:
        """Of volatility, over all quotes alike: 0.01 is one point of volatility."""
        return float(np.sqrt(np.mean((self.quotes["fitted"] - self.quotes["volatility"]) ** 2)))


@dataclass(frozen=True)
class Ssvi:
    """SSVI with a power law, to be fitted to a chain.

    Examples
    --------
    >>> fit = Ssvi().fit(rk.data.SyntheticMarket().option_chain("BTC", at="2024-03-12"))
    >>> round(fit.surface.rho, 4), round(fit.surface.eta, 4), round(fit.surface.gamma, 4), fit.status.value
    (-0.1348, 1.0, 0.5, 'ok')
    """

    def fit(self, chain: pd.DataFrame) -> SsviFit:
        """Fit one surface to all expiries of a chain, by least squares of relative errors of volatility weighted by vega.

        Parameters
        ----------
        chain : DataFrame
            As :meth:`riskkit.data.MarketSource.option_chain` returns it.

        Raises
        ------
        DataError
            A chain that cannot be used (see :func:`riskkit.instruments.smile_quotes`), or fewer than five quotes.
        """
        smiles, counts = smile_quotes(chain)
        problem = _problem(smiles)
        found = _search(problem)
        steps, shape = found.x[: problem.expiries], found.x[problem.expiries :]
        theta = np.cumsum(steps)
        law = SsviSurface(problem.years, theta, float(shape[0]), _eta(theta, *shape), float(shape[2]))
        status = _status(problem, found)
        index = pd.DatetimeIndex([smile.expiry for smile in smiles], name="expiry")
        fitted = np.sqrt(problem.variance * (1.0 + 2.0 * problem.relative_errors(found.x)) / problem.years[problem.of])
        quotes = pd.DataFrame({
            "expiry": index[problem.of], "log_moneyness": problem.k,
            "volatility": np.concatenate([smile.volatility for smile in smiles]), "fitted": fitted,
        })  # fmt: skip
        forwards = pd.Series([smile.forward for smile in smiles], index, name="forward")
        return SsviFit(law, forwards, quotes, counts, pd.Timestamp(chain.attrs["asof"]), status)


class _Problem(NamedTuple):
    """Quotes of all expiries one after another; ``of`` says which expiry each belongs to."""

    k: FloatArray
    variance: FloatArray
    root_weights: FloatArray
    of: np.ndarray
    years: FloatArray
    first: FloatArray

    @property
    def expiries(self) -> int:
        return len(self.years)

    def relative_errors(self, place: FloatArray) -> FloatArray:
        """(fitted / quoted variance - 1) / 2: to first order the relative error of volatility."""
        theta = np.cumsum(place[: self.expiries])
        rho, share, gamma = place[self.expiries :]
        phi = power_law(theta, _eta(theta, rho, share, gamma), gamma)
        return (ssvi_variance(self.k, theta[self.of], rho, phi[self.of]) / self.variance - 1.0) / 2.0

    def residual(self, place: FloatArray) -> FloatArray:
        return self.root_weights * self.relative_errors(place)


def _problem(smiles: list[SmileQuotes]) -> _Problem:
    total = sum(len(smile.log_moneyness) for smile in smiles)
    if total < LEAST_QUOTES + len(smiles) - 1:
        raise DataError(
            "too few quotes for a surface", got=f"{total} in {len(smiles)} expiries", expected=f"at least {LEAST_QUOTES}"
        )
    checks.varied("mark_volatility", np.concatenate([smile.volatility for smile in smiles]))
    k = np.concatenate([smile.log_moneyness for smile in smiles])
    variance = np.concatenate([smile.volatility**2 * smile.years for smile in smiles])
    of = np.repeat(np.arange(len(smiles)), [len(smile.log_moneyness) for smile in smiles])
    at_the_money = [float(np.interp(0.0, smile.log_moneyness, smile.volatility**2 * smile.years)) for smile in smiles]
    rising = np.maximum.accumulate(at_the_money)
    return _Problem(k, variance, np.sqrt(vega_weights(k, variance)), of, np.array([s.years for s in smiles]), rising)


def _eta(theta: FloatArray, rho: float, share: float, gamma: float) -> float:
    """That share of the largest eta with which both conditions hold at every theta."""
    shape = power_law(theta, 1.0, gamma)
    wing, vertex = np.max(theta * shape), np.max(theta * shape * shape)
    steepest = 1.0 + abs(rho)
    return float(share * min(np.sqrt(MOST / (steepest * vertex)), BELOW_FOUR * MOST / (steepest * wing)))


def _search(problem: _Problem) -> optimize.OptimizeResult:
    steps = np.diff(problem.first, prepend=0.0)
    steps = np.maximum(steps, 1e-3 * problem.first)
    places = [np.append(steps, start) for start in STARTS]
    start = min(places, key=lambda place: float(np.sum(problem.residual(place) ** 2)))
    lower = np.append(np.zeros(problem.expiries), LOWER)
    lower[0] = 1e-3 * problem.first[0]
    upper = np.append(np.full(problem.expiries, np.inf), UPPER)
    return optimize.least_squares(
        problem.residual, start, bounds=(lower, upper), jac="3-point", x_scale="jac", ftol=PRECISION, xtol=PRECISION,
        gtol=PRECISION, max_nfev=200,
    )  # fmt: skip


def _status(problem: _Problem, found: optimize.OptimizeResult) -> FitStatus:
    """Of a search that is kept strictly inside its bounds: it is at one when it comes as close as makes no difference."""
    steps, shape = found.x[: problem.expiries], found.x[problem.expiries :]
    at_bound = np.append(steps <= NEAR * problem.first, (shape - LOWER <= NEAR) | (UPPER - shape <= NEAR))
    length = float(np.linalg.norm(found.fun))
    if length > EXACT * float(np.linalg.norm(problem.root_weights)):
        free = found.jac[:, ~at_bound]
        explained = free @ np.linalg.lstsq(free, found.fun, rcond=1e-12)[0]
        if float(np.linalg.norm(explained)) > OFFSET * length:
            return FitStatus.NOT_CONVERGED
    return FitStatus.BOUND if at_bound.any() else FitStatus.OK

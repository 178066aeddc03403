r"""Delta-gamma losses under normal moves: VaR and ES by exact inversion, no draws.

With moves :math:`X \sim N(0, \Sigma)` a loss :math:`c + a'X + \tfrac12 X'BX` is
:math:`c + \sum_i (\beta_i z_i + \ell_i z_i^2)` with independent normals, and its cumulant function is

.. math:: K(s) = cs - \tfrac12\sum_i \ln(1 - 2\ell_i s) + \tfrac12 s^2 \sum_i \frac{\beta_i^2}{1 - 2\ell_i s}.

Tail probability and excess are :math:`\frac1{2\pi i}\int e^{K(s) - sx} s^{-1} ds` and the same with :math:`s^{-2}`, from
below to above the real axis through a point right of 0 and left of the first singularity. The path crosses the axis at the
saddle point of the integrand and bends to the side on which it decays; along it the trapezoidal rule converges
exponentially.

References
----------
Rouvinez, C. (1997). Going Greek with VaR. Risk 10 (2), 57-65.
Rice, S. (1980). Distribution of quadratic forms in normal random variables: evaluation by numerical integration. SIAM
Journal on Scientific and Statistical Computing 1, 438-448.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import optimize

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.errors import ConvergenceError, DataError
from riskkit.instruments import Sensitivities

ROUNDING = 1e-15
NOTHING = 1e-200  # a probability
HIGHEST = 3.0  # rise of the integrand's logarithm from where the path begins
SLOPE = 0.5  # of the path away from the vertical
LONGEST = 40.0  # of the path's parameter: its points then lie some exp(40) widths away
FIRST_NODES, MOST_NODES = 256, 16_384
SAME = 1e-11  # relative difference of two rules at which the finer is taken


@dataclass(frozen=True, eq=False)
class QuadraticLoss:
    """A loss that is quadratic in normal moves.

    Parameters
    ----------
    constant : float
    linear, curved : array of shape (m,)
        beta and l above: the loss is ``constant + sum(linear * z + curved * z**2)`` in independent normals z. What is below
        1e-15 of the largest is rounding, and counts as 0.

    Raises
    ------
    ConvergenceError
        From ``var``, ``es`` and ``probability_above``, where parts differ by many orders of magnitude and the inversion does
        not settle to eleven digits.

    Examples
    --------
    >>> square = QuadraticLoss(0.0, np.zeros(3), np.ones(3))  # chi-square with 3 degrees of freedom
    >>> round(square.var(0.99), 8), round(square.probability_above(11.34486673), 8)
    (11.34486673, 0.01)
    """

    constant: float
    linear: FloatArray
    curved: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "constant", checks.number("constant", self.constant))
        linear, curved = (np.array(checks.array(name, getattr(self, name), ndim=1)) for name in ("linear", "curved"))
        if linear.shape != curved.shape:
            raise DataError("linear and curved do not fit", got=f"{linear.shape}, {curved.shape}", expected="one shape")
        largest = max(np.abs(linear).max(), np.abs(curved).max())
        if not largest > 0.0:
            raise DataError("the loss is constant", got="no sensitivity", expected="a loss that varies")
        for name, array in (("linear", linear), ("curved", curved)):
            array[np.abs(array) < ROUNDING * largest] = 0.0
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    __setstate__ = restore

    @classmethod
    def of(cls, sensitivities: Sensitivities, covariance: pd.DataFrame, *, drift: float = 0.0) -> "QuadraticLoss":
        """Return the delta-gamma loss of a book.

        Parameters
        ----------
        sensitivities : Sensitivities
            Of the book's positions, which are added up.
        covariance : DataFrame (F, F)
            Of the factors' moves over the horizon, by factor name, positive semidefinite.
        drift : float
            Loss that passes with time in every case, for example minus theta.

        Examples
        --------
        >>> book = rk.instruments.Book([rk.instruments.Perpetual("BTC", 2.0, entry=60_000.0, funding=0.0)])
        >>> by = rk.instruments.sensitivities(book, rk.MarketState({"BTC.spot": 60_000.0}))
        >>> covariance = pd.DataFrame([[0.0016]], by.factors, by.factors)
        >>> round(QuadraticLoss.of(by, covariance).var(0.99))
        10647
        """
        total = sensitivities.total()
        missing = [factor for factor in total.factors if factor not in covariance.index or factor not in covariance.columns]
        if missing:
            raise DataError(
                "a factor has no covariance", got=", ".join(missing), expected="a row and column for every factor"
            )
        names = list(total.factors)
        matrix = checks.array("covariance", covariance.loc[names, names].to_numpy(), ndim=2)
        values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
        if values[0] < -1e-10 * max(values[-1], 0.0) or values[-1] <= 0.0 or not np.allclose(matrix, matrix.T, rtol=1e-9):
            raise DataError(
                "covariance is no covariance", got=f"smallest eigenvalue {values[0]:g}", expected="symmetric and >= 0"
            )
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        curved, turn = np.linalg.eigh(-0.5 * root.T @ total.curvature[0] @ root)
        return cls(drift, -(turn.T @ root.T @ total.gradient[0]), curved)

    @property
    def mean(self) -> float:
        """Expected loss."""
        return self.constant + float(self.curved.sum())

    @property
    def standard_deviation(self) -> float:
        """Standard deviation of the loss."""
        return float(np.sqrt(np.sum(self.linear**2 + 2.0 * self.curved**2)))

    @property
    def skewness(self) -> float:
        """Third cumulant over the cube of the standard deviation."""
        third = np.sum(6.0 * self.curved * self.linear**2 + 8.0 * self.curved**3)
        return float(third) / self.standard_deviation**3

    @property
    def excess_kurtosis(self) -> float:
        """Fourth cumulant over the fourth power of the standard deviation."""
        fourth = np.sum(48.0 * self.curved**2 * (self.linear**2 + self.curved**2))
        return float(fourth) / self.standard_deviation**4

    def probability_above(self, loss: float) -> float:
        """Return the probability of losing more."""
        return self._tail(checks.number("loss", loss), 1)

    def var(self, level: float) -> float:
        """Return Value at Risk."""
        wanted = 1.0 - checks.level(level)
        low, high = self.mean, self.mean + 2.0 * self.standard_deviation
        while self._tail(low, 1) < wanted:
            low -= self.standard_deviation
        while self._tail(high, 1) > wanted:
            high += 2.0 * self.standard_deviation
        scale = 1e-14 * self.standard_deviation
        return float(optimize.brentq(lambda loss: self._tail(loss, 1) - wanted, low, high, xtol=scale, rtol=1e-14))

    def es(self, level: float) -> float:
        """Return Expected Shortfall."""
        quantile = self.var(level)
        return quantile + self._tail(quantile, 2) / (1.0 - level)

    @cached_property
    def _normal_part(self) -> bool:
        """Is there a part without a square? Then no loss is impossible, and the integrand falls like a normal density."""
        return bool(np.any((self.curved == 0.0) & (self.linear != 0.0)))

    @cached_property
    def _origin(self) -> float:
        """Loss at the top or the bottom of all squares."""
        bent = self.curved != 0.0
        return self.constant - float(np.sum(self.linear[bent] ** 2 / (4.0 * self.curved[bent])))

    @property
    def _ends(self) -> tuple[float, float]:
        """Smallest and largest loss that is possible."""
        least = self._origin if not self._normal_part and (self.curved >= 0.0).all() else -np.inf
        most = self._origin if not self._normal_part and (self.curved <= 0.0).all() else np.inf
        return least, most

    def _tail(self, loss: float, power: int) -> float:
        """P(L > loss) for power 1, E (L - loss)+ for power 2."""
        least, most = self._ends
        if loss >= most:
            return 0.0
        if loss <= least:
            return 1.0 if power == 1 else self.mean - loss
        crossing, ahead = self._saddle(loss, power), SLOPE * (1.0 if loss >= self._origin else -1.0)
        for lean in (ahead, -ahead, 0.0):  # small parts may turn the decay at a distance that is reached too late
            before, nodes = np.nan, FIRST_NODES
            while nodes <= MOST_NODES:
                found = self._along_the_path(loss, power, crossing, lean, nodes)
                if abs(found - before) <= SAME * abs(found) + NOTHING:
                    return found
                if np.isnan(found):
                    break
                before, nodes = found, 2 * nodes
        raise ConvergenceError(
            "the inversion of the characteristic function did not settle", got=f"{before:g} with {MOST_NODES:,} points",
            expected=f"a relative change below {SAME:g}", remedy="draw the moves: method='delta_gamma' of revalue",
        )  # fmt: skip

    def _saddle(self, loss: float, power: int) -> float:
        """Where K(s) - s loss - power ln s is least, between 0 and the first singularity."""
        steepest = float(self.curved.max())
        end = 0.5 / steepest if steepest > 0.0 else np.inf

        def slope(s: float) -> float:
            left = 1.0 - 2.0 * s * self.curved
            rise = np.sum(self.curved / left + s * self.linear**2 * (1.0 - s * self.curved) / left**2)
            return self.constant + float(rise) - loss - power / s

        low = high = min(1.0 / self.standard_deviation, 0.5 * end)
        while slope(low) > 0.0:
            low *= 0.5
        while slope(high) < 0.0:
            high = 2.0 * high if np.isinf(end) else 0.5 * (high + end)
        return low if low == high else float(optimize.brentq(slope, low, high, rtol=1e-10))

    def _along_the_path(self, loss: float, power: int, crossing: float, lean: float, nodes: int) -> float:
        """The trapezoidal rule on s = crossing + width (lean (cosh u - 1) + i sinh u), u >= 0; below lies its mirror."""
        left = 1.0 - 2.0 * crossing * self.curved
        curvature = np.sum(2.0 * self.curved**2 / left**2 + self.linear**2 / left**3) + power / crossing**2
        width, u = 1.0 / np.sqrt(curvature), np.linspace(0.0, LONGEST, nodes + 1)
        s = crossing + width * (lean * (np.cosh(u) - 1.0) + 1j * np.sinh(u))
        roots = 1.0 - 2.0 * np.multiply.outer(s, self.curved)
        # a bent part from the loss at its top on, s b^2 / (4 l (1 - 2 l s)): there its own terms would cancel
        bent = np.abs(self.curved) * crossing > 1.0
        square, bend = self.linear**2, np.where(bent, self.curved, 1.0)
        tops = np.where(bent, square / (4.0 * bend), 0.0)
        cumulant = (self.constant - tops.sum() - loss) * s - 0.5 * np.log(roots).sum(axis=1)
        cumulant += s * (tops / roots).sum(axis=1) + 0.5 * s * s * (np.where(bent, 0.0, square) / roots).sum(axis=1)
        if cumulant.real.max() > cumulant.real[0] + HIGHEST:
            return np.nan  # it bends to the wrong side
        integrand = np.exp(np.maximum(cumulant.real, -700.0) + 1j * cumulant.imag) / s**power
        integrand *= width * (lean * np.sinh(u) + 1j * np.cosh(u))
        integrand[0] *= 0.5
        return float(integrand.imag.sum() * (u[1] - u[0]) / np.pi)

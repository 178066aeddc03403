"""Where SVI smiles allow arbitrage: found from the roots of polynomials, so that no grid can miss a place.

Butterfly: with k = m + sigma sinh z, the function g times w^2 cosh^3 z is a polynomial in u = e^z divided by u^5, of degree
ten. Calendar: two hyperbolas meet where a polynomial of degree four in k is zero (Gatheral and Jacquier, 2014, section 3.1).
The roots only cut the line into pieces; the sign of each piece and its ends come from the function itself.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import optimize

from riskkit.checks import FloatArray
from riskkit.instruments.svi import SviSlice

FAR = 35.0  # of z: e^35 widths away, where the limits have long been reached
FARTHEST = 1e3  # log-moneyness: e^1000 is no strike
DROWNED = 1e-30  # a coefficient beside the largest
NEARLY_REAL = 1e-3  # imaginary part / modulus: a root too many only cuts a piece in two
SINH = np.array([-0.5, 0.0, 0.5])  # coefficients of u^-1, 1, u
COSH = np.array([0.5, 0.0, 0.5])
ONE = np.array([0.0, 1.0, 0.0])
SCAN = np.linspace(-14.0, 14.0, 561)
EVEN = 33  # places in an interval besides those
PRECISION = 1e-12


class Violation(NamedTuple):
    """An interval of log-moneyness where a function that may not be negative is, and where it is lowest."""

    start: float
    end: float
    lowest: float
    at: float


def butterfly_violations(smile: SviSlice) -> list[Violation]:
    """Return the intervals of log-moneyness in which g(k) < 0, from left to right.

    Examples
    --------
    >>> vogt = SviSlice(-0.041, 0.1331, 0.306, 0.3586, 0.4153, years=1.0)
    >>> [[round(number, 4) for number in violation] for violation in rk.instruments.butterfly_violations(vogt)]
    [[0.6424, 1.2569, -0.0329, 0.8793]]
    """
    if smile.b == 0.0:
        return []
    roots = np.roots(_butterfly_polynomial(smile)[::-1])
    real = roots.real[(np.abs(roots.imag) <= NEARLY_REAL * np.abs(roots)) & (roots.real > 0.0)]
    z = np.log(real)
    cuts = smile.m + smile.sigma * np.sinh(z[np.abs(z) < FAR])
    return _negative(lambda k: float(smile.butterfly(k)), cuts, _scan(smile))


def smallest_butterfly(smile: SviSlice) -> tuple[float, float]:
    """Return the smallest g and the log-moneyness where it is found; that is infinite where g only falls to a limit.

    Examples
    --------
    >>> k, g = smallest_butterfly(SviSlice(-0.041, 0.1331, 0.306, 0.3586, 0.4153, years=1.0))[::-1]
    >>> round(k, 4), round(g, 6)
    (0.8793, -0.032864)
    """
    violations = butterfly_violations(smile)
    if violations:
        worst = min(violations, key=lambda violation: violation.lowest)
        return worst.lowest, worst.at
    k = smile.m + smile.sigma * np.sinh(SCAN)
    values = np.asarray(smile.butterfly(k))
    low = int(np.argmin(values))
    limits = [((1.0 - slope * slope / 4.0) / (4.0 if slope > 0.0 else 1.0), way * np.inf)
              for slope, way in zip(smile.wings, (-1.0, 1.0), strict=True)]  # fmt: skip
    found = [*limits, (float(values[low]), float(k[low]))]
    if 0 < low < len(k) - 1:
        near = _lowest(lambda z: float(smile.butterfly(smile.m + smile.sigma * np.sinh(z))), SCAN[low - 1], SCAN[low + 1])
        found.append((near[0], float(smile.m + smile.sigma * np.sinh(near[1]))))
    return min(found)


def calendar_violations(smile: SviSlice, later: SviSlice) -> list[Violation]:
    """Return the intervals of log-moneyness in which total variance falls from one expiry to a later one.

    Crossings are looked for up to log-moneyness 1000; an interval that goes on beyond counts as endless. ``lowest`` is the
    later total variance less the earlier one: minus infinity where a wing of the later one is less steep.

    Examples
    --------
    >>> near, far = SviSlice(0.01, 0.1, 0.0, 0.0, 0.2, years=0.5), SviSlice(0.03, 0.05, 0.0, 0.0, 0.2, years=1.0)
    >>> [(round(v.start, 4), round(v.end, 4)) for v in rk.instruments.calendar_violations(near, far)]
    [(-inf, -0.3464), (0.3464, inf)]
    """

    def rise(k: float) -> float:
        return float(later.total_variance(k)) - float(smile.total_variance(k))

    polynomial = _crossing_polynomial(smile, later)
    sizes = np.abs(polynomial)
    roots = np.roots(np.where(sizes > DROWNED * sizes.max(), polynomial, 0.0))
    roots = roots[np.abs(roots) <= FARTHEST]
    real = roots.real[np.abs(roots.imag) <= NEARLY_REAL * np.maximum(np.abs(roots), max(smile.sigma, later.sigma))]
    return [_to_the_end(violation, smile, later) for violation in _negative(rise, real, _scan(smile, later))]


def _to_the_end(violation: Violation, smile: SviSlice, later: SviSlice) -> Violation:
    """Take into account what an endless interval tends to: w goes like a + slope x abs(k - m)."""
    for wing, end, way in ((0, violation.start, -1.0), (1, violation.end, 1.0)):
        if np.isfinite(end):
            continue
        steeper = later.wings[wing] - smile.wings[wing]
        level = later.a - smile.a - way * (later.wings[wing] * later.m - smile.wings[wing] * smile.m)
        limit = -np.inf if steeper < 0.0 else level
        if steeper <= 0.0 and limit < violation.lowest:
            violation = violation._replace(lowest=limit, at=way * np.inf)
    return violation


def _butterfly_polynomial(smile: SviSlice) -> FloatArray:
    """Coefficients of 1, u, ..., u^10 in g w^2 cosh^3 z u^5."""
    k = smile.m * ONE + smile.sigma * SINH
    variance = smile.a * ONE + smile.b * smile.sigma * (smile.rho * SINH + COSH)
    slope = smile.b * (smile.rho * COSH + SINH)  # times cosh
    squared = np.convolve(variance, variance)
    tilt = np.convolve(variance, COSH) - 0.5 * np.convolve(k, slope)
    first = np.convolve(np.convolve(tilt, tilt), COSH)
    second = np.convolve(np.convolve(np.convolve(slope, slope), COSH), np.pad(variance, 1) + 0.25 * squared)
    return first - 0.25 * second + np.pad(squared, 3) * (smile.b / (2.0 * smile.sigma))


def _crossing_polynomial(smile: SviSlice, later: SviSlice) -> FloatArray:
    """Coefficients, highest first, of a polynomial in k that is zero where both total variances are equal.

    A line L and the roots of two quadratics Q1 and Q2: L = sqrt(Q1) - sqrt(Q2) gives (Q1 + Q2 - L^2)^2 = 4 Q1 Q2.
    """
    line = np.zeros(2)
    quadratics = []
    for sign, one in ((1.0, later), (-1.0, smile)):
        line += sign * np.array([one.b * one.rho, one.a - one.b * one.rho * one.m])
        quadratics.append(one.b * one.b * np.array([1.0, -2.0 * one.m, one.m * one.m + one.sigma * one.sigma]))
    rest = quadratics[0] + quadratics[1] - np.convolve(line, line)
    return np.convolve(rest, rest) - 4.0 * np.convolve(quadratics[0], quadratics[1])


def _scan(*smiles: SviSlice) -> FloatArray:
    """Log-moneyness around the vertices of smiles and far away from them."""
    return np.sort(np.concatenate([one.m + one.sigma * np.sinh(SCAN) for one in smiles]))


def _negative(function: Callable[[float], float], cuts: FloatArray, scan: FloatArray) -> list[Violation]:
    """Intervals in which a function is negative whose changes of sign all lie near ``cuts``."""
    edges = np.unique(cuts)
    middles = (edges[1:] + edges[:-1]) / 2.0
    ends = edges[[0, -1]] + np.ptp(scan[[0, -1]]) * np.array([-1.0, 1.0]) if len(edges) else np.zeros(2)
    inner = np.unique(np.concatenate([ends[:1], middles, ends[1:]]))
    below = [function(float(k)) < 0.0 for k in inner]
    found: list[Violation] = []
    start: float | None = -np.inf if below[0] else None
    for piece in range(1, len(inner)):
        if below[piece] == below[piece - 1]:
            continue
        crossing = float(optimize.brentq(function, inner[piece - 1], inner[piece], xtol=PRECISION, maxiter=1000))
        if start is None:
            start = crossing
        else:
            found.append(_deepest(function, start, crossing, scan))
            start = None
    if start is not None:
        found.append(_deepest(function, start, np.inf, scan))
    return found


def _deepest(function: Callable[[float], float], start: float, end: float, scan: FloatArray) -> Violation:
    """The lowest value in an interval; where that is endless, no farther away than the scan goes."""
    low, high = max(start, scan[0]), min(end, scan[-1])
    inside = scan[(scan > low) & (scan < high)]
    places = np.sort(np.concatenate([inside, np.linspace(low, high, EVEN)]))
    best = int(np.argmin([function(float(k)) for k in places]))
    return Violation(start, end, *_lowest(function, places[max(best - 1, 0)], places[min(best + 1, len(places) - 1)]))


def _lowest(function: Callable[[float], float], low: float, high: float) -> tuple[float, float]:
    found = optimize.minimize_scalar(function, bounds=(low, high), method="bounded", options={"xatol": PRECISION})
    return float(found.fun), float(found.x)

r"""The linear half of an SVI fit: level and wings for a given vertex, with every constraint kept exactly.

With :math:`y = (k - m)/\sigma` and :math:`s = \sqrt{1 + y^2}` the smile is linear in (a, p, q):

.. math:: w = a + p\,\tfrac{s + y}{2} + q\,\tfrac{s - y}{2},\qquad p = \sigma b (1 + \rho),\quad q = \sigma b (1 - \rho)

(De Marco and Martini, 2009, "Quasi-explicit calibration of Gatheral's SVI model", Zeliade Systems, have it in c = (p + q)/2
and d = (p - q)/2.) Lee's bound and b >= 0 become a box, 0 <= p, q <= 2 sigma. They ask for a >= 0; what is needed is that w
is nowhere negative, a + sqrt(p q) >= 0: a convex set, and wider. Least squares over it have one minimum. Either the best
point of the box is in the set, or the minimum lies where w touches zero at some z: w = r (cosh(asinh y - z) - 1).
"""

from typing import NamedTuple

import numpy as np
from scipy import optimize

from riskkit.checks import FloatArray
from riskkit.instruments.svi import LEE

TOUCH = np.linspace(-8.0, 8.0, 81)  # places z where w may touch zero, beyond the outermost quote
SMALL = 1e-14


class Linear(NamedTuple):
    """Level and wings of the best smile with a given vertex, and whether it touches zero."""

    a: float
    p: float
    q: float
    touches: bool


def columns(k: FloatArray, m: FloatArray, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what multiplies p and q, of shape (..., n) for vertices of shape (...)."""
    y = (k - np.asarray(m)[..., None]) / np.asarray(sigma)[..., None]
    half = 0.5 * (np.sqrt(1.0 + y * y) + np.abs(y))  # the larger of the two; their product is 1/4
    other = 0.25 / half
    return np.where(y >= 0.0, half, other), np.where(y >= 0.0, other, half)


def boxed(
    k: FloatArray, target: FloatArray, root_weights: FloatArray, m: FloatArray, sigma: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return a, p, q and the sum of weighted squares of the best points of the box, for vertices of shape (G,).

    After a QR decomposition only two equations in p and q are left, since a is free: its row is met by any p and q.
    """
    right, left = columns(k, m, sigma)
    system = np.stack([np.ones_like(right), right, left, np.broadcast_to(target, right.shape)], axis=-1)
    r = np.asarray(np.linalg.qr(system * root_weights[:, None], mode="r"))
    r11, r12, r13, r22, r23 = r[:, 1, 1], r[:, 1, 2], r[:, 1, 3], r[:, 2, 2], r[:, 2, 3]
    cap = LEE * sigma

    def best_p(q: FloatArray) -> FloatArray:
        return _quotient(r13 - r12 * q, r11)

    def best_q(p: FloatArray) -> FloatArray:
        return np.clip(_quotient(r12 * (r13 - r11 * p) + r22 * r23, r12 * r12 + r22 * r22), 0.0, cap)

    q = _quotient(r23, r22)
    none = np.zeros_like(cap)
    tries = [(best_p(q), q), (none, best_q(none)), (cap, best_q(cap))]
    tries += [(np.clip(best_p(side), 0.0, cap), side) for side in (none, cap)]
    p, q = (np.stack(part) for part in zip(*tries, strict=True))
    squares = (r13 - r11 * p - r12 * q) ** 2 + (r23 - r22 * q) ** 2 + r[:, 3, 3] ** 2
    squares[0, (p[0] < 0.0) | (p[0] > cap) | (q[0] < 0.0) | (q[0] > cap)] = np.inf
    best = np.argmin(squares, axis=0), np.arange(len(cap))
    p, q = p[best], q[best]
    return _quotient(r[:, 0, 3] - r[:, 0, 1] * p - r[:, 0, 2] * q, r[:, 0, 0]), p, q, squares[best]


def solve(k: FloatArray, target: FloatArray, root_weights: FloatArray, m: float, sigma: float) -> Linear:
    """Return the level and the wings of the best smile that is nowhere negative."""
    a, p, q, _ = (float(part[0]) for part in boxed(k, target, root_weights, np.array([m]), np.array([sigma])))
    if a + np.sqrt(p * q) >= 0.0:
        return Linear(a, p, q, False)
    cap = LEE * sigma
    right, left = columns(k, np.array(m), np.array(sigma))
    z = np.log(2.0 * right)

    def touching(place: float) -> tuple[float, Linear]:
        shape = 2.0 * np.sinh(0.5 * (z - place)) ** 2
        size, squares = _scaled(shape, target, root_weights, cap * np.exp(-abs(place)))
        return squares, Linear(-size, size * float(np.exp(-place)), size * float(np.exp(place)), True)

    tries = [touching(place) for place in TOUCH]
    low = int(np.argmin([squares for squares, _ in tries]))
    if 0 < low < len(TOUCH) - 1:
        found = optimize.minimize_scalar(
            lambda place: touching(place)[0], bounds=(TOUCH[low - 1], TOUCH[low + 1]), method="bounded",
            options={"xatol": 1e-11},
        )  # fmt: skip
        tries.append(touching(float(found.x)))
    size, squares = _scaled(right, target, root_weights, cap)
    tries.append((squares, Linear(0.0, size, 0.0, True)))
    size, squares = _scaled(left, target, root_weights, cap)
    tries.append((squares, Linear(0.0, 0.0, size, True)))
    return min(tries, key=lambda tried: tried[0])[1]


def _scaled(shape: FloatArray, target: FloatArray, root_weights: FloatArray, most: float) -> tuple[float, float]:
    """The best multiple of one shape between 0 and ``most``, and its sum of weighted squares."""
    weighted = root_weights * shape
    size = float(np.clip(weighted @ (root_weights * target) / (weighted @ weighted), 0.0, most))
    return size, float(np.sum((root_weights * (target - size * shape)) ** 2))


def _quotient(above: FloatArray, below: FloatArray) -> FloatArray:
    """A quotient, 0 where the divisor drowns in rounding: any value then fits as well."""
    usable = np.abs(below) > SMALL
    return np.where(usable, above, 0.0) / np.where(usable, below, 1.0)

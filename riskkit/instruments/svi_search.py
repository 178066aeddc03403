"""The search for the vertex of an SVI smile: the two numbers that the linear part leaves.

It starts at the best places of a grid and goes on by Levenberg and Marquardt's steps on what the linear part cannot explain
(variable projection; Kaufman, 1975, BIT 15, 49-57): residuals of a few thousandths of a volatility make that as fast as
Newton's method.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from riskkit.checks import FloatArray
from riskkit.instruments.svi import LEE
from riskkit.instruments.svi_linear import Linear, boxed, columns, solve

PLACES = np.linspace(-1.0, 2.0, 13)  # of m, in lengths of the quoted range from its left end
WIDTHS = np.geomspace(0.002, 8.0, 12)  # of sigma, in lengths of the quoted range
STARTS = 4
STEPS = 60
OFFSET = 1e-5  # share of the residual's length that another step could explain
EXACT = 1e-13  # residual / quotes: nothing is left to explain
SMALLEST_STEP = 1e-12
GENTLEST, STEEPEST = 1e-12, 1e8  # of the damping


class Vertex(NamedTuple):
    """A place of the search and the linear part that belongs to it."""

    m: float
    log_sigma: float
    linear: Linear

    @property
    def sigma(self) -> float:
        """Width of the vertex."""
        return float(np.exp(self.log_sigma))


@dataclass(frozen=True, eq=False)
class Problem:
    """Quotes to fit: log-moneyness, total variance above what is its least, and square roots of weights, all (n,)."""

    k: FloatArray
    target: FloatArray
    root_weights: FloatArray

    @property
    def lower(self) -> FloatArray:
        """Smallest m and ln(sigma) of the search."""
        width = float(np.ptp(self.k))
        return np.array([self.k.min() + PLACES[0] * width, np.log(WIDTHS[0] * width)])

    @property
    def upper(self) -> FloatArray:
        """Largest m and ln(sigma) of the search."""
        width = float(np.ptp(self.k))
        return np.array([self.k.min() + PLACES[-1] * width, np.log(WIDTHS[-1] * width)])

    def vertex(self, place: FloatArray) -> Vertex:
        """Return a place with its best linear part."""
        m, log_sigma = float(place[0]), float(place[1])
        return Vertex(m, log_sigma, solve(self.k, self.target, self.root_weights, m, float(np.exp(log_sigma))))

    def residual(self, vertex: Vertex) -> FloatArray:
        """Return the weighted residual, shape (n,)."""
        right, left = columns(self.k, np.array(vertex.m), np.array(vertex.sigma))
        a, p, q, _ = vertex.linear
        return self.root_weights * (self.target - a - p * right - q * left)

    def misfit(self, vertex: Vertex) -> float:
        """Return the sum of weighted squares."""
        residual = self.residual(vertex)
        return float(residual @ residual)


def search(problem: Problem) -> tuple[Vertex, bool, bool]:
    """Return the best vertex, whether the search ended there, and whether the vertex or its linear part is at a bound."""
    best = min((_improved(problem, start) for start in _starts(problem)), key=problem.misfit)
    return best, _ended(problem, best), _bounded(problem, best)


def _starts(problem: Problem) -> list[FloatArray]:
    """The lowest places of a grid that are lower than their neighbours."""
    span = float(np.ptp(problem.k))
    m, sigma = np.meshgrid(problem.k.min() + PLACES * span, WIDTHS * span, indexing="ij")
    squares = boxed(problem.k, problem.target, problem.root_weights, m.ravel(), sigma.ravel())[3].reshape(m.shape)
    padded = np.pad(squares, 1, constant_values=np.inf)
    rows, cols = squares.shape
    around = [padded[1 + i : 1 + i + rows, 1 + j : 1 + j + cols] for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    lowest = squares <= np.min(around, axis=0)
    order = np.argsort(squares[lowest], kind="stable")[:STARTS]
    return [np.array(place) for place in zip(m[lowest][order], np.log(sigma[lowest][order]), strict=True)]


def _improved(problem: Problem, start: FloatArray) -> Vertex:
    """Levenberg and Marquardt's steps inside the bounds until none is left that helps."""
    vertex, damping = problem.vertex(start), 1e-3
    misfit = problem.misfit(vertex)
    exact = EXACT * float(np.linalg.norm(problem.root_weights * problem.target))
    for _ in range(STEPS):
        if misfit <= exact * exact:
            break
        jacobian, residual = _linearised(problem, vertex)
        here = np.array([vertex.m, vertex.log_sigma])
        while damping <= STEEPEST:
            there = np.clip(here + _step(jacobian, residual, damping, problem, here), problem.lower, problem.upper)
            tried = problem.vertex(there)
            below = problem.misfit(tried)
            if below < misfit:
                break
            damping *= 10.0
        else:
            break
        gain, misfit, vertex = misfit - below, below, tried
        damping = max(damping / 10.0, GENTLEST)
        scale = np.array([vertex.sigma, 1.0])
        if gain <= SMALLEST_STEP * misfit and np.all(np.abs(there - here) <= SMALLEST_STEP**0.5 * scale):
            break
    return vertex


def _step(jacobian: FloatArray, residual: FloatArray, damping: float, problem: Problem, here: FloatArray) -> FloatArray:
    """The damped step; a coordinate at its bound that would go on beyond it stays."""
    downhill = -jacobian.T @ residual
    free = ((here > problem.lower) | (downhill > 0.0)) & ((here < problem.upper) | (downhill < 0.0))
    normal = jacobian.T @ jacobian
    diagonal = np.maximum(np.diag(normal), 1e-300)
    step = np.zeros(2)
    if free.any():
        inside = np.ix_(free, free)
        step[free] = np.linalg.lstsq((normal + damping * np.diag(diagonal))[inside], downhill[free], rcond=None)[0]
    reach = np.array([2.0 * np.exp(here[1]) + 0.1 * np.ptp(problem.k), 1.0])
    return np.clip(step, -reach, reach)


def _linearised(problem: Problem, vertex: Vertex) -> tuple[FloatArray, FloatArray]:
    """Derivatives of the residual by m and ln(sigma), shape (n, 2), less what the linear part takes up; the residual."""
    sigma = vertex.sigma
    a, p, q, touches = vertex.linear
    right, left = columns(problem.k, np.array(vertex.m), np.array(sigma))
    cap = LEE * sigma
    y = right - left
    slope = 0.5 * (p - q) + 0.5 * (p + q) * y / (right + left)
    by_log_sigma = -slope * y
    taken = []
    for value, column, other in ((p, right, q), (q, left, p)):
        if value >= cap:
            by_log_sigma = by_log_sigma + cap * column
        elif value > 0.0:
            # on the cone a = -sqrt(p q) the level goes along with each wing
            taken.append(column - 0.5 * np.sqrt(other / value) if touches else column)
    if not touches:
        taken.append(np.ones_like(y))
    jacobian = -problem.root_weights[:, None] * np.column_stack([-slope / sigma, by_log_sigma])
    if taken:
        basis = np.linalg.qr(problem.root_weights[:, None] * np.column_stack(taken))[0]
        jacobian = jacobian - basis @ (basis.T @ jacobian)
    return jacobian, problem.root_weights * (problem.target - a - p * right - q * left)


def _ended(problem: Problem, vertex: Vertex) -> bool:
    """Whether another step could explain next to nothing of the residual (Bates and Watts's relative offset)."""
    jacobian, residual = _linearised(problem, vertex)
    length = float(np.linalg.norm(residual))
    if length <= 1e3 * EXACT * float(np.linalg.norm(problem.root_weights * problem.target)):
        return True
    here = np.array([vertex.m, vertex.log_sigma])
    downhill = -jacobian.T @ residual
    free = ((here > problem.lower) | (downhill > 0.0)) & ((here < problem.upper) | (downhill < 0.0))
    if not free.any():
        return True
    explained = np.linalg.lstsq(jacobian[:, free], residual, rcond=1e-12)[0]
    return float(np.linalg.norm(jacobian[:, free] @ explained)) <= OFFSET * length


def _bounded(problem: Problem, vertex: Vertex) -> bool:
    here = np.array([vertex.m, vertex.log_sigma])
    wings = np.array(vertex.linear[1:3])
    edge = bool((here <= problem.lower).any() or (here >= problem.upper).any())
    return edge or vertex.linear.touches or bool((wings <= 0.0).any() or (wings >= LEE * vertex.sigma).any())

"""Draws of normal and Student variables that all lie in intervals of their own; exact, also where that is very rare.

A Student variable is a normal one, Z, over R / sqrt(nu), with R chi of nu degrees. Z = L z with Cholesky's L, so that given
R and the z before it each z_k lies between two ends, a_k and b_k. With shifts m_k and a rate beta, R is drawn from the gamma
law of shape nu and rate beta, z_k from the normal law about m_k between its ends, and all of them together are kept with the
probability exp(psi - top), where

    psi = beta r - r^2 / 2 + sum over k of (log P(a_k < N + m_k < b_k) + m_k^2 / 2 - m_k z_k)

is a concave function of (r, z), so that its maximum, top, is found for sure. Whatever the shifts, what is kept has the law
wanted; with those of the least top, the saddle point of psi, most is kept (Botev 2017; for the t law Botev and L'Ecuyer
2015, who draw R from a normal law: the gamma law narrows in the tails, where R is small, and psi is concave for every nu).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize

from riskkit.checks import FloatArray
from riskkit.dependence.normal_between import NormalBetween, normal_between
from riskkit.errors import ModelError

RAREST = 1e-5  # share of proposals kept, below which the intervals are refused
BATCH = 65_536
TRIAL = 6  # batches after which that is judged
SLACK = 1e-9  # of the maximum of psi


@dataclass(frozen=True)
class Drawn:
    """Draws (n, d), and the share of proposals that was kept."""

    values: FloatArray
    acceptance: float


@dataclass(frozen=True, eq=False)
class Box:
    """Intervals of d variables: both ends, infinite ones too, and the widths, which may be less than the ends can show."""

    low: FloatArray
    high: FloatArray
    width: FloatArray

    @classmethod
    def between(cls, low: FloatArray, high: FloatArray) -> "Box":
        """Intervals whose widths are the differences of the ends."""
        return cls(low, high, high - low)

    def standardised(self, mean: FloatArray | float, scale: FloatArray | float) -> "Box":
        """Return the intervals of the variables less their means and over their scales."""
        return Box((self.low - mean) / scale, (self.high - mean) / scale, self.width / scale)

    def __getitem__(self, order: np.ndarray) -> "Box":
        """Return the intervals of some of the variables."""
        return Box(self.low[order], self.high[order], self.width[order])


def draw(scatter: FloatArray, nu: float, box: Box, n: int, rng: np.random.Generator) -> Drawn:
    """Draw ``n`` vectors of the t law (normal for infinite ``nu``) of a ``scatter`` (d, d) in a box.

    Raises
    ------
    ModelError
        Fewer than one in 100,000 proposals were kept.

    References
    ----------
    Botev, Z. I. (2017). The normal law under linear restrictions: simulation and estimation via minimax tilting. Journal of
    the Royal Statistical Society B 79, 125-148.
    Botev, Z. I. and L'Ecuyer, P. (2015). Efficient probability estimation and simulation of the truncated multivariate
    Student-t distribution. Proceedings of the 2015 Winter Simulation Conference, 380-391.
    """
    proposal = Proposal.of(scatter, nu, box)
    kept: list[FloatArray] = []
    found = tried = 0
    while found < n:
        share = max(found, 1) / max(tried, 1)
        size = int(min(BATCH, 1.1 * (n - found) / share + 10)) if found or not tried else BATCH
        values, log_share = proposal.draws(size, rng)
        kept.append(values[-rng.standard_exponential(size) <= log_share])
        found, tried = found + len(kept[-1]), tried + size
        if tried >= TRIAL * BATCH and found < RAREST * tried:
            raise ModelError(
                "the intervals in given are too rare to draw from", got=f"{found} of {tried:,} proposals kept",
                expected=f"at least {RAREST:g} of them", remedy="fewer or wider intervals, or a value instead of one",
            )  # fmt: skip
    return Drawn(np.concatenate([*kept, np.empty((0, len(scatter)))])[:n], found / tried if tried else 1.0)


@dataclass(frozen=True, eq=False)
class _Problem:
    """The intervals in the order of drawing, in units of what each variable has of its own."""

    order: np.ndarray
    root: FloatArray  # of the scatter in that order
    nu: float
    box: Box
    radius: float  # where the search begins
    start: FloatArray  # z there

    @property
    def lower(self) -> FloatArray:
        """What the earlier z add to each, strictly lower triangular."""
        return np.tril(self.root / np.diag(self.root)[:, np.newaxis], -1)

    def terms(self, radius: float, z: FloatArray, shift: FloatArray) -> tuple[float, FloatArray, float]:
        """Sum of the logarithms and squares in psi, the means of the z_k - m_k (d,), and the slope of the sum by r."""
        scale = 1.0 if np.isinf(self.nu) else radius / np.sqrt(self.nu)
        away = self.lower @ z + shift
        part = _given(self.box, scale, away)
        total = float((part.log_share + 0.5 * shift**2 - shift * z).sum())
        return total, part.mean, float((part.lack - away * part.mean).sum()) / radius


@dataclass(frozen=True, eq=False)
class Proposal:
    """What is drawn and how much of it is kept: the shifts, the rate beta, r at the saddle point, and the maximum."""

    problem: _Problem
    shift: FloatArray
    rate: float
    radius: float
    top: float

    @classmethod
    def of(cls, scatter: FloatArray, nu: float, box: Box) -> "Proposal":
        """Find the saddle point: the maximum over (r, z) whose height is least over the shifts and beta."""
        problem = _ordered(scatter, nu, box)
        d, finite = len(scatter), bool(np.isfinite(nu))

        def unpacked(at: FloatArray) -> tuple[float, FloatArray, FloatArray]:
            z, shift = np.append(at[1:d], 0.0), np.append(at[d:], 0.0)  # of the last neither matters
            return float(np.exp(np.clip(at[0], -600.0, 300.0))) if finite else 1.0, z, shift

        def slopes(at: FloatArray) -> FloatArray:
            radius, z, shift = unpacked(at)
            _, mean, pull = problem.terms(radius, z, shift)
            by_radius = nu - radius**2 + radius * pull if finite else at[0]  # times r; beta is nu / r
            return np.r_[by_radius, (mean @ problem.lower - shift)[:-1], (shift - z + mean)[:-1]]

        begin = np.r_[np.log(problem.radius) if finite else 0.0, problem.start[:-1], np.zeros(d - 1)]
        found = optimize.root(slopes, begin, method="hybr")
        if not found.success:
            found = min(found, optimize.root(slopes, begin, method="lm"), key=lambda one: np.abs(one.fun).max())
        radius, z, shift = unpacked(found.x if np.isfinite(found.fun).all() else begin)
        return cls(problem, shift, nu / radius if finite else 0.0, radius, 0.0)._topped(z)

    def _topped(self, z: FloatArray) -> "Proposal":
        """Return the same proposal with the maximum of psi over (r, z), searched from here."""
        d, finite, problem = len(z), bool(np.isfinite(self.problem.nu)), self.problem

        def fall(at: FloatArray) -> tuple[float, FloatArray]:
            radius = self.radius * float(np.exp(np.clip(at[0], -600.0, 300.0))) if finite else 1.0
            value, mean, pull = problem.terms(radius, np.append(at[1:], 0.0), self.shift)
            slope = (mean @ problem.lower - self.shift)[:-1]
            by_log = radius * (self.rate - radius + pull) if finite else 0.0
            return -(value + self._radial(radius)), -np.r_[by_log, slope]

        found = optimize.minimize(fall, np.r_[0.0, z[: d - 1]], jac=True, method="BFGS", options={"gtol": 1e-8})
        return Proposal(problem, self.shift, self.rate, self.radius, -float(found.fun) + SLACK)

    def _radial(self, radius: Any) -> Any:
        """The part of psi that has r alone, less what it is at the saddle point."""
        if np.isinf(self.problem.nu):
            return 0.0
        return (radius - self.radius) * (self.rate - 0.5 * (radius + self.radius))

    def draws(self, size: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Return proposals (size, d) and the logarithms of the probabilities of keeping them, (size,)."""
        problem, nu = self.problem, self.problem.nu
        radius = 1.0 if np.isinf(nu) else rng.standard_gamma(nu, size) / self.rate
        scale = radius / np.sqrt(nu) if np.isfinite(nu) else 1.0
        psi = np.zeros(size) + self._radial(radius)
        z = np.zeros((size, len(problem.root)))
        for k, row in enumerate(problem.lower):
            away = z[:, :k] @ row[:k] + self.shift[k]
            part = _given(problem.box[np.array(k)], scale, away)
            z[:, k] = self.shift[k] + part.draw(rng)
            psi += part.log_share + 0.5 * self.shift[k] ** 2 - self.shift[k] * z[:, k]
        values = np.empty_like(z)
        values[:, problem.order] = z @ problem.root.T / np.broadcast_to(scale, size)[:, np.newaxis]
        return values, psi - self.top


def _given(box: Box, scale: Any, away: FloatArray) -> NormalBetween:
    """The z between the ends of a box at a scale, from which away is taken by those before."""
    return normal_between(scale * box.low - away, scale * box.high - away, scale * box.width)


def _ordered(scatter: FloatArray, nu: float, box: Box) -> _Problem:
    """Put the least probable first, given the means of those before (Gibson, Glasbey and Elston 1994)."""
    d = len(scatter)
    nearest = np.maximum(np.maximum(box.low, -box.high), 0.0).max()  # as far out as one of the variables must be
    scale = 1.0 if np.isinf(nu) else np.sqrt(nu + d) / np.hypot(np.sqrt(nu), nearest / np.sqrt(np.diag(scatter).max()))
    order, root, z = np.arange(d), np.zeros((d, d)), np.zeros(d)
    for k in range(d):
        rest = order[k:]
        own = np.sqrt(np.maximum(np.diag(scatter)[rest] - (root[k:, :k] ** 2).sum(axis=1), 1e-300))
        known = root[k:, :k] @ z[:k]
        part = _given(box[rest].standardised(0.0, own), scale, known / own)
        best = int(np.argmin(part.log_share))
        z[k] = part.mean[best]
        order[[k, k + best]] = order[[k + best, k]]
        root[[k, k + best]] = root[[k + best, k]]
        root[k, k] = own[best]
        across = scatter[order[k + 1 :], order[k]] - root[k + 1 :, :k] @ root[k, :k]
        root[k + 1 :, k] = across / root[k, k]
    own = np.diag(root)
    radius = 1.0 if np.isinf(nu) else float(scale * np.sqrt(nu))
    return _Problem(order, root, nu, box[order].standardised(0.0, own), radius, z)

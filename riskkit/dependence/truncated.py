"""Draws of normal and Student variables that all lie in intervals of their own; exact, also where that is very rare.

A Student variable is a normal one, Z, over R / sqrt(nu), with R chi of nu degrees. Z = L z with Cholesky's L, so that given R
and the z before it each z_k lies between two ends, a_k and b_k. With shifts m_k and a rate beta, R is drawn from the gamma law
of shape nu and rate beta, z_k from the normal law about m_k between its ends, and all of them together are kept with the
probability exp(psi - top), where

    psi = beta r - r^2 / 2 + sum over k of (log P(a_k < N + m_k < b_k) + m_k^2 / 2 - m_k z_k)

is a concave function of (r, z), so that its maximum, top, is found for sure. Whatever the shifts, what is kept has the law
wanted; with those of the least top, the saddle point of psi, most is kept (Botev 2017; for the t law Botev and L'Ecuyer 2015,
who draw R from a normal law: the gamma law narrows in the tails, where R is small, and leaves psi concave for every nu).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, special

from riskkit.checks import FloatArray
from riskkit.dependence.families.generator import log1mexp
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


def draw(
    scatter: FloatArray, nu: float, low: FloatArray, high: FloatArray, n: int, rng: np.random.Generator
) -> Drawn:  # fmt: skip
    """Draw ``n`` vectors of the t law (normal for infinite ``nu``) of a ``scatter`` (d, d) between two ends (d,).

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
    proposal = Proposal.of(scatter, nu, low, high)
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
    return Drawn(np.concatenate([*kept, np.empty((0, len(low)))])[:n], found / tried if tried else 1.0)


@dataclass(frozen=True, eq=False)
class _Problem:
    """The intervals in the order of drawing, in units of what each variable has of its own."""

    order: np.ndarray
    root: FloatArray  # of the scatter in that order
    nu: float
    low: FloatArray
    high: FloatArray
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
        a, b = scale * self.low - away, scale * self.high - away
        log_share = log_between(a, b)
        with np.errstate(over="ignore", invalid="ignore"):
            at_low, at_high = (np.exp(-0.5 * end * end - log_share) / np.sqrt(2.0 * np.pi) for end in (a, b))
            pull = np.where(np.isfinite(self.high), self.high * at_high, 0.0)
            pull -= np.where(np.isfinite(self.low), self.low * at_low, 0.0)
        total = float((log_share + 0.5 * shift**2 - shift * z).sum())
        return total, at_low - at_high, float(pull.sum()) / np.sqrt(self.nu)


@dataclass(frozen=True, eq=False)
class Proposal:
    """What is drawn and how much of it is kept: the shifts, the rate beta, r at the saddle point, and the maximum."""

    problem: _Problem
    shift: FloatArray
    rate: float
    radius: float
    top: float

    @classmethod
    def of(cls, scatter: FloatArray, nu: float, low: FloatArray, high: FloatArray) -> "Proposal":
        """Find the saddle point: the maximum over (r, z) whose height is least over the shifts and beta."""
        problem = _ordered(scatter, nu, low, high)
        d, finite = len(low), bool(np.isfinite(nu))

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
        z = np.zeros((size, len(problem.low)))
        for k, row in enumerate(problem.lower):
            away = z[:, :k] @ row[:k] + self.shift[k]
            a, b = scale * problem.low[k] - away, scale * problem.high[k] - away
            z[:, k] = self.shift[k] + _between(a, b, rng)
            psi += log_between(a, b) + 0.5 * self.shift[k] ** 2 - self.shift[k] * z[:, k]
        values = np.empty_like(z)
        values[:, problem.order] = z @ problem.root.T / np.broadcast_to(scale, size)[:, np.newaxis]
        return values, psi - self.top


def _ordered(scatter: FloatArray, nu: float, low: FloatArray, high: FloatArray) -> _Problem:
    """Put the least probable first, given the means of those before (Gibson, Glasbey and Elston 1994)."""
    d = len(low)
    nearest = np.maximum(np.maximum(low, -high), 0.0).max()  # as far out as one of the variables must be
    scale = 1.0 if np.isinf(nu) else np.sqrt(nu + d) / np.hypot(np.sqrt(nu), nearest / np.sqrt(np.diag(scatter).max()))
    order, root, z = np.arange(d), np.zeros((d, d)), np.zeros(d)
    for k in range(d):
        rest = order[k:]
        own = np.sqrt(np.maximum(np.diag(scatter)[rest] - (root[k:, :k] ** 2).sum(axis=1), 1e-300))
        known = root[k:, :k] @ z[:k]
        share = log_between((scale * low[rest] - known) / own, (scale * high[rest] - known) / own)
        best = int(np.argmin(share))
        order[[k, k + best]] = order[[k + best, k]]
        root[[k, k + best]] = root[[k + best, k]]
        root[k, k] = own[best]
        across = scatter[order[k + 1 :], order[k]] - root[k + 1 :, :k] @ root[k, :k]
        root[k + 1 :, k] = across / root[k, k]
        ends = (scale * np.array([low[order[k]], high[order[k]]]) - known[best]) / own[best]
        with np.errstate(over="ignore"):
            z[k] = (np.exp(-0.5 * ends**2 - share[best]) @ [1.0, -1.0]) / np.sqrt(2.0 * np.pi)
    own = np.diag(root)
    radius = 1.0 if np.isinf(nu) else float(scale * np.sqrt(nu))
    return _Problem(order, root, nu, low[order] / own, high[order] / own, radius, z)


def log_between(a: FloatArray, b: FloatArray) -> FloatArray:
    """Logarithm of the probability that a normal variable lies between ``a`` and ``b``, a < b; also far in the tails."""
    right = a > -b  # closer to the upper tail: seen from the other side
    low, high = np.where(right, -b, a), np.where(right, -a, b)
    below, up_to = special.log_ndtr(low), special.log_ndtr(high)
    with np.errstate(invalid="ignore"):  # both far beyond all doubles
        return np.asarray(up_to + log1mexp(np.maximum(up_to - below, 0.0)))


def _between(a: FloatArray, b: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw normal variables between ``a`` and ``b`` by inversion, in logarithms of probabilities."""
    right = a > -b
    low, high = np.where(right, -b, a), np.where(right, -a, b)
    uniform = np.maximum(rng.random(len(low)), 1e-300)
    log_share = np.logaddexp(special.log_ndtr(low) + np.log1p(-uniform), special.log_ndtr(high) + np.log(uniform))
    drawn = np.clip(special.ndtri_exp(log_share), low, high)
    return np.where(right, -drawn, drawn)

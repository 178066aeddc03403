"""A joint law of tomorrow's returns: a volatility model for every margin, a copula for what holds them together."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from riskkit import checks, dependence, tails
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.errors import DataError, FactorError, ModelError
from riskkit.rng import Rng, child, entropy, generator
from riskkit_ext import _margins

BLOCK = 16_384  # draws that share a generator: fixed, so that no result depends on the number of threads
Given = Mapping[str, float | tuple[float, float]]


@dataclass(frozen=True, eq=False)
class JointReturns:
    """Margins and copula of d returns; made by :func:`riskkit.scenarios.fit_joint`.

    Parameters
    ----------
    margins : dict from name to fit
        A fitted volatility model per series, as its last observation left it.
    laws : dict from name to law
        Law of each standardised residual.
    copula : CopulaFit, copula law, or None
        None only for a single series.
    provenance : str
        How it was estimated.
    """

    margins: Mapping[str, Any]
    laws: Mapping[str, Any]
    copula: Any
    provenance: str

    __setstate__ = restore

    @property
    def names(self) -> tuple[str, ...]:
        """The series, in order."""
        return tuple(self.margins)

    def uniforms(self, n: int, *, rng: Rng, given: Given | None = None) -> FloatArray:
        """Draw ``n`` joint uniforms (n, d); ``given`` on the scale of the next step's returns."""
        return self._uniforms(n, rng, self._translated(given))

    def returns(
        self, n: int, horizon: int = 1, *, rng: Rng, given: Given | None = None, threads: int | None = None
    ) -> FloatArray:
        """Draw the sum of the next ``horizon`` returns of every series, (n, d).

        Each day's shocks are joined by the copula and independent of the days before; each margin's volatility answers its
        own shocks along every path. Blocks of draws have generators of their own, so threads change nothing.
        """
        if given and horizon > 1:
            raise ModelError(
                "a condition on returns needs a horizon of one step", got=f"{horizon} steps", expected="horizon=1",
                remedy="draw without given, and select among the draws",
            )  # fmt: skip
        result = np.empty((checks.whole("n", n, least=1), len(self.names)))
        steps, seed, conditions = checks.whole("horizon", horizon, least=1), entropy(rng), self._translated(given)
        size = max(BLOCK // steps, 1)

        def fill(block: int) -> None:
            part = result[block * size : (block + 1) * size]
            shocks = self._shocks(steps * len(part), child(seed, block), conditions)
            for column, name in enumerate(self.names):
                paths = self.margins[name].paths(shocks[:, column].reshape(steps, len(part)))
                part[:, column] = paths.sum(axis=0)

        _ = self._quantiles  # made once, before the threads ask for them
        _each(fill, -(-n // size), threads)
        return result

    def losses(
        self, weights: Sequence[float] | FloatArray, n: int, *, rng: Rng, simple: bool = False, threads: int | None = None
    ) -> FloatArray:
        """Losses of a portfolio over the next step, (n,): no array of all returns is ever made.

        Parameters
        ----------
        weights : array of shape (d,)
            Exposure to each series, in the unit that the loss shall have.
        n : int
            Number of draws.
        rng : int or numpy.random.Generator
            Where the numbers come from; blocks of draws have generators of their own, so threads change nothing.
        simple : bool
            Are the returns logarithmic, and the loss that of the simple ones, exp(r) - 1?
        threads : int, optional
            Number of threads; one per block up to the processor's by default.
        """
        exposure = checks.array("weights", weights, ndim=1)
        if len(exposure) != len(self.names):
            raise DataError("weights do not fit the series", got=len(exposure), expected=len(self.names))
        result = np.empty(checks.whole("n", n, least=1))
        seed, tables = entropy(rng), self._tables

        def fill(block: int) -> None:
            part, own = result[block * BLOCK : (block + 1) * BLOCK], child(seed, block)
            if tables is None:
                drawn = self.returns(len(part), rng=own, threads=1)
                part[:] = -(np.expm1(drawn) if simple else drawn) @ exposure
            elif self._ellipse is None:
                _margins.losses(self.uniforms(len(part), rng=own), tables, exposure, simple, part)
            else:
                root, nu = self._ellipse
                normals, radius = _spherical(own, len(part), len(root), nu)
                _margins.elliptical_losses(normals, root, radius, tables, exposure, simple, part)

        _each(fill, -(-n // BLOCK), threads)
        return result

    def _uniforms(self, n: int, source: Rng, conditions: Given) -> FloatArray:
        if self.copula is None:
            return _single(n, source, conditions.get(self.names[0]))
        drawn = self.copula.sample(n, rng=source, given=conditions or None)
        return np.ascontiguousarray(drawn[list(self.names)].to_numpy())

    def _shocks(self, n: int, own: np.random.Generator, conditions: Given) -> FloatArray:
        """Joint standardised residuals (n, d): from scores where the copula is elliptical and nothing is given."""
        if self._ellipse is None or conditions:
            drawn, quantiles = self._uniforms(n, own, conditions), self._quantiles[0]
        else:
            root, nu = self._ellipse
            normals, radius = _spherical(own, n, len(root), nu)
            # no product by BLAS: it would start threads of its own for every block
            drawn, quantiles = np.einsum("ij,kj->ik", normals, root) * radius[:, np.newaxis], self._quantiles[1]
        return np.column_stack([quantile(drawn[:, column]) for column, quantile in enumerate(quantiles)])

    @cached_property
    def _quantiles(self) -> tuple[list[Any], list[Any]]:
        """Each series' residual by its uniform, and by its elliptical score."""
        nu = None if self._ellipse is None else self._ellipse[1]
        return tuple([_quantile_of(self.laws[name], score) for name in self.names] for score in (None, nu))  # type: ignore[return-value]

    @cached_property
    def _tables(self) -> list[_margins.Margin] | None:
        """The next return of every series by its uniform, or its elliptical score; None where a law has no table."""
        if self._exact:
            return None
        score = None if self._ellipse is None else self._ellipse[1]
        result = []
        for name in self.names:
            mean, sigma = self._ahead(name)
            result.append(tails.QuantileTable(self.laws[name], score, location=mean, scale=sigma).margin)
        return result

    @cached_property
    def _ellipse(self) -> tuple[FloatArray, float] | None:
        """Lower root of the correlation and degrees of freedom of an elliptical copula: its scores need no uniforms."""
        law = getattr(self.copula, "law", self.copula)
        if self._exact or not isinstance(law, dependence.EllipticalLaw):
            return None
        names = list(self.names)
        root = np.linalg.cholesky(law.correlation.loc[names, names].to_numpy())
        return np.ascontiguousarray(root), float(law.nu)

    def _ahead(self, name: str) -> tuple[float, float]:
        """Mean and standard deviation of the next return."""
        mean, above = self.margins[name].paths(np.array([[0.0, 1.0]]))[0]
        return float(mean), float(above - mean)

    @property
    def _exact(self) -> bool:
        """Is there a law without a table? The quantile function of the GED is singular at 0."""
        return any(getattr(law, "dist", None) == "ged" for law in self.laws.values())

    def _translated(self, given: Given | None) -> Given:
        return {name: self._probability(name, value) for name, value in (given or {}).items()}

    def _probability(self, name: str, value: float | tuple[float, float]) -> float | tuple[float, float]:
        """A condition on a return as one on its uniform."""
        if name not in self.margins:
            raise FactorError("given names no series", got=repr(name), expected=", ".join(self.names))
        mean, sigma = self._ahead(name)
        try:
            bounds = np.asarray(value, np.float64)
        except (TypeError, ValueError):
            bounds = np.array(np.nan)
        if bounds.shape not in ((), (2,)) or np.isnan(bounds).any() or (bounds.ndim and not bounds[0] < bounds[1]):
            raise DataError(
                f"given[{name!r}] is no condition", got=repr(value), expected="a return, or an interval (low, high)"
            )
        found = distribution(self.laws[name], (bounds - mean) / sigma)
        return float(found) if bounds.ndim == 0 else (float(found[0]), float(found[1]))


def distribution(law: Any, z: FloatArray) -> FloatArray:
    """Distribution function of a residual's law: an innovation, or a fit of the tails room."""
    return np.asarray(law.distribution(z) if hasattr(law, "distribution") else law.cdf(z))


def _quantile_of(law: Any, score: float | None) -> Callable[[FloatArray], FloatArray]:
    if getattr(law, "dist", None) == "ged":
        return partial(_exact_quantile, law)
    return tails.QuantileTable(law, score)


def _exact_quantile(law: Any, u: FloatArray) -> FloatArray:
    return np.asarray(law.quantile(np.clip(u, np.nextafter(0.0, 1.0), np.nextafter(1.0, 0.0))))


def _spherical(own: np.random.Generator, n: int, d: int, nu: float) -> tuple[FloatArray, FloatArray]:
    """Independent normals (n, d), and what makes each row a draw of the t law with nu degrees of freedom, (n,)."""
    normals = own.standard_normal((n, d))
    return normals, np.sqrt(nu / own.chisquare(nu, n)) if np.isfinite(nu) else np.ones(n)


def _each(fill: Callable[[int], None], blocks: int, threads: int | None) -> None:
    if threads == 1 or blocks == 1:
        for block in range(blocks):
            fill(block)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, range(blocks)))


def _single(n: int, source: Rng, bounds: float | tuple[float, float] | None) -> FloatArray:
    low, high = bounds if isinstance(bounds, tuple) else (0.0, 1.0)
    if isinstance(bounds, float) or not low < high:
        raise DataError("every series is given: nothing is left to draw", got=bounds, expected="an interval, or none")
    return low + (high - low) * generator(source).random((n, 1))

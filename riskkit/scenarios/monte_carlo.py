"""Draws of elliptical laws: at random, evenly spread, or along principal components only."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special, stats

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import Scenarios
from riskkit.dependence import pca
from riskkit.errors import DataError
from riskkit.rng import Rng, entropy, generator
from riskkit.scenarios.moved import factors_of

LARGEST_POWER = 26  # of two: points of a Sobol sequence
DIMENSIONS = 21_201  # that its table of directions has


@dataclass(frozen=True, eq=False)
class Ellipse:
    """Normal or t moves with a covariance: a root with root @ root.T = covariance, and degrees of freedom."""

    root: FloatArray  # (F, m)
    nu: float  # infinite for the normal law

    @classmethod
    def of(cls, returns: pd.DataFrame, covariance: pd.DataFrame | None, nu: float | None) -> "Ellipse":
        """Return the law with the covariance of the returns about 0, or with a given one."""
        degrees = np.inf if nu is None else checks.number("nu", nu, above=2.0)
        table = returns.to_numpy()
        matrix = table.T @ table / len(table) if covariance is None else _checked(covariance, returns.columns)
        try:
            return cls(np.linalg.cholesky(matrix), degrees)
        except np.linalg.LinAlgError as cause:
            raise DataError(
                "the covariance is not positive definite", got=f"smallest eigenvalue {np.linalg.eigvalsh(matrix)[0]:g}",
                expected="> 0", remedy="leave out columns that are constant or combinations of others",
            ) from cause  # fmt: skip

    @property
    def normals(self) -> int:
        """Independent normals behind a move."""
        return self.root.shape[1]

    def moves(self, normals: FloatArray, chi_square: FloatArray | None) -> FloatArray:
        """Return moves (n, F) from independent normals (n, m) and, for the t law, chi-squares with nu degrees (n,)."""
        drawn = normals @ self.root.T
        return drawn if chi_square is None else drawn * np.sqrt((self.nu - 2.0) / chi_square)[:, np.newaxis]

    def random(self, n: int, steps: int, rng: Rng) -> FloatArray:
        """Return sums of ``steps`` independent moves, n of them."""
        source, total = generator(rng), np.zeros((n, len(self.root)))
        for _ in range(steps if np.isfinite(self.nu) else 1):
            normals = source.standard_normal((n, self.normals))
            total += self.moves(normals, source.chisquare(self.nu, n) if np.isfinite(self.nu) else None)
        return total if np.isfinite(self.nu) else np.sqrt(steps) * total

    @property
    def told(self) -> str:
        """The law in words."""
        return "normal" if np.isinf(self.nu) else f"t with {self.nu:g} degrees of freedom"


def monte_carlo(
    returns: pd.DataFrame,
    *,
    n: int = 100_000,
    horizon: int = 1,
    rng: Rng,
    nu: float | None = None,
    covariance: pd.DataFrame | None = None,
    factors: Mapping[str, str] | None = None,
) -> Scenarios:
    """Draw joint moves from a normal or t law with mean 0.

    Parameters
    ----------
    returns : DataFrame (T, F)
        Moves of the factors per step; their covariance about 0 is the law's.
    n : int
        Number of scenarios S.
    horizon : int
        Steps over which independent moves are added up.
    rng : int or numpy.random.Generator
        Where the numbers come from.
    nu : float, optional
        Degrees of freedom of a multivariate t law, > 2, scaled to the covariance; normal when left out.
    covariance : DataFrame (F, F), optional
        Another covariance per step, such as the one of :func:`riskkit.dependence.ewma_correlation` times volatilities.
    factors : dict, optional
        Factor that a column moves, where its name does not say it.

    Examples
    --------
    >>> table = 0.01 * pd.DataFrame(np.random.default_rng(1).standard_normal((500, 2)), columns=["BTC", "ETH"])
    >>> monte_carlo(table, n=1_000, rng=1, nu=4).provenance
    '1,000 draws over 1 step(s), t with 4 degrees of freedom, covariance of 500 rows, unknown source'
    """
    frame = checks.returns(returns)
    law = Ellipse.of(frame, covariance, nu)
    draws, steps = checks.whole("n", n, least=1), checks.whole("horizon", horizon, least=1)
    told = f"{draws:,} draws over {steps} step(s), {law.told}, {_source(returns, covariance)}"
    return Scenarios(factors_of(frame.columns, factors), law.random(draws, steps, rng), horizon=steps, provenance=told)


def quasi(
    returns: pd.DataFrame,
    *,
    n: int = 2**16,
    horizon: int = 1,
    rng: Rng,
    nu: float | None = None,
    covariance: pd.DataFrame | None = None,
    factors: Mapping[str, str] | None = None,
) -> Scenarios:
    """Spread joint moves evenly over the law of :func:`monte_carlo`: a scrambled Sobol sequence.

    The error of a smooth expectation falls nearly with 1/n instead of 1/sqrt(n). Points of a sequence are not independent:
    ``LossDistribution.standard_error`` does not hold for them; repeat with several seeds and look at the spread.

    Parameters
    ----------
    n : int
        Number of scenarios, a power of two.
    returns, horizon, rng, nu, covariance, factors
        As :func:`monte_carlo`; ``rng`` scrambles the sequence.

    References
    ----------
    Owen, A. (1997). Scrambled net variance for integrals of smooth functions. Annals of Statistics 25, 1541-1562.

    Examples
    --------
    >>> table = 0.01 * pd.DataFrame(np.random.default_rng(1).standard_normal((500, 2)), columns=["BTC", "ETH"])
    >>> quasi(table, n=1_024, rng=1).moves.shape
    (1024, 2)
    """
    frame = checks.returns(returns)
    law = Ellipse.of(frame, covariance, nu)
    draws, steps = checks.whole("n", n, least=2), checks.whole("horizon", horizon, least=1)
    power = draws.bit_length() - 1
    if draws != 2**power or power > LARGEST_POWER:
        raise DataError(
            "n is not a power of two", got=draws, expected=f"2**k with k <= {LARGEST_POWER}", remedy=f"n={2**power}"
        )
    heavy = np.isfinite(law.nu)
    days, width = (steps, law.normals + 1) if heavy else (1, law.normals)
    if days * width > DIMENSIONS:
        raise DataError("too many dimensions for a Sobol sequence", got=days * width, expected=f"<= {DIMENSIONS}")
    uniforms = stats.qmc.Sobol(days * width, rng=np.random.default_rng(entropy(rng))).random_base2(power)
    uniforms = np.clip(uniforms, 2.0**-33, 1.0 - 2.0**-33).reshape(draws, days, width)
    moves = np.zeros((draws, len(law.root)))
    for day in range(days):
        chi_square = special.chdtri(law.nu, uniforms[:, day, -1]) if heavy else None
        moves += law.moves(special.ndtri(uniforms[:, day, : law.normals]), chi_square)
    told = f"{draws:,} Sobol points over {steps} step(s), {law.told}, {_source(returns, covariance)}"
    moves = moves if heavy else np.sqrt(steps) * moves
    return Scenarios(factors_of(frame.columns, factors), moves, horizon=steps, provenance=told)


def principal_components(
    returns: pd.DataFrame,
    *,
    components: int,
    n: int = 100_000,
    horizon: int = 1,
    rng: Rng,
    nu: float | None = None,
    factors: Mapping[str, str] | None = None,
) -> Scenarios:
    """Draw moves along the first principal components only: the large movements, nothing of their own for each series.

    Parameters
    ----------
    components : int
        How many, from 1 to F; ``provenance`` says how much of the variance they explain.
    returns, n, horizon, rng, nu, factors
        As :func:`monte_carlo`.

    Examples
    --------
    >>> table = 0.01 * pd.DataFrame(np.random.default_rng(1).standard_normal((500, 2)), columns=["BTC", "ETH"])
    >>> scenarios = principal_components(table, components=1, n=1_000, rng=1)
    >>> int(np.linalg.matrix_rank(scenarios.moves))
    1
    """
    frame = checks.returns(returns)
    found = pca(frame, standardised=False)
    kept = checks.whole("components", components, least=1)
    if kept > frame.shape[1]:
        raise DataError("there are not so many components", got=kept, expected=f"<= {frame.shape[1]}")
    root = found.loadings.to_numpy()[:, :kept] * np.sqrt(found.variance.to_numpy()[:kept])
    law = Ellipse(root, np.inf if nu is None else checks.number("nu", nu, above=2.0))
    draws, steps = checks.whole("n", n, least=1), checks.whole("horizon", horizon, least=1)
    share = found.shares.iloc[:kept].sum()
    told = f"{draws:,} draws over {steps} step(s), {law.told}, {kept} components with {share:.1%} of the variance, "
    provenance = told + _source(returns, None)
    return Scenarios(factors_of(frame.columns, factors), law.random(draws, steps, rng), horizon=steps, provenance=provenance)


def _checked(covariance: pd.DataFrame, columns: pd.Index) -> FloatArray:
    if (
        not isinstance(covariance, pd.DataFrame)
        or set(covariance.index) != set(columns)
        or set(covariance.columns) != set(columns)
    ):
        raise DataError(
            "covariance does not fit the returns", got=type(covariance).__name__,
            expected=f"a DataFrame with rows and columns {', '.join(map(str, columns))}",
        )  # fmt: skip
    matrix = checks.array("covariance", covariance.loc[columns, columns].to_numpy(), ndim=2)
    if not np.allclose(matrix, matrix.T, rtol=1e-10, atol=0.0):
        raise DataError(
            "covariance is not symmetric", got=f"differences up to {np.abs(matrix - matrix.T).max():g}", expected="0"
        )
    return matrix


def _source(returns: pd.DataFrame, covariance: pd.DataFrame | None) -> str:
    about = f"covariance of {len(returns)} rows" if covariance is None else "a given covariance"
    return f"{about}, {returns.attrs.get('source', 'unknown source')}"

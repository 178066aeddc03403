"""Vine copulas, built of pairs, through the package pyvinecopulib."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.status import FitStatus
from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.derivatives import Derivatives, by_differences
from riskkit.dependence.law import Given, pair_index
from riskkit.dependence.uniforms import uniforms
from riskkit.errors import DataError, ModelError
from riskkit.rng import Rng, generator

FAMILIES = (
    "indep", "gaussian", "student", "clayton", "gumbel", "frank", "joe", "bb1", "bb6", "bb7", "bb8", "tawn", "tll",
)  # fmt: skip
DIFFERENCE = 2e-4  # of a parameter, for a derivative


@dataclass(frozen=True)
class VineCopula:
    """A regular vine: a tree of pairs of variables, a tree of pairs given one of them, and so on; each has its own family.

    Parameters
    ----------
    families : sequence of str, optional
        What a pair may be, each also rotated: "indep", "gaussian", "student", "clayton", "gumbel", "frank", "joe", "bb1",
        "bb6", "bb7", "bb8", "tawn", or "tll", a local likelihood without parameters. By default all of them but the last.
    truncation : int, optional
        Trees beyond this one are taken to be independent; by default none is.

    Notes
    -----
    Needs the package pyvinecopulib: ``pip install "riskkit[vines]"``.

    Examples
    --------
    >>> VineCopula(families=["clayton", "student"], truncation=1)
    VineCopula(families=('clayton', 'student'), truncation=1)

    References
    ----------
    Dissmann, J., Brechmann, E., Czado, C. and Kurowicka, D. (2013). Selecting and estimating regular vine copulae and
    application to financial returns. Computational Statistics and Data Analysis 59, 52-69.
    """

    families: Sequence[str] = FAMILIES[:-1]
    truncation: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.families, str) or not len(self.families):
            raise DataError("families are no collection", got=repr(self.families), expected="names of families")
        object.__setattr__(self, "families", tuple(checks.one_of("family", name, FAMILIES) for name in self.families))
        if self.truncation is not None:
            checks.whole("truncation", self.truncation, least=1)

    def fit(self, u: pd.DataFrame, method: str = "ml") -> "VineFit":
        """Choose the trees by Kendall's tau, the families by Akaike's criterion, and fit pair after pair.

        Parameters
        ----------
        u : DataFrame of shape (T, d)
            Observations of the copula, :func:`riskkit.dependence.pseudo_observations` of data.
        method : {"ml"}
            Maximum likelihood of one pair after the other, each given those before it.

        Returns
        -------
        VineFit
            Its status tells whether a parameter lies at a bound of its domain; whether its searches ended at an optimum
            pyvinecopulib does not say.

        Raises
        ------
        DataError
            When the observations cannot be used.
        ModelError
            When pyvinecopulib is not installed.
        """
        pv = _pyvinecopulib()
        frame = uniforms(u)
        checks.one_of("method", method, ("ml",))
        names = checks.names("columns", list(frame.columns), frame.shape[1])
        trees = {} if self.truncation is None else {"trunc_lvl": self.truncation}
        families = [getattr(pv.BicopFamily, name) for name in self.families]
        vine = pv.Vinecop.from_data(np.asfortranarray(frame), pv.FitControlsVinecop(family_set=families, **trees))
        status = FitStatus.BOUND if any(map(_at_bound, _pairs(vine))) else FitStatus.OK
        return VineFit(self, VineLaw(names, vine.to_json()), frame, method, np.nan, status)


@dataclass(frozen=True)
class VineLaw:
    """A vine whose pairs are known; made by :meth:`VineCopula.fit`.

    Parameters
    ----------
    names : sequence of str
        Names of the d variables.
    json : str
        The vine as pyvinecopulib writes it.
    """

    names: tuple[str, ...]
    json: str

    @property
    def vine(self) -> Any:
        """The vine itself, a pyvinecopulib.Vinecop."""
        return _pyvinecopulib().Vinecop.from_json(self.json)

    @property
    def params(self) -> pd.Series:
        """Parameters of all pairs, named as ``"BTC ETH | SOL: clayton 90 1"``: variables, family, rotation, number."""
        vine, values = self.vine, {}
        for label, copula in zip(_labels(vine, self.names), _pairs(vine), strict=True):
            kind = f"{copula.family.name} {copula.rotation}" if copula.rotation else copula.family.name
            if kind == "tll":
                continue
            for number, value in enumerate(np.ravel(copula.parameters), start=1):
                values[f"{label}: {kind} {number}"] = float(value)
        return pd.Series(values, dtype=np.float64)

    def moved(self, params: FloatArray) -> Self:
        """Return the same vine with other parameters, in the order of ``params``."""
        pv, vine, rest = _pyvinecopulib(), self.vine, list(map(float, params))
        trees: list[list[Any]] = []
        for tree in range(len(vine.pair_copulas)):
            trees.append([])
            for copula in vine.pair_copulas[tree]:
                if copula.family.name != "tll":
                    shape = np.shape(copula.parameters)
                    own = [rest.pop(0) for _ in range(int(np.prod(shape)))]
                    copula = pv.Bicop(copula.family, copula.rotation, np.reshape(own, shape))
                trees[-1].append(copula)
        return type(self)(self.names, pv.Vinecop.from_structure(structure=vine.structure, pair_copulas=trees).to_json())

    def log_density(self, u: FloatArray) -> FloatArray:
        """Logarithm of the density at points ``u`` (n, d) strictly between 0 and 1, shape (n,)."""
        return np.log(self.vine.pdf(np.asfortranarray(u)))

    def derivatives(self, u: FloatArray) -> Derivatives:
        """Derivatives of the log density at points ``u`` (n, d), by the parameters and the uniforms; from differences."""
        point = self.params.to_numpy()
        return by_differences(self, u, point, DIFFERENCE * np.maximum(np.abs(point), 0.1))

    def sample(self, n: int, *, rng: Rng, given: Given | None = None) -> pd.DataFrame:
        """Draw ``n`` joint uniforms (n, d); a vine draws under no conditions (ModelError)."""
        if given is not None and len(given):
            raise ModelError(
                "a vine draws under no conditions", got=dict(given), expected="given=None",
                remedy="an elliptical, skew t or Archimedean copula, or choose among many draws",
            )  # fmt: skip
        count = checks.whole("n", n)
        seeds = generator(rng).integers(2**31 - 1, size=5).tolist()
        values = self.vine.sample(count, seeds=seeds) if count else np.empty((0, len(self.names)))
        return pd.DataFrame(values, columns=list(self.names))

    def tail_dependence(self) -> pd.DataFrame:
        """Coefficients of tail dependence of the pairs in the first tree; of others they are not known: NaN."""
        vine = self.vine
        pairs = pair_index(self.names)
        table = pd.DataFrame(np.nan, index=pairs, columns=["lower", "upper"])
        place = {frozenset(pair): pair for pair in pairs}
        for edge, copula in enumerate(vine.pair_copulas[0]):
            if copula.family.name != "tll":
                known = frozenset(self.names[variable - 1] for variable in _conditioned(vine, 0, edge))
                table.loc[place[known]] = np.diagonal(copula.taildep)  # off it: one low, one high
        return table


class VineFit(CopulaFit):
    """The estimate of a vine: a CopulaFit whose criteria count the effective parameters of pairs that have none."""

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2 K - 2 log-likelihood: lower is better."""
        return 2.0 * float(self.law.vine.npars) - 2.0 * self.loglikelihood  # type: ignore[attr-defined]

    @property
    def bic(self) -> float:
        """Schwarz's criterion, K log T - 2 log-likelihood: lower is better."""
        count = float(self.law.vine.npars)  # type: ignore[attr-defined]
        return float(np.log(len(self.observed))) * count - 2.0 * self.loglikelihood


def _pyvinecopulib() -> Any:
    try:
        import pyvinecopulib
    except ImportError as cause:
        raise ModelError(
            "vines need the package pyvinecopulib", got="an installation without it", expected="pyvinecopulib >= 0.7",
            remedy='pip install "riskkit[vines]"',
        ) from cause  # fmt: skip
    return pyvinecopulib


def _pairs(vine: Any) -> list[Any]:
    """All pairs, tree by tree."""
    return [copula for tree in vine.pair_copulas for copula in tree]


def _conditioned(vine: Any, tree: int, edge: int) -> tuple[int, int]:
    """Numbers from 1 of the two variables of a pair."""
    return int(vine.order[edge]), int(vine.structure.struct_array(tree, edge, False))


def _labels(vine: Any, names: Sequence[str]) -> list[str]:
    labels = []
    for tree, copulas in enumerate(vine.pair_copulas):
        for edge in range(len(copulas)):
            pair = " ".join(names[variable - 1] for variable in _conditioned(vine, tree, edge))
            known = " ".join(names[_conditioned(vine, earlier, edge)[1] - 1] for earlier in range(tree))
            labels.append(f"{pair} | {known}" if known else pair)
    return labels


def _at_bound(copula: Any) -> bool:
    values, low, high = copula.parameters, copula.parameters_lower_bounds, copula.parameters_upper_bounds
    if copula.family.name in ("tll", "indep"):
        return False
    return bool((np.isclose(values, low, rtol=1e-6, atol=1e-9) | np.isclose(values, high, rtol=1e-6)).any())

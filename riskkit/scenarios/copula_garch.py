"""Copula-GARCH: each series has its own volatility, a copula joins their shocks."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from riskkit import checks, dependence, tails, volatility
from riskkit.core import FitStatus, Scenarios
from riskkit.errors import ConvergenceError, DataError, FactorError
from riskkit.rng import Rng
from riskkit.scenarios.joint import Given, JointReturns, distribution
from riskkit.scenarios.moved import factors_of

RESIDUALS = ("parametric", "rank", "semiparametric")


def copula_garch(
    returns: pd.DataFrame,
    *,
    n: int = 100_000,
    horizon: int = 1,
    rng: Rng,
    margins: Any = None,
    copula: Any = None,
    residuals: str = "parametric",
    given: Given | None = None,
    factors: Mapping[str, str] | None = None,
) -> Scenarios:
    """Draw joint moves: shocks from a copula, each at its series' law and forecast volatility.

    Parameters
    ----------
    returns : DataFrame (T, d)
        Log returns in decimals per step, one column per series. Series may begin later or end earlier than the table; the
        copula is estimated from the rows that all of them have.
    n : int
        Number of scenarios S.
    horizon : int
        Steps over which log returns are added up. Shocks of one day are independent of those of the day before; every
        margin's volatility answers its own shocks along each path.
    rng : int or numpy.random.Generator
        Where the numbers come from.
    margins : specification or ManyFits, optional
        ``rk.volatility.Garch(dist="t")`` when left out; or what :func:`riskkit.volatility.fit_many` has fitted.
    copula : specification, CopulaFit or copula law, optional
        ``rk.dependence.StudentCopula()`` when left out. One that is fitted already must have the names of the series.
    residuals : {"parametric", "rank", "semiparametric"}
        How standardised residuals become uniforms for the copula's estimate: through the margin's own law; by their ranks,
        the margin keeping its law; or through a :class:`riskkit.tails.Semiparametric` law, which is then the margin's too.
    given : dict, optional
        Conditions on the next return: ``{"BTC": (-np.inf, -0.10)}`` for a fall of more than 10 %, or a value.
    factors : dict, optional
        Factor that each series moves; ``"BTC"`` moves ``"BTC.spot"``, and a name with a suffix itself.

    Returns
    -------
    Scenarios
        Moves (S, d), equally likely; ``provenance`` says what was estimated from what.

    Raises
    ------
    ConvergenceError
        When a margin or the copula did not reach its optimum; the message names it.
    ModelError
        For ``given`` over more than one step.

    References
    ----------
    Jondeau, E. and Rockinger, M. (2006). The copula-GARCH model of conditional dependencies: an international stock market
    application. Journal of International Money and Finance 25, 827-853.
    McNeil, A., Frey, R. and Embrechts, P. (2015). Quantitative Risk Management, chapter 7. Princeton.

    Examples
    --------
    >>> table = 0.01 * pd.DataFrame(np.random.default_rng(1).standard_t(5, size=(500, 2)), columns=["BTC", "ETH"])
    >>> scenarios = rk.scenarios.copula_garch(table, n=1_000, rng=1)
    >>> scenarios.factors, scenarios.moves.shape
    (('BTC.spot', 'ETH.spot'), (1000, 2))
    """
    joint = fit_joint(returns, margins=margins, copula=copula, residuals=residuals)
    steps, draws = checks.whole("horizon", horizon, least=1), checks.whole("n", n, least=1)
    moved = factors_of(joint.names, factors)
    moves = joint.returns(draws, steps, rng=rng, given=given)
    condition = "" if not given else f"; given {', '.join(f'{name} in {value}' for name, value in given.items())}"
    provenance = f"{draws:,} draws over {steps} step(s), {joint.provenance}{condition}"
    return Scenarios(moved, moves, horizon=steps, provenance=provenance)


def fit_joint(
    returns: pd.DataFrame, *, margins: Any = None, copula: Any = None, residuals: str = "parametric"
) -> JointReturns:
    """Estimate margins and copula; the arguments are those of :func:`copula_garch`.

    Returns
    -------
    JointReturns
        To draw returns or losses from, as often as needed.

    Examples
    --------
    >>> table = 0.01 * pd.DataFrame(np.random.default_rng(1).standard_t(5, size=(500, 2)), columns=["BTC", "ETH"])
    >>> joint = rk.scenarios.fit_joint(table)
    >>> joint.losses([0.5, 0.5], 10_000, rng=1).shape
    (10000,)
    """
    checks.one_of("residuals", residuals, RESIDUALS)
    fits = fitted_margins(returns, margins)
    standardised = pd.DataFrame({name: fit.standardised for name, fit in fits.items()})
    if residuals == "semiparametric":
        laws: dict[str, Any] = {name: tails.Semiparametric().fit(standardised[name].dropna()) for name in fits}
        for name, law in laws.items():
            _refuse_unreached(f"the tails of {name}", law.status)
    else:
        laws = {name: fit.innovation for name, fit in fits.items()}
    common = standardised.dropna()
    found = None if len(fits) == 1 else _joined(common, laws, copula, residuals)
    parts = [
        f"copula-GARCH: margins {next(iter(fits.values())).spec}",
        "one series" if found is None else f"copula {_told(found)} from {residuals} residuals",
        f"{len(common)} common rows of {len(returns)}",
        str(returns.attrs.get("source", "unknown source")),
    ]
    return JointReturns(fits, laws, found, ", ".join(parts))


def fitted_margins(returns: pd.DataFrame, margins: Any) -> dict[str, Any]:
    """Return fitted margins in the order of the columns; refuse one that has no optimum, or no known law."""
    spec = volatility.Garch(dist="t") if margins is None else margins
    fits = spec if isinstance(spec, volatility.ManyFits) else volatility.fit_many(returns, spec)
    if not isinstance(returns, pd.DataFrame):
        raise DataError("returns are no table", got=type(returns).__name__, expected="a DataFrame with a column per series")
    result = {}
    for name in map(str, returns.columns):
        fit = fits[name]  # a ManyFits says itself what failed, and why
        _refuse_unreached(f"the margin of {name}", fit.status)
        if not hasattr(fit, "innovation"):
            raise DataError(
                f"the law of the residuals of {name} is not known", got=type(fit).__name__,
                expected="a fit of the GARCH family or of Ewma",
            )  # fmt: skip
        result[name] = fit
    return result


def _joined(common: pd.DataFrame, laws: Mapping[str, Any], copula: Any, residuals: str) -> Any:
    """The copula: estimated, or as it was given."""
    chosen: Any = dependence.StudentCopula() if copula is None else copula
    if not hasattr(chosen, "fit"):
        names = tuple(getattr(chosen, "law", chosen).names)
        if set(names) != set(common.columns):
            raise FactorError(
                "the copula and the returns have different names", got=", ".join(map(str, names)),
                expected=", ".join(common.columns),
            )  # fmt: skip
        return chosen
    if residuals == "rank":
        u = dependence.pseudo_observations(common)
    else:
        columns = {name: distribution(law, common[name].to_numpy()) for name, law in laws.items()}
        u = pd.DataFrame(columns, common.index)
        u = u.clip(np.nextafter(0.0, 1.0), np.nextafter(1.0, 0.0))  # 0 and 1 only come of rounding
    found = chosen.fit(u)
    _refuse_unreached("the copula", found.status)
    return found


def _refuse_unreached(what: str, status: FitStatus) -> None:
    if status not in (FitStatus.OK, FitStatus.BOUND):
        raise ConvergenceError(
            f"{what} did not reach its optimum", got=f"status {str(status)!r}", expected="ok, or at a bound",
            remedy="look at the data, or choose another model for it",
        )  # fmt: skip


def _told(copula: Any) -> str:
    method = getattr(copula, "method", None)
    name = str(getattr(copula, "spec", type(copula).__name__))
    return f"{name} ({method})" if method else name

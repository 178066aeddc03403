"""Which copula: every candidate fitted, all of them in one table, none dropped in silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.core.status import REACHED, FitStatus
from riskkit.dependence.archimedean import ClaytonCopula, FrankCopula, GumbelCopula, JoeCopula
from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.uniforms import uniforms
from riskkit.errors import ConvergenceError, DataError, RiskKitError

CANDIDATES = (
    ClaytonCopula(), ClaytonCopula(survival=True), GumbelCopula(), GumbelCopula(survival=True), FrankCopula(),
    JoeCopula(), JoeCopula(survival=True),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Selection:
    """Candidates by their criterion, the lowest first.

    Parameters
    ----------
    table : DataFrame
        One row per candidate, named as written: ``loglikelihood``, ``parameters`` (K), ``aic``, ``bic``, ``status`` and
        ``error``, the message of a fit that failed (its numbers are NaN, and it stands last).
    fits : tuple of CopulaFit or None
        In the order of the table; None where there is none.
    criterion : {"aic", "bic"}
        What the table is sorted by.
    """

    table: pd.DataFrame
    fits: tuple[CopulaFit | None, ...]
    criterion: str

    @property
    def best(self) -> CopulaFit:
        """The first fit that reached an optimum, inside or at a bound; ConvergenceError where none did."""
        for fit in self.fits:
            if fit is not None and fit.status in REACHED:
                return fit
        raise ConvergenceError(
            "no candidate reached an optimum", got=self.table["status"].to_dict(), expected="one fit at least",
            remedy="see table['error']",
        )  # fmt: skip


def select_copula(u: pd.DataFrame, candidates: Sequence[Any] | None = None, criterion: str = "aic") -> Selection:
    """Fit every candidate by maximum likelihood and order them by a criterion.

    Parameters
    ----------
    u : DataFrame of shape (T, d)
        Observations of the copula, :func:`riskkit.dependence.pseudo_observations` of data.
    candidates : sequence of specifications, optional
        Anything with ``fit(u)``; by default all families, those with a tail also as survival copulas.
    criterion : {"aic", "bic"}
        Akaike's, or Schwarz's, which asks more of a further parameter.

    Returns
    -------
    Selection
        ``.table`` of all candidates, ``.best`` the fit.

    Raises
    ------
    DataError
        When the observations cannot be used, or a candidate is none or stands twice.

    Notes
    -----
    The criteria compare likelihoods; whether the best of them describes the data is a matter of a test of fit.

    Examples
    --------
    >>> law = rk.dependence.ArchimedeanLaw("clayton", 2.0, ["BTC", "ETH"])
    >>> chosen = select_copula(law.sample(500, rng=1))
    >>> chosen.best.spec
    ClaytonCopula(survival=False)
    >>> chosen.table.index[1]
    'JoeCopula(survival=True)'

    References
    ----------
    Akaike, H. (1974). A new look at the statistical model identification. IEEE Transactions on Automatic Control 19,
    716-723.
    Schwarz, G. (1978). Estimating the dimension of a model. Annals of Statistics 6, 461-464.
    """
    frame = uniforms(u)
    checks.one_of("criterion", criterion, ("aic", "bic"))
    specs = list(CANDIDATES if candidates is None else candidates)
    labels = [repr(spec) for spec in specs]
    if not specs or len(set(labels)) < len(labels) or not all(hasattr(spec, "fit") for spec in specs):
        raise DataError("candidates are not usable", got=labels, expected="specifications that differ, one at least")
    rows, fits = zip(*(_fitted(spec, frame) for spec in specs), strict=True)
    table = pd.DataFrame(list(rows), index=pd.Index(labels, name="copula"))
    order = np.argsort(table[criterion].to_numpy(), kind="stable")  # NaN last
    return Selection(table.iloc[order], tuple(fits[i] for i in order), criterion)


def _fitted(spec: Any, u: pd.DataFrame) -> tuple[dict[str, object], CopulaFit | None]:
    try:
        fit = spec.fit(u)
        height, aic = fit.loglikelihood, fit.aic
    except RiskKitError as failure:
        numbers = dict.fromkeys(("loglikelihood", "parameters", "aic", "bic"), np.nan)
        return {**numbers, "status": FitStatus.FAILED.value, "error": str(failure)}, None
    parameters = 0.5 * aic + height  # effective ones where a pair of a vine has no parameters
    return {
        "loglikelihood": height, "parameters": round(parameters, 6), "aic": aic, "bic": fit.bic, "status": fit.status.value,
        "error": "",
    }, fit  # fmt: skip

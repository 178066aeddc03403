"""Did the parameters of an estimate stay the same over its sample? Nyblom's test, from the scores of the observations."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskkit.core.likelihood import STEEP
from riskkit.errors import DataError
from riskkit.volatility.garch_fit import GarchFit
from riskkit.volatility.general_fit import GeneralFit

# 10 %, 5 % and 1 % points by number of parameters: Hansen (1990), printed as table 1 of Hansen (1992); they were simulated
CRITICAL_VALUES = {
    1: (0.353, 0.470, 0.748),
    2: (0.610, 0.749, 1.07),
    3: (0.846, 1.01, 1.35),
    4: (1.07, 1.24, 1.60),
    5: (1.28, 1.47, 1.88),
    6: (1.49, 1.68, 2.12),
}
UNTOLD = (np.nan, np.nan, np.nan)  # for more parameters than the table has
ComplexArray = npt.NDArray[np.complex128]
NODES = 24  # of the inversion below: nine digits of a probability


def nyblom(fit: GarchFit | GeneralFit) -> pd.DataFrame:
    """Nyblom's test of constant parameters against parameters that wander.

    Scores add up to zero over the sample; where a parameter moved, their running sum strays in between. A parameter on a
    bound (whose scores do not add up to zero) has NaN and no part in the joint statistic.

    Parameters
    ----------
    fit : GarchFit or GeneralFit
        An estimate with ``scores``.

    Returns
    -------
    DataFrame (4 or 5 + 1, 6)
        One row per parameter, and "joint": statistic, degrees_of_freedom (how many parameters are tested), p_value, and
        Hansen's critical values at 10 %, 5 % and 1 %. The p-value is that of the statistic's exact limit law, the table was
        simulated: they agree to half a percentage point.

    Raises
    ------
    DataError
        When the fit has no scores, or all its parameters are on a bound.

    Examples
    --------
    >>> moved = np.random.default_rng(1).normal(size=1_000) + np.repeat([0.0, 0.5], 500)
    >>> fit = rk.volatility.Garch(dist="normal").fit(pd.Series(moved))
    >>> bool(nyblom(fit).loc["mu", "p_value"] < 0.001)
    True

    References
    ----------
    Nyblom, J. (1989). Testing for the constancy of parameters over time. JASA 84, 223-230.
    Hansen, B. (1990). Lagrange multiplier tests for parameter instability in non-linear models. University of Rochester.
    Hansen, B. (1992). Testing for parameter instability in linear models. Journal of Policy Modeling 14, 517-533.
    """
    if not isinstance(fit, GarchFit | GeneralFit):
        raise DataError("the fit has no scores", got=type(fit).__name__, expected="what Garch.fit returns")
    scores = fit.scores / np.sqrt((fit.scores**2).sum())
    inside = scores.sum().abs() <= STEEP
    if not inside.any():
        raise DataError(
            "no parameter lies inside its bounds", got=f"a fit that is {str(fit.status)!r}", expected="an optimum"
        )
    running = scores.loc[:, inside].cumsum().to_numpy()
    statistics = pd.Series((running**2).mean(axis=0), index=scores.columns[inside]).reindex(scores.columns)
    weights = np.linalg.inv(scores.loc[:, inside].T.to_numpy() @ scores.loc[:, inside].to_numpy())
    joint = float(np.einsum("ti,ij,tj->t", running, weights, running).mean())
    rows = {name: _row(float(value), 1) for name, value in statistics.items()} | {"joint": _row(joint, int(inside.sum()))}
    return pd.DataFrame.from_dict(rows, orient="index")


def _row(statistic: float, parameters: int) -> dict[str, float]:
    critical = dict(zip(("critical_10", "critical_5", "critical_1"), CRITICAL_VALUES.get(parameters, UNTOLD), strict=True))
    p_value = exceedance(statistic, parameters) if np.isfinite(statistic) else np.nan
    return {"statistic": statistic, "degrees_of_freedom": parameters, "p_value": p_value} | critical


def exceedance(statistic: float, parameters: int) -> float:
    """Probability that the statistic's limit, the integral of ``parameters`` squared Brownian bridges, exceeds a value.

    Its Laplace transform (sqrt(2 s) / sinh sqrt(2 s)) ** (parameters / 2) is inverted by Talbot's method.

    Examples
    --------
    >>> round(exceedance(0.46136, 1), 5)  # the 5 % point of Cramer and von Mises
    0.05

    References
    ----------
    Kiefer, J. (1959). K-sample analogues of the Kolmogorov-Smirnov and Cramer-v. Mises tests. Annals of Mathematical
    Statistics 30, 420-447.
    Abate, J. and Valko, P. (2004). Multi-precision Laplace transform inversion. International Journal for Numerical Methods
    in Engineering 60, 979-993.
    """
    if statistic <= 0.0:
        return 1.0
    angle = np.arange(1, NODES) * np.pi / NODES
    cotangent = 1.0 / np.tan(angle)
    contour = np.concatenate([[0.4 * NODES], 0.4 * NODES * angle * (cotangent + 1j)])
    slope = np.concatenate([[0.5], 1.0 + 1j * angle * (1.0 + cotangent**2) - 1j * cotangent])
    values = _transform((contour / statistic).astype(np.complex128), parameters)
    probability = 0.4 / statistic * np.sum(np.real(slope * np.exp(contour) * values))
    return float(np.clip(probability, 0.0, 1.0))


def _transform(s: ComplexArray, parameters: int) -> ComplexArray:
    """Laplace transform of the exceedance probability."""
    root = np.sqrt(2.0 * s)
    log_sinh = root + np.log1p(-np.exp(-2.0 * root)) - np.log(2.0)  # on one branch, and without overflow
    return (1.0 - np.exp(0.5 * parameters * (np.log(root) - log_sinh))) / s

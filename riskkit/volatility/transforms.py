"""Was the law that a volatility model gave to each return the right one? Probability integral transforms and their tests."""

import numpy as np
import pandas as pd
from scipy import special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.errors import DataError
from riskkit.volatility.ewma import EwmaFit
from riskkit.volatility.garch_filter import GarchState
from riskkit.volatility.general_state import GeneralState

LEAST = 20  # transforms below which no test is worth having


def probability_integral_transform(fit: GarchState | GeneralState | EwmaFit) -> pd.Series:
    """Probability that the model gave, a day before, to a return no higher than the one that came: uniform if it is right.

    Parameters
    ----------
    fit : GarchFit, GarchFilter, GeneralFit, GeneralFilter or EwmaFit
        A fit whose law is known.

    Returns
    -------
    Series of length T
        Numbers in (0, 1); without the rows that have no observation.

    Raises
    ------
    DataError
        When the law of the fit is not known here.

    Examples
    --------
    >>> fit = rk.volatility.Garch(dist="t").fit(pd.Series(np.random.default_rng(1).standard_t(5, size=500)))
    >>> bool(probability_integral_transform(fit).between(0, 1, inclusive="neither").all())
    True

    References
    ----------
    Diebold, F., Gunther, T. and Tay, A. (1998). Evaluating density forecasts. International Economic Review 39, 863-883.
    """
    if not isinstance(fit, GarchState | GeneralState | EwmaFit):
        raise DataError(
            "the law of the fit is not known", got=type(fit).__name__, expected="a fit of Ewma or of the GARCH family",
            remedy="apply the fit's own distribution function to fit.standardised and pass the result to uniformity",
        )  # fmt: skip
    values = fit.standardised.dropna()
    probability = fit.innovation.distribution(values.to_numpy())
    inside = np.clip(probability, np.nextafter(0.0, 1.0), np.nextafter(1.0, 0.0))  # 0 and 1 only come of rounding
    return pd.Series(inside, index=values.index, name="probability")


def uniformity(fit: GarchState | GeneralState | EwmaFit | pd.Series) -> pd.DataFrame:
    """Are the probability integral transforms uniform, and independent of the day before?

    Kolmogorov and Smirnov compare their distribution with the uniform one. Berkowitz's likelihood ratio takes their normal
    quantiles x[t] and tests mean 0, variance 1 and no dependence on x[t - 1] at once.

    Parameters
    ----------
    fit : GarchFit, GarchFilter, GeneralFit, GeneralFilter, EwmaFit, or Series of length T
        A fit whose law is known, or transforms in (0, 1) made elsewhere.

    Returns
    -------
    DataFrame (2, 3)
        Rows "Kolmogorov-Smirnov" and "Berkowitz"; statistic, degrees_of_freedom (NaN for the first), p_value. The p-values
        hold for given parameters. For parameters estimated from the same data both tests reject too seldom: filter data
        that the estimate has not seen.

    Examples
    --------
    >>> uniformity(pd.Series(np.random.default_rng(1).uniform(size=500))).round(4)
                        statistic  degrees_of_freedom  p_value
    Kolmogorov-Smirnov     0.0295                 NaN   0.7641
    Berkowitz              0.8617                 3.0   0.8347

    References
    ----------
    Berkowitz, J. (2001). Testing density forecasts, with applications to risk management. Journal of Business & Economic
    Statistics 19, 465-474.
    """
    from scipy import stats  # takes longer to import than all of riskkit

    transforms = fit if isinstance(fit, pd.Series) else probability_integral_transform(fit)
    values = checks.series(transforms, name="transforms", least=LEAST).to_numpy()
    checks.varied("transforms", values)
    outside = int(np.count_nonzero((values <= 0.0) | (values >= 1.0)))
    if outside:
        raise DataError(
            "transforms are not probabilities", got=f"{outside} of {len(values)} outside", expected="numbers in (0, 1)"
        )
    distance = stats.kstest(values, "uniform")
    ratio = _berkowitz(special.ndtri(values))
    return pd.DataFrame(
        {
            "statistic": [distance.statistic, ratio],
            "degrees_of_freedom": [np.nan, 3.0],
            "p_value": [distance.pvalue, special.chdtrc(3, ratio)],
        },
        index=["Kolmogorov-Smirnov", "Berkowitz"],
    )


def _berkowitz(quantiles: FloatArray) -> float:
    """Twice the gain in log-likelihood of a fitted AR(1) over independent standard normals, given the first quantile."""
    today, before = quantiles[1:], quantiles[:-1] - quantiles[:-1].mean()
    centred = today - today.mean()
    left = centred @ centred - (before @ centred) ** 2 / (before @ before)
    size = len(today)
    return float(today @ today - size - size * np.log(left / size))

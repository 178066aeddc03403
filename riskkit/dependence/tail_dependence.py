"""How often extremes come together, counted in a sample."""

from itertools import combinations

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.dependence.uniforms import uniforms
from riskkit.errors import DataError

SAME = 1e-12  # ranks divided by T + 1 are rounded


def empirical_tail_dependence(u: pd.DataFrame, quantile: float = 0.05) -> pd.DataFrame:
    """Share of the days in one's tail that are in the other's tail too, for every pair.

    Parameters
    ----------
    u : DataFrame (T, d)
        Observations of a copula, strictly between 0 and 1; see :func:`pseudo_observations`.
    quantile : float
        Where a tail begins: the lower one below it, the upper one above 1 - quantile; in (0, 0.5].

    Returns
    -------
    DataFrame
        One row per pair (``first``, ``second``); columns that name the quantile, such as ``lower 5 %`` and ``upper 5 %``.

    Raises
    ------
    DataError
        When u are no observations of a copula, or nothing lies in a tail.

    Notes
    -----
    This is not the coefficient of tail dependence, which is the limit for a quantile of 0: independent variables have
    ``quantile`` here and 0 there, and a normal copula of correlation 0.7 has 0.39 at 5 % and 0 there. So the columns never
    go without their quantile.

    Examples
    --------
    >>> u = pd.DataFrame({"BTC": np.arange(1, 100) / 100, "ETH": np.arange(1, 100) / 100 + 1e-6})
    >>> empirical_tail_dependence(u, 0.1).round(3).to_dict("records")
    [{'lower 10 %': 0.947, 'upper 10 %': 1.0}]
    """
    frame = uniforms(u)
    q = checks.number("quantile", quantile, above=0.0, most=0.5)
    values = frame.to_numpy()
    columns = {}
    for name, inside in (("lower", values <= q + SAME), ("upper", values >= 1.0 - q - SAME)):
        counts = inside.astype(float)
        joint, own = counts.T @ counts, counts.sum(axis=0)
        if not own.all():
            empty = frame.columns[int(np.argmin(own))]
            raise DataError(
                f"nothing of {empty!r} lies in the {name} tail", got=f"{len(frame)} rows at quantile {q:g}",
                expected="a quantile that some rows lie beyond",
            )  # fmt: skip
        columns[f"{name} {100.0 * q:g} %"] = 2.0 * joint / (own[:, np.newaxis] + own)
    pairs = list(combinations(range(frame.shape[1]), 2))
    names = [(str(frame.columns[i]), str(frame.columns[j])) for i, j in pairs]
    index = pd.MultiIndex.from_tuples(names, names=["first", "second"])
    first, second = np.array(pairs).T
    return pd.DataFrame({name: share[first, second] for name, share in columns.items()}, index)

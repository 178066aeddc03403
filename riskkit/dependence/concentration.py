"""Tail concentration: how often two variables are beyond a quantile together, at every quantile."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.dependence.uniforms import uniforms
from riskkit.errors import DataError


def tail_concentration(u: pd.DataFrame, quantiles: Sequence[float] | FloatArray) -> pd.Series:
    """How often the second variable is beyond its quantile when the first is beyond its own.

    Parameters
    ----------
    u : DataFrame of shape (T, 2)
        Observations or draws of a copula of two variables.
    quantiles : sequence of Q numbers in (0, 1), increasing
        Up to one half the share below, P(V <= q | U <= q); from there on the share above, P(V > q | U > q).

    Returns
    -------
    Series of length Q
        Indexed by quantile. Its limit at 0 is the coefficient of lower tail dependence, at 1 that of upper.

    Raises
    ------
    DataError
        No pair, quantiles that are none, or one beyond which nothing lies.

    Examples
    --------
    >>> u = pd.DataFrame({"BTC": np.arange(1, 100) / 100, "ETH": np.r_[50:100, 1:50] / 100})
    >>> tail_concentration(u, [0.1, 0.9]).tolist()
    [0.0, 0.0]
    """
    frame = uniforms(u)
    if frame.shape[1] != 2:
        raise DataError("u is no pair", got=f"{frame.shape[1]} columns", expected="two", remedy="u[['BTC', 'ETH']]")
    at = checks.array("quantiles", quantiles, ndim=1)
    if not (at[0] > 0.0 and at[-1] < 1.0 and (np.diff(at) > 0.0).all()):
        raise DataError(
            "quantiles are not usable", got=f"{at.min():g} to {at.max():g}", expected="increasing, within (0, 1)"
        )
    first, second = frame.to_numpy().T
    shares = np.empty(len(at))
    for i, q in enumerate(at):
        one, other = (first <= q, second <= q) if q <= 0.5 else (first > q, second > q)
        if not one.any():
            raise DataError("nothing lies beyond a quantile", got=f"{q:g}", expected="a quantile that the data reach")
        shares[i] = (one & other).sum() / one.sum()
    return pd.Series(shares, pd.Index(at, name="quantile"), name="tail concentration")

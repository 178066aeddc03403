"""Correlations that do not know the margins: Kendall's tau and Spearman's rho; and Pearson's, which does."""

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.dependence.uniforms import several
from riskkit_ext import _kendall


def kendall(data: pd.DataFrame) -> pd.DataFrame:
    """Kendall's tau-b of every two columns: concordant less discordant pairs of rows, corrected for ties.

    Parameters
    ----------
    data : DataFrame of shape (T, d)
        Observations of d >= 2 variables, finite, none constant.

    Returns
    -------
    DataFrame of shape (d, d)
        Numbers in [-1, 1], 1 on the diagonal.

    Raises
    ------
    DataError
        One column, NaN, a constant column, two columns that are the same, fewer rows than columns.

    Notes
    -----
    O(d^2 T log T) time, and memory of 12 d T bytes. Under an elliptical copula the correlation is sin(pi tau / 2), whatever
    the margins.

    References
    ----------
    Kendall, M. G. (1945). The treatment of ties in ranking problems. Biometrika 33, 239-251.
    Knight, W. R. (1966). A computer method for calculating Kendall's tau with ungrouped data. JASA 61, 436-439.

    Examples
    --------
    >>> data = pd.DataFrame({"BTC": [1.0, 2.0, 3.0, 4.0], "ETH": [1.0, 3.0, 2.0, 4.0]})
    >>> round(float(kendall(data).loc["BTC", "ETH"]), 12)
    0.666666666667
    """
    frame = several("data", data)
    return _labelled(kendall_matrix(frame.to_numpy()), frame)


def kendall_matrix(values: FloatArray) -> FloatArray:
    """Kendall's tau-b of every two columns of ``values`` (T, d) that are known to be fit for it, (d, d)."""
    tau = np.empty((values.shape[1],) * 2)
    _kendall.tau_b(np.ascontiguousarray(values.T), tau)
    return tau


def spearman(data: pd.DataFrame) -> pd.DataFrame:
    """Spearman's rho of every two columns: Pearson's correlation of the ranks, equal values sharing their mean rank.

    Parameters, results and errors are those of :func:`kendall`.

    Examples
    --------
    >>> data = pd.DataFrame({"BTC": [1.0, 2.0, 3.0, 4.0], "ETH": [1.0, 3.0, 2.0, 4.0]})
    >>> round(float(spearman(data).loc["BTC", "ETH"]), 12)
    0.8
    """
    frame = several("data", data)
    return _labelled(_correlation(frame.rank().to_numpy()), frame)


def pearson(data: pd.DataFrame) -> pd.DataFrame:
    """Pearson's correlation of every two columns: a measure of linear dependence, moved by every outlier.

    Parameters, results and errors are those of :func:`kendall`.

    Examples
    --------
    >>> data = pd.DataFrame({"BTC": [1.0, 2.0, 3.0, 4.0], "ETH": [1.0, 3.0, 2.0, 4.0]})
    >>> round(float(pearson(data).loc["BTC", "ETH"]), 12)
    0.8
    """
    frame = several("data", data)
    return _labelled(_correlation(frame.to_numpy()), frame)


def _correlation(values: FloatArray) -> FloatArray:
    # scaled first: products of very large or very small columns would overflow or vanish
    centred = values - values.mean(axis=0)
    centred /= np.abs(centred).max(axis=0)
    centred /= np.sqrt(np.square(centred).sum(axis=0))
    result = np.clip(centred.T @ centred, -1.0, 1.0)
    np.fill_diagonal(result, 1.0)
    return (result + result.T) / 2.0


def _labelled(matrix: FloatArray, frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(matrix, index=frame.columns, columns=frame.columns)

"""Where does a tail begin? Frames for the pictures with which a threshold is chosen."""

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.errors import DataError
from riskkit.tails.body import sample
from riskkit.tails.pareto_fit import LEAST, fit_excesses

TAILS = ("upper", "lower")
WIDE = 1.959963984540054  # standard errors on either side of an estimate: 95 %


def mean_excess(series: pd.Series, *, tail: str = "upper") -> pd.DataFrame:
    """Mean excess over each observation as a threshold: a rising straight line where the tail is generalised Pareto.

    Parameters
    ----------
    series : Series of length T >= 20
        Losses, or returns with ``tail="lower"``.
    tail : {"upper", "lower"}
        Which tail; the lower one is the upper one of minus the series.

    Returns
    -------
    DataFrame
        Indexed by threshold, up to that with ten values above; columns ``mean_excess``, ``lower`` and ``upper`` (95 % of the
        sampling error) and ``exceedances``.

    Examples
    --------
    >>> losses = pd.Series(np.random.default_rng(1).pareto(3, size=500))
    >>> mean_excess(losses).columns.tolist()
    ['mean_excess', 'lower', 'upper', 'exceedances']
    """
    ordered = _ordered(series, tail)
    thresholds = np.unique(ordered)
    first = np.searchsorted(ordered, thresholds, side="right")
    keep = len(ordered) - first >= LEAST
    thresholds, first = thresholds[keep], first[keep]
    count = len(ordered) - first
    deviation = ordered - ordered.mean()  # sums of squares lose fewer digits about the mean
    total, squares = (np.concatenate([[0.0], np.cumsum(power[::-1])])[count] for power in (deviation, deviation**2))
    mean = total / count
    error = np.sqrt(np.maximum(squares / count - mean**2, 0.0) / (count - 1))
    excess = mean + ordered.mean() - thresholds
    columns = {"mean_excess": excess, "lower": excess - WIDE * error, "upper": excess + WIDE * error, "exceedances": count}
    return _from(series, pd.DataFrame(columns, pd.Index(thresholds, name="threshold")))


def hill(series: pd.Series, *, tail: str = "upper") -> pd.DataFrame:
    """Hill's estimate of the tail index xi from the k largest values, for every k.

    Parameters
    ----------
    series : Series of length T >= 20
        Losses, or returns with ``tail="lower"``.
    tail : {"upper", "lower"}
        Which tail; the lower one is the upper one of minus the series.

    Returns
    -------
    DataFrame
        Indexed by ``k``, the number of values above ``threshold``; columns ``xi``, ``lower`` and ``upper`` (95 %,
        asymptotic) and ``threshold``. Only positive thresholds.

    References
    ----------
    Hill, B. (1975). A simple general approach to inference about the tail of a distribution. Annals of Statistics 3,
    1163-1174.

    Examples
    --------
    >>> losses = pd.Series(np.random.default_rng(1).pareto(3, size=20_000) + 1.0)
    >>> round(float(hill(losses).loc[500, "xi"]), 2)
    0.33
    """
    ordered = _ordered(series, tail)[::-1]
    positive = ordered[ordered > 0.0]
    if len(positive) <= LEAST:
        raise DataError("the tail has too few positive values", got=len(positive), expected=f"more than {LEAST}")
    logs = np.log(positive)
    k = np.arange(1, len(logs))
    xi = np.cumsum(logs)[:-1] / k - logs[1:]
    error = WIDE * xi / np.sqrt(k)
    columns = {"xi": xi, "lower": xi - error, "upper": xi + error, "threshold": positive[1:]}
    return _from(series, pd.DataFrame(columns, pd.Index(k, name="k")))


def threshold_stability(series: pd.Series, *, tail: str = "upper", thresholds: int = 40) -> pd.DataFrame:
    """Generalised Pareto estimates over a range of thresholds: beyond the right one they move no more than by chance.

    Parameters
    ----------
    series : Series of length T >= 20
        Losses, or returns with ``tail="lower"``.
    tail : {"upper", "lower"}
        Which tail; the lower one is the upper one of minus the series.
    thresholds : int
        How many, evenly spread in the number of exceedances, from half of the sample to 15 values (or all there are).

    Returns
    -------
    DataFrame
        Indexed by threshold; columns ``xi``, ``lower`` and ``upper`` (95 %; NaN on the bound of xi), ``modified_scale``
        (beta - xi * threshold, which does not move either), ``exceedances`` and ``status``.

    Examples
    --------
    >>> losses = pd.Series(np.random.default_rng(1).pareto(3, size=500))
    >>> threshold_stability(losses, thresholds=5)["exceedances"].tolist()
    [250, 191, 132, 73, 15]
    """
    ordered = _ordered(series, tail)
    wanted = checks.whole("thresholds", thresholds, least=2)
    counts = np.unique(np.linspace(min(15, len(ordered) // 2), len(ordered) // 2, wanted).astype(int))[::-1]
    rows = {}
    for threshold in dict.fromkeys(ordered[len(ordered) - counts - 1].tolist()):
        excess = ordered[ordered > threshold] - threshold
        if len(np.unique(excess)) < LEAST:
            continue
        found = fit_excesses(excess)
        band = WIDE * found.errors[0]
        scale = found.beta - found.xi * threshold
        rows[threshold] = (found.xi, found.xi - band, found.xi + band, scale, len(excess), str(found.status))
    names = ["xi", "lower", "upper", "modified_scale", "exceedances", "status"]
    return _from(series, pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("threshold"))


def _from(series: pd.Series, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with what the series says of its source."""
    frame.attrs.update(getattr(series, "attrs", {}))
    return frame


def _ordered(series: pd.Series, tail: str) -> np.ndarray:
    checks.one_of("tail", tail, TAILS)
    values = np.sort(sample(series, 2 * LEAST).to_numpy())
    return values if tail == "upper" else -values[::-1]

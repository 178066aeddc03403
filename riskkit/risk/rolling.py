"""What the fast lanes share: the frame they answer with, and the windows on which they must refuse to work."""

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import targets, total_loss
from riskkit.errors import DataError

FORECAST = ["var", "es", "status"]  # what a model that fits says of each date
VAR_ES = pd.Index(["var", "es"])  # made once: a new index of strings costs as much as a kernel call


def var_es_frame(result: FloatArray, dates: pd.Index) -> pd.DataFrame:
    """Return VaR and ES, an array of shape (2, D), as a frame by target date, without copying them."""
    return pd.DataFrame(result.T, index=dates, columns=VAR_ES.view(), copy=False)


def total_return(history: pd.DataFrame, window: int, step: int, least: int) -> pd.Series:
    """Return the row sums of a history, refusing a constant window as the model called on that day would."""
    window = checks.whole("window", window, least=least)
    loss = total_loss(history)
    refuse_constant_window(np.ascontiguousarray(loss.to_numpy()), window, step, targets(loss.index, window, step))
    return -loss


def refuse_constant_window(loss: FloatArray, window: int, step: int, dates: pd.Index) -> None:
    """Raise what :func:`riskkit.checks.varied` raises on the first constant window, and name its target date.

    Parameters
    ----------
    loss : array of shape (T,)
    window, step : int
        Window number i holds ``loss[i * step : i * step + window]`` and forecasts ``dates[i]``.
    """
    # all neighbours in a constant window are equal to rounding: few windows are left for the check itself
    largest = np.maximum(np.abs(loss[1:]), np.abs(loss[:-1]))
    close = np.abs(np.diff(loss)) <= 8 * np.finfo(float).eps * largest
    runs = np.concatenate([[0], np.cumsum(close)])
    starts = np.arange(len(dates)) * step
    for number in np.flatnonzero(runs[starts + window - 1] - runs[starts] == window - 1).tolist():
        start = number * step
        try:
            checks.varied("total loss", loss[start : start + window])
        except DataError as cause:
            raise DataError(
                f"total loss is constant in the window before {dates[number]}",
                got=f"{loss[start] + 0.0:g} in all {window} rows", expected="values that vary",
                remedy="choose a longer window, or historical simulation",
            ) from cause  # fmt: skip

"""How a risk model reads its history: columns are positions, the loss is minus their sum."""

import pandas as pd

from riskkit import checks
from riskkit.errors import DataError


def total_loss(history: object, *, least: int = 1) -> pd.Series:
    """Return minus the row sum of a history of returns (or P&L), one column per position.

    Examples
    --------
    >>> total_loss(pd.DataFrame({"a": [0.01, -0.02], "b": [0.0, -0.01]})).tolist()
    [-0.01, 0.03]
    """
    frame = checks.returns(history, name="history", least=least)
    loss = -frame.iloc[:, 0] if frame.shape[1] == 1 else -frame.sum(axis=1)
    return loss.rename("loss")


def targets(index: pd.Index, window: int, step: int = 1) -> pd.Index:
    """Return every ``step``-th date that has ``window`` observations strictly before it."""
    checks.whole("window", window, least=1)
    checks.whole("step", step, least=1)
    if len(index) <= window:
        raise DataError(
            "the history is too short to forecast from", got=f"{len(index)} rows for a window of {window}",
            expected=f"at least {window + 1}", remedy="load more data or choose a shorter window",
        )  # fmt: skip
    return index[window::step]

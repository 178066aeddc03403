"""Scenarios taken from the past as it was."""

import pandas as pd

from riskkit import checks
from riskkit.core import Scenarios


def historical(returns: pd.DataFrame, *, horizon: float = 1.0) -> Scenarios:
    """Every past day, with all its joint moves, is one equally likely scenario.

    Parameters
    ----------
    returns : DataFrame (T, F)
        Log returns, one column per asset; a column ``"BTC"`` moves the factor ``"BTC.spot"``, a column that already names a
        factor (``"BTC.vol"``) moves that.
    horizon : float
        Days that one row spans.

    Returns
    -------
    Scenarios
        S = T, labelled with the dates.

    Examples
    --------
    >>> returns = pd.DataFrame({"BTC": [0.01, -0.02]}, index=pd.to_datetime(["2026-01-01", "2026-01-02"]))
    >>> historical(returns).factors
    ('BTC.spot',)
    """
    frame = checks.returns(returns)
    factors = [name if "." in str(name) else f"{name}.spot" for name in frame.columns]
    source = returns.attrs.get("source", "unknown")
    provenance = f"{len(frame)} historical moves, {source}"
    return Scenarios(factors, frame.to_numpy(), horizon=horizon, labels=list(frame.index), provenance=provenance)

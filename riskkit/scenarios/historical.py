"""Scenarios taken from the past: as it was, by age, or at today's volatility."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.core import Scenarios
from riskkit.scenarios.moved import factors_of
from riskkit.volatility import Ewma


def historical(
    returns: pd.DataFrame,
    *,
    horizon: float = 1.0,
    half_life: float | None = None,
    decay: float | None = None,
    factors: Mapping[str, str] | None = None,
) -> Scenarios:
    r"""Every past day, with all its joint moves, is one scenario.

    Parameters
    ----------
    returns : DataFrame (T, F)
        Moves of the factors, one column each: ``"BTC"`` moves ``"BTC.spot"``, a column that names a factor (``"BTC.vol"``)
        moves that.
    horizon : float
        Days that one row spans.
    half_life : float, optional
        Days after which a scenario counts half (Boudoukh, Richardson and Whitelaw 1998); all count the same by default.
    decay : float, optional
        Scale every move by the ratio of the column's volatility today to that of the day (Hull and White 1998), both
        exponentially weighted with this decay; 0.94 is usual. Not scaled by default.
    factors : dict, optional
        Factor that a column moves, where its name does not say it.

    Returns
    -------
    Scenarios
        S = T, labelled with the dates.

    Examples
    --------
    >>> returns = pd.DataFrame({"BTC": [0.01, -0.02]}, index=pd.to_datetime(["2026-01-01", "2026-01-02"]))
    >>> historical(returns).factors
    ('BTC.spot',)
    >>> historical(returns, half_life=1.0).weights.round(4).tolist()
    [0.3333, 0.6667]

    References
    ----------
    Boudoukh, J., Richardson, M. and Whitelaw, R. (1998). The best of both worlds. Risk 11 (May), 64-67.
    Hull, J. and White, A. (1998). Incorporating volatility updating into the historical simulation method for value-at-risk.
    Journal of Risk 1, 5-19.
    """
    frame = checks.returns(returns)
    told, weights, moves = [f"{len(frame)} historical moves"], None, frame.to_numpy()
    if half_life is not None:
        age = np.arange(len(frame))[::-1]
        weights = 0.5 ** (age / checks.number("half_life", half_life, above=0.0))
        told.append(f"half-life {half_life:g} days")
    if decay is not None:
        moves = np.column_stack([_at_todays_volatility(frame[name], decay) for name in frame])
        told.append(f"at today's volatility (decay {decay:g})")
    told.append(str(returns.attrs.get("source", "unknown")))
    return Scenarios(
        factors_of(frame.columns, factors), moves, weights, horizon, labels=list(frame.index), provenance=", ".join(told)
    )


def _at_todays_volatility(column: pd.Series, decay: float) -> np.ndarray:
    fit = Ewma(decay).fit(column)
    return fit.standardised.to_numpy() * fit.next_sigma

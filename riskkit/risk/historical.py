"""Historical simulation: tomorrow is one of the days of the window."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import LossDistribution, targets
from riskkit.risk.rolling import var_es_frame
from riskkit_ext import _rolling

LEAST = 2  # one day is no distribution


@dataclass(frozen=True)
class HistoricalSimulation:
    """Every day of the history is an equally likely tomorrow.

    Nothing is fitted, so a history of equal returns is no error: its VaR and ES are that one loss. With fewer than
    1 / (1 - level) days both are the largest loss of the history.

    Examples
    --------
    >>> history = pd.DataFrame({"BTC": [0.01, -0.05, 0.02, -0.01], "ETH": [0.02, -0.03, 0.01, -0.02]})
    >>> losses = HistoricalSimulation()(history)
    >>> round(losses.var(0.75), 6), losses.contributions(0.75).round(6).to_dict()
    (0.03, {'BTC': 0.05, 'ETH': 0.03})
    """

    def __call__(self, history: pd.DataFrame) -> LossDistribution:
        """Return the losses of the history, one row per day, one component per position.

        Parameters
        ----------
        history : DataFrame (T, K) or Series
            Returns in decimals, one column per position; T >= 2.
        """
        frame = checks.returns(history, name="history", least=LEAST)
        return LossDistribution(-frame.to_numpy(), tuple(frame.columns))

    def roll(self, history: pd.DataFrame, window: int, step: int = 1, level: float = 0.99) -> pd.DataFrame:
        """VaR and ES for every ``step``-th date, each from the ``window`` days before it.

        Returns
        -------
        DataFrame
            Columns ``var`` and ``es``, indexed by target date; VaR equals the day-by-day call bit for bit.

        Examples
        --------
        >>> HistoricalSimulation().roll(pd.Series([0.01, -0.05, 0.02, -0.01]), window=2)
            var    es
        2  0.05  0.05
        3  0.05  0.05
        """
        level, window = checks.level(level), checks.whole("window", window, least=LEAST)
        index, losses = _total(history)
        dates = targets(index, window, step)
        result = np.empty((2, len(dates)))
        _rolling.var_es(losses, window, step, level, *result)
        return var_es_frame(result, dates)


def _total(history: pd.DataFrame | pd.Series) -> tuple[pd.Index, FloatArray]:
    """Return dates and losses, positions added up in the order of LossDistribution: the same losses to the last bit."""
    if isinstance(history, pd.Series):  # without a frame in between, which costs more than the kernel
        series = checks.series(history, name="history", least=LEAST)
        return series.index, -series.to_numpy()
    frame = checks.returns(history, name="history", least=LEAST)
    components = np.ascontiguousarray(-frame.to_numpy())
    return frame.index, components[:, 0] if components.shape[1] == 1 else components.sum(axis=1)

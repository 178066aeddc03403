"""The normal model: tomorrow's loss has the sample's mean and standard deviation, and thin tails."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.core import LossDistribution, law, targets, total_loss
from riskkit.risk.rolling import refuse_constant_window, var_es_frame
from riskkit_ext import _rolling

LEAST = 2  # a standard deviation needs two observations


@dataclass(frozen=True)
class NormalModel:
    """Normal law with the mean and the standard deviation (divisor T - 1) of the history's total loss.

    Examples
    --------
    >>> history = pd.Series([0.01, -0.05, 0.02, -0.01])
    >>> round(NormalModel()(history).var(0.99), 6)
    0.079517
    """

    def __call__(self, history: pd.DataFrame) -> LossDistribution:
        """Return the normal law of the next loss.

        Parameters
        ----------
        history : DataFrame (T, K) or Series
            Returns in decimals, one column per position; T >= 2, total loss not constant.
        """
        loss = total_loss(history, least=LEAST).to_numpy()
        checks.varied("total loss", loss)
        return law.normal(float(loss.mean()), float(loss.std(ddof=1)))

    def roll(self, history: pd.DataFrame, window: int, step: int = 1, level: float = 0.99) -> pd.DataFrame:
        """VaR and ES for every ``step``-th date, each from the ``window`` days before it.

        Returns
        -------
        DataFrame
            Columns ``var`` and ``es``, indexed by target date.

        Raises
        ------
        DataError
            When some window is constant, as the call would on that day; the message names the first such date.

        Examples
        --------
        >>> NormalModel().roll(pd.Series([0.01, -0.05, 0.02, -0.01]), window=3).round(6)
                var       es
        3  0.094741  0.10757
        """
        level, window = checks.level(level), checks.whole("window", window, least=LEAST)
        loss = total_loss(history)
        dates = targets(loss.index, window, step)
        values = np.ascontiguousarray(loss.to_numpy())
        refuse_constant_window(values, window, step, dates)
        mean, deviation = np.empty(len(dates)), np.empty(len(dates))
        _rolling.moments(values, window, step, mean, deviation)
        checks.array("standard deviations", deviation, ndim=1)
        unit = law.normal(0.0, 1.0)
        result = mean + deviation * np.array([[unit.var(level)], [unit.es(level)]])
        return var_es_frame(result, dates)

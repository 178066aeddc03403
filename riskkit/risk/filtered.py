"""Filtered historical simulation: the past's shocks at tomorrow's volatility."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.core import LossDistribution, targets, total_loss
from riskkit.errors import DataError
from riskkit.risk.rolling import refuse_constant_window, var_es_frame
from riskkit.volatility import Ewma
from riskkit_ext import _ewma

LEAST = 2  # one day is no distribution


@dataclass(frozen=True)
class FilteredHistoricalSimulation:
    """Past losses, each divided by its own volatility and multiplied by tomorrow's.

    The volatility is exponentially weighted, about zero and started at the mean square of the window
    (:class:`riskkit.volatility.Ewma`). Only the total loss is filtered, so there is one component.

    Parameters
    ----------
    decay : float
        Weight of yesterday's variance, 0 < decay < 1.

    Examples
    --------
    >>> history = pd.Series([0.01, -0.05, 0.02, -0.01])
    >>> round(FilteredHistoricalSimulation(decay=0.94)(history).var(0.75), 6)
    0.009733

    References
    ----------
    Barone-Adesi, G., Giannopoulos, K. and Vosper, L. (1999). VaR without correlations for portfolios of derivative
    securities. Journal of Futures Markets 19, 583-602.
    """

    decay: float = 0.94

    def __post_init__(self) -> None:
        object.__setattr__(self, "decay", Ewma(self.decay).decay)

    def __call__(self, history: pd.DataFrame) -> LossDistribution:
        """Return the standardised losses at tomorrow's volatility, one row per day of the history.

        Parameters
        ----------
        history : DataFrame (T, K) or Series
            Returns in decimals, one column per position; T >= 2, total loss not constant.
        """
        fit = Ewma(self.decay).fit(total_loss(history, least=LEAST))
        return LossDistribution(fit.standardised.to_numpy() * fit.next_sigma)

    def roll(self, history: pd.DataFrame, window: int, step: int = 1, level: float = 0.99) -> pd.DataFrame:
        """VaR and ES for every ``step``-th date, each from the ``window`` days before it.

        Returns
        -------
        DataFrame
            Columns ``var`` and ``es``, indexed by target date.

        Raises
        ------
        DataError
            When some window is constant, or its variance vanishes or overflows, as the call would on that day; the
            message names the first such date.

        Examples
        --------
        >>> FilteredHistoricalSimulation().roll(pd.Series([0.01, -0.05, 0.02, -0.01]), window=3, level=0.75).round(6)
               var       es
        3  0.05143  0.05143
        """
        level, window = checks.level(level), checks.whole("window", window, least=LEAST)
        loss = total_loss(history)
        dates = targets(loss.index, window, step)
        values = np.ascontiguousarray(loss.to_numpy())
        result = np.empty((2, len(dates)))
        good = _ewma.filtered_var_es(values, window, step, level, self.decay, *result)
        refuse_constant_window(values, window, step, dates[: good + 1])  # first things first, as day by day
        if good < len(dates):
            raise DataError(
                f"the exponentially weighted variance vanishes or overflows in the window before {dates[good]}",
                got=f"decay {self.decay:g}", expected="a positive finite variance on every date",
                remedy="rescale the history or choose a larger decay",
            )  # fmt: skip
        return var_es_frame(result, dates)

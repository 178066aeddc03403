"""The Student-t model: like the normal one, with tails as heavy as the data's."""

from dataclasses import dataclass

import pandas as pd

from riskkit import tails
from riskkit.core import LossDistribution, total_loss
from riskkit.risk.rolling import FORECAST, total_return

LEAST = 10


@dataclass(frozen=True)
class StudentModel:
    """Student-t law with location, scale and degrees of freedom of the history's total loss, by maximum likelihood.

    Examples
    --------
    >>> history = 0.01 * pd.Series(np.random.default_rng(1).standard_t(4, size=500))
    >>> 0.03 < StudentModel()(history).var(0.99) < 0.06
    True
    """

    def __call__(self, history: pd.DataFrame) -> LossDistribution:
        """Return the fitted law of the next loss.

        Parameters
        ----------
        history : DataFrame (T, K) or Series
            Returns in decimals, one column per position; T >= 10, total loss not constant.
        """
        return tails.Student().fit(-total_loss(history, least=LEAST)).loss_distribution()

    def roll(self, history: pd.DataFrame, window: int, step: int = 1, level: float = 0.99) -> pd.DataFrame:
        """VaR and ES for every ``step``-th date, each from the ``window`` days before it.

        Returns
        -------
        DataFrame
            Columns ``var``, ``es`` and ``status`` (of the fit), indexed by target date.

        Raises
        ------
        DataError
            When some window is constant, as the call would on that day; the message names the first such date.

        Examples
        --------
        >>> history = 0.01 * pd.Series(np.random.default_rng(1).standard_t(4, size=101))
        >>> list(StudentModel().roll(history, window=100).columns)
        ['var', 'es', 'status']
        """
        returns = total_return(history, window, step, LEAST)
        return tails.roll(returns, tails.Student(), window, step, level)[FORECAST]

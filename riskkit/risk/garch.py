"""The GARCH model: tomorrow's volatility is that of these days, not that of the whole window."""

from dataclasses import dataclass

import pandas as pd

from riskkit import volatility
from riskkit.core import LossDistribution, total_loss
from riskkit.risk.rolling import FORECAST, total_return

LEAST = 50


@dataclass(frozen=True)
class GarchModel:
    """GARCH(1,1) of the history's total return, estimated anew for every forecast.

    Parameters
    ----------
    dist : {"t", "normal"}
        Law of the standardised innovations (:class:`riskkit.volatility.Garch`).

    Examples
    --------
    >>> history = 0.01 * pd.Series(np.random.default_rng(1).standard_t(5, size=500))
    >>> 0.02 < GarchModel(dist="t")(history).var(0.99) < 0.05
    True
    """

    dist: str = "t"

    def __post_init__(self) -> None:
        volatility.Garch(self.dist)

    def __call__(self, history: pd.DataFrame) -> LossDistribution:
        """Return the fitted law of the next loss.

        Parameters
        ----------
        history : DataFrame (T, K) or Series
            Returns in decimals, one column per position; T >= 50, total loss not constant.
        """
        return volatility.Garch(self.dist).fit(-total_loss(history, least=LEAST)).loss_distribution()

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
        >>> history = 0.01 * pd.Series(np.random.default_rng(1).standard_t(5, size=201))
        >>> list(GarchModel().roll(history, window=200).columns)
        ['var', 'es', 'status']
        """
        return self.fits(history, window, step).at(level)[FORECAST]

    def fits(self, history: pd.DataFrame, window: int, step: int = 1) -> volatility.RolledFits:
        """Return the fits behind :meth:`roll`, which do not depend on the level: estimate once, read at any level."""
        returns = total_return(history, window, step, LEAST)
        return volatility.rolled_fits(returns, volatility.Garch(self.dist), window, step)

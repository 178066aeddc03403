"""The GARCH model, symmetric or not: tomorrow's volatility is that of these days, not that of the whole window."""

from dataclasses import dataclass

import pandas as pd

from riskkit import checks, volatility
from riskkit.core import LossDistribution, total_loss
from riskkit.risk.rolling import FORECAST, total_return

LEAST = 50


@dataclass(frozen=True)
class GarchModel:
    """GARCH(1,1) or GJR of the history's total return, estimated anew for every forecast.

    Parameters
    ----------
    dist : {"t", "normal"}
        Law of the standardised innovations (:class:`riskkit.volatility.Garch`).
    leverage : bool
        Let falls move volatility by more than rises (:class:`riskkit.volatility.Gjr`).

    Examples
    --------
    >>> history = 0.01 * pd.Series(np.random.default_rng(1).standard_t(5, size=500))
    >>> 0.02 < GarchModel(dist="t")(history).var(0.99) < 0.05
    True
    """

    dist: str = "t"
    leverage: bool = False

    def __post_init__(self) -> None:
        checks.one_of("dist", self.dist, ("t", "normal"))
        checks.switch("leverage", self.leverage)

    @property
    def spec(self) -> volatility.Garch | volatility.Gjr:
        """The model of volatility."""
        return volatility.Gjr(self.dist) if self.leverage else volatility.Garch(self.dist)

    def __call__(self, history: pd.DataFrame) -> LossDistribution:
        """Return the fitted law of the next loss.

        Parameters
        ----------
        history : DataFrame (T, K) or Series
            Returns in decimals, one column per position; T >= 50, total loss not constant.
        """
        losses: LossDistribution = self.spec.fit(-total_loss(history, least=LEAST)).loss_distribution()
        return losses

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
        return volatility.rolled_fits(returns, self.spec, window, step)

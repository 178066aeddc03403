"""Filtered historical simulation: the past's joint shocks, replayed at forecast volatility."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.core import Scenarios
from riskkit.rng import Rng, child, entropy
from riskkit.scenarios.copula_garch import fitted_margins
from riskkit.scenarios.moved import factors_of

BLOCK = 16_384  # draws that share a generator


def filtered_historical(
    returns: pd.DataFrame,
    *,
    n: int = 100_000,
    horizon: int = 1,
    rng: Rng,
    margins: Any = None,
    factors: Mapping[str, str] | None = None,
) -> Scenarios:
    """Draw whole days of standardised shocks from the past and let every series' volatility answer them.

    What holds the series together is not modelled: a day's shocks stay together. Nothing larger than the largest past shock
    is ever drawn, but volatility may be higher than it was on that day, and over several days shocks follow each other as
    they never did.

    Parameters
    ----------
    returns : DataFrame (T, F)
        Moves of the factors per step, one column each.
    n : int
        Number of scenarios S.
    horizon : int
        Steps over which moves are added up.
    rng : int or numpy.random.Generator
        Chooses the days.
    margins : specification or ManyFits, optional
        Volatility model of every series; ``rk.volatility.Garch(dist="t")`` when left out.
    factors : dict, optional
        Factor that a column moves, where its name does not say it.

    Returns
    -------
    Scenarios

    Examples
    --------
    >>> table = 0.01 * pd.DataFrame(np.random.default_rng(1).standard_t(5, size=(500, 2)), columns=["BTC", "ETH"])
    >>> filtered_historical(table, n=1_000, horizon=10, rng=1).moves.shape
    (1000, 2)

    References
    ----------
    Barone-Adesi, G., Giannopoulos, K. and Vosper, L. (1999). VaR without correlations for portfolios of derivative
    securities. Journal of Futures Markets 19, 583-602.
    """
    fits = fitted_margins(returns, margins)
    shocks = pd.DataFrame({name: fit.standardised for name, fit in fits.items()}).dropna().to_numpy()
    steps, draws, seed = checks.whole("horizon", horizon, least=1), checks.whole("n", n, least=1), entropy(rng)
    moves = np.empty((draws, len(fits)))
    for block, first in enumerate(range(0, draws, BLOCK)):
        part = moves[first : first + BLOCK]
        days = child(seed, block).integers(len(shocks), size=(steps, len(part)))
        for column, fit in enumerate(fits.values()):
            part[:, column] = fit.paths(shocks[days, column]).sum(axis=0)
    provenance = (
        f"{draws:,} draws over {steps} step(s) from {len(shocks)} days of shocks, {next(iter(fits.values())).spec}, "
        f"{returns.attrs.get('source', 'unknown source')}"
    )
    return Scenarios(factors_of(tuple(fits), factors), moves, horizon=steps, provenance=provenance)

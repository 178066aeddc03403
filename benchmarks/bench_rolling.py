"""Rolling historical VaR and ES, and filtered historical simulation for many dates at once."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.measure import Row, medians
from riskkit.risk import FilteredHistoricalSimulation, HistoricalSimulation
from riskkit_ext import _rolling


def rows() -> Iterator[Row]:
    returns = pd.Series(0.01 * np.random.default_rng(1).standard_t(4, 100_000))
    loss = -returns
    losses, result = loss.to_numpy(), np.empty((2, 99_500))

    def quantile() -> pd.Series:  # a quantile only: no ES
        return loss.rolling(500).quantile(0.99, interpolation="lower")

    ours, peer = medians(lambda: _rolling.var_es(losses, 500, 1, 0.99, *result), quantile)
    yield Row("rolling historical VaR + ES, T=1e5, window 500", ours, peer, "pandas rolling.quantile", at_least=15)

    model = HistoricalSimulation()
    ours, peer = medians(lambda: model.roll(returns, window=500, level=0.99), quantile)
    yield Row("the same with checks, frames and fresh memory", ours, peer, "pandas rolling.quantile", at_least=6)

    days, filtered = returns.iloc[:1_500], FilteredHistoricalSimulation()
    ours, peer = medians(
        lambda: filtered.roll(days, window=500, level=0.99),
        lambda: [filtered(days.iloc[row - 500 : row]).var(0.99) for row in range(500, 1_500)],
        repeats=3,
    )
    yield Row("filtered historical VaR + ES, 1,000 dates of 500", ours, peer, "the model day by day", at_least=50)

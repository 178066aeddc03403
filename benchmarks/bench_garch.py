"""GARCH(1,1)-t: one fit, and a refit for every day, against the package `arch`; the rolled Student-t law against scipy."""

from collections.abc import Iterator

import arch.data.sp500
import numpy as np
import pandas as pd
from arch import arch_model
from scipy import stats

from benchmarks.measure import Row, medians
from riskkit import tails
from riskkit.volatility import Garch, roll

DAYS = 50


def rows() -> Iterator[Row]:
    returns = np.log(arch.data.sp500.load()["Adj Close"]).diff().dropna()
    window = returns.iloc[2_000:3_000]
    ours, peer = medians(
        lambda: Garch(dist="t").fit(window).params, lambda: arch_model(100 * window, dist="t").fit(disp="off")
    )
    yield Row("GARCH(1,1)-t, one fit, n=1000, from pandas to params", ours, peer, "arch", at_least=20)

    span = returns.iloc[2_000 : 3_000 + DAYS]
    ours, peer = medians(lambda: roll(span, Garch(dist="t"), window=1_000), lambda: _warm_started(span), repeats=3)
    yield Row(f"GARCH(1,1)-t, {DAYS} daily refits of 1000", ours, peer, "arch, warm-started", at_least=25)

    span = returns.iloc[2_000 : 2_500 + DAYS]
    ours, peer = medians(
        lambda: tails.roll(span, tails.Student(), window=500),
        lambda: [stats.t.fit(span.iloc[day : day + 500]) for day in range(DAYS)],
        repeats=3,
    )
    yield Row(f"Student-t, {DAYS} daily refits of 500", ours, peer, "scipy.stats.t.fit", at_least=100)


def _warm_started(returns: pd.Series) -> list[pd.Series]:
    found: list[pd.Series] = []
    for day in range(DAYS):
        model = arch_model(100 * returns.iloc[day : day + 1_000], dist="t")
        found.append(model.fit(disp="off", starting_values=found[-1].to_numpy() if found else None).params)
    return found

"""GARCH(1,1)-t: one fit, and a refit for every day, against the package `arch`; the rolled Student-t law against scipy."""

import os
import warnings
from collections.abc import Iterator
from unittest import mock

import arch.data.sp500
import numpy as np
import pandas as pd
from arch import arch_model
from arch.utility.exceptions import StartingValueWarning
from scipy import stats

from benchmarks.measure import Row, medians
from riskkit import tails
from riskkit.checks import FloatArray
from riskkit.volatility import Garch, fit_many, roll
from riskkit.volatility.rolling import STRETCH
from riskkit_ext import _garch

SERIES = 1_000
DAYS = 50  # that the peers refit
WINDOWS = 4_000  # that ours refits: nearly all of the series
ROLLED = {8: 570, 4: 560, 2: 300}  # promise for registers of so many doubles: AVX-512, AVX2, and what every processor has
COLD = {8: 1_050, 4: 1_000, 2: 550}  # the same against arch without a warm start, for the widest registers only
GJR = {8: 530, 4: 470, 2: 250}  # of GJR-t, warm-started, for the widest registers only


def rows() -> Iterator[Row]:
    returns = np.log(arch.data.sp500.load()["Adj Close"]).diff().dropna()
    windows = [returns.iloc[first : first + 1_000] for first in range(0, 4_000, 400)]
    ours, peer = medians(
        lambda: [Garch(dist="t").fit(window).params for window in windows],
        lambda: [arch_model(100 * window, dist="t").fit(disp="off").params for window in windows],
    )
    name = f"GARCH(1,1)-t, {len(windows)} fits, n=1000, pandas to params"
    yield Row(name, ours, peer, "arch", at_least=20)
    yield _with_errors(windows)
    yield _many()

    span = returns.iloc[2_000 : 3_000 + DAYS]
    for width, at_least in ROLLED.items():
        if width <= _garch.widest:
            yield _one_thread(returns.to_numpy(), span, width, at_least)
    yield _one_thread(returns.to_numpy(), span, _garch.widest, COLD[_garch.widest], cold=True)
    yield _one_thread(returns.to_numpy(), span, _garch.widest, GJR[_garch.widest], leverage=True)
    yield _public(returns.iloc[: 1_000 + WINDOWS], span)

    span = returns.iloc[2_000 : 2_500 + DAYS]
    ours, peer = medians(
        lambda: tails.roll(span, tails.Student(), window=500),
        lambda: [stats.t.fit(span.iloc[day : day + 500]) for day in range(DAYS)],
        repeats=3,
    )
    yield Row(f"Student-t, {DAYS} daily refits of 500", ours, peer, "scipy.stats.t.fit", at_least=100)


def _with_errors(windows: list[pd.Series]) -> Row:
    """Fit, parameters and all three standard errors; arch's are its robust ones, from numerical derivatives."""

    def ours() -> None:
        for window in windows:
            fit = Garch(dist="t").fit(window)
            _ = fit.params, *(fit.standard_errors(kind) for kind in ("robust", "hessian", "opg"))

    def peers() -> None:
        for window in windows:
            fit = arch_model(100 * window, dist="t").fit(disp="off")
            _ = fit.params, fit.std_err

    seconds, peer = medians(ours, peers)
    note = f"({seconds / len(windows) * 1e6:.0f} us a fit)"
    name = f"GARCH(1,1)-t, {len(windows)} fits with standard errors"
    return Row(name, seconds, peer, "arch, robust errors only", at_least=23, note=note)


def _many() -> Row:
    """All threads against one; the peer is ourselves."""
    shocks = np.random.default_rng(1).standard_t(5, (1_000, SERIES))
    table = 0.01 * pd.DataFrame(shocks, columns=[f"series {number}" for number in range(SERIES)])

    def alone() -> None:
        with mock.patch("os.cpu_count", return_value=1):
            fit_many(table, Garch(dist="t"))

    seconds, peer = medians(lambda: fit_many(table, Garch(dist="t")), alone, repeats=5)
    threads = min(os.cpu_count() or 1, 8)
    name = f"GARCH(1,1)-t, fit_many of {SERIES:,} series, {threads} threads"
    return Row(name, seconds, peer, "itself on one thread", at_least=0.85 * min(threads, 2))


def _one_thread(
    returns: FloatArray, span: pd.Series, width: int, at_least: float, *, cold: bool = False, leverage: bool = False
) -> Row:
    """Seconds per refit in the kernel, whose registers hold at most ``width`` doubles; ``cold``: arch has no warm start."""
    model = _garch.Model(student=True, leverage=leverage, width=width)
    workspace, out = np.empty(1_000 * _garch.lanes), np.empty((WINDOWS, _garch.OPTIMUM_SIZE))

    def ours() -> None:
        _garch.roll(model, returns, 1, 1_000, 0, WINDOWS, STRETCH, workspace, out)

    seconds, peer = medians(ours, lambda: refitted(span, warm=not cold, leverage=leverage), repeats=3)
    name = f"{'GJR' if leverage else 'GARCH(1,1)'}-t, a daily refit of 1000, {width} wide, 1 thread"
    note = f"({WINDOWS / seconds:,.0f} windows per second)"
    start = "cold" if cold else "warm-started"
    return Row(name, seconds / WINDOWS, peer / DAYS, f"arch, {start}", at_least=at_least, note=note)


def _public(returns: pd.Series, span: pd.Series) -> Row:
    """Seconds per refit from pandas to the frame of VaR and ES, all threads."""
    seconds, peer = medians(lambda: roll(returns, Garch(dist="t"), window=1_000), lambda: refitted(span), repeats=3)
    name = f"GARCH(1,1)-t, a daily refit of 1000, roll of {WINDOWS:,}"
    return Row(name, seconds / WINDOWS, peer / DAYS, "arch, warm-started", at_least=200)


def refitted(returns: pd.Series, *, warm: bool = True, leverage: bool = False) -> list[pd.Series]:
    found: list[pd.Series] = []
    for day in range(DAYS):
        model = arch_model(100 * returns.iloc[day : day + 1_000], dist="t", o=int(leverage))
        with warnings.catch_warnings():  # arch refuses its own optimum as a start where alpha + beta = 1
            warnings.simplefilter("ignore", StartingValueWarning)
            found.append(model.fit(disp="off", starting_values=found[-1].to_numpy() if warm and found else None).params)
    return found

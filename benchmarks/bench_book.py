"""A book of options in many scenarios, and the tail of many weighted losses, against plain NumPy."""

from collections.abc import Iterator

import numpy as np
from scipy.special import ndtr

import riskkit as rk
from benchmarks.measure import Row, medians

SCENARIOS, OPTIONS, ATOMS = 100_000, 200, 1_400_000
YEARS = 90 / 365


def rows() -> Iterator[Row]:
    rng = np.random.default_rng(1)
    market = rk.MarketState({"BTC.spot": 60_000.0, "BTC.vol": 0.6}, asof="2026-12-26T08:00")
    scenarios = rk.Scenarios(["BTC.spot", "BTC.vol"], rng.normal(size=(SCENARIOS, 2)) * [0.04, 0.05])
    kinds = ["call" if number % 2 else "put" for number in range(OPTIONS)]
    book = rk.instruments.Book(
        [rk.instruments.Option("BTC", 40e3 + 200 * k, "2027-03-26", kind, (-1.0) ** k) for k, kind in enumerate(kinds)]
    )

    def ours() -> float:
        losses = rk.scenarios.revalue(book, market, scenarios)
        losses.contributions(0.975)
        return losses.es(0.975)

    ours_time, peer_time = medians(ours, lambda: _by_numpy(book, market, scenarios), repeats=5)
    name = f"{OPTIONS} options x {SCENARIOS:,} scenarios, ES with components"
    yield Row(name, ours_time, peer_time, "NumPy", at_least=2.0, note="(goal 7x; NOTES.md)")
    total, weights = rng.standard_t(4, ATOMS), rng.random(ATOMS)

    def tail() -> float:
        losses = rk.LossDistribution(total, weights=weights)
        return losses.var(0.99) + losses.es(0.99)

    ours_time, peer_time = medians(tail, lambda: _by_sorting(total, weights))
    yield Row(f"VaR and ES of {ATOMS:,} weighted losses", ours_time, peer_time, "NumPy argsort", at_least=6.0)


def _by_numpy(book, market, scenarios) -> float:
    """Logarithms taken once, a table of all values, components from the tail."""
    moved, root = scenarios.apply(market), np.sqrt(YEARS)
    forward, deviation = moved["BTC.spot"], moved["BTC.vol"] * root
    logarithm = np.log(forward)
    today, values = book.value(market), np.empty((SCENARIOS, OPTIONS))
    for column, option in enumerate(book.positions):
        sign = 1.0 if option.kind == "call" else -1.0
        d1 = (logarithm - np.log(option.strike)) / deviation + 0.5 * deviation
        values[:, column] = forward * ndtr(sign * d1) - option.strike * ndtr(sign * (d1 - deviation))
        values[:, column] *= sign * option.quantity
    losses = today - values
    total = losses.sum(axis=1)
    count = SCENARIOS // 40
    tail = np.argpartition(total, -count)[-count:]
    return float(losses[tail].mean(axis=0).sum())


def _by_sorting(total, weights) -> float:
    order = np.argsort(total)
    reached = np.cumsum(weights[order])
    at = np.searchsorted(reached, 0.99 * reached[-1])
    tail = order[at:]
    return float(total[order[at]] + (total[tail] * weights[tail]).sum() / weights[tail].sum())

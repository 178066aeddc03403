"""Does the work behind an explorer's slider get in the way? Key press to redraw, in JupyterLab.

Two explorers of a kind stand in one notebook with the same JavaScript: one answers each press as the library does, the
other with what it already has. Presses take turns between the two, always to a setting not seen before.
"""

import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.jupyterlab import chromium, explorers, laboratory, move, press, stops
from benchmarks.measure import Row

PRESSES, WARM_UP = 25, 3
Times = tuple[float, float]  # to the first picture, to the whole one

RETURNS = """
import numpy as np, pandas as pd, riskkit as rk

def constant(kind):
    class ConstantExplorer(kind):
        def _compute(self, *setting):
            if not hasattr(self, "_kept"):
                self._kept = super()._compute(*setting)
            return self._kept
    return ConstantExplorer

def simulated(seed, days):  # a GARCH(1,1) with daily volatility 1 %
    variance, values = 1e-4, []
    for shock in np.random.default_rng(seed).standard_t(6, days) * np.sqrt(4 / 6):
        values.append(np.sqrt(variance) * shock)
        variance = 2e-6 + 0.08 * values[-1] ** 2 + 0.90 * variance
    return pd.Series(values, pd.date_range("2005", periods=days), name="GARCH-t, simulated")
"""
SOURCES = {
    "var": """
kind, returns, days = rk.widgets.VarExplorer, simulated(1, 3_000), {"days": 1_000}
""",
    "volatility": """
kind, returns, days = rk.widgets.VolatilityExplorer, simulated(1, 6_000), {"days": 4_000}
""",
    "copula": """
kind, days = rk.widgets.CopulaExplorer, {}
returns = pd.DataFrame({"BTC": simulated(1, 2_000), "ETH": simulated(1, 2_000) + simulated(2, 2_000)})
""",
}
SHOWN = """
display(kind(returns, **days), constant(kind)(returns, **days))
"""


@dataclass(frozen=True)
class Promise:
    """How many times the constant answer a press may take, to the first picture and to the whole one where they differ.

    Presses go over the upper two thirds of the control; where that is not enough, ``fresh`` is moved on between them,
    untimed, so that no setting comes twice.
    """

    explorer: str
    control: str
    at_most: float
    whole_at_most: float | None = None
    chosen: dict[str, str] = field(default_factory=dict)
    fresh: str = ""


PROMISES = [
    Promise("var", "window", 2.0, chosen={"model": "Historical simulation"}),
    Promise("var", "decay", 2.0, chosen={"model": "Filtered historical (EWMA)"}),
    Promise("var", "level", 2.0, chosen={"model": "GARCH-t"}),
    Promise("var", "window", 3.0, chosen={"model": "GARCH-t"}),  # 1,000 maximum-likelihood fits behind each press
    Promise("volatility", "window", 2.0, 3.0, chosen={"model": "GARCH"}),  # 4,000 of them
    Promise("volatility", "model", 2.0, 4.0, fresh="window"),
    Promise("volatility", "law", 2.0, 3.0, chosen={"model": "GARCH"}, fresh="window"),
    Promise("volatility", "horizon", 2.0, fresh="window"),
    Promise("copula", "tau", 2.0, chosen={"family": "Normal"}, fresh="fall"),
    Promise("copula", "tau", 3.0, chosen={"family": "Student-t"}, fresh="nu"),
    Promise("copula", "tau", 3.0, chosen={"family": "Skew-t"}, fresh="nu"),
    Promise("copula", "fall", 2.0, chosen={"family": "Student-t"}),
]


def rows() -> Iterator[Row]:
    from playwright.sync_api import sync_playwright

    cells = {name: RETURNS + source + SHOWN for name, source in SOURCES.items()}
    with (
        tempfile.TemporaryDirectory() as folder,
        laboratory(Path(folder), cells) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for name in SOURCES:
            with explorers(browser, address, name) as (page, both):
                for promise in (one for one in PROMISES if one.explorer == name):
                    yield from _rows(promise, *_presses(page, both, promise))
        browser.close()


def _rows(promise: Promise, ours: list[Times], peer: list[Times]) -> Iterator[Row]:
    what = f"press, {promise.explorer}: " + ", ".join([promise.control, *promise.chosen.values()])
    note = f"(median of {PRESSES} presses)"
    for name, part, most in ((what, 0, promise.at_most), (f"{what}, whole", 1, promise.whole_at_most)):
        if most is not None:
            medians = (statistics.median(times[part] for times in record) for record in (ours, peer))
            yield Row(name, *medians, "no computation", at_most=most, note=note)


def _presses(page: Any, both: list[Any], promise: Promise) -> tuple[list[Times], list[Times]]:
    """Times of both explorers, pressing them in turn."""
    for explorer in both:
        for menu, choice in promise.chosen.items():
            move(page, explorer, menu, choice)
    last = stops(both[0], promise.control) - 1
    first = int(0.28 * last)
    times: tuple[list[Times], list[Times]] = ([], [])
    for number in range(WARM_UP + PRESSES):
        turn, place = divmod(number, last - first)
        both_times = list(zip(both, times, strict=True))
        for explorer, record in both_times if number % 2 else both_times[::-1]:
            move(page, explorer, promise.control, first + place)
            if promise.fresh:  # after the control, so that what the press asks for is new
                move(page, explorer, promise.fresh, turn)
            seconds = press(page, explorer, promise.control)
            if number >= WARM_UP:
                record.append(seconds)
    return times

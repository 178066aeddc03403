"""The kernels in a page: 500 daily refits of GARCH(1,1)-t in headless Chromium, against `arch` on the same machine.

The page is opened from a file, with the network blocked, as a reader opens the book; time is taken in the page, from the
returns to the optima, everything included that crosses to its workers and back.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import arch.data.sp500
import numpy as np
import pandas as pd

from benchmarks.bench_garch import DAYS, refitted
from benchmarks.bench_widget import chromium
from benchmarks.measure import Row, medians
from riskkit.widgets.static_page import page_engine

WINDOWS, WINDOW = 500, 1_000
WARM_UP = 8  # rolls until the browser has compiled the kernels for the second time, at full speed
ROLL = "async ([engine, y]) => void (await engine.garchRoll(y, {window}))".replace("{window}", str(WINDOW))
OPENED = """async ({ code, binary, returns }) => {
    const { openEngine } = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    return [await openEngine(binary), Float64Array.from(returns)];
}"""


def rows() -> Iterator[Row]:
    from playwright.sync_api import sync_playwright

    returns = np.log(arch.data.sp500.load()["Adj Close"]).diff().dropna().iloc[2_000 : 2_000 + WINDOW + WINDOWS - 1]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = opened(browser, Path(folder))
        handle = page.evaluate_handle(OPENED, page_engine() | {"returns": returns.tolist()})
        yield compared(page, handle, returns)
        browser.close()


def opened(browser: Any, folder: Path) -> Any:
    """Open an empty page from a file, with no network."""
    (folder / "page.html").write_text("<!doctype html>")
    page = browser.new_context(offline=True).new_page()
    page.goto((folder / "page.html").as_uri())
    return page


def compared(page: Any, handle: Any, returns: pd.Series) -> Row:
    """Seconds per refit, in the page and by the peer."""
    for _ in range(WARM_UP):
        page.evaluate(ROLL, handle)
    workers = page.evaluate("navigator.hardwareConcurrency")
    seconds, peer = medians(lambda: page.evaluate(ROLL, handle), lambda: refitted(returns.iloc[: WINDOW + DAYS]))
    name = f"GARCH(1,1)-t in Chromium, a daily refit of {WINDOW}"
    note = f"({WINDOWS / seconds:,.0f} windows per second, {min(workers, 4)} workers)"
    return Row(name, seconds / WINDOWS, peer / DAYS, "arch, warm-started", at_least=80, note=note)

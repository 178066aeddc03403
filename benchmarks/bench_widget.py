"""Does the backtest behind the explorer's slider get in the way? Key press to redraw, in JupyterLab.

Two explorers stand in one notebook with the same JavaScript: one re-runs 1,000 one-day-ahead forecasts at each press, the
other answers with what it already has. Presses take turns between the two, always to a setting not seen before.
"""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measure import Row

PRESSES, WARM_UP = 25, 3
SECONDS = 90  # for JupyterLab to start, and for the explorers to appear
# Model, the control that is pressed, how many times the constant answer it may take.
PROMISES = [
    ("Historical simulation", "window", 2.0),
    ("Filtered historical (EWMA)", "decay", 2.0),
    ("GARCH-t", "level", 2.0),
    ("GARCH-t", "window", 3.0),  # 1,000 maximum-likelihood fits behind each press; 2x is the goal (NOTES.md)
]

SOURCE = """
import numpy as np, pandas as pd, riskkit as rk

class ConstantExplorer(rk.widgets.VarExplorer):
    def _compute(self, *setting):
        if not hasattr(self, "_kept"):
            self._kept = super()._compute(*setting)
        return self._kept

shocks, variance, values = np.random.default_rng(1).standard_t(6, 3_000) * np.sqrt(4 / 6), 1e-4, []
for shock in shocks:  # a GARCH(1,1) with daily volatility 1 %
    values.append(np.sqrt(variance) * shock)
    variance = 2e-6 + 0.08 * values[-1] ** 2 + 0.90 * variance
returns = pd.Series(values, pd.date_range("2015", periods=3_000), name="GARCH-t, simulated")
display(rk.widgets.VarExplorer(returns, days=1_000), ConstantExplorer(returns, days=1_000))
"""

# From the input event of a key press to the first frame after the VaR line was set.
TIMED = """
([root, control]) => new Promise((done) => {
  let start = 0;
  const press = () => (start = performance.now());
  root.querySelector(`.${control} input`).addEventListener("input", press, { once: true, capture: true });
  const seen = new MutationObserver(() => {
    seen.disconnect();
    requestAnimationFrame(() => done(performance.now() - start));
  });
  seen.observe(root.querySelector("svg path.var"), { attributes: true });
})
"""


def rows() -> Iterator[Row]:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, laboratory(Path(folder)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 1800})
        explorers = opened(page, address)
        for model, control, most in PROMISES:
            ours, peer = presses(page, explorers, model, control)
            name = f"slider to redraw in JupyterLab: {model}"
            yield Row(name, ours, peer, "no computation", at_most=most, note=f"(median of {PRESSES} presses of {control})")
        browser.close()


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise RuntimeError("bench_widget needs a Chromium browser and found none; install Debian's package chromium")
    return found


@contextmanager
def laboratory(folder: Path) -> Iterator[str]:
    """Run JupyterLab on the loopback address over a folder of its own."""
    cell = {"cell_type": "code", "id": "one", "metadata": {}, "outputs": [], "execution_count": None, "source": SOURCE}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    (folder / "latency.ipynb").write_text(
        json.dumps({"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    private = (
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_RUNTIME_DIR",
        "JUPYTERLAB_WORKSPACES_DIR",
        "JUPYTERLAB_SETTINGS_DIR",
        "IPYTHONDIR",
    )
    root = str(Path(__file__).parents[1])
    environment = os.environ | {name: str(folder / name.lower()) for name in private}
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH")))), "TQDM_DISABLE": "1"}
    environment.pop("RISKKIT_BOOK", None)
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    options += ["--IdentityProvider.token=", f"--ServerApp.root_dir={folder}", "--expose-app-in-browser"]
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
        try:
            answering(server, port, folder / "log")
            yield f"http://127.0.0.1:{port}/lab/tree/latency.ipynb"
        finally:
            server.terminate()
            server.wait(timeout=30)


def answering(server: subprocess.Popen, port: int, log: Path) -> None:
    """Wait until the server answers."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1.0)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


def opened(page: Any, address: str) -> list[Any]:
    """Open the notebook, run it, and return the two explorers."""
    page.goto(address)
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel", timeout=1e3 * SECONDS)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function("document.querySelectorAll('.riskkit-explorer').length === 2", timeout=1e3 * SECONDS)
    return page.query_selector_all(".riskkit-explorer")


def presses(page: Any, explorers: list[Any], model: str, control: str) -> tuple[float, float]:
    """Median seconds of both explorers under one model, pressing them in turn."""
    for explorer in explorers:
        explorer.query_selector(".model select").select_option(model)
        slider = explorer.query_selector(f".{control} input")
        slider.evaluate("input => { input.value = Math.floor(0.28 * input.max); input.dispatchEvent(new Event('input')); }")
        page.wait_for_function("root => !root.classList.contains('waiting')", arg=explorer)
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(WARM_UP + PRESSES):
        turn = list(zip(explorers, times, strict=True))
        for explorer, record in turn if number % 2 else turn[::-1]:
            explorer.query_selector(f".{control} input").focus()
            page.wait_for_timeout(100)  # what the last press left to do is done
            timed = page.evaluate_handle(f"async (given) => ({{ wait: ({TIMED})(given) }})", [explorer, control])
            page.keyboard.press("ArrowRight")
            seconds = timed.evaluate("({ wait }) => wait") / 1e3
            if number >= WARM_UP:
                record.append(seconds)
    return statistics.median(times[0]), statistics.median(times[1])

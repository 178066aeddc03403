"""JupyterLab on the loopback address, a notebook of one cell in it, and the time from a key press to the redraw."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECONDS = 90  # for JupyterLab to start, and for the explorers to appear
PRIVATE = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_WORKSPACES_DIR", "JUPYTERLAB_SETTINGS_DIR", "IPYTHONDIR")

# From the input event of a key press to the first frame after the picture changed, and to that of the whole picture:
# the volatility explorer shows every eighth day first, and says so.
TIMED = """
([root, control]) => new Promise((done) => {
  let [start, first] = [0, 0];
  const press = () => (start = performance.now());
  const input = root.querySelector(`.${control} :is(input, select)`);
  input.addEventListener("input", press, { once: true, capture: true });
  const seen = new MutationObserver(() => {
    const whole = !root.textContent.includes("Every eighth day so far");
    if (whole) seen.disconnect();
    requestAnimationFrame(() => {
      first ||= performance.now() - start;
      if (whole) done([first, performance.now() - start]);
    });
  });
  seen.observe(root.querySelector(".plot"), { attributes: true, childList: true, subtree: true });
})
"""

# A slider to a stop by its number, a menu to a choice by its number or name; one that stands there already is left alone.
MOVED = """
([root, control, to]) => {
  const input = root.querySelector(`.${control} :is(input, select)`);
  const menu = input.tagName === "SELECT";
  const number = typeof to === "number" ? to : [...input.options].findIndex((one) => one.value === to);
  const place = menu ? "selectedIndex" : "value";
  if (Number(input[place]) === number) return;
  input[place] = number;
  input.dispatchEvent(new Event(menu ? "change" : "input"));
}
"""
AT_REST = "root => !root.classList.contains('waiting') && !root.textContent.includes('Every eighth day so far')"
STOPS = "input => (input.tagName === 'SELECT' ? input.options.length : Number(input.max) + 1)"


def chromium() -> str:
    """Return the program of a Chromium browser."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise RuntimeError("bench_widget needs a Chromium browser and found none; install Debian's package chromium")
    return found


@contextmanager
def laboratory(folder: Path, cells: dict[str, str]) -> Iterator[str]:
    """Run JupyterLab over a folder of its own with a notebook of one cell for each name; yield its address."""
    for name, source in cells.items():
        cell = {"cell_type": "code", "id": "one", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        notebook = {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = str(Path(__file__).parents[1])
    environment = os.environ | {name: str(folder / name.lower()) for name in PRIVATE}
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH")))), "TQDM_DISABLE": "1"}
    environment.pop("RISKKIT_BOOK", None)
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    options += ["--IdentityProvider.token=", f"--ServerApp.root_dir={folder}", "--expose-app-in-browser"]
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
        try:
            _answering(server, port, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=30)


def _answering(server: subprocess.Popen, port: int, log: Path) -> None:
    """Wait until the server answers."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1.0)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@contextmanager
def explorers(browser: Any, address: str, name: str) -> Iterator[tuple[Any, list[Any]]]:
    """Open a notebook, run it, yield the page and the two explorers in it; its kernel ends with it."""
    page = browser.new_page(viewport={"width": 1200, "height": 2600})
    page.goto(f"{address}/lab/workspaces/{name}/tree/{name}.ipynb")
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel", timeout=1e3 * SECONDS)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function("document.querySelectorAll('.riskkit-explorer').length === 2", timeout=1e3 * SECONDS)
    yield page, page.query_selector_all(".riskkit-explorer")
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()


def stops(explorer: Any, control: str) -> int:
    """Return how many places a control has."""
    return int(explorer.query_selector(f".{control} :is(input, select)").evaluate(STOPS))


def move(page: Any, explorer: Any, control: str, to: int | str) -> None:
    """Set a slider to a stop by its number, or a menu to a choice by number or name; wait for the answer."""
    page.evaluate(MOVED, [explorer, control, to])
    page.wait_for_function(AT_REST, arg=explorer)


def press(page: Any, explorer: Any, control: str) -> tuple[float, float]:
    """Move a control on by one with a key; return the seconds to the first picture and to the whole one."""
    target = explorer.query_selector(f".{control} :is(input, select)")
    target.focus()
    page.wait_for_timeout(100)  # what the last press left to do is done
    timed = page.evaluate_handle(f"async (given) => ({{ wait: ({TIMED})(given) }})", [explorer, control])
    page.keyboard.press("ArrowRight" if target.get_attribute("type") == "range" else "ArrowDown")
    first, whole = timed.evaluate("({ wait }) => wait")
    return first / 1e3, whole / 1e3

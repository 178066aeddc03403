"""Where the real data and the published figures lie when they lie beside the project, and a browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


def _folder(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"no ../shared/{name} beside the project")
    return folder


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of reference data with published figures."""
    return _folder("reference")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real market data."""
    return _folder("data")


@pytest.fixture(scope="session")
def missing() -> Callable[[str], None]:
    """Skip with a reason; where RISKKIT_BOOK_REQUIRED is set, as in CI, what is missing is a failure."""
    return pytest.fail if os.environ.get("RISKKIT_BOOK_REQUIRED") else pytest.skip


# not for the session: while playwright's driver runs, nothing else in the process can run an event loop
@pytest.fixture(scope="module")
def chromium(missing: Callable[[str], None]) -> Iterator[object]:
    """Debian's Chromium, driven by playwright."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        missing("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()

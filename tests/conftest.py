"""Where the real data and the published figures lie when they lie beside the project; and one browser for all tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import missing
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
def chromium() -> Iterator[object]:
    """Debian's Chromium, driven by playwright, without background traffic; pages open it with ``offline=True``."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        missing.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()

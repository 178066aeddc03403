"""The built book and a browser that cannot reach anything."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HTML = ROOT / "book" / "_build" / "html"
SCREENS = ROOT / "artefacts" / "screens"


@pytest.fixture(scope="session")
def built_book() -> Path:
    """Folder of the built pages."""
    if not (HTML / "index.html").exists():
        pytest.skip("the book is not built; run 'make book' first")
    return HTML


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Debian's Chromium, driven by playwright, cut off from every network."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def screens() -> Path:
    """Folder for screenshots, kept as build artefacts."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    return SCREENS

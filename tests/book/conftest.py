"""The built book and a browser that cannot reach anything."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HTML = ROOT / "book" / "_build" / "html"
STAMP = ROOT / "book" / "_build" / "built"
SCREENS = ROOT / "artefacts" / "screens"
SOURCES = (
    *("riskkit/**/*.py", "riskkit/**/*.js", "riskkit/**/*.css", "riskkit_ext/*.pyx", "riskkit_ext/include/*.h"),
    *("notebooks/*.ipynb", "notebooks/images/*", "book/*.*", "book/_ext/*.py", "book/_static/*", "data/*.*"),
)


def _missing(reason: str) -> None:
    """Skip with a reason; in CI, which sets RISKKIT_BOOK_REQUIRED, what is missing is a failure."""
    if os.environ.get("RISKKIT_BOOK_REQUIRED"):
        pytest.fail(reason)
    pytest.skip(reason)


def _newer_than_the_book() -> list[str]:
    built = STAMP.stat().st_mtime
    files = (path for pattern in SOURCES for path in ROOT.glob(pattern))
    return [str(path.relative_to(ROOT)) for path in files if path.stat().st_mtime > built]


@pytest.fixture(scope="session")
def built_book() -> Path:
    """Folder of the built pages, made from the sources as they are now."""
    if not STAMP.exists():
        _missing("the book is not built; run 'make book' first")
    changed = _newer_than_the_book()
    if changed:
        _missing(f"the book is older than {changed[0]}; run 'make book' first")
    return HTML


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Debian's Chromium, driven by playwright, cut off from every network."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        _missing("no Chromium on this machine")
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

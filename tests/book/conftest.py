"""The built book, made from the sources as they are now."""

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HTML = ROOT / "book" / "_build" / "html"
STAMP = ROOT / "book" / "_build" / "built"
SCREENS = ROOT / "artefacts" / "screens"
SOURCES = (
    *(
        "riskkit/**/*.py",
        "riskkit/**/*.js",
        "riskkit/**/*.css",
        "riskkit/**/*.wasm",
        "riskkit_ext/*.pyx",
        "riskkit_ext/include/*.h",
    ),
    *("notebooks/*.ipynb", "notebooks/images/*", "book/*.*", "book/_ext/*.py", "book/_static/*", "data/*.*"),
)


def _newer_than_the_book() -> list[str]:
    built = STAMP.stat().st_mtime
    files = (path for pattern in SOURCES for path in ROOT.glob(pattern))
    return [str(path.relative_to(ROOT)) for path in files if path.stat().st_mtime > built]


@pytest.fixture(scope="session")
def built_book(missing: Callable[[str], None]) -> Path:
    """Folder of the built pages, made from the sources as they are now."""
    if not STAMP.exists():
        missing("the book is not built; run 'make book' first")
    changed = _newer_than_the_book()
    if changed:
        missing(f"the book is older than {changed[0]}; run 'make book' first")
    return HTML


@pytest.fixture(scope="session")
def screens() -> Path:
    """Folder for screenshots, kept as build artefacts."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    return SCREENS

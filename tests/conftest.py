"""Where the real data and the published figures lie when they lie beside the project."""

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

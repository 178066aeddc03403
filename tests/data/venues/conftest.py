"""Servers on this machine that play venues, and pauses that take no time."""

from collections.abc import Iterator

import pytest
from played.server import Server
from played.venue import Venue

from riskkit.data.venues import transport


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def venue() -> Iterator[Venue]:
    venue = Venue()
    yield venue
    venue.close()


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Wait nowhere, and remember for how long it would have been."""
    waited: list[float] = []
    monkeypatch.setattr(transport, "pause", waited.append)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    return waited

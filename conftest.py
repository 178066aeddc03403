"""For every test and every docstring example: names that need no import, no network, and a cache of its own."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd
import pytest

import riskkit


@pytest.fixture(autouse=True)
def _example_names(doctest_namespace: dict[str, object]) -> None:
    """Give docstring examples the names that numpydoc lets them use."""
    doctest_namespace.update(np=np, pd=pd, rk=riskkit)


@pytest.fixture(scope="session")
def _caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("caches")


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, _caches: Path) -> None:
    """Keep a developer's settings and cached data out of the tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(_caches / uuid4().hex))
    for name in ("RISKKIT_OFFLINE", "RISKKIT_DATA"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Fail a test that asks for anything but this machine; what it asked for is in the list."""
    asked: list[str] = []

    def refuse(what: str) -> None:
        asked.append(what)
        pytest.fail(f"this test uses the network: {what}; a server on 127.0.0.1 can play the other side")

    def guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
        def call(own: socket.socket, address: Any) -> Any:
            if own.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
                refuse(f"{connect.__name__} to {address[0]}:{address[1]}")
            return connect(own, address)

        return call

    look_up = socket.getaddrinfo

    def look_up_guarded(host: Any, *rest: Any, **named: Any) -> Any:
        if not _is_here(host):
            refuse(f"look-up of {host}")
        return look_up(host, *rest, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", look_up_guarded)
    yield asked
    if asked:  # told again, because a thread or an `except BaseException` may have swallowed it
        pytest.fail(f"this test used the network: {', '.join(asked)}")


def _is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        return name == "localhost" or ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False

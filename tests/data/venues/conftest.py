"""A venue that is played on the loopback: what it answers is typed by hand, what it was asked is kept."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pytest


class Venue:
    """Answers every GET by ``play(path, params)``: a JSON value, or a status and a JSON value."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.now = pd.Timestamp("2024-07-01", tz="UTC")
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.play: Callable[[str, dict[str, str]], Any] = lambda path, params: {}


@pytest.fixture
def venue(monkeypatch, tmp_path) -> Iterator[Venue]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            params = dict(parse_qsl(parts.query, keep_blank_values=True))
            played.asked.append((parts.path, params))
            answer = played.play(parts.path, params)
            status, value = answer if isinstance(answer, tuple) else (200, answer)
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(played.now.timestamp())

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in ("RISKKIT_DATA", "RISKKIT_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played = Venue(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield played
    server.shutdown()
    thread.join()
    server.server_close()

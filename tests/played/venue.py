"""A venue that answers in JSON, played on this machine: what it answers is typed by hand, what it was asked is kept."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pandas as pd


class Venue:
    """Answers every GET by ``play(path, params)``: a JSON value, or a status and a JSON value; ``now`` is its clock."""

    def __init__(self) -> None:
        self.now = pd.Timestamp("2024-07-01", tz="UTC")
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.play: Callable[[str, dict[str, str]], Any] = lambda path, params: {}
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        venue = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                params = dict(parse_qsl(parts.query, keep_blank_values=True))
                venue.asked.append((parts.path, params))
                answer = venue.play(parts.path, params)
                status, value = answer if isinstance(answer, tuple) else (200, answer)
                body = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def date_time_string(self, timestamp: float | None = None) -> str:
                return super().date_time_string(venue.now.timestamp())

            def log_message(self, *_: object) -> None:
                pass

        return Handler

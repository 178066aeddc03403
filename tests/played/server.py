"""A server on this machine that plays what a script says."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd


@dataclass(frozen=True)
class Scene:
    """One answer; ``length`` is what Content-Length says (None: no such header), ``drip`` the seconds between pieces.

    A status of 0 hangs up. With ``chunks`` the body is sent that many times, chunked; ``whole`` sends the last chunk.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | str | None = -1  # the true one
    date: str | None = "now"
    drip: float = 0.0
    piece: int = 1
    chunks: int = 0
    whole: bool = True


def http_date(time: str | pd.Timestamp) -> str:
    return format_datetime(pd.Timestamp(time).tz_convert("UTC").to_pydatetime(warn=False), usegmt=True)


class Server:
    """Plays for each path its scenes one after another, the last one for ever; or what ``otherwise`` returns."""

    def __init__(self) -> None:
        self.scenes: dict[str, list[Scene]] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.otherwise: Callable[[str], Scene] = lambda path: Scene(404)
        self.closing = threading.Event()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def play(self, path: str, *scenes: Scene) -> str:
        """Set the scenes of a path and return its address."""
        self.scenes[path] = list(scenes)
        return self.url + path

    def close(self) -> None:
        self.closing.set()
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def next(self, path: str) -> Scene:
        self.asked.append(path)
        scenes = self.scenes.get(path.partition("?")[0])
        if scenes is None:
            return self.otherwise(path)
        return scenes.pop(0) if len(scenes) > 1 else scenes[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.headers.append(dict(self.headers.items()))
                _perform(self, server.next(self.path), server.closing)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _perform(handler: BaseHTTPRequestHandler, scene: Scene, closing: threading.Event) -> None:
    handler.close_connection = True
    if scene.status == 0:  # hangs up without a word
        return
    handler.send_response_only(scene.status)
    if scene.date is not None:
        handler.send_header("Date", handler.date_time_string() if scene.date == "now" else scene.date)
    if scene.length is not None and not scene.chunks:
        handler.send_header("Content-Length", str(len(scene.body) if scene.length == -1 else scene.length))
    for name, value in scene.headers.items():
        handler.send_header(name, value)
    with contextlib.suppress(OSError):  # the other side may have heard enough
        handler.end_headers()
        for part in _parts(scene):
            if scene.drip and closing.wait(scene.drip):
                return
            handler.wfile.write(part)


def _parts(scene: Scene) -> Iterator[bytes]:
    if scene.chunks:
        for _ in range(scene.chunks):
            yield b"%x\r\n%s\r\n" % (len(scene.body), scene.body)
        if scene.whole:
            yield b"0\r\n\r\n"
    elif scene.drip:
        yield from (scene.body[k : k + scene.piece] for k in range(0, len(scene.body), scene.piece))
    else:
        yield scene.body

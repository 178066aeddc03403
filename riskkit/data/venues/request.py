"""One request over HTTP, bounded in time and size; what to make of the answer is decided in transport.py."""

import queue
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import pandas as pd

from riskkit.errors import DataError

PATIENCE = (10.0, 30.0)  # seconds to connect, and between two parts of a body
PART = 1 << 16
FIRST_WORDS = 200
LATEST = pd.Timestamp("2200-01-01", tz="UTC")  # no clock is later, and one can still add to it


@dataclass(frozen=True)
class Answer:
    """What came back; of a body behind another status than 200 only the first words."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    time: pd.Timestamp


class Again(Exception):
    """A failure after which another try may help; ``after`` is how many seconds the server wants to be left alone."""

    def __init__(self, why: str, *, answered: bool = True, after: float = 0.0, until: str = "") -> None:
        super().__init__(why)
        self.answered, self.after, self.until = answered, after, until


def ask(url: str, most_bytes: int, seconds: float) -> Answer:
    """Ask once, in a thread: a server that drips a byte at a time never lets a read end, but the wait for it can end.

    Raises :class:`Again` where another try may help and a DataError where it cannot.
    """
    outcome: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()
    left = threading.Event()

    def work() -> None:
        try:
            outcome.put(_once(url, most_bytes, max(seconds, 0.1), left.is_set))
        except BaseException as failure:
            outcome.put(failure)

    threading.Thread(target=work, name=f"asks {url}", daemon=True).start()
    try:
        answer = outcome.get(timeout=max(seconds, 0.0))
    except queue.Empty:
        raise DataError(
            "the server is too slow", got=f"no complete answer in {seconds:.3g} s from {url}", expected="the whole body",
            remedy="try again later, or on a faster network",
        ) from None  # fmt: skip
    finally:
        left.set()
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _once(url: str, most_bytes: int, seconds: float, left: Callable[[], bool]) -> Answer:
    import requests

    try:
        with _sent(url, (min(PATIENCE[0], seconds), min(PATIENCE[1], seconds))) as answer:
            content = _body(url, answer, most_bytes, left) if answer.status_code == 200 else _first_words(answer)
            time = date_of(answer.headers.get("Date")) or pd.Timestamp.now("UTC")
            return Answer(answer.status_code, answer.headers, content, time)
    except requests.exceptions.SSLError as cause:
        raise DataError(
            "the server's certificate is not accepted", got=f"{cause} from {url}", expected="a valid certificate",
            remedy="check the clock and the proxy of this machine",
        ) from cause  # fmt: skip
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as cause:
        raise Again(f"the body broke off ({type(cause).__name__})") from cause
    except (requests.ConnectionError, requests.Timeout) as cause:
        raise Again(f"no connection ({type(cause).__name__})", answered=False) from cause
    except requests.RequestException as cause:
        raise DataError(
            "the answer cannot be read", got=f"{cause} from {url}", expected="HTTP", remedy="check the address"
        ) from cause


def _sent(url: str, patience: tuple[float, float]) -> Any:
    """Send one GET through the adapter itself: a session would read a redirect's body whole, and follow its cookies."""
    import requests

    session = _session()
    # identity: the bytes that arrive are the bytes that the size, the length and the checksum speak of
    headers = {"Accept-Encoding": "identity", "User-Agent": "riskkit"}
    request = session.prepare_request(requests.Request("GET", url, headers=headers))
    settings = session.merge_environment_settings(url, {}, True, None, None)
    return session.get_adapter(url).send(request, timeout=patience, **settings)


@cache
def _session() -> Any:
    """Return the one session, which keeps connections open between requests."""
    import requests

    return requests.Session()


def _body(url: str, answer: Any, most_bytes: int, left: Callable[[], bool]) -> bytes:
    told = answer.headers.get("Content-Length", "")
    length = int(told) if re.fullmatch(r"[0-9]{1,18}", told) else 0
    if length > most_bytes:
        raise _too_large(url, most_bytes)
    parts, size = [], 0
    for part in answer.iter_content(PART):
        parts.append(part)
        size += len(part)
        if size > most_bytes:
            raise _too_large(url, most_bytes)
        if left():
            break
    if answer.raw.tell() < length:  # urllib3 looks at this by itself only from version 2 on
        raise Again(f"the body broke off ({answer.raw.tell():,} of {length:,} bytes)")
    return b"".join(parts)


def _too_large(url: str, most_bytes: int) -> DataError:
    return DataError(
        "the body is too large", got=f"more than {most_bytes:,} bytes from {url}", expected=f"at most {most_bytes:,}",
        remedy="check the address, or ask for less",
    )  # fmt: skip


def _first_words(answer: Any) -> bytes:
    """Return the beginning of an error's body, in which some venues say what they did not like."""
    import requests

    try:
        return next(answer.iter_content(FIRST_WORDS), b"") if answer.status_code >= 400 else b""
    except requests.RequestException:  # the status says enough
        return b""


def date_of(header: str | None) -> pd.Timestamp | None:
    """Return the time in a header in UTC, None where it holds none."""
    try:
        date = pd.Timestamp(parsedate_to_datetime(header or ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(date.tz_localize("UTC") if date.tzinfo is None else date.tz_convert("UTC"), LATEST)

"""One GET over HTTPS: the body, where it came from, and the server's own time."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from riskkit.errors import DataError


@dataclass(frozen=True)
class Reply:
    """What a server answered: the body, the URL with its parameters, and the server's Date header."""

    content: bytes
    url: str
    time: pd.Timestamp


class NotThere(DataError):
    """The server answered 404."""


def get(
    url: str, params: Mapping[str, str] | None = None, *, most_bytes: int = 200_000_000, seconds: float = 120.0
) -> Reply:
    """Return the answer to a GET, or a DataError that holds the first words of the server's."""
    import requests

    if os.environ.get("RISKKIT_OFFLINE"):
        raise DataError("RISKKIT_OFFLINE forbids the network", got=url)
    try:
        answer = requests.get(url, params=params, timeout=seconds)
    except requests.RequestException as cause:
        raise DataError("the venue did not answer", got=str(cause), remedy="try again") from cause
    if not answer.ok or len(answer.content) > most_bytes:
        kind = NotThere if answer.status_code == 404 else DataError
        raise kind(f"{answer.url} was refused", got=f"HTTP {answer.status_code}: {answer.text[:300]}")
    return Reply(answer.content, answer.url, pd.Timestamp(answer.headers["Date"]).tz_convert("UTC"))

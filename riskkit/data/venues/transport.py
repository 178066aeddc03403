"""Asks a server for one document: within a total time, up to a size, and again only where asking again can help."""

import ipaddress
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import pandas as pd

from riskkit.data.venues.request import Again, Answer, ask, date_of
from riskkit.errors import DataError

OFFLINE = "RISKKIT_OFFLINE"
TRIES = 5
FIRST_PAUSE = 0.5  # seconds; each next one is twice as long
AGAIN = (429, 500, 502, 503, 504)
LONGEST = 366 * 86_400.0  # seconds; a Retry-After beyond a year means never
REFUSED = (401, 403, 451)
REDIRECTED = (301, 302, 303, 307, 308)
REDIRECTS = 3
OWN_FILES = "RISKKIT_DATA can name a folder with files of your own"


@dataclass(frozen=True)
class Reply:
    """What a server answered.

    Parameters
    ----------
    content : bytes
        The whole body.
    url : str
        What was asked for, parameters included.
    time : Timestamp
        The server's time (its ``Date`` header) in UTC; this machine's where there is none.
    """

    content: bytes
    url: str
    time: pd.Timestamp


class NotThere(DataError):
    """The server has no such document (404)."""


class NoNetwork(DataError):
    """No server was asked, because of ``RISKKIT_OFFLINE``, or none could be reached."""


def get(
    url: str, params: Mapping[str, str] | None = None, *, most_bytes: int = 200_000_000, seconds: float = 120.0
) -> Reply:
    """Return the body that a server sends for an address.

    A busy server (429, 500, 502, 503, 504), a lost connection and a truncated body are asked again, up to 5 times with
    growing pauses; ``Retry-After`` is honoured. Everything else that is no 200 is an error at once.

    Parameters
    ----------
    url : str
        http or https. Redirects are followed three times, to https only.
    params : mapping, optional
        The query.
    most_bytes : int
        Largest body that is taken.
    seconds : float
        Largest total time, pauses and further tries included.

    Returns
    -------
    Reply

    Raises
    ------
    NotThere
        404.
    NoNetwork
        ``RISKKIT_OFFLINE`` is set (to anything but 0), or no connection could be made.
    DataError
        Every other failure, with the address and what to do.

    Examples
    --------
    >>> get("ftp://example.org/prices.csv")
    Traceback (most recent call last):
    riskkit.errors.DataError: the address cannot be asked; got ftp://example.org/prices.csv; expected http:// or https://...
    """
    address = _address(url, params)
    if offline():
        raise NoNetwork(
            f"{OFFLINE} forbids the network", got=address, expected="only what is in the cache",
            remedy=f"unset {OFFLINE} to fetch it; or {OWN_FILES}",
        )  # fmt: skip
    deadline = time.monotonic() + seconds
    for tries in range(1, TRIES + 1):
        try:
            return _followed(address, most_bytes, deadline)
        except Again as again:
            failure = again
        wait = max(failure.after, FIRST_PAUSE * 2.0 ** (tries - 1))
        left = deadline - time.monotonic()
        if failure.after > left:
            raise _come_back(failure)
        if tries == TRIES or wait > left:
            break
        pause(wait)
    raise _gave_up(address, failure, tries)


def offline() -> bool:
    """Say whether ``RISKKIT_OFFLINE`` forbids the network."""
    return os.environ.get(OFFLINE, "") not in ("", "0")


def pause(seconds: float) -> None:
    """Wait before the next try."""
    time.sleep(seconds)


def _address(url: str, params: Mapping[str, str] | None) -> str:
    import requests

    try:
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname
        if scheme not in ("http", "https") or not host:
            raise ValueError("no such scheme")
        return str(requests.Request("GET", url, params=params).prepare().url)
    except ValueError as cause:  # requests' errors about addresses are ValueErrors too
        raise DataError(
            "the address cannot be asked", got=url, expected="http:// or https:// and a host", remedy="correct the address"
        ) from cause


def _followed(address: str, most_bytes: int, deadline: float) -> Reply:
    """Ask once, and once more for each redirect."""
    target = address
    for _ in range(REDIRECTS + 1):
        answer = ask(target, most_bytes, deadline - time.monotonic())
        if answer.status not in REDIRECTED:
            _judge(target, answer)
            return Reply(answer.content, address, answer.time)
        target = _redirected(target, answer.headers.get("Location", ""))
    raise DataError(
        "the server redirects without end", got=f"more than {REDIRECTS} redirects from {address}",
        expected="a document", remedy="try again later",
    )  # fmt: skip


def _redirected(url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        inside = parts.scheme == "http" and _loopback(parts.hostname) and _loopback(urlsplit(url).hostname)
    except ValueError:
        parts, inside = urlsplit(""), False
    if not location or not (inside or (parts.scheme == "https" and parts.hostname)):
        raise DataError(
            "the server redirects to where it must not", got=f"{location!r} from {url}", expected="an https:// address",
            remedy="check the address; a network that asks for a login redirects like this",
        )  # fmt: skip
    return target


def _loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _judge(url: str, answer: Answer) -> None:
    """Return for a 200 and raise for everything else."""
    got = f"{answer.status} from {url}"
    if answer.status == 200:
        return
    if answer.status == 404:
        raise NotThere("the server has no such document", got=got, remedy="check the name and the span")
    if answer.status in AGAIN:
        after = _retry_after(answer)
        until = (answer.time + pd.Timedelta(seconds=after)).ceil("s")
        raise Again(got, after=after, until=f"{until:%Y-%m-%d %H:%M:%S} UTC by the server's clock")
    if answer.status in REFUSED:
        raise DataError(
            "the venue refuses this address or region", got=got, expected="200",
            remedy=f"use another source or another network; or {OWN_FILES}",
        )  # fmt: skip
    words = " ".join(answer.content.decode("utf-8", "replace").split())
    raise DataError(
        "the server does not answer as it should", got=f"{got} {words!r}" if words else got, expected="200",
        remedy="check the request; the server's words, if any, say what it did not like",
    )  # fmt: skip


def _retry_after(answer: Answer) -> float:
    """Return the seconds that the server wants to be left alone; a date is measured against the server's own clock."""
    told = answer.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", told):
        return min(float(told), LONGEST)
    date = date_of(told)
    return 0.0 if date is None else min(max(0.0, (date - answer.time).total_seconds()), LONGEST)


def _come_back(failure: Again) -> DataError:
    return DataError(
        "the server asks to be left alone", got=str(failure), expected="200",
        remedy=f"come back in {failure.after:,.0f} s, at {failure.until}",
    )  # fmt: skip


def _gave_up(url: str, failure: Again, tries: int) -> DataError:
    if failure.answered:
        return DataError(
            "the server does not deliver", got=f"{failure} after {tries} tries of {url}", expected="200 and a whole body",
            remedy="try again later",
        )  # fmt: skip
    return NoNetwork(
        "the server cannot be reached", got=f"{failure} after {tries} tries of {url}", expected="an answer",
        remedy=f"check the network and its proxy; or {OWN_FILES}",
    )  # fmt: skip

"""Keeps the months that were fetched, so that each is fetched once, and proves what it reads.

``<folder>/<source>/<symbol>/<interval>/2024-01.json`` is the manifest of a month: where it came from, and which Parquet
file beside it holds it. That file's name contains its own hash, and moving the manifest into place is the commit. So a
month is either whole or absent, whenever a process dies and however many fill the same folder at once.
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from riskkit.data.protocol import Time, span
from riskkit.data.venues.transport import OFFLINE, NoNetwork, offline
from riskkit.errors import DataError
from riskkit.parallel import silent

SCHEMA = 1  # of manifest and Parquet; a month of another schema is fetched again
OWN_FOLDER = "RISKKIT_DATA"
WORD = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
STALE = 3600.0  # seconds after which a file that no manifest names was left by a process that died


@dataclass(frozen=True)
class Fetched:
    """One month as its source gave it.

    Parameters
    ----------
    table : DataFrame
        The checked rows of the month.
    url, sha256 : str
        Where the body came from, and its hash as it was received.
    time : Timestamp
        The server's time of the answer, UTC.
    complete : bool
        False for a month that may still grow: it is returned, but not kept.
    """

    table: pd.DataFrame
    url: str
    sha256: str
    time: pd.Timestamp
    complete: bool = True


def folder() -> Path:
    """Return the folder of the cache: ``$RISKKIT_DATA/cache`` where that is set, else the user's own cache folder."""
    own = os.environ.get(OWN_FOLDER)
    if own and not Path(own).is_dir():
        raise DataError(
            f"the environment variable {OWN_FOLDER} names no folder", got=repr(own), expected="an existing folder",
            remedy=f"correct it, or unset {OWN_FOLDER} to use the cache folder of the user",
        )  # fmt: skip
    if own:
        return Path(own, "cache")
    base = os.environ.get("XDG_CACHE_HOME", "")
    return Path(base if os.path.isabs(base) else Path("~/.cache").expanduser(), "riskkit")


def months(start: Time, end: Time) -> list[pd.Period]:
    """Return the months that start <= time < end touches.

    Examples
    --------
    >>> [str(month) for month in months("2023-12-15", "2024-02-01")]
    ['2023-12', '2024-01']
    """
    first, last = span(start, end)
    if first is None or last is None:
        raise DataError("the span is open", got=f"{first} to {last}", expected="a start and an end", remedy="name both")
    within = last - pd.Timedelta(1, "ns")
    return list(pd.period_range(first.tz_localize(None), within.tz_localize(None), freq="M"))


def monthly(
    source: str, symbol: str, interval: str, months: Sequence[pd.Period], fetch: Callable[[pd.Period], Fetched | None]
) -> pd.DataFrame:
    """Return months as one table, in the order of time, each from the cache or else from ``fetch``.

    Parameters
    ----------
    source, symbol, interval : str
        Where the months are kept; letters, digits, ``.``, ``_`` and ``-``.
    months : sequence of Period
        Which months.
    fetch : callable
        Returns a month, or None where the source has no such month; that is asked again the next time.

    Returns
    -------
    DataFrame
        The rows of all months that there are, without rows or columns where there is none; ``.attrs`` is empty.

    Raises
    ------
    DataError
        A name that cannot be a path; a kept file that was changed; a folder that cannot be written; months that are
        missing while ``RISKKIT_OFFLINE`` is set; whatever ``fetch`` raises. What was fetched before that is kept.

    Examples
    --------
    >>> def fetch(month):
    ...     days = pd.date_range(month.start_time, periods=2, tz="UTC")
    ...     table = pd.DataFrame({"close": [1.0, 2.0]}, index=days)
    ...     return Fetched(table, "https://example.org", "0" * 64, days[-1], complete=False)
    >>> monthly("example", "BTC", "1d", [pd.Period("2024-01"), pd.Period("2024-02")], fetch)["close"].tolist()
    [1.0, 2.0, 1.0, 2.0]
    """
    place = _place(source, symbol, interval)
    tables = {month: _kept(place, month) for month in sorted(set(months))}
    wanted = [month for month, table in tables.items() if table is None]
    if wanted and offline():
        raise NoNetwork(
            f"{OFFLINE} is set and the cache lacks {_few(wanted)} of {source} {symbol} {interval}", got=str(place),
            expected="every month of the span in the cache",
            remedy=f"unset {OFFLINE} to fetch them, or ask for a span that is in the cache",
        )  # fmt: skip
    with tqdm(wanted, desc=f"{source} {symbol} {interval}", unit="month", disable=silent() or not wanted) as progress:
        for month in progress:
            fetched = fetch(month)
            tables[month] = None if fetched is None else _taken(place, month, fetched)
    found = [table for table in tables.values() if table is not None]
    return pd.concat(found) if found else pd.DataFrame()


def kept(source: str, symbol: str, interval: str) -> list[pd.Period]:
    """Return the months that are in the cache, in the order of time; none where there is no folder.

    Examples
    --------
    >>> kept("example", "nothing", "1d")
    []
    """
    names = _place(source, symbol, interval).glob("*.json")
    return sorted(pd.Period(path.stem, "M") for path in names if MONTH.fullmatch(path.stem))


def _place(*words: str) -> Path:
    for word in words:
        if not WORD.fullmatch(word):
            raise DataError(
                "a name that cannot be a folder of the cache", got=repr(word),
                expected="letters, digits, '.', '_' and '-', not beginning with '.'", remedy="correct the name",
            )  # fmt: skip
    return folder().joinpath(*words)


def _few(missing: list[pd.Period]) -> str:
    names = ", ".join(map(str, missing[:6]))
    return names if len(missing) <= 6 else f"{names} and {len(missing) - 6} more months to {missing[-1]}"


def _kept(place: Path, month: pd.Period) -> pd.DataFrame | None:
    """Return a month from the cache; what is read is exactly what was hashed."""
    path = place / f"{month}.json"
    told, before = _manifest(path, month), None
    while told is not None and told != before:
        file = place / told["file"]
        try:
            content = file.read_bytes()
        except FileNotFoundError:  # another process may have replaced the month since the manifest was read
            told, before = _manifest(path, month), told
            continue
        except OSError as cause:
            raise _unusable(place, cause) from cause
        if hashlib.sha256(content).hexdigest() != told["parquet_sha256"]:
            raise DataError(
                "a file of the cache was changed after it was written", got=str(file),
                expected=f"the hash in {path.name}", remedy=f"delete {file} and {path}, then ask again",
            )  # fmt: skip
        return pd.read_parquet(BytesIO(content))
    if told is None:
        return None
    raise DataError(
        "a file of the cache is gone", got=str(place / told["file"]), expected=f"the file that {path.name} names",
        remedy=f"delete {path}, then ask again",
    )  # fmt: skip


def _manifest(path: Path, month: pd.Period) -> dict[str, Any] | None:
    """Return the manifest of a month; None where there is none of this schema."""
    try:
        told = json.loads(path.read_bytes())
        if told["schema"] != SCHEMA:
            return None
        if not re.fullmatch(rf"{month}\.[0-9a-f]{{12}}\.parquet", told["file"]):
            raise ValueError("not the name of a Parquet file of this month")
        return {"file": told["file"], "parquet_sha256": str(told["parquet_sha256"])}
    except FileNotFoundError:
        return None
    except OSError as cause:
        raise _unusable(path.parent, cause) from cause
    except (ValueError, TypeError, KeyError, RecursionError) as cause:
        raise DataError(
            "a manifest of the cache is broken", got=f"{path}: {cause}", expected="JSON as riskkit wrote it",
            remedy=f"delete {path}, then ask again",
        ) from cause  # fmt: skip


def _taken(place: Path, month: pd.Period, fetched: Fetched) -> pd.DataFrame:
    """Keep a month that is complete, and return it as it will be read from the cache."""
    table = fetched.table.copy(deep=False)
    table.attrs = {}
    content = table.to_parquet()
    if fetched.complete:
        digest = hashlib.sha256(content).hexdigest()
        name = f"{month}.{digest[:12]}.parquet"
        told = {
            "schema": SCHEMA, "file": name, "parquet_sha256": digest, "rows": len(table), "url": fetched.url,
            "sha256": fetched.sha256, "time": fetched.time.isoformat(),
        }  # fmt: skip
        try:
            place.mkdir(parents=True, exist_ok=True)
            _write(place / name, content)
            _write(place / f"{month}.json", json.dumps(told, indent=1).encode())
        except OSError as cause:
            raise _unusable(place, cause) from cause
        _tidy(place, month, name)
    return pd.read_parquet(BytesIO(content))


def _write(path: Path, content: bytes) -> None:
    """Write under another name and move: under its own name a file is never seen half written."""
    temporary = path.with_name(path.name.split(".")[0] + f".{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _tidy(place: Path, month: pd.Period, name: str) -> None:
    """Remove what processes that died left of this month; a young file may belong to one that lives."""
    for path in place.glob(f"{month}.*"):
        if path.suffix in (".tmp", ".parquet") and path.name != name:
            with contextlib.suppress(OSError):  # another process may be tidying too
                if time.time() - path.stat().st_mtime > STALE:
                    path.unlink()


def _unusable(place: Path, cause: OSError) -> DataError:
    return DataError(
        "the cache cannot be used", got=f"{cause.strerror or cause} ({place})", expected="a folder that can be written",
        remedy=f"set {OWN_FOLDER} to a folder of yours with room in it",
    )  # fmt: skip

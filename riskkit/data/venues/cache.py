"""Months of a venue's data, kept on this machine once they are complete."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Fetched:
    """One month as a venue gave it; an incomplete one is not kept."""

    table: pd.DataFrame
    url: str
    sha256: str
    time: pd.Timestamp
    complete: bool = True


def months(start: pd.Timestamp, end: pd.Timestamp) -> list[pd.Period]:
    """Return the months that the span start <= time < end touches."""
    first, last = (time.tz_convert("UTC").tz_localize(None) for time in (start, end - pd.Timedelta(1)))
    return list(pd.period_range(first, last, freq="M"))


def monthly(
    source: str, symbol: str, interval: str, months: Sequence[pd.Period], fetch: Callable[[pd.Period], Fetched | None]
) -> pd.DataFrame:
    """Return the months one behind another, each from the cache or else from fetch."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    folder = base / "riskkit" / source / symbol / interval
    tables = []
    for month in months:
        path = folder / f"{month}.parquet"
        if path.is_file():
            tables.append(pd.read_parquet(path))
            continue
        fetched = fetch(month)
        if fetched is not None:
            content = fetched.table.to_parquet()
            tables.append(pd.read_parquet(BytesIO(content)))
            if fetched.complete:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    return pd.concat(tables) if tables else pd.DataFrame()

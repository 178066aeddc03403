"""Market data in files on this machine: known ones by their documented names, a reader's own by theirs."""

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pandas as pd

from riskkit.data import local_files as files
from riskkit.data.protocol import (
    CHAIN,
    TIERS,
    Time,
    checked_chain,
    checked_funding,
    checked_tiers,
    cut,
    interval_of,
    time,
)
from riskkit.data.reading import SUFFIXES, read
from riskkit.errors import DataError


@dataclass(frozen=True)
class LocalFiles:
    """A source that reads the files of one folder.

    Parameters
    ----------
    folder : str or Path
        An existing folder. Each question looks for a file with a documented name first (:mod:`riskkit.data.local_files`
        lists them; their symbols are "BTC" for spot, "BTC-PERP" for a perpetual's bars, "BTCUSDT" for its funding,
        "BTC/USDT:USDT" for its tiers) and then for a file of your own:

        ===========================  ============================================================================
        ``prices("mine")``           ``mine.csv``, ``mine.csv.gz`` or ``mine.parquet``, as ``rk.data.read`` reads it
        ``bars("BTC", "1h")``        ``bars_1h`` (date symbol open high low close volume) or ``BTC_1h`` (no symbol)
        ``funding("BTC")``           ``funding`` (date symbol rate, perhaps hours)
        ``option_chain("BTC")``      ``options_BTC`` (asof price_unit and the columns of a chain)
        ``tiers("BTC")``             ``tiers`` (symbol and the columns of a ladder, perhaps as_of)
        ===========================  ============================================================================

    Examples
    --------
    >>> LocalFiles("no/such/folder")
    Traceback (most recent call last):
    riskkit.errors.DataError: the folder does not exist; got 'no/such/folder'; expected a folder with price files
    """

    folder: str | Path

    def __post_init__(self) -> None:
        if not Path(self.folder).is_dir():
            raise DataError("the folder does not exist", got=repr(str(self.folder)), expected="a folder with price files")

    def has(self, name: str) -> bool:
        """Say whether the folder holds prices of a name."""
        return self._path(name) is not None

    def prices(self, name: str) -> pd.DataFrame:
        """Return the prices of a name or file, as :func:`riskkit.data.read` reads them."""
        path, sentence = self._find(name)
        prices = read(path)
        if sentence:
            prices.attrs["source"] = f"{sentence}, {prices.attrs['source']}"
        return prices

    def bars(self, symbol: str, interval: str = "1d", start: Time = None, end: Time = None) -> pd.DataFrame:
        """Return the bars of one instrument; a day with fewer than 24 hours is left out, and the source counts them."""
        interval_of(interval)
        folder, stem = Path(self.folder), f"bars_{interval}"
        rows, there = files.with_symbol(folder, symbol, files.KNOWN_BARS.get(interval, ()), stem)
        single = files.own(folder, f"{symbol}_{interval}")
        if rows is None and single is not None:
            rows = files.rows_of(single).of(symbol)
        if rows is None:
            there += [path.name for path in self._named(f"*_{interval}") if not path.name.startswith(stem)]
            self._lack(f"{interval} bars of {symbol!r}", there, f"{stem} or {symbol}_{interval}")
        return cut(files.bars_from(rows, symbol, interval), start, end)

    def funding(self, symbol: str, start: Time = None, end: Time = None) -> pd.DataFrame:
        """Return the funding payments of one perpetual; hours from the file or from the spacing of its payments."""
        rows, there = files.with_symbol(Path(self.folder), symbol, files.KNOWN_FUNDING, "funding")
        if rows is None:
            self._lack(f"funding of {symbol!r}", there, "funding")
        return cut(checked_funding(f"{rows.path.name} {symbol}", files.with_hours(rows, symbol), rows.source), start, end)

    def option_chain(self, underlying: str, at: Time = None) -> pd.DataFrame:
        """Return the latest chain on an underlying, or the last one of the day ``at``."""
        path = files.own(Path(self.folder), f"options_{underlying}")
        if path is None:
            self._lack(
                f"options on {underlying!r}", [file.name for file in self._named("options_*")], f"options_{underlying}"
            )
        table, day = files.chains(path), time("at", at)
        times = pd.DatetimeIndex(table["asof"]).unique().sort_values()
        chosen = times if day is None else times[times.normalize() == day.normalize()]
        if chosen.empty:
            days = ", ".join(times.strftime("%Y-%m-%d").unique())
            raise DataError(f"{path.name} has no chain of that day", got=f"{day:%Y-%m-%d}", expected=f"one of {days}")
        asof = chosen[-1]
        chain = table[table["asof"] == asof]
        units = chain["price_unit"].unique().tolist()
        if len(units) != 1:
            raise DataError(f"{path.name} mixes price units", got=units, expected="one unit")
        source = f"{underlying} options as of {asof:%Y-%m-%d %H:%M} UTC, {path.name}"
        return checked_chain(path.name, chain[list(CHAIN)], source, asof, str(units[0]))

    def tiers(self, symbol: str, as_of: str | None = None) -> pd.DataFrame:
        """Return the ladder of one perpetual, the latest unless ``as_of`` names one as the file does ("2024-10")."""
        there: list[str] = []
        for path, what, _ in files.candidates(Path(self.folder), files.KNOWN_TIERS, "tiers"):
            table = files.ladders(path)
            mine = table[table["symbol"] == symbol]
            if len(mine):
                return _ladder(path, what, symbol, mine, as_of)
            there += table["symbol"].unique().tolist()
        return self._lack(f"tiers of {symbol!r}", there, "tiers")

    def _find(self, name: str) -> tuple[Path, str]:
        documented = files.PRICES.get(name)
        path = self._path(name)
        if path is None:
            there = ", ".join(sorted(path.name for path in self._named("*")))
            file = name if documented is None else documented.file
            raise DataError(
                f"the folder holds no prices {name!r}", got=there or "no CSV or Parquet file",
                expected=" or ".join(dict.fromkeys([file, *(f"{name}{suffix}" for suffix in SUFFIXES)])),
            )  # fmt: skip
        return path, documented.what if documented is not None and path.name == documented.file else ""

    def _path(self, name: str) -> Path | None:
        folder = Path(self.folder)
        documented = files.PRICES.get(name)
        path = folder / (name if documented is None else documented.file)
        return path if path.is_file() else files.own(folder, name)

    def _named(self, stem: str) -> list[Path]:
        return sorted(path for suffix in SUFFIXES for path in Path(self.folder).glob(f"{stem}{suffix}"))

    def _lack(self, what: str, there: list[str], stem: str) -> NoReturn:
        raise DataError(
            f"the folder holds no {what}", got=", ".join(dict.fromkeys(there)) or "no such file",
            expected=f"a symbol that is there, or a file {stem} with the suffix " + " or ".join(SUFFIXES),
        )  # fmt: skip


def _ladder(path: Path, what: str, symbol: str, table: pd.DataFrame, as_of: str | None) -> pd.DataFrame:
    dates = sorted(table["as_of"].unique())
    if as_of is not None and as_of not in dates:
        expected = "one of " + ", ".join(map(repr, dates))
        raise DataError(f"{path.name} has no ladder of that date", got=repr(as_of), expected=expected)
    chosen = dates[-1] if as_of is None else as_of
    source = f"{symbol}{f' as of {chosen}' if chosen else ''}, {what}{path.name}"
    ladder = table[table["as_of"] == chosen].sort_values("floor")
    return checked_tiers(f"{path.name} {symbol}", ladder[list(TIERS)], source)

"""Prices in files on this machine: known ones by their documented names, a reader's own by theirs."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from riskkit.data.reading import SUFFIXES, read
from riskkit.errors import DataError

# name -> (file, what it is); the sentence is completed by how the file was read
DOCUMENTED = {
    "crypto": ("crypto_spot_1d_17coins.csv.gz", "Binance spot, daily closes"),
    "crypto_hourly": ("crypto_spot_1h_close_17coins.parquet", "Binance spot, hourly closes"),
}


@dataclass(frozen=True)
class LocalFiles:
    """Prices read from the files of one folder.

    Parameters
    ----------
    folder : str or Path
        An existing folder. "crypto" is its ``crypto_spot_1d_17coins.csv.gz`` or else its ``crypto.csv``,
        ``crypto.csv.gz`` or ``crypto.parquet``; every other file is found by its name, with or without the suffix.

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

    def prices(self, name: str) -> pd.DataFrame:
        """Return the prices of a name or file, as :func:`riskkit.data.read` reads them."""
        path, sentence = self._find(name)
        prices = read(path)
        if sentence:
            prices.attrs["source"] = f"{sentence}, {prices.attrs['source']}"
        return prices

    def _find(self, name: str) -> tuple[Path, str]:
        folder = Path(self.folder)
        known, sentence = DOCUMENTED.get(name, (name, ""))
        if (folder / known).is_file():
            return folder / known, sentence
        for suffix in SUFFIXES:
            if (folder / f"{name}{suffix}").is_file():
                return folder / f"{name}{suffix}", ""
        there = sorted(path.name for path in folder.iterdir() if path.name.endswith(SUFFIXES))
        raise DataError(
            f"the folder holds no prices {name!r}", got=", ".join(there) or "no CSV or Parquet file",
            expected=" or ".join(dict.fromkeys([known, *(f"{name}{suffix}" for suffix in SUFFIXES)])),
        )  # fmt: skip

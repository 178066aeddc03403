"""Fetches a list of public market data into the cache: ``python -m riskkit.data``, or with ``--list`` only says what.

What is in the cache is not fetched again, so it can be stopped and started as one likes.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

import pandas as pd

from riskkit.data.venues import cache
from riskkit.data.venues.binance import BinanceArchive
from riskkit.data.venues.transport import NoNetwork
from riskkit.errors import DataError

START = "2020-01"
WANTED: dict[str, Callable[[BinanceArchive], pd.DataFrame]] = {
    "BTC, spot, daily bars": lambda archive: archive.bars("BTCUSDT", "1d", START),
    "ETH, spot, daily bars": lambda archive: archive.bars("ETHUSDT", "1d", START),
    "BTC, spot, hourly bars": lambda archive: archive.bars("BTCUSDT", "1h", START),
    "ETH, spot, hourly bars": lambda archive: archive.bars("ETHUSDT", "1h", START),
    "eight coins, spot, daily closes": lambda archive: archive.prices("crypto"),
    "BTC, perpetual, hourly bars with mark price": lambda archive: archive.bars("BTCUSDT-PERP", "1h", START),
    "ETH, perpetual, hourly bars with mark price": lambda archive: archive.bars("ETHUSDT-PERP", "1h", START),
    "BTC, perpetual, funding": lambda archive: archive.funding("BTCUSDT-PERP", START),
    "ETH, perpetual, funding": lambda archive: archive.funding("ETHUSDT-PERP", START),
}
WITHOUT_NETWORK = (
    "Without a network, set RISKKIT_DATA to a folder with files of your own, or do nothing: the chapters run on the "
    "invented market."
)


def main(arguments: Sequence[str] = (), archive: BinanceArchive | None = None) -> int:
    """Fetch everything, print what came and what did not, and return 1 when something did not."""
    parser = argparse.ArgumentParser(prog="python -m riskkit.data", description=__doc__)
    parser.add_argument("--list", action="store_true", help="only print what would be fetched")
    only_list = parser.parse_args(arguments).list
    archive = archive or BinanceArchive(start=START)
    try:
        folder = cache.folder()
    except DataError as cause:
        print(cause, file=sys.stderr)
        return 1
    print(f"{archive.base_url} to {folder}, from {START} to the last complete month")
    if only_list:
        print("\n".join(WANTED))
        return 0
    return _fetch(archive)


def _fetch(archive: BinanceArchive) -> int:
    failed = 0
    for title, fetch in WANTED.items():
        try:
            table = fetch(archive)
        except NoNetwork as cause:  # the next one would wait for the same server
            print(f"{title}: {cause}\n{WITHOUT_NETWORK}", file=sys.stderr)
            return 1
        except DataError as cause:
            failed += 1
            print(f"{title}: {cause}", file=sys.stderr)
        else:
            print(f"{title}: {len(table):,} rows, {table.index[0]} to {table.index[-1]}; {table.attrs['source']}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

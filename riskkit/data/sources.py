"""Prices by name, and the sources used when none is named."""

import os
from difflib import get_close_matches

import pandas as pd

from riskkit.data.local import LocalFiles
from riskkit.data.packaged import PackagedData
from riskkit.data.prices import table_of_prices
from riskkit.data.protocol import PriceSource
from riskkit.data.synthetic import SyntheticMarket
from riskkit.data.venues.fetched import FetchedPrices
from riskkit.errors import DataError

CRYPTO = ("crypto", "crypto_hourly")
NAMES = (*CRYPTO, "equities", "oil", "vix", "credit")
FOLDER = "RISKKIT_DATA"
FALLEN_BACK = "; no real prices at hand (make data fetches some)"


def load(name: str, source: PriceSource | None = None) -> pd.DataFrame:
    """Load a table of prices by its name.

    Parameters
    ----------
    name : str
        "crypto" (daily), "crypto_hourly", "equities", "oil", "vix" or "credit"; with a ``source`` of your own,
        whatever it knows.
    source : PriceSource, optional
        Where to take them from. By default crypto comes, in this order, from the files of the folder that the
        environment variable ``RISKKIT_DATA`` names (:class:`LocalFiles`), from what ``make data`` has fetched, and,
        where neither is there, from :class:`SyntheticMarket`, which says that it was fallen back on. A folder that is
        named and holds no crypto is an error. The rest comes from :class:`PackagedData`.

    Returns
    -------
    DataFrame of shape (T, N)
        One column per instrument, UTC index. ``.attrs["source"]`` is a sentence that says what the prices are.

    Raises
    ------
    DataError
        Unknown name, or a source that breaks the protocol.

    Examples
    --------
    >>> prices = load("equities")
    >>> prices.attrs["source"]
    'S&P 500 and NASDAQ Composite, daily adjusted closes 1999-2018, packaged with arch (from Yahoo Finance)'
    >>> prices.loc["2008-10-15"]
    S&P 500     907.840027
    NASDAQ     1628.329956
    Name: 2008-10-15 00:00:00+00:00, dtype: float64
    """
    fallen_back = ""
    if source is None:
        source = _default(name)
        fallen_back = FALLEN_BACK if isinstance(source, SyntheticMarket) else ""
    elif not isinstance(source, PriceSource):
        raise DataError("source gives no prices", got=repr(source), expected="an object with prices(name)")
    prices = table_of_prices(source.prices(name), name=f"prices {name!r} of {type(source).__name__}")
    if not prices.attrs.get("source"):
        raise DataError(
            "the source does not say what its prices are", got=type(source).__name__,
            expected='a sentence in .attrs["source"]'
        )  # fmt: skip
    prices.attrs["source"] += fallen_back
    return prices


def _default(name: str) -> PriceSource:
    if name not in NAMES:
        near = get_close_matches(str(name), NAMES, n=1)
        raise DataError(
            "no prices of that name", got=repr(name), expected="one of " + ", ".join(map(repr, NAMES)),
            remedy=f"did you mean {near[0]!r}?" if near else 'a file of your own: rk.data.read("prices.csv")',
        )  # fmt: skip
    if name not in CRYPTO:
        return PackagedData()
    folder = os.environ.get(FOLDER)
    if folder:
        files = _named(folder)
        return FetchedPrices() if not files.has(name) and FetchedPrices.at_hand(name) else files
    return FetchedPrices() if FetchedPrices.at_hand(name) else SyntheticMarket()


def _named(folder: str) -> LocalFiles:
    try:
        return LocalFiles(folder)
    except DataError as cause:
        raise DataError(
            f"the environment variable {FOLDER} names no folder", got=repr(folder),
            expected="a folder with price files",
            remedy=f"correct it, or unset {FOLDER} to use the synthetic market",
        ) from cause  # fmt: skip

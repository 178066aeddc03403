"""Which instrument a symbol meant at a time: an instrument is a venue, a symbol and a listing with its dates.

A symbol alone is no identity. Binance's LUNAUSDT was Terra until May 2022 and is another coin since; a series that runs
through both joins two coins. And a table of today's coins leaves out those that died, which flatters every past return:
:func:`survivorship` shows by how much.
"""

import numpy as np
import pandas as pd

from riskkit.data.facts import facts
from riskkit.data.prices import positive, table_of_prices
from riskkit.data.protocol import Time, span, time
from riskkit.errors import DataError

NEEDED = ("venue", "symbol", "listing", "first", "last")


def universe(listings: pd.DataFrame, at: Time) -> pd.DataFrame:
    """Return the listings that were valid at a time: first <= at < last.

    Parameters
    ----------
    listings : DataFrame
        Columns ``venue symbol listing first last``, times in UTC, such as ``facts("listings")``. No ``first``: listed
        since ever; no ``last``: still listed.
    at : Timestamp or str

    Examples
    --------
    >>> luna = facts("listings").query("symbol == 'LUNAUSDT'")
    >>> universe(luna, "2022-05-01")["asset"].tolist(), universe(luna, "2022-05-20")["asset"].tolist()
    (['Terra, today Terra Classic (LUNC)'], [])
    """
    when = time("at", at)
    if when is None:
        raise DataError("at is missing", got="None", expected="a time: the universe is one of a day")
    first, last = _ends(listings)
    result = listings[np.asarray((first <= when) & (when < last))]
    result.attrs = dict(listings.attrs)
    return result


def one_listing(venue: str, symbol: str, start: pd.Timestamp | None = None, end: pd.Timestamp | None = None) -> None:
    """Refuse a span of one symbol that touches two of its listings: the bars would be those of two coins.

    Parameters
    ----------
    venue, symbol : str
        As in ``facts("listings")``. What is not listed there passes: the table holds known cases only.
    start, end : Timestamp, optional
        The span, ``start <= time < end``. None stands for no end.

    Raises
    ------
    DataError
        Naming both listings and the spans that would be one coin each.

    Examples
    --------
    >>> one_listing("Binance", "LUNAUSDT", end=pd.Timestamp("2022-05-13", tz="UTC"))
    >>> one_listing("Binance", "LUNAUSDT", start=pd.Timestamp("2022-05-01", tz="UTC"))
    Traceback (most recent call last):
    riskkit.errors.DataError: LUNAUSDT at Binance was more than one coin in this span; got LUNA-1 and LUNA-2; ...
    """
    opens, closes = span(start, end)
    known = facts("listings")
    known = known[(known["venue"].str.lower() == venue.lower()) & (known["symbol"] == symbol)]
    first, last = _ends(known)
    touched = known[np.asarray((first < (closes or _ever())) & ((opens or _never()) < last))]
    if len(touched) > 1:
        columns = zip(touched["listing"], touched["asset"], touched["first"], touched["last"], strict=True)
        spans = [f"{listing} ({asset}): {_span(opened, ended)}" for listing, asset, opened, ended in columns]
        raise DataError(
            f"{symbol} at {venue} was more than one coin in this span", got=" and ".join(touched["listing"]),
            expected="a span within one listing", remedy="take one of " + "; ".join(spans),
        )  # fmt: skip


def survivorship(closes: pd.DataFrame) -> pd.DataFrame:
    """Return what 1 became in an index of the coins that were there, and in one of the coins that are left.

    Parameters
    ----------
    closes : DataFrame of shape (T, N)
        One column per listing, NaN before and after its life, no gap within.

    Returns
    -------
    DataFrame of shape (T, 2)
        "as it was": equal weights, renewed at every step, in all that had a price at the row before. A coin that stops
        trading keeps its last price for one step, then its share goes to the others. "survivors only": the same with
        the columns alone that have a price in the last row. Both start at 1 and stay there while nothing is listed.

    Examples
    --------
    >>> days = pd.date_range("2022-05-10", periods=3, tz="UTC")
    >>> closes = pd.DataFrame({"BTC": [100.0, 110.0, 121.0], "LUNA-1": [10.0, 1.0, np.nan]}, index=days)
    >>> survivorship(closes).round(4).iloc[-1].to_dict()
    {'as it was': 0.63, 'survivors only': 1.21}
    """
    table = table_of_prices(closes, name="closes", least=2)
    positive(table)
    _without_gaps(table)
    alive = table.columns[table.iloc[-1].notna()]
    if alive.empty:
        raise DataError("no column reaches the last row", got=f"{table.shape[1]} columns", expected="at least one survivor")
    result = pd.DataFrame({"as it was": _index(table), "survivors only": _index(table[alive])}, index=table.index)
    kept = f"{len(alive)} of {table.shape[1]} listings reach the last row"
    result.attrs = {"source": f"{table.attrs.get('source', 'closes without a stated source')}; {kept}"}
    return result


def _index(table: pd.DataFrame) -> np.ndarray:
    prices = table.to_numpy()
    held = ~np.isnan(prices[:-1])
    earned = np.where(held & ~np.isnan(prices[1:]), prices[1:] / prices[:-1] - 1.0, 0.0)
    mean = earned.sum(axis=1) / np.maximum(held.sum(axis=1), 1)
    return np.concatenate([[1.0], np.cumprod(1.0 + mean)])


def _without_gaps(table: pd.DataFrame) -> None:
    inside = table.ffill().notna() & table.bfill().notna() & table.isna()
    if np.asarray(inside).any():
        row, column = np.argwhere(np.asarray(inside))[0]
        raise DataError(
            "closes have a gap within a life", got=f"no price of {table.columns[column]!r} at {table.index[row]}",
            expected="NaN only before the first and after the last price", remedy="one column per listing",
        )  # fmt: skip


def _ends(listings: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    missing = [column for column in NEEDED if column not in listings]
    if missing:
        raise DataError("listings lack columns", got=", ".join(missing), expected=", ".join(NEEDED))
    first, last = (pd.to_datetime(listings[column], utc=True) for column in ("first", "last"))
    return first.fillna(_never()), last.fillna(_ever())


def _never() -> pd.Timestamp:
    return pd.Timestamp.min.ceil("D").tz_localize("UTC")


def _ever() -> pd.Timestamp:
    return pd.Timestamp.max.floor("D").tz_localize("UTC")


def _span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    opens = "" if pd.isna(first) else f"from {first:%Y-%m-%d %H:%M}"
    closes = "" if pd.isna(last) else f"before {last:%Y-%m-%d %H:%M}"
    return " ".join(filter(None, [opens, closes]))

"""The price of a stablecoin from several venues, of which some may be halted.

The trap: a venue that stopped trading goes on showing its last price. A flat 1.00 without volume says that nobody
traded, not that the peg held; so only venues that traded are asked.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.data.prices import utc
from riskkit.data.spacing import calendar
from riskkit.errors import DataError


def peg_price(venues: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the volume-weighted median of the closes of those venues that traded.

    Parameters
    ----------
    venues : mapping from str to DataFrame
        A venue's bars by its name: a UTC index of equal steps, ``close`` in what the coin is pegged to and ``volume`` in
        coins. A venue may lack times that another has.

    Returns
    -------
    DataFrame
        One row per time of any venue. ``price``: half of the volume was traded at or below it, half at or above (the
        middle between two closes where the volume splits exactly); NaN where no venue traded. ``venues``: how many
        traded. ``.attrs["source"]`` names them.

    Raises
    ------
    DataError
        No venue; bars without closes or volumes, with unusable numbers, times that do not increase, or other steps
        than those of the other venues.

    Examples
    --------
    >>> hours = pd.date_range("2023-03-11", periods=2, freq="h", tz="UTC")
    >>> halted = pd.DataFrame({"close": [1.0, 1.0], "volume": [5.0, 0.0]}, index=hours)
    >>> open_for_business = pd.DataFrame({"close": [0.97, 0.88], "volume": [20.0, 90.0]}, index=hours)
    >>> peg_price({"A": halted, "B": open_for_business})["price"].tolist()
    [0.97, 0.88]
    """
    tables = {name: _bars(name, bars) for name, bars in checks.mapping("venues", venues).items()}
    _one_step(tables)
    closes = pd.concat({name: table["close"] for name, table in tables.items()}, axis=1, sort=True)
    volumes = pd.concat({name: table["volume"] for name, table in tables.items()}, axis=1, sort=True)
    traded = volumes.fillna(0.0).to_numpy()
    result = pd.DataFrame(
        {"price": _weighted_median(closes.to_numpy(), traded), "venues": (traded > 0.0).sum(axis=1)}, index=closes.index
    )
    named = dict.fromkeys(str(bars.attrs.get("source", "bars without a stated source")) for bars in venues.values())
    result.attrs = {
        "source": f"median over {', '.join(venues)}, by volume, of the closes at which they traded; {'; '.join(named)}"
    }
    return result


def _bars(name: str, bars: object) -> pd.DataFrame:
    if not isinstance(bars, pd.DataFrame) or not {"close", "volume"} <= set(bars.columns):
        got = ", ".join(map(str, bars.columns)) if isinstance(bars, pd.DataFrame) else type(bars).__name__
        raise DataError(f"the bars of {name} lack a column", got=got, expected="close and volume")
    index = utc(name, bars.index)
    checks.index(name, index)
    table = pd.DataFrame(
        {column: checks.array(f"{column} of {name}", bars[column], ndim=1) for column in ("close", "volume")}, index=index
    )
    for column, bad, expected in (
        ("close", table["close"] <= 0.0, "a price > 0"),
        ("volume", table["volume"] < 0.0, "a volume >= 0"),
    ):
        if bad.any():
            row = int(np.argmax(bad))
            got = f"{table[column].iloc[row]:g} at {index[row]}"
            raise DataError(f"{column} of {name} is out of range", got=got, expected=expected)
    return table


def _one_step(tables: Mapping[str, pd.DataFrame]) -> None:
    found = {name: calendar(table.index).step for name, table in tables.items() if len(table) > 1}  # type: ignore[arg-type]
    if len(set(found.values())) > 1:
        got = ", ".join(f"{name} {step}" for name, step in found.items())
        raise DataError("the venues' bars differ in length", got=got, expected="one interval")


def _weighted_median(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the median of each row; values (T, V), weights (T, V) >= 0, NaN where a row has no weight."""
    order = np.argsort(np.where(weights > 0.0, values, np.inf), axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    below = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    total = below[:, -1:]
    half, rounding = 0.5 * total, 1e-12 * total
    lower = np.argmax(below >= half - rounding, axis=1)[:, None]
    upper = np.argmax(below > half + rounding, axis=1)[:, None]
    middle = 0.5 * (np.take_along_axis(ordered, lower, axis=1) + np.take_along_axis(ordered, upper, axis=1))
    return np.where(total > 0.0, middle, np.nan)[:, 0]

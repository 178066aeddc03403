"""The order book: what a sale gets that goes down through its levels, and how long a patient one takes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.errors import DataError

SIDES = {"sell": ("bid", False), "buy": ("ask", True)}  # which levels an order meets, and whether their prices rise


@dataclass(frozen=True)
class Fill:
    """What a market order got.

    Parameters
    ----------
    quantity : float
        Units filled.
    unfilled : float
        Units for which there was no depth.
    average_price : float
        NaN where nothing was filled.
    worst_price : float
        Of the last level touched.
    cost : float
        Loss against the mid price, in money, of the units that were filled.
    """

    quantity: float
    unfilled: float
    average_price: float
    worst_price: float
    cost: float


def walk_depth(book: pd.DataFrame, quantity: float, *, side: str = "sell") -> Fill:
    """Fill a market order level by level.

    Parameters
    ----------
    book : DataFrame
        One row per level: ``side`` ("bid" or "ask"), ``price``, ``size`` in units, in any order; both sides, not crossed.
    quantity : float
        Units to trade, >= 0.
    side : {"sell", "buy"}
        A sale meets the bids.

    Examples
    --------
    >>> book = pd.DataFrame({"side": ["bid", "bid", "bid", "ask"], "price": [99, 98, 95, 101], "size": [1.0, 2.0, 5.0, 9.0]})
    >>> walk_depth(book, 4.0)
    Fill(quantity=4.0, unfilled=0.0, average_price=97.5, worst_price=95.0, cost=10.0)
    """
    wanted = checks.number("quantity", quantity, least=0.0)
    meets, rising = SIDES[checks.one_of("side", side, tuple(SIDES))]
    levels, mid = _levels(book)
    met = levels[levels["side"] == meets].sort_values("price", ascending=rising)
    price, size = met["price"].to_numpy(float), met["size"].to_numpy(float)
    taken = np.minimum(size, np.maximum(wanted - (np.cumsum(size) - size), 0.0))
    filled = float(taken.sum())
    if filled == 0.0:
        return Fill(0.0, wanted, np.nan, np.nan, 0.0)
    money = float(taken @ price)
    cost = money - filled * mid if rising else filled * mid - money
    worst = float(price[np.flatnonzero(taken)[-1]])
    return Fill(filled, max(wanted - filled, 0.0), money / filled, worst, cost)


def days_to_liquidate(quantity: float, daily_volume: float, *, participation: float = 0.1) -> float:
    """Return the days in which a position can be sold as a share of the volume.

    Examples
    --------
    >>> days_to_liquidate(5_000, 20_000, participation=0.1)
    2.5
    """
    share = checks.number("participation", participation, above=0.0, most=1.0)
    return abs(checks.number("quantity", quantity)) / (share * checks.number("daily_volume", daily_volume, above=0.0))


def _levels(book: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    if not isinstance(book, pd.DataFrame) or not {"side", "price", "size"} <= set(book.columns):
        got = list(book.columns) if isinstance(book, pd.DataFrame) else type(book).__name__
        raise DataError("book is no order book", got=got, expected="a DataFrame with side, price and size")
    checks.array("price and size", book[["price", "size"]].to_numpy(), ndim=2)
    if not (book[["price", "size"]] > 0.0).all(axis=None):
        raise DataError(
            "a level has no positive price and size", got=book[["price", "size"]].min().to_dict(), expected="> 0"
        )
    best = {side: book.loc[book["side"] == side, "price"] for side in ("bid", "ask")}
    if best["bid"].empty or best["ask"].empty or not best["bid"].max() < best["ask"].min():
        raise DataError(
            "the book has no mid price", got=f"{len(best['bid'])} bids and {len(best['ask'])} asks",
            expected="both sides, the best bid below the best ask",
        )  # fmt: skip
    return book, 0.5 * (float(best["bid"].max()) + float(best["ask"].min()))

"""Leverage and concentration: how large a book is beside what pays for its losses, and how few bets it is."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.core import MarketState
from riskkit.errors import DataError
from riskkit.instruments import Book


def leverage(book: Book, market: MarketState, equity: float, *, betas: Mapping[str, float] | None = None) -> pd.Series:
    """Return gross, net and effective leverage.

    Parameters
    ----------
    book : Book
    market : MarketState
        Today's.
    equity : float
        What pays for losses, > 0, in the market's money.
    betas : dict from asset to float, optional
        Move of each asset for a move of 1 of the market; 1 for all when left out.

    Returns
    -------
    Series
        ``gross``: sum of all notionals, whatever their sign, over equity (of an instrument without a notional its value
        counts). ``net``: their signed sum. ``effective``: loss of equity, as a multiple, when the market falls by 1: deltas
        times price times beta, so that options count by their deltas.

    Examples
    --------
    >>> book = rk.instruments.Book(
    ...     [rk.instruments.Perpetual("BTC", 2, entry=60_000), rk.instruments.Perpetual("ETH", -20, entry=3_000)]
    ... )
    >>> market = rk.MarketState({"BTC.spot": 60_000.0, "ETH.spot": 3_000.0, "BTC.funding": 0.0, "ETH.funding": 0.0})
    >>> leverage(book, market, 50_000.0, betas={"BTC": 1.0, "ETH": 1.5}).to_dict()
    {'gross': 3.6, 'net': 1.2, 'effective': 0.6}
    """
    equity = checks.number("equity", equity, above=0.0)
    held = notionals(book, market)
    money = exposures(book, market)
    if betas is not None:
        missing = sorted(set(money.index) - set(betas))
        if missing:
            raise DataError("an asset has no beta", got=", ".join(missing), expected="a number for every asset")
        money = money * pd.Series({asset: checks.number(f"beta of {asset}", betas[asset]) for asset in money.index})
    found = {"gross": held.abs().sum(), "net": held.sum(), "effective": money.sum()}
    return pd.Series(found, dtype=float).div(equity).rename("leverage")


def notionals(book: Book, market: MarketState) -> pd.Series:
    """Return the signed size of every position in the market's money; dollars and stablecoins have none."""
    sizes = [
        0.0 if not any(factor.endswith(".spot") for factor in position.factors)
        else float(getattr(position, "notional", position.value)(market))
        for position in book.positions
    ]  # fmt: skip
    return pd.Series(sizes, index=list(book.names), name="notional")


def exposures(book: Book, market: MarketState) -> pd.Series:
    """Return the delta of every asset times its price: money made per move of 1 in the asset."""
    deltas = book.greeks(market)["delta"].groupby(level="asset", sort=False).sum()
    priced = [asset for asset in deltas.index if f"{asset}.spot" in market]
    return pd.Series(
        {asset: deltas[asset] * float(market[f"{asset}.spot"]) for asset in priced}, dtype=float, name="exposure"
    )


def concentration(sizes: pd.Series) -> pd.Series:
    """Tell how few bets a set of exposures is.

    Parameters
    ----------
    sizes : Series
        Money by position, asset or venue; signs do not matter.

    Returns
    -------
    Series
        ``herfindahl``: sum of squared shares, 1 for a single bet; ``effective_number``: its inverse; ``largest``: the
        largest share; ``largest_name``: whose it is.

    Examples
    --------
    >>> concentration(pd.Series({"BTC": 75.0, "ETH": -25.0})).to_dict()
    {'herfindahl': 0.625, 'effective_number': 1.6, 'largest': 0.75, 'largest_name': 'BTC'}
    """
    if not isinstance(sizes, pd.Series) or not len(sizes):
        raise DataError("sizes are no exposures", got=type(sizes).__name__, expected="a Series of money by name, not empty")
    money = np.abs(checks.array("sizes", sizes.to_numpy(), ndim=1))
    if money.sum() == 0.0:
        raise DataError("there is no exposure", got="zeros", expected="one that is not zero")
    shares = money / money.sum()
    herfindahl, top = float(shares @ shares), int(shares.argmax())
    found = {
        "herfindahl": herfindahl, "effective_number": 1.0 / herfindahl, "largest": float(shares[top]),
        "largest_name": sizes.index[top],
    }  # fmt: skip
    return pd.Series(found, name="concentration")

"""Positions: what is held, and what it is worth in a given market.

An instrument is anything with ``factors`` (the names it reads) and ``value(market)``; a reader's own class works at once.
"""

from riskkit.instruments.bachelier import bachelier, bachelier_greeks
from riskkit.instruments.black76 import OptionGreeks, black76, black76_greeks
from riskkit.instruments.book import Book, Instrument
from riskkit.instruments.implied import ImpliedStatus, ImpliedVolatility, implied_volatility
from riskkit.instruments.spot import Spot

__all__ = [
    "Book",
    "ImpliedStatus",
    "ImpliedVolatility",
    "Instrument",
    "OptionGreeks",
    "Spot",
    "bachelier",
    "bachelier_greeks",
    "black76",
    "black76_greeks",
    "implied_volatility",
]

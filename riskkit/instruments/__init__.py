"""Positions: what is held, and what it is worth in a given market.

An instrument is anything with ``factors`` (the names it reads) and ``value(market)``; a reader's own class works at once.
"""

from riskkit.instruments.book import Book, Instrument
from riskkit.instruments.spot import Spot

__all__ = ["Book", "Instrument", "Spot"]

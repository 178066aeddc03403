"""Positions: what is held, and what it is worth in a given market.

An instrument is anything with ``factors`` (the names it reads) and ``value(market)``; a reader's own class works at once.
"""

from riskkit.instruments.book import Book, Instrument
from riskkit.instruments.cash import Cash, Collateral
from riskkit.instruments.future import Future
from riskkit.instruments.greeks import Greeks
from riskkit.instruments.option import Option
from riskkit.instruments.perpetual import Perpetual
from riskkit.instruments.sensitivities import Sensitivities, sensitivities
from riskkit.instruments.spot import Spot

__all__ = [
    "Book",
    "Cash",
    "Collateral",
    "Future",
    "Greeks",
    "Instrument",
    "Option",
    "Perpetual",
    "Sensitivities",
    "Spot",
    "sensitivities",
]

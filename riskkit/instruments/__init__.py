"""Positions: what is held, and what it is worth in a given market.

An instrument is anything with ``factors`` (the names it reads) and ``value(market)``; a reader's own class works at once.
"""

from riskkit.instruments.book import Book, Instrument
from riskkit.instruments.smile_quotes import SmileQuotes, smile_quotes
from riskkit.instruments.spot import Spot
from riskkit.instruments.ssvi import SsviSurface
from riskkit.instruments.ssvi_fit import Ssvi, SsviFit
from riskkit.instruments.svi import SviSlice
from riskkit.instruments.svi_arbitrage import butterfly_violations, calendar_violations, smallest_butterfly
from riskkit.instruments.svi_fit import Svi, SviFit

__all__ = ["Book", "Instrument", "Spot"]

"""Positions: what is held, and what it is worth in a given market.

An instrument is anything with ``factors`` (the names it reads) and ``value(market)``; a reader's own class works at once.
A surface of implied volatility (:class:`VolSurface`) says what an option of any strike and expiry costs, before and after
moves of the market.
"""

from riskkit.instruments.book import Book, Instrument
from riskkit.instruments.smile_quotes import SmileQuotes, smile_quotes
from riskkit.instruments.spot import Spot
from riskkit.instruments.ssvi import SsviSurface
from riskkit.instruments.ssvi_fit import Ssvi, SsviFit
from riskkit.instruments.surface import VolSurface
from riskkit.instruments.surface_report import SurfaceReport
from riskkit.instruments.surface_shift import ShiftedSurface
from riskkit.instruments.svi import SviSlice
from riskkit.instruments.svi_arbitrage import Violation, butterfly_violations, calendar_violations, smallest_butterfly
from riskkit.instruments.svi_fit import Svi, SviFit

__all__ = [
    "Book",
    "Instrument",
    "ShiftedSurface",
    "SmileQuotes",
    "Spot",
    "Ssvi",
    "SsviFit",
    "SsviSurface",
    "SurfaceReport",
    "Svi",
    "SviFit",
    "SviSlice",
    "Violation",
    "VolSurface",
    "butterfly_violations",
    "calendar_violations",
    "smallest_butterfly",
    "smile_quotes",
]

"""Positions: what is held, and what it is worth in a given market.

An instrument is anything with ``factors`` (the names it reads) and ``value(market)``; a reader's own class works at once.
A surface of implied volatility (:class:`VolSurface`) says what an option of any strike and expiry costs, before and after
moves of the market.
"""

from riskkit.instruments.bachelier import bachelier, bachelier_greeks
from riskkit.instruments.black76 import OptionGreeks, black76, black76_greeks
from riskkit.instruments.book import Book, Instrument
from riskkit.instruments.cash import Cash, Collateral
from riskkit.instruments.future import Future
from riskkit.instruments.greeks import Greeks
from riskkit.instruments.implied import ImpliedStatus, ImpliedVolatility, implied_volatility
from riskkit.instruments.option import Option
from riskkit.instruments.perpetual import Perpetual
from riskkit.instruments.sensitivities import Sensitivities, sensitivities
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
from riskkit.instruments.together import Together

__all__ = [
    "Book",
    "Cash",
    "Collateral",
    "Future",
    "Greeks",
    "ImpliedStatus",
    "ImpliedVolatility",
    "Instrument",
    "Option",
    "OptionGreeks",
    "Perpetual",
    "Sensitivities",
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
    "Together",
    "Violation",
    "VolSurface",
    "bachelier",
    "bachelier_greeks",
    "black76",
    "black76_greeks",
    "butterfly_violations",
    "calendar_violations",
    "implied_volatility",
    "sensitivities",
    "smallest_butterfly",
    "smile_quotes",
]

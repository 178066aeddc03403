"""Prices in, returns out, and never a doubt about where the numbers come from.

Your own data in five lines (a CSV or Parquet file, wide with one column per asset or tidy with date, symbol, close)::

    import riskkit as rk

    prices = rk.data.read("my_prices.csv")      # checked; a bad cell is named, nothing is repaired
    print(prices.attrs["source"])               # what the file is, and how its times were read
    returns = rk.data.returns(prices)           # log, decimals, UTC; NaN over gaps

Ready-made: ``rk.data.load("crypto")`` (your folder ``RISKKIT_DATA``, what ``make data`` has fetched, or else an invented
market that says so) and real ``"equities"``, ``"oil"``, ``"vix"``, ``"credit"``. All prices are wide: one column per
instrument, a UTC index, a sentence in ``.attrs["source"]``. A daily row is labelled with its date (00:00 UTC) and holds the
close at the *end* of it.

Sources answer ``prices``, ``bars``, ``funding``, ``option_chain`` and ``tiers`` in one form (:mod:`riskkit.data.protocol`):
:class:`SyntheticMarket`, :class:`PackagedData`, :class:`LocalFiles` need no network; :class:`BinanceArchive`,
:class:`CoinMetricsCommunity`, :class:`DeribitPublic` and :class:`CcxtSource` do. :func:`quality` reports what looks wrong,
:func:`universe` says what was listed when, :func:`peg_price` asks the venues that traded, :func:`facts` has published tables
with a source per row, :func:`stylised_facts` the statistics by which a market is known.
"""

from riskkit.data.bars import BarsReport, check_bars
from riskkit.data.facts import facts
from riskkit.data.listings import survivorship, universe
from riskkit.data.local import LocalFiles
from riskkit.data.packaged import PackagedData
from riskkit.data.pegs import peg_price
from riskkit.data.prices import returns
from riskkit.data.protocol import MarketSource, PriceSource
from riskkit.data.quality import QualityReport, quality
from riskkit.data.reading import read
from riskkit.data.sources import load
from riskkit.data.spacing import Calendar, calendar
from riskkit.data.stylised import stylised_facts
from riskkit.data.synthetic import SyntheticMarket
from riskkit.data.synthetic.comparison import stylised_sample, stylised_targets
from riskkit.data.venues.binance import BinanceArchive
from riskkit.data.venues.ccxt_source import CcxtSource
from riskkit.data.venues.coinmetrics import CoinMetricsCommunity
from riskkit.data.venues.deribit import DeribitPublic

__all__ = [
    "BarsReport",
    "BinanceArchive",
    "Calendar",
    "CcxtSource",
    "CoinMetricsCommunity",
    "DeribitPublic",
    "LocalFiles",
    "MarketSource",
    "PackagedData",
    "PriceSource",
    "QualityReport",
    "SyntheticMarket",
    "calendar",
    "check_bars",
    "facts",
    "load",
    "peg_price",
    "quality",
    "read",
    "returns",
    "stylised_facts",
    "stylised_sample",
    "stylised_targets",
    "survivorship",
    "universe",
]

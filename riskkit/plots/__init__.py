"""Figures: one idea each, in one look, with the source of the data in the subtitle. They draw; they do not compute."""

from riskkit.plots.breaches import breach_calendar, var_breaches
from riskkit.plots.clustering import autocorrelation
from riskkit.plots.components import components
from riskkit.plots.concentration import tail_concentration
from riskkit.plots.copulas import copulas
from riskkit.plots.correlation import correlation_matrix, correlation_path
from riskkit.plots.horizons import term_structure
from riskkit.plots.landscape import likelihood
from riskkit.plots.liquidity import order_book
from riskkit.plots.market import prices, returns
from riskkit.plots.news import news_impact
from riskkit.plots.options import smile
from riskkit.plots.pegs import peg
from riskkit.plots.perpetuals import funding, last_and_mark
from riskkit.plots.surface import surface_fit
from riskkit.plots.tails import loss_tail
from riskkit.plots.template import register
from riskkit.plots.thresholds import hill, mean_excess, threshold_stability
from riskkit.plots.through_time import parameters, regimes
from riskkit.plots.universe import stylised_facts, survivorship
from riskkit.plots.volatility import volatility

__all__ = [
    "autocorrelation",
    "breach_calendar",
    "components",
    "copulas",
    "correlation_matrix",
    "correlation_path",
    "funding",
    "hill",
    "last_and_mark",
    "likelihood",
    "loss_tail",
    "mean_excess",
    "news_impact",
    "order_book",
    "parameters",
    "peg",
    "prices",
    "regimes",
    "returns",
    "smile",
    "stylised_facts",
    "surface_fit",
    "survivorship",
    "tail_concentration",
    "term_structure",
    "threshold_stability",
    "var_breaches",
    "volatility",
]

register()

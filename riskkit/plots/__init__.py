"""Figures: one idea each, in one look, with the source of the data in the subtitle. They draw; they do not compute."""

from riskkit.plots.breaches import breach_calendar, var_breaches
from riskkit.plots.liquidity import order_book
from riskkit.plots.market import prices, returns
from riskkit.plots.options import smile
from riskkit.plots.pegs import peg
from riskkit.plots.perpetuals import funding, last_and_mark
from riskkit.plots.tails import loss_tail
from riskkit.plots.template import register
from riskkit.plots.universe import stylised_facts, survivorship
from riskkit.plots.volatility import volatility

__all__ = [
    "breach_calendar",
    "funding",
    "last_and_mark",
    "loss_tail",
    "order_book",
    "peg",
    "prices",
    "returns",
    "smile",
    "stylised_facts",
    "survivorship",
    "var_breaches",
    "volatility",
]

register()

"""Figures: one idea each, in one look, with the source of the data in the subtitle. They draw; they do not compute."""

from riskkit.plots.breaches import breach_calendar, var_breaches
from riskkit.plots.market import prices, returns
from riskkit.plots.tails import loss_tail
from riskkit.plots.template import register
from riskkit.plots.volatility import volatility

__all__ = ["breach_calendar", "loss_tail", "prices", "returns", "var_breaches", "volatility"]

register()

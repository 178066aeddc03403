"""Risk models: callables that turn a history of returns into the distribution of tomorrow's loss.

A history has one column per position and the loss is minus the sum of a row. Each model but :class:`CopulaGarch` also
rolls through a history in one kernel call, ``model.roll(history, window)``, and gets what calling it day by day would give.
"""

from riskkit.risk.copula_garch import CopulaGarch
from riskkit.risk.filtered import FilteredHistoricalSimulation
from riskkit.risk.garch import GarchModel
from riskkit.risk.historical import HistoricalSimulation
from riskkit.risk.normal import NormalModel
from riskkit.risk.student import StudentModel

__all__ = [
    "CopulaGarch",
    "FilteredHistoricalSimulation",
    "GarchModel",
    "HistoricalSimulation",
    "NormalModel",
    "StudentModel",
]

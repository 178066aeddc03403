"""What a loss may be, who owns it, what it costs to get out, and what is done about it.

Risk models are callables that turn a history of returns into the distribution of tomorrow's loss: a column per position, the
loss minus the sum of a row. Each but :class:`CopulaGarch` also rolls through a history in one kernel call,
``model.roll(history, window)``, and gets what calling it day by day would give.
"""

from riskkit.risk import liquidity
from riskkit.risk.attribution import attribution, diversification_ratio
from riskkit.risk.copula_garch import CopulaGarch
from riskkit.risk.cornish_fisher import CornishFisher
from riskkit.risk.counterparty import Venue, with_counterparties
from riskkit.risk.filtered import FilteredHistoricalSimulation
from riskkit.risk.garch import GarchModel
from riskkit.risk.historical import HistoricalSimulation
from riskkit.risk.leverage import concentration, exposures, leverage, notionals
from riskkit.risk.normal import NormalModel
from riskkit.risk.quadratic import QuadraticLoss
from riskkit.risk.student import StudentModel

__all__ = [
    "CopulaGarch",
    "CornishFisher",
    "FilteredHistoricalSimulation",
    "GarchModel",
    "HistoricalSimulation",
    "NormalModel",
    "QuadraticLoss",
    "StudentModel",
    "Venue",
    "attribution",
    "concentration",
    "diversification_ratio",
    "exposures",
    "leverage",
    "liquidity",
    "notionals",
    "with_counterparties",
]

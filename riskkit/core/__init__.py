"""The vocabulary: the few frozen types that every room speaks.

``MarketState`` (what the world looks like), ``Scenarios`` (how it may move), ``LossDistribution`` (what that costs) and
``RiskForecast`` (what was said beforehand, and what came).
"""

from riskkit.core.distribution import LossDistribution
from riskkit.core.forecast import RiskForecast
from riskkit.core.history import targets, total_loss
from riskkit.core.law import from_law
from riskkit.core.market import MarketState
from riskkit.core.scenarios import Scenarios
from riskkit.core.status import FitStatus

__all__ = [
    "FitStatus",
    "LossDistribution",
    "MarketState",
    "RiskForecast",
    "Scenarios",
    "from_law",
    "targets",
    "total_loss",
]

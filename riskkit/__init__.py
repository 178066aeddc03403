"""riskkit: quantitative risk of crypto and derivatives portfolios.

The rooms stand in the order in which data flows: prices become returns (``data``), returns become models (``volatility``,
``dependence``, ``tails``), models and positions (``instruments``) meet in ``scenarios``, scenarios become losses whose VaR
and ES ``risk`` reads, ``backtest`` asks whether the numbers held, ``plots`` and ``widgets`` show them.
"""

from importlib import import_module
from types import ModuleType

from riskkit import errors, rng, parallel, data, core, volatility, dependence, tails, instruments, scenarios, risk, backtest  # isort: skip
from riskkit.core import LossDistribution, MarketState, RiskForecast, Scenarios
from riskkit.errors import ConvergenceError, DataError, FactorError, ModelError, RiskKitError

__version__ = "0.1.0.dev0"
__all__ = [
    "data", "core", "volatility", "dependence", "tails", "instruments", "scenarios", "risk", "backtest", "plots", "widgets",
    "MarketState", "Scenarios", "LossDistribution", "RiskForecast",
    "RiskKitError", "DataError", "FactorError", "ModelError", "ConvergenceError",
]  # fmt: skip


def __getattr__(name: str) -> ModuleType:
    """Import the windows on first use: a script that only computes does not pay for plotly and the widgets."""
    if name in ("plots", "widgets"):
        return import_module(f"riskkit.{name}")
    raise AttributeError(f"module 'riskkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the rooms and the core types, also those not yet imported: what the tab key shows."""
    return [*__all__, "__version__"]

"""Models of volatility: what the next return's standard deviation is, given all returns so far.

``Spec.fit(series) -> Fit``; every fit has ``sigma``, ``standardised``, ``forecast``, ``loss_distribution`` and a ``status``.
:class:`Har` alone models realised variances, not returns.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from riskkit.volatility.aparch import Aparch
from riskkit.volatility.component import ComponentGarch
from riskkit.volatility.diagnostics import arch_lm, ljung_box, sign_bias
from riskkit.volatility.egarch import Egarch
from riskkit.volatility.ewma import Ewma, EwmaFit
from riskkit.volatility.garch import Garch, Gjr
from riskkit.volatility.garch_filter import GarchFilter
from riskkit.volatility.garch_fit import GarchFit
from riskkit.volatility.general_fit import GeneralFit
from riskkit.volatility.general_state import GeneralFilter
from riskkit.volatility.har import Har, HarFit
from riskkit.volatility.landscape import Landscape, landscape
from riskkit.volatility.many import ManyFits, fit_many
from riskkit.volatility.realised import realised_variance
from riskkit.volatility.regimes import MarkovSwitching, MarkovSwitchingFit
from riskkit.volatility.riskmetrics import RiskMetrics2006, RiskMetrics2006Fit
from riskkit.volatility.rolled import RolledFits
from riskkit.volatility.rolling import roll, rolled_fits
from riskkit.volatility.stability import nyblom
from riskkit.volatility.transforms import probability_integral_transform, uniformity

if TYPE_CHECKING:
    from riskkit.volatility.adapter import ArchFit, from_arch

__all__ = [
    "Aparch",
    "ArchFit",
    "ComponentGarch",
    "Egarch",
    "Ewma",
    "EwmaFit",
    "Garch",
    "GarchFilter",
    "GarchFit",
    "GeneralFilter",
    "GeneralFit",
    "Gjr",
    "Har",
    "HarFit",
    "Landscape",
    "ManyFits",
    "MarkovSwitching",
    "MarkovSwitchingFit",
    "RiskMetrics2006",
    "RiskMetrics2006Fit",
    "RolledFits",
    "arch_lm",
    "fit_many",
    "from_arch",
    "landscape",
    "ljung_box",
    "nyblom",
    "probability_integral_transform",
    "realised_variance",
    "roll",
    "rolled_fits",
    "sign_bias",
    "uniformity",
]


def __getattr__(name: str) -> object:
    """Import the adapter on first use: the package `arch` takes longer to import than all of riskkit."""
    if name in ("ArchFit", "from_arch"):
        return getattr(import_module("riskkit.volatility.adapter"), name)
    raise AttributeError(f"module 'riskkit.volatility' has no attribute {name!r}")

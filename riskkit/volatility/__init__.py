"""Models of volatility: what the next return's standard deviation is, given all returns so far.

``Spec.fit(series) -> Fit``; every fit has ``sigma``, ``standardised``, ``forecast``, ``loss_distribution`` and a ``status``.
"""

from riskkit.volatility.adapter import ArchFit, from_arch
from riskkit.volatility.ewma import Ewma, EwmaFit
from riskkit.volatility.garch import Garch, GarchFit
from riskkit.volatility.rolling import roll

__all__ = ["ArchFit", "Ewma", "EwmaFit", "Garch", "GarchFit", "from_arch", "roll"]

"""Room under construction."""

from riskkit.volatility.ewma import Ewma, EwmaFit

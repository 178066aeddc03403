"""How risks move together."""

from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.dcc import ConstantCorrelation, Dcc
from riskkit.dependence.dcc_fit import ConstantCorrelationFit, DccFit
from riskkit.dependence.dcc_state import DccState
from riskkit.dependence.uniforms import pseudo_observations

__all__ = ["ConstantCorrelation", "ConstantCorrelationFit", "CopulaFit", "Dcc", "DccFit", "DccState", "pseudo_observations"]

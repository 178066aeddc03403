"""How risks move together."""

from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.uniforms import pseudo_observations

__all__ = ["CopulaFit", "pseudo_observations"]

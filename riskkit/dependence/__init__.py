"""How risks move together."""

from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.tail_dependence import empirical_tail_dependence
from riskkit.dependence.uniforms import pseudo_observations

__all__ = ["CopulaFit", "empirical_tail_dependence", "pseudo_observations"]

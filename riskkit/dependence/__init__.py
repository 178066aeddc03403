"""How risks move together."""

from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.points import pair_points, pair_strength
from riskkit.dependence.uniforms import pseudo_observations

__all__ = ["CopulaFit", "pair_points", "pair_strength", "pseudo_observations"]

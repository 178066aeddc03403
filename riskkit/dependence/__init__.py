"""How risks move together."""

from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.rank_correlation import kendall, pearson, spearman
from riskkit.dependence.uniforms import pseudo_observations

__all__ = ["CopulaFit", "kendall", "pearson", "pseudo_observations", "spearman"]

"""How risks move together."""

from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.correlation_checks import correlation_matrix
from riskkit.dependence.nearest import NearestCorrelation, nearest_correlation
from riskkit.dependence.rank_correlation import kendall, pearson, spearman
from riskkit.dependence.uniforms import pseudo_observations

__all__ = [
    "CopulaFit",
    "NearestCorrelation",
    "correlation_matrix",
    "kendall",
    "nearest_correlation",
    "pearson",
    "pseudo_observations",
    "spearman",
]

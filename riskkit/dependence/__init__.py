"""How risks move together."""

from riskkit.dependence.archimedean import ArchimedeanLaw, ClaytonCopula, FrankCopula, GumbelCopula, JoeCopula
from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.correlation_checks import correlation_matrix
from riskkit.dependence.correlation_estimates import ewma_correlation, ledoit_wolf, marchenko_pastur
from riskkit.dependence.correlation_stress import stressed_correlation
from riskkit.dependence.goodness_of_fit import GoodnessOfFit, goodness_of_fit
from riskkit.dependence.nearest import NearestCorrelation, nearest_correlation
from riskkit.dependence.pairs import PairCopula, pair
from riskkit.dependence.principal import PrincipalComponents, pca
from riskkit.dependence.rank_correlation import kendall, pearson, spearman
from riskkit.dependence.select import Selection, select_copula
from riskkit.dependence.skew_student import SkewStudentLaw
from riskkit.dependence.skew_student_fit import SkewStudentCopula
from riskkit.dependence.uniforms import pseudo_observations
from riskkit.dependence.vines import VineCopula

__all__ = [
    "ArchimedeanLaw",
    "ClaytonCopula",
    "CopulaFit",
    "FrankCopula",
    "GoodnessOfFit",
    "GumbelCopula",
    "JoeCopula",
    "NearestCorrelation",
    "PairCopula",
    "PrincipalComponents",
    "Selection",
    "SkewStudentCopula",
    "SkewStudentLaw",
    "VineCopula",
    "correlation_matrix",
    "ewma_correlation",
    "goodness_of_fit",
    "kendall",
    "ledoit_wolf",
    "marchenko_pastur",
    "nearest_correlation",
    "pair",
    "pca",
    "pearson",
    "pseudo_observations",
    "select_copula",
    "spearman",
    "stressed_correlation",
]

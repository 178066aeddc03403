"""How risks move together."""

from riskkit.dependence.archimedean import ArchimedeanLaw, ClaytonCopula, FrankCopula, GumbelCopula, JoeCopula
from riskkit.dependence.concentration import tail_concentration
from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.correlation_checks import correlation_matrix
from riskkit.dependence.correlation_estimates import ewma_correlation, ledoit_wolf, marchenko_pastur
from riskkit.dependence.correlation_stress import stressed_correlation
from riskkit.dependence.dcc import ConstantCorrelation, Dcc
from riskkit.dependence.dcc_fit import ConstantCorrelationFit, DccFit
from riskkit.dependence.dcc_state import DccState
from riskkit.dependence.elliptical import EllipticalLaw, GaussianCopula, StudentCopula
from riskkit.dependence.goodness_of_fit import GoodnessOfFit, goodness_of_fit
from riskkit.dependence.nearest import NearestCorrelation, nearest_correlation
from riskkit.dependence.pairs import PairCopula, pair
from riskkit.dependence.points import pair_points, pair_strength
from riskkit.dependence.principal import PrincipalComponents, pca
from riskkit.dependence.rank_correlation import kendall, pearson, spearman
from riskkit.dependence.select import Selection, select_copula
from riskkit.dependence.skew_student import SkewStudentLaw
from riskkit.dependence.skew_student_fit import SkewStudentCopula
from riskkit.dependence.tail_dependence import empirical_tail_dependence
from riskkit.dependence.uniforms import pseudo_observations
from riskkit.dependence.vines import VineCopula

__all__ = [
    "ArchimedeanLaw",
    "ClaytonCopula",
    "ConstantCorrelation",
    "ConstantCorrelationFit",
    "CopulaFit",
    "Dcc",
    "DccFit",
    "DccState",
    "EllipticalLaw",
    "FrankCopula",
    "GaussianCopula",
    "GoodnessOfFit",
    "GumbelCopula",
    "JoeCopula",
    "NearestCorrelation",
    "PairCopula",
    "PrincipalComponents",
    "Selection",
    "SkewStudentCopula",
    "SkewStudentLaw",
    "StudentCopula",
    "VineCopula",
    "correlation_matrix",
    "empirical_tail_dependence",
    "ewma_correlation",
    "goodness_of_fit",
    "kendall",
    "ledoit_wolf",
    "marchenko_pastur",
    "nearest_correlation",
    "pair",
    "pair_points",
    "pair_strength",
    "pca",
    "pearson",
    "pseudo_observations",
    "select_copula",
    "spearman",
    "stressed_correlation",
    "tail_concentration",
]

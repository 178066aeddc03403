"""How risks move together."""

from riskkit.dependence.archimedean import ArchimedeanLaw, ClaytonCopula, FrankCopula, GumbelCopula, JoeCopula
from riskkit.dependence.copula_fit import CopulaFit
from riskkit.dependence.uniforms import pseudo_observations

__all__ = [
    "ArchimedeanLaw",
    "ClaytonCopula",
    "CopulaFit",
    "FrankCopula",
    "GumbelCopula",
    "JoeCopula",
    "pseudo_observations",
]

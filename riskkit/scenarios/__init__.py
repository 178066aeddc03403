"""The machinery: draws scenarios and revalues a book under them."""

from riskkit.scenarios.copula_garch import copula_garch, fit_joint
from riskkit.scenarios.filtered import filtered_historical
from riskkit.scenarios.historical import historical
from riskkit.scenarios.joint import JointReturns
from riskkit.scenarios.monte_carlo import monte_carlo, principal_components, quasi
from riskkit.scenarios.moved import moves
from riskkit.scenarios.revaluation import revalue
from riskkit.scenarios.views import View, reweighted

__all__ = [
    "JointReturns",
    "View",
    "copula_garch",
    "filtered_historical",
    "fit_joint",
    "historical",
    "monte_carlo",
    "moves",
    "principal_components",
    "quasi",
    "revalue",
    "reweighted",
]

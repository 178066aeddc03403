"""The machinery: draws scenarios and revalues a book under them."""

from riskkit.scenarios.copula_garch import copula_garch, fit_joint
from riskkit.scenarios.historical import historical
from riskkit.scenarios.joint import JointReturns
from riskkit.scenarios.revaluation import revalue

__all__ = ["JointReturns", "copula_garch", "fit_joint", "historical", "revalue"]

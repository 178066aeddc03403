"""The machinery: draws scenarios and revalues a book under them."""

from riskkit.scenarios.historical import historical
from riskkit.scenarios.revaluation import revalue

__all__ = ["historical", "revalue"]

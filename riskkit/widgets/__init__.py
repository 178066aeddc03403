"""Explorers: live in JupyterLab and Voila, and as HTML whose sliders need no kernel. A control changes one argument."""

try:
    import anywidget
except ModuleNotFoundError as cause:
    raise ModuleNotFoundError('riskkit.widgets needs anywidget; remedy: pip install "riskkit[lab]"') from cause

from riskkit.widgets.copula_explorer import CopulaExplorer
from riskkit.widgets.var_explorer import VarExplorer
from riskkit.widgets.volatility_explorer import VolatilityExplorer

__all__ = ["CopulaExplorer", "VarExplorer", "VolatilityExplorer"]

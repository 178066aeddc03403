"""What it costs to get out: the spread, the market's depth, the time that a sale takes."""

from riskkit.risk.liquidity.depth import Fill, days_to_liquidate, walk_depth
from riskkit.risk.liquidity.execution import AlmgrenChriss, Liquidation
from riskkit.risk.liquidity.horizons import cascade, liquidity_horizon_es
from riskkit.risk.liquidity.spread import spread_adjusted_var, spread_cost, with_spread

__all__ = [
    "AlmgrenChriss",
    "Fill",
    "Liquidation",
    "cascade",
    "days_to_liquidate",
    "liquidity_horizon_es",
    "spread_adjusted_var",
    "spread_cost",
    "walk_depth",
    "with_spread",
]

"""An invented crypto market, the same bits from the same seed everywhere."""

from riskkit.data.synthetic.market import SyntheticMarket, calibration

__all__ = ["SyntheticMarket", "calibration"]

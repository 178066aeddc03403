"""An invented crypto market, the same bits from the same seed everywhere."""

from riskkit.data.synthetic.calibrated import calibration
from riskkit.data.synthetic.market import SyntheticMarket

__all__ = ["SyntheticMarket", "calibration"]

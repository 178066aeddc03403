"""The facts by which perpetuals and options are known, of the invented market and of the real one, for BTC."""

import numpy as np
import pandas as pd
from scipy import special

from riskkit.checks import FloatArray
from riskkit.data.synthetic import derivatives, quotes
from riskkit.data.synthetic.history import history
from riskkit.data.synthetic.market import SyntheticMarket
from riskkit.data.synthetic.surface import NEAR, SurfacePath

COIN = "BTC"
BP = 1e4
WINDOW = 245  # days: the eight months of the options' targets
EVERY = 7  # days between two looks at the skew
# fact -> where the target stands: name and key in data/calibration_derivatives.json
TARGETS = {
    "funding_mean_bp": ("funding_bp", "mean"),
    "funding_5_bp": ("funding_bp", "q05"),
    "funding_95_bp": ("funding_bp", "q95"),
    "funding_negative": ("funding_shares", "negative"),
    "funding_one_basis_point": ("funding_shares", "one_basis_point"),
    "funding_autocorrelation": ("funding_autocorrelation", "1"),
    "premium_median_bp": ("premium_bp", "median"),
    "premium_lowest_bp": ("premium_bp", "lowest"),
    "last_to_mark_99_bp": ("last_to_mark_bp", "q99"),
    "implied_volatility": ("implied_volatility", "mean"),
    "implied_volatility_peak": ("implied_volatility", "highest_to_mean"),
    "risk_reversal_25": ("risk_reversal_25", "mean"),
    "risk_reversal_25_lowest": ("risk_reversal_25", "lowest"),
    "term_structure_peak": ("term_structure", "peak"),
}


def derivative_targets() -> tuple[dict[tuple[str, str], float], dict[str, str]]:
    """Return the real values, indexed by (fact, "BTC"), and the source of each."""
    targets = derivatives.calibration()["targets"]
    values = {(fact, COIN): float(targets[name]["values"][COIN][key]) for fact, (name, key) in TARGETS.items()}
    return values, {fact: targets[name]["source"] for fact, (name, _) in TARGETS.items()}


def derivative_facts(seed: int) -> pd.Series:
    """Return the same facts of one invented market; options in its eight months as calm as the real ones were."""
    market = SyntheticMarket(seed)
    rate, bars = BP * market.funding(f"{COIN}-PERP")["rate"], market.bars(f"{COIN}-PERP", "1h")
    above = BP * (bars["close"] / market.bars(COIN, "1h")["close"] - 1.0)
    facts = {
        "funding_mean_bp": rate.mean(),
        "funding_5_bp": rate.quantile(0.05),
        "funding_95_bp": rate.quantile(0.95),
        "funding_negative": (rate < 0.0).mean(),
        "funding_one_basis_point": (rate == 1.0).mean(),
        "funding_autocorrelation": rate.autocorr(1),
        "premium_median_bp": above.median(),
        "premium_lowest_bp": above.min(),
        "last_to_mark_99_bp": (BP * (bars["close"] / bars["mark"] - 1.0).abs()).quantile(0.99),
    } | _option_facts(seed)
    return pd.Series({(fact, COIN): float(facts[fact]) for fact in TARGETS}).rename_axis(["fact", "asset"])


def _option_facts(seed: int) -> dict[str, float]:
    story = history(seed)
    coin = story.column(COIN)
    path = quotes.volatility_surface(seed, story, coin)
    days = _as_calm(story.law.log_return[:, coin])
    level = path.at_the_money[days]
    peak = days.start + int(np.argmax(level))
    reversals = [_risk_reversal(path, day) for day in range(days.start, days.stop, EVERY)]
    return {
        "implied_volatility": level.mean(),
        "implied_volatility_peak": level.max() / level.mean(),
        "risk_reversal_25": float(np.mean(reversals)),
        "risk_reversal_25_lowest": min(reversals),
        "term_structure_peak": float(path.volatility(peak, 0.0, 7.0 / 365.0) / path.at_the_money[peak]),
    }


def _as_calm(returns: FloatArray) -> slice:
    """Return the window whose volatility comes nearest to that of the real months."""
    calm = derivatives.calibration()["targets"]["implied_volatility"]["spot_volatility"]
    square = np.concatenate([[0.0], np.cumsum(returns * returns)])
    volatility = np.sqrt(365.0 * (square[WINDOW:] - square[:-WINDOW]) / WINDOW)
    first = int(np.argmin(np.abs(volatility - calm)))
    return slice(first, first + WINDOW)


def _risk_reversal(path: SurfacePath, day: int) -> float:
    """Return the 30-day volatility of the 25-delta call less that of the 25-delta put."""
    return _at_delta(path, day, 0.25) - _at_delta(path, day, 0.75)


def _at_delta(path: SurfacePath, day: int, delta: float) -> float:
    """Return the volatility of the strike at which N(d1) is delta, by a fixed point."""
    log_moneyness = 0.0
    for _ in range(9):
        volatility = float(path.volatility(day, log_moneyness, NEAR))
        log_moneyness = volatility * volatility * NEAR / 2.0 - special.ndtri(delta) * volatility * np.sqrt(NEAR)
    return volatility

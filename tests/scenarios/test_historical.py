"""Past days by age and at today's volatility."""

import numpy as np
import pandas as pd
import pytest

from riskkit import DataError
from riskkit.scenarios import historical, moves
from riskkit.volatility import Ewma

DATES = pd.date_range("2024-01-01", periods=400, tz="UTC")
RETURNS = pd.DataFrame(np.random.default_rng(1).standard_t(4, (400, 2)) * [0.02, 0.03], DATES, ["BTC", "ETH"])


def test_age_halves_the_weight():
    weights = historical(RETURNS, half_life=30).weights
    assert weights.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(weights[30:] / weights[:-30], 2.0, rtol=1e-12)


def test_scaled_to_todays_volatility():
    scaled = historical(RETURNS, decay=0.94).moves
    fit = Ewma(0.94).fit(RETURNS["BTC"])
    np.testing.assert_allclose(scaled[:, 0], RETURNS["BTC"] / fit.sigma * fit.next_sigma, rtol=1e-12)
    assert "at today's volatility (decay 0.94)" in historical(RETURNS, decay=0.94).provenance


def test_scaling_is_blind_to_the_unit():
    np.testing.assert_allclose(
        100 * historical(RETURNS, decay=0.94).moves, historical(100 * RETURNS, decay=0.94).moves, rtol=1e-9
    )


def test_levels_become_moves_by_their_kind():
    levels = pd.DataFrame({"BTC": [100.0, 110.0, 99.0], "BTC.funding": [1e-4, -2e-4, 0.0]}, DATES[:3])
    levels.attrs["source"] = "by hand"
    found = moves(levels)
    assert found.columns.tolist() == ["BTC.spot", "BTC.funding"]
    assert found["BTC.spot"].tolist() == pytest.approx([np.log(1.1), np.log(0.9)])
    assert found["BTC.funding"].tolist() == pytest.approx([-3e-4, 2e-4])
    assert found.attrs["source"] == "by hand"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"half_life": 0.0}, "half_life is out of range"),
        ({"half_life": np.nan}, "half_life is out of range"),
        ({"decay": 1.0}, "decay is out of range"),
        ({"factors": {"SOL": "SOL.spot"}}, "factors name no series"),
    ],
)
def test_refuses(arguments, message):
    from riskkit import RiskKitError

    with pytest.raises(RiskKitError, match=message):
        historical(RETURNS, **arguments)


def test_levels_must_be_positive_where_they_move_by_logarithm():
    with pytest.raises(DataError, match="not positive"):
        moves(pd.DataFrame({"BTC": [1.0, 0.0]}))

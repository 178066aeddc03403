"""The facts that the description of the real files states come out of them through the sources of this library."""

import numpy as np
import pandas as pd
import pytest

from riskkit.data import LocalFiles, check_bars, returns

COINS = ["BTC", "ETH", "SOL", "BNB", "XRP", "ADA", "DOGE", "LTC", "LINK", "AVAX", "DOT", "BCH"]


@pytest.fixture(scope="module")
def files(real_data):
    return LocalFiles(real_data)


def test_the_funding_law_of_bitcoin(files):
    rate = 1e4 * files.funding("BTCUSDT")["rate"]
    assert rate.mean() == pytest.approx(1.08, abs=0.005)
    assert rate.autocorr(1) == pytest.approx(0.80, abs=0.005)
    assert (rate < 0.0).mean() == pytest.approx(0.15, abs=0.005)
    assert (rate.round(9) == 1.0).mean() == pytest.approx(0.36, abs=0.005)  # the point mass


def test_bitcoins_yearly_volatility(files):
    moves = returns(files.prices("crypto"))["BTC"]
    yearly = moves.groupby(moves.index.year).std() * np.sqrt(365.0)
    # stated for all days; days with a missing hour are left out here
    np.testing.assert_allclose(yearly, [0.85, 0.68, 0.81, 0.81, 0.64, 0.44, 0.53, 0.42, 0.53], atol=0.02)


def test_last_and_mark_part_in_the_crash_of_march_2020(files):
    bars = files.bars("BTC-PERP", "1h", "2020-03-12", "2020-03-14")
    assert (bars["close"] / bars["mark"] - 1.0).abs().max() > 0.02
    calm = files.bars("BTC-PERP", "1h", "2024-03-12", "2024-03-14")
    assert (calm["close"] / calm["mark"] - 1.0).abs().max() < 0.002


def test_the_outages_of_the_spot_market(files):
    bars = files.bars("BTC", "1h")
    report = check_bars(bars.reset_index()).summary.iloc[0]
    assert (report["gaps"], report["missing"]) == (27, 122)


def test_tail_dependence_is_asymmetric(files):
    moves = returns(files.prices("crypto"))[COINS]
    both = moves[["BTC", "ETH"]].dropna()
    low, high = (rank.rank(pct=True).le(0.05).all(axis=1).mean() / 0.05 for rank in (both, -both))
    assert (low, high) == (pytest.approx(0.72, abs=0.07), pytest.approx(0.45, abs=0.03))
    assert low > high + 0.15


def test_every_ladder_keeps_the_identity(files, real_data):
    rows = pd.read_csv(real_data / "binance_leverage_tiers_sample.csv")
    assert len(rows) == 298
    for (symbol, date), ladder in rows.groupby(["symbol", "as_of"]):
        assert len(files.tiers(symbol, date)) == len(ladder)

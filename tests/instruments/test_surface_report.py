"""The report: planted arbitrage is found, and what was left out is counted."""

import numpy as np
import pytest

import riskkit as rk
from riskkit.instruments import SviSlice, VolSurface

VOGT = SviSlice(-0.041, 0.1331, 0.306, 0.3586, 0.4153, years=1.0)
NEAR = SviSlice(0.02, 0.1, 0.0, 0.0, 0.2, years=0.5)


@pytest.fixture(scope="module")
def chain():
    return rk.data.SyntheticMarket().option_chain("BTC", at="2024-03-12")


def test_the_invented_surface_is_free_of_arbitrage(chain):
    report = VolSurface.from_chain(chain).report()
    assert report.free_of_arbitrage
    assert report.left_out == 0
    assert (report.expiries["halfway_g"].iloc[:-1] > 0.0).all()
    assert (report.expiries["status"] == "ok").all()
    assert (report.expiries["largest_error"] < 1e-9).all()
    assert report.expiries["quotes"].tolist() == report.counts["used"].tolist()


def test_planted_butterfly():
    report = VolSurface((NEAR, VOGT)).report()
    (row,) = report.butterfly.to_dict("records")
    assert row["expiry"] == 1.0
    assert (row["start"], row["end"], row["smallest_g"]) == pytest.approx((0.6424, 1.2569, -0.032864), abs=5e-5)
    assert not report.free_of_arbitrage
    assert report.expiries.loc[1.0, "smallest_g"] == row["smallest_g"]


def test_planted_fall_in_time():
    later = SviSlice(0.015, 0.12, 0.0, 0.0, 0.2, years=1.0)
    report = VolSurface((NEAR, later)).report()
    (row,) = report.calendar.to_dict("records")
    assert (row["expiry"], row["later"]) == (0.5, 1.0)
    edge = np.sqrt((0.005 / 0.02) ** 2 - 0.2**2)
    assert (row["start"], row["end"], row["at"]) == pytest.approx((-edge, edge, 0.0), abs=1e-6)
    assert row["largest_fall"] == pytest.approx(0.001)
    assert report.butterfly.empty


def test_rows_left_out_and_expiries_without_enough_quotes_are_counted(chain):
    broken = chain.copy()
    first = broken["expiry"] == broken["expiry"].iloc[0]
    outside = (broken["kind"] == "put") == (broken["strike"] < broken["forward"])
    broken.loc[broken[first & outside].index[4:], "mark_volatility"] = np.nan
    crossed = broken[~first & outside].index[:3]
    broken.loc[crossed, "bid_price"] = broken.loc[crossed, "ask_price"] + 0.001
    surface = VolSurface.from_chain(broken)
    report = surface.report()
    assert len(surface.slices) == len(report.expiries) == 11
    assert report.counts["fitted"].tolist() == [False] + [True] * 11
    assert report.counts.iloc[0][["used", "no_volatility"]].tolist() == [4, 29]
    assert report.left_out == 29 + 4 + 3
    assert report.expiries.index[0] == report.counts.index[1]


def test_noise_makes_arbitrage_that_is_shown(chain):
    noisy = chain.assign(
        mark_volatility=chain["mark_volatility"] * np.exp(0.05 * np.random.default_rng(1).normal(size=len(chain)))
    )
    noisy.attrs = dict(chain.attrs)
    surface = VolSurface.from_chain(noisy)
    report = surface.report()
    assert not report.free_of_arbitrage
    for row in report.calendar.itertuples():
        place = row.at if np.isfinite(row.at) else np.sign(row.at) * 1e3
        years = [surface.years(row.expiry), surface.years(row.later)]
        assert surface.total_variance(place, years[0]) > surface.total_variance(place, years[1])

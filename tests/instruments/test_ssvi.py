"""SSVI: the raw SVI it implies, the conditions of its authors, and the invented market's own surface."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import svi as oracle

import riskkit as rk
from riskkit.core import FitStatus
from riskkit.data.synthetic.derivatives import calibration
from riskkit.errors import DataError
from riskkit.instruments import Ssvi, SsviSurface, butterfly_violations, calendar_violations, smile_quotes

K = np.linspace(-1.0, 1.0, 41)


@pytest.fixture(scope="module")
def chain():
    return rk.data.SyntheticMarket().option_chain("BTC", at="2024-03-12")


def changed(chain, **columns):
    result = chain.assign(**columns)
    result.attrs = dict(chain.attrs)
    return result


@settings(max_examples=60, deadline=None)
@given(st.floats(1e-4, 1.0), st.floats(1e-3, 1.0), st.floats(-0.95, 0.95), st.floats(0.05, 1.0), st.floats(0.05, 0.5))
def test_free_of_arbitrage_is_what_the_slices_show(theta, more, rho, share, gamma):
    eta = share * 2.0 / np.sqrt(1.0 + abs(rho))  # with gamma <= 1/2 both conditions hold for all theta
    law = SsviSurface([0.5, 1.0], [theta, theta + more], rho, eta, gamma)
    near, far = law.slice(0.5), law.slice(1.0)
    assert law.free_of_arbitrage
    assert butterfly_violations(near) == [] == butterfly_violations(far)
    assert calendar_violations(near, far) == []
    np.testing.assert_allclose(near.total_variance(K), law.total_variance(K, 0.5), rtol=1e-9)
    assert law.volatility(0.0, 1.0) == pytest.approx(np.sqrt(theta + more))


def test_a_surface_that_breaks_the_conditions_says_so():
    law = SsviSurface([0.01, 1.0], [0.0004, 0.04], rho=-0.5, eta=1.5, gamma=0.8)
    assert not law.free_of_arbitrage
    assert (law.conditions["vertex"] > 4.0).tolist() == [True, True]
    assert butterfly_violations(law.slice(0.01)) != []


def test_between_and_outside_the_expiries():
    law = SsviSurface([0.5, 1.0], [0.1, 0.3], rho=0.0, eta=1.0, gamma=0.5)
    assert [law.at_the_money_variance(years) for years in (0.25, 0.5, 0.75, 2.0)] == pytest.approx([0.05, 0.1, 0.2, 0.7])
    assert SsviSurface([0.5], [0.1], 0.0, 1.0, 0.5).at_the_money_variance(1.0) == pytest.approx(0.2)


def test_the_invented_markets_surface_is_recovered_exactly(chain):
    fit = Ssvi().fit(chain)
    curvature = calibration()["model"]["surface"]["curvature"]
    assert (fit.surface.eta, fit.surface.gamma) == pytest.approx((curvature, 0.5), abs=1e-8)
    assert fit.root_mean_square_error < 1e-10
    assert fit.status == FitStatus.OK
    assert fit.surface.free_of_arbitrage
    assert len(fit.quotes) == fit.counts["used"].sum()


def test_volatilities_rounded_as_a_venue_does(chain):
    """Rounded to 0.01 %, as Deribit prints them: an error of 0.003 % each, parameters within 1e-3."""
    exact = Ssvi().fit(chain).surface
    fit = Ssvi().fit(changed(chain, mark_volatility=chain["mark_volatility"].round(4))).surface
    assert (fit.rho, fit.eta, fit.gamma) == pytest.approx((exact.rho, exact.eta, exact.gamma), abs=1e-3)
    np.testing.assert_allclose(fit.theta, exact.theta, rtol=1e-4)


def test_prices_rounded_to_the_tick(chain):
    """Volatilities of out-of-the-money marks of ten ticks and more: half a tick is up to 5 % of such a price."""
    exact = Ssvi().fit(chain).surface
    volatility = np.full(len(chain), np.nan)
    years = (chain["expiry"] - chain.attrs["asof"]).dt.total_seconds() / (365 * 86_400)
    rows = zip(chain["mark_price"], chain["forward"], chain["strike"], years, chain["kind"], strict=True)
    for n, (price, forward, strike, time, kind) in enumerate(rows):
        if price >= 0.001 and (kind == "put") == (strike < forward):
            volatility[n] = oracle.implied(price, forward, strike, time, 1.0 if kind == "call" else -1.0)
    fit = Ssvi().fit(changed(chain, mark_volatility=volatility))
    assert fit.counts["no_volatility"].sum() > 20
    assert (fit.surface.rho, fit.surface.eta, fit.surface.gamma) == pytest.approx(
        (exact.rho, exact.eta, exact.gamma), abs=0.02
    )
    np.testing.assert_allclose(fit.surface.theta, exact.theta, rtol=0.01)


def test_any_quotes_give_a_surface_without_arbitrage(chain):
    noisy = np.random.default_rng(2).normal(size=len(chain))
    k = np.log(chain["strike"] / chain["forward"])
    for volatility in (0.8 * np.exp(0.2 * noisy), 0.5 + 0.1 * k, 0.5 + 2.0 * k.abs()):
        fit = Ssvi().fit(changed(chain, mark_volatility=volatility))
        assert fit.surface.free_of_arbitrage
        slices = [fit.surface.slice(years) for years in fit.surface.years]
        assert all(butterfly_violations(one) == [] for one in slices)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 0.5], [0.1, 0.2], 0.0, 1.0, 0.5), "years do not rise"),
        (([0.5, 0.5], [0.1, 0.2], 0.0, 1.0, 0.5), "years do not rise"),
        (([0.5, 1.0], [0.2, 0.1], 0.0, 1.0, 0.5), "theta falls: calendar arbitrage"),
        (([0.5, 1.0], [0.2], 0.0, 1.0, 0.5), "theta does not fit"),
        (([0.5], [0.2], 1.0, 1.0, 0.5), "rho is out of range"),
        (([0.5], [0.2], 0.0, 0.0, 0.5), "eta is out of range"),
        (([0.5], [0.2], 0.0, 1.0, 1.0), "gamma is out of range"),
    ],
)
def test_surfaces_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(DataError, match=message):
        SsviSurface(*arguments)


def test_chains_that_cannot_be_fitted_are_refused(chain):
    with pytest.raises(DataError, match="mark_volatility is constant"):
        Ssvi().fit(changed(chain, mark_volatility=0.5))
    one = chain[chain["strike"] == chain["strike"].iloc[0]].iloc[:2]
    with pytest.raises(DataError, match="too few quotes for a surface"):
        Ssvi().fit(changed(one))


def test_what_is_left_out_of_a_chain_is_counted(chain):
    broken = changed(chain)
    outside = broken[(broken["kind"] == "call") & (broken["strike"] > broken["forward"])].index[:3]
    broken.loc[outside[0], "mark_volatility"] = np.nan
    broken.loc[outside[1], "mark_volatility"] = 0.0
    broken.loc[outside[2], "bid_price"] = 1.0
    quotes, counts = smile_quotes(broken)
    first = counts.iloc[0]
    assert first[["no_volatility", "crossed"]].tolist() == [2, 1]
    assert first["used"] == len(quotes[0].volatility) == 30
    assert (counts["options"] == counts.drop(columns="options").sum(axis=1)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda chain: [chain], "chain has the wrong type"),
        (lambda chain: chain.drop(columns="forward"), "chain lacks columns; got no forward"),
        (lambda chain: chain.assign(strike=chain["strike"].astype(str)), "strike.* is not numeric"),
        (lambda chain: chain.assign(expiry=chain["expiry"].astype(str)), "does not hold times in UTC"),
        (lambda chain: chain.assign(expiry=pd.Timestamp("2020-01-01", tz="UTC")), "has expired"),
        (lambda chain: chain.assign(mark_volatility=-0.5), "mark_volatility is out of range"),
        (lambda chain: chain.assign(kind="swap"), "unknown kind"),
        (lambda chain: pd.concat([chain, chain.iloc[:1]]), "holds an option twice"),
        (lambda chain: chain.assign(forward=chain["strike"]), "different forwards for 2024-03-12"),
    ],
)
def test_chains_that_are_not_chains_are_refused(chain, change, message):
    wrong = change(chain)
    if isinstance(wrong, pd.DataFrame):
        wrong.attrs = dict(chain.attrs)
    with pytest.raises(DataError, match=message):
        smile_quotes(wrong)


def test_a_chain_must_say_when_it_was_taken(chain):
    wrong = chain.copy()
    wrong.attrs = {}
    with pytest.raises(DataError, match="does not say when it was taken"):
        smile_quotes(wrong)

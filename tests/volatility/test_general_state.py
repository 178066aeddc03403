"""What a model of the family with known parameters answers: memory, news, forecasts, paths, later data."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from oracles import garch as twin
from scipy import stats

from riskkit.errors import DataError, ModelError
from riskkit.volatility import Garch, Gjr, general
from riskkit.volatility.aparch import Aparch
from riskkit.volatility.component import ComponentGarch
from riskkit.volatility.egarch import Egarch
from riskkit.volatility.general_state import GeneralFilter
from riskkit.volatility.specification import recursion_of

SPECS = {
    "gjr-skewt": Gjr("skewt"),
    "garch-ar1": Garch("normal", mean="ar1"),
    "egarch": Egarch("t"),
    "egarch-ar1": Egarch("ged", mean="ar1"),
    "aparch": Aparch("normal", mean="zero"),
    "component": ComponentGarch("skewt"),
}
TRUTH = {
    "gjr-skewt": {"mu": 0.05, "omega": 0.05, "alpha": 0.04, "gamma": 0.1, "beta": 0.86, "nu": 7.0, "lambda": -0.15},
    "garch-ar1": {"mu": 0.05, "phi": 0.3, "omega": 0.05, "alpha": 0.1, "beta": 0.85},
    "egarch": {"mu": 0.05, "omega": 0.01, "alpha": 0.2, "gamma": -0.1, "beta": 0.95, "nu": 8.0},
    "egarch-ar1": {"mu": 0.0, "phi": -0.2, "omega": 0.0, "alpha": 0.25, "gamma": 0.05, "beta": 0.9, "nu": 1.4},
    "aparch": {"omega": 0.05, "alpha": 0.1, "gamma": 0.4, "beta": 0.86, "delta": 1.4},
    "component": {
        "mu": 0.0, "omega": 0.01, "rho": 0.99, "varphi": 0.04, "alpha": 0.08, "beta": 0.8, "nu": 9.0, "lambda": 0.1,
    },
}  # fmt: skip


def known(model, first=1.0):
    """A model with the parameters above that has seen one quiet day."""
    states = np.full((3, 2), 1.0 if model == "component" else 0.0 if "egarch" in model else first)
    return GeneralFilter(SPECS[model], pd.Series([0.1, 0.1]), None, pd.Series(TRUTH[model]), states)


@pytest.fixture(scope="module")
def returns():
    dates = pd.date_range("2020", periods=900, tz="UTC")
    return pd.Series(0.01 * twin.simulate(900, 0.05, 0.1, 0.85, 7, 3) + 0.001, dates, name="BTC")


@pytest.fixture(scope="module")
def fits(returns):
    return {model: general.fit(spec, returns.iloc[:700]) for model, spec in SPECS.items()}


@pytest.mark.parametrize("model", SPECS)
def test_simulated_then_estimated(model):
    """4,000 simulated days: every parameter within three robust standard errors of the truth, the law uniform."""
    path = known(model).simulate(paths=1, horizon=4_000, rng=11)[:, 0]
    fit = general.fit(SPECS[model], pd.Series(path))
    errors = fit.standard_errors()
    off = ((fit.params - pd.Series(TRUTH[model])) / errors).drop(errors.index[errors.isna()])
    assert off.abs().max() < 3.0
    assert errors.drop("mu", errors="ignore").notna().all()
    uniform = fit.innovation.distribution(fit.standardised.dropna())
    assert stats.kstest(uniform, "uniform").pvalue > 0.01


@pytest.mark.parametrize("model", SPECS)
def test_forecast_is_the_mean_of_the_paths(model):
    state = known(model)
    paths = state.simulate(paths=40_000, horizon=6, rng=5)
    ahead = state.forecast(6, rng=6, paths=40_000)
    errors = paths.std(axis=1) / np.sqrt(40_000)
    assert (np.abs(paths.mean(axis=1) - ahead["mean"]) < 4.0 * errors).all()
    squares = (paths - paths.mean(axis=1, keepdims=True)) ** 2
    spread = squares.std(axis=1) / np.sqrt(40_000) * (1.0 if recursion_of(state.spec).closed_form else np.sqrt(2.0))
    assert (np.abs(squares.mean(axis=1) - ahead["sigma"] ** 2) < 4.0 * spread).all()
    assert state.forecast(1)["sigma"].loc[1] == pytest.approx(state.next_sigma, rel=1e-14)


@pytest.mark.parametrize("model", SPECS)
def test_loss_of_the_next_step(fits, model):
    fit = fits[model]
    losses, ahead = fit.loss_distribution(), fit.forecast(1).loc[1]
    assert losses.mean == pytest.approx(-ahead["mean"], rel=1e-6, abs=1e-9)
    assert losses.var(0.99) == pytest.approx(-ahead["mean"] - ahead["sigma"] * fit.innovation.quantile(0.01), rel=1e-9)


@pytest.mark.parametrize("model", SPECS)
def test_news_impact_is_what_the_next_day_does(fits, model):
    fit = fits[model]
    shock, day = 0.03, pd.Timestamp("2030-01-01", tz="UTC")
    for sign in (1.0, -1.0):
        after = fit.append(pd.Series([fit.forecast(1).loc[1, "mean"] + sign * shock], index=[day]))
        if model != "component":  # whose long run is not where the curve has it
            impact = fit.news_impact([sign * shock], sigma=fit.next_sigma)
            assert impact.iloc[0] == pytest.approx(after.next_sigma**2, rel=1e-10)
    curve = fit.news_impact([-shock, 0.0, shock], sigma=0.01)
    assert curve.iloc[1] < min(curve.iloc[0], curve.iloc[2])


@pytest.mark.parametrize("model", SPECS)
def test_later_data(returns, fits, model):
    fit, row = fits[model], int("phi" in fits[model].params)
    longer = fit.append(returns.iloc[700:])
    assert longer.observed.equals(returns)
    assert longer.sigma.iloc[:700].equals(fit.sigma)
    assert longer.sigma.iloc[700] == pytest.approx(fit.next_sigma, rel=1e-12)
    if model != "component":  # which has two states to start from
        again = fit.filter(returns, first_sigma=fit.sigma.iloc[row])
        np.testing.assert_allclose(again.sigma, longer.sigma, rtol=1e-10)
    step = fit.append(returns.iloc[700:800]).append(returns.iloc[800:])
    np.testing.assert_allclose(step.sigma, longer.sigma, rtol=1e-12)
    with pytest.raises(DataError, match="does not come after"):
        fit.append(returns.iloc[690:720])


@pytest.mark.parametrize("model", SPECS)
def test_memory(model):
    state = known(model)
    assert state.persistence**state.half_life == pytest.approx(0.5, rel=1e-9)
    level = state.unconditional_volatility
    if model in ("gjr-skewt", "component"):
        far = state.forecast(5_000)["sigma"].iloc[-1]
        assert far == pytest.approx(level, rel=1e-9)
    at_level = state.filter(pd.Series([0.0, np.nan, np.nan, 0.0]), first_sigma=level)
    assert at_level.sigma.iloc[3] == pytest.approx(at_level.sigma.iloc[2], rel=0.05)


def test_no_level_at_persistence_one():
    params = pd.Series({"mu": 0.0, "omega": 0.1, "alpha": 0.2, "beta": 0.8, "nu": 5.0})
    state = GeneralFilter(Garch(), pd.Series([0.0]), None, params, np.ones((2, 2)))
    assert state.half_life == np.inf
    assert state.unconditional_volatility == np.inf
    with pytest.raises(DataError, match="no unconditional volatility"):
        state.filter(pd.Series([0.1]))
    with pytest.raises(DataError, match="no unconditional volatility"):
        state.news_impact([0.1])
    forever = replace(state, params=params.replace({0.2: 0.0, 0.8: 0.0}))
    assert forever.half_life == 0.0


def test_paths_need_a_source_of_numbers(fits):
    with pytest.raises(ModelError, match="no closed forecast of 3 steps"):
        fits["egarch"].forecast(3)
    assert fits["egarch"].forecast(3, rng=1).equals(fits["egarch"].forecast(3, rng=1))
    assert len(fits["gjr-skewt"].forecast(3)) == 3


def test_bootstrap_draws_what_was_left(fits):
    fit = fits["gjr-skewt"]
    first = fit.simulate(paths=500, horizon=1, rng=1, shocks="bootstrap")[0]
    drawn = (first - fit.params["mu"]) / fit.next_sigma
    assert np.isin(drawn.round(10), fit.standardised.to_numpy().round(10)).all()


def test_regressors_ahead(returns):
    table = pd.DataFrame({"event": (np.arange(900) % 7 == 0).astype(float)}, returns.index)
    fit = general.fit(Garch("normal"), returns.iloc[:700], table.iloc[:700])
    ahead = table.iloc[700:703]
    with pytest.raises(DataError, match="regressors are not those of the fit"):
        fit.forecast(3)
    with pytest.raises(DataError, match="do not fit the horizon"):
        fit.forecast(2, regressors=ahead)
    with pytest.raises(DataError, match="depends on the next regressors"):
        _ = fit.next_sigma
    with pytest.raises(DataError, match="regressors are not those of the fit"):
        general.fit(Garch("normal"), returns).forecast(3, regressors=ahead)
    forecast = fit.forecast(3, regressors=ahead)
    longer = fit.append(returns.iloc[700:], regressors=table.iloc[700:])
    assert longer.sigma.iloc[700] == pytest.approx(forecast.loc[1, "sigma"], rel=1e-12)
    assert fit.loss_distribution(regressors=ahead.iloc[:1]).mean == pytest.approx(-fit.params["mu"], rel=1e-6)
    assert fit.simulate(paths=10, horizon=3, rng=1, regressors=ahead).shape == (3, 10)
    more = fit.forecast(3, regressors=ahead + 5.0)["sigma"]
    assert (more >= forecast["sigma"]).all()


@pytest.mark.parametrize("model", SPECS)
def test_a_fit_survives_a_journey(fits, model):
    there = pickle.loads(pickle.dumps(fits[model]))
    assert there.params.equals(fits[model].params)
    assert there.loglikelihood == fits[model].loglikelihood
    with pytest.raises(ValueError, match="read-only"):
        there.states[0] = 1.0


@pytest.mark.parametrize("model", ["gjr-skewt", "garch-ar1", "egarch", "component"])
def test_forecast_interval(fits, model):
    fit = fits[model]
    frame = fit.forecast_interval(4, rng=2, draws=200)
    assert (frame["low"] < frame["sigma"]).all()
    assert (frame["sigma"] < frame["high"]).all()
    assert 0.0 <= frame.attrs["redrawn"] < 1.0
    narrow = fit.forecast_interval(4, 0.6, rng=2, draws=200)
    assert (narrow["high"] - narrow["low"] < frame["high"] - frame["low"]).all()
    if model == "garch-ar1":
        assert frame["sigma"].loc[1] == pytest.approx(fit.next_sigma, rel=1e-12)

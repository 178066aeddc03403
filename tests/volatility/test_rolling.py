"""A model estimated anew for every date: what one kernel call says is what fitting day by day says."""

import arch.data.sp500
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import garch as oracle

from riskkit.errors import ConvergenceError, DataError
from riskkit.volatility import Ewma, Garch, Har, RiskMetrics2006, roll


@pytest.fixture(scope="module")
def returns():
    return pd.Series(
        0.01 * oracle.simulate(420, 0.05, 0.1, 0.85, 5, 21), pd.date_range("2020", periods=420, tz="UTC"), name="x"
    )


@pytest.mark.parametrize("spec", [Garch("t"), Garch("normal"), Ewma()])
@pytest.mark.parametrize("step", [1, 7])
def test_equals_day_by_day(returns, spec, step):
    frame = roll(returns, spec, window=300, step=step, level=0.975)
    assert frame.index.equals(returns.index[300::step])
    for number in range(0, len(frame), 11):
        fit = spec.fit(returns.iloc[number * step : number * step + 300])
        row, losses = frame.iloc[number], fit.loss_distribution()
        ahead = fit.forecast(1).loc[1]
        expected = {"mu": ahead["mean"], "sigma": ahead["sigma"], "var": losses.var(0.975), "es": losses.es(0.975)}
        for name, value in (expected | fit.params.to_dict()).items():
            assert row[name] == pytest.approx(value, rel=1e-9, abs=1e-12), name
        assert row["status"] == fit.status


def test_misses_no_higher_maximum_on_sp500():
    """Every tenth of 1,500 days of S&P 500: never below the fresh search by more than 1e-6 in log-likelihood."""
    y = np.log(arch.data.sp500.load()["Adj Close"]).diff().dropna().iloc[:2_500]
    frame = roll(y, Garch(), window=1_000)
    short = 0
    for number in range(0, len(frame), 10):
        window = y.iloc[number : number + 1_000]
        fit, row = Garch().fit(window), frame.iloc[number]
        start = oracle.ewma(window.to_numpy(), window.mean())
        value = oracle.loglikelihood(window.to_numpy(), *row[["mu", "omega", "alpha", "beta"]], 1 / row["nu"], start)
        short += value < fit.loglikelihood - 1e-6
    assert short == 0


def test_the_future_changes_nothing(returns):
    frame = roll(returns, Garch(), window=300)
    changed = returns.copy()
    changed.iloc[360:] = 10.0 * changed.iloc[360:]
    again = roll(changed, Garch(), window=300)
    pd.testing.assert_frame_equal(frame.iloc[:61], again.iloc[:61])
    assert (frame["sigma"].iloc[62:] != again["sigma"].iloc[62:]).all()


def test_a_constant_window_is_said(returns):
    flat = returns.copy()
    flat.iloc[100:200] = 0.0
    frame = roll(flat, Garch(), window=60)
    failed = frame["status"] == "failed"
    assert failed.sum() == 41
    assert frame.loc[failed, "var"].isna().all()
    assert frame.loc[~failed, ["var", "es"]].notna().all(axis=None)


@settings(deadline=None, max_examples=20)
@given(unit=st.sampled_from([1e-6, 1.0, 250.0, 1e6]), seed=st.integers(0, 1_000))
def test_the_unit_does_not_matter(unit, seed):
    y = pd.Series(oracle.simulate(150, 0.05, 0.1, 0.85, 5, seed))
    one, other = roll(y, Garch(), window=120), roll(unit * y, Garch(), window=120)
    np.testing.assert_allclose(other["var"], unit * one["var"], rtol=1e-6)


def test_bad_arguments(returns):
    with pytest.raises(DataError, match="not a volatility model"):
        roll(returns, "garch", window=300)
    with pytest.raises(DataError, match="window"):
        roll(returns, Garch(), window=10)
    with pytest.raises(DataError, match="too short"):
        roll(returns, Garch(), window=420)
    with pytest.raises(DataError, match="confidence level"):
        roll(returns, Garch(), window=300, level=0.01)


class Picky:
    """Fails on windows that begin with a loss, as a likelihood without a maximum does."""

    def fit(self, series):
        if series.iloc[0] < 0.0:
            raise ConvergenceError("no maximum")
        return Ewma().fit(series)


def test_any_specification_is_rolled_date_by_date_and_a_failed_fit_is_told():
    returns = 0.01 * pd.Series(np.random.default_rng(3).standard_t(5, 80), pd.date_range("2024-01-01", periods=80))
    frame = roll(returns, Picky(), window=60)
    failed = (returns.iloc[:20] < 0.0).to_numpy()
    assert 0 < failed.sum() < 20
    assert (frame["status"] == "failed").to_numpy().tolist() == failed.tolist()
    assert frame.loc[failed, "var"].isna().all()
    plain = roll(returns, Ewma(), window=60)
    pd.testing.assert_frame_equal(frame[~failed], plain[~failed])
    assert frame.columns[-1] == "status"


def test_riskmetrics_2006_is_rolled_like_the_fit_of_each_window():
    returns = 0.01 * pd.Series(np.random.default_rng(4).standard_t(5, 305))
    frame = roll(returns, RiskMetrics2006(), window=300, level=0.975)
    for row in range(5):
        fit = RiskMetrics2006().fit(returns.iloc[row : row + 300])
        assert frame["sigma"].iloc[row] == pytest.approx(fit.next_sigma, rel=1e-14)
        assert frame["var"].iloc[row] == fit.loss_distribution().var(0.975)


def test_a_model_without_a_law_of_the_return_is_refused():
    realised = pd.Series(np.random.default_rng(5).chisquare(4, 200))
    with pytest.raises(DataError, match="the model forecasts no loss; got HarFit"):
        roll(realised, Har(), window=150)

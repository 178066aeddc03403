"""A model estimated anew for every date: what one kernel call says is what fitting day by day says."""

import arch.data.sp500
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import garch as oracle

from riskkit.core import LossDistribution
from riskkit.errors import ConvergenceError, DataError
from riskkit.rng import child
from riskkit.volatility import Aparch, Egarch, Ewma, Garch, Gjr, Har, RiskMetrics2006, roll, rolled_fits
from riskkit.volatility.garch_optimum import VALUE


@pytest.fixture(scope="module")
def returns():
    return pd.Series(
        0.01 * oracle.simulate(420, 0.05, 0.1, 0.85, 5, 21), pd.date_range("2020", periods=420, tz="UTC"), name="x"
    )


@pytest.fixture(scope="module")
def long():
    """Windows of 800 that have one maximum each: either search finds it."""
    y = 0.01 * oracle.simulate(920, 0.05, 0.05, 0.85, 5, 1, gamma=0.1)
    return pd.Series(y, pd.date_range("2020", periods=920, tz="UTC"))


SPECS = [
    Garch("t"),
    Garch("normal"),
    Gjr("t"),
    Gjr("normal", mean="zero", start=1e-4),
    Garch("t", mean="zero", start="fcp", targeting=True),
    Gjr("t", start="sample", targeting=True),
    Ewma(),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
@pytest.mark.parametrize("step", [1, 7])
def test_equals_day_by_day(long, spec, step):
    frame = roll(long, spec, window=800, step=step, level=0.975)
    assert frame.index.equals(long.index[800::step])
    for number in range(0, len(frame), 11):
        fit = spec.fit(long.iloc[number * step : number * step + 800])
        row, losses = frame.iloc[number], fit.loss_distribution()
        ahead = fit.forecast(1).loc[1]
        expected = {"mu": ahead["mean"], "sigma": ahead["sigma"], "var": losses.var(0.975), "es": losses.es(0.975)}
        for name, value in (expected | fit.params.to_dict()).items():
            assert row[name] == pytest.approx(value, rel=1e-9, abs=1e-12), name
        assert row["status"] == fit.status


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_a_growing_window_equals_day_by_day(returns, spec):
    """Each date is searched afresh, as the fit is: equal whatever the likelihood looks like."""
    frame = roll(returns, spec, window=300, step=40, level=0.975, expanding=True)
    assert frame.index.equals(returns.index[300::40])
    for number, row in enumerate(frame.itertuples()):
        fit = spec.fit(returns.iloc[: 300 + 40 * number])
        losses = fit.loss_distribution()
        expected = [fit.forecast(1)["mean"].iloc[0], fit.next_sigma, losses.var(0.975), losses.es(0.975)]
        assert [row.mu, row.sigma, row.var, row.es] == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert row.status == fit.status
        for name, value in fit.params.items():
            assert getattr(row, name) == pytest.approx(value, rel=1e-9, abs=1e-12), name


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


@settings(deadline=None, max_examples=6)
@given(
    spec=st.sampled_from([Garch("t"), Garch("normal"), Gjr("t"), Gjr("normal", start="sample"), Gjr("t", mean="zero")]),
    seed=st.integers(0, 10_000),
)
def test_short_windows_equal_the_fit_where_both_found_the_same_maximum(spec, seed):
    """Windows of 120 have several maxima: either search may end higher, but nothing else may tell the two apart."""
    y = pd.Series(oracle.simulate(136, 0.05, 0.05, 0.85, 5, seed, gamma=0.1))
    fits = rolled_fits(y, spec, 120)
    frame, same = fits.at(0.99), 0
    for number, row in enumerate(frame.itertuples()):
        fit = spec.fit(y.iloc[number : number + 120])
        if abs(fit.optimum[VALUE] - fits.optima[number, VALUE]) < 1e-9:
            same += 1
            assert row.sigma == pytest.approx(fit.next_sigma, rel=1e-5)
            assert row.status == fit.status
        assert row.es > row.var
    assert same >= 8  # of 16


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


def test_a_constant_beginning_of_a_growing_window_is_said(returns):
    flat = returns.iloc[:130].copy()
    flat.iloc[:80] = 0.0
    frame = roll(flat, Gjr("normal"), window=60, expanding=True, horizon=2, rng=1)
    failed = frame["status"] == "failed"
    assert failed.to_numpy().nonzero()[0].tolist() == list(range(21))  # the estimates from 60 to 80 zeros
    assert frame.loc[failed, ["mu", "sigma", "var", "es"]].isna().all(axis=None)
    assert frame.loc[~failed, ["mu", "sigma", "var", "es"]].notna().all(axis=None)


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


HORIZON, SEED = 5, 3


@pytest.mark.parametrize("spec", [Garch("t"), Gjr("normal"), Gjr("t", mean="zero", targeting=True)], ids=str)
@pytest.mark.parametrize("expanding", [False, True])
def test_several_steps_are_the_simulated_sum(long, spec, expanding):
    frame = roll(long, spec, 800, 50, level=0.975, expanding=expanding, horizon=HORIZON, rng=SEED)
    assert frame.index.equals(long.index[804::50])  # the last of five steps
    for number, row in enumerate(frame.itertuples()):
        fit = spec.fit(long.iloc[0 if expanding else 50 * number : 50 * number + 800])
        paths = fit.simulate(10_000, HORIZON, rng=child(SEED, number))
        losses = LossDistribution(-paths.sum(axis=0))
        ahead = fit.forecast(HORIZON)
        assert row.mu == pytest.approx(ahead["mean"].sum(), rel=1e-9, abs=1e-12)
        assert row.sigma == pytest.approx(np.sqrt((ahead["sigma"] ** 2).sum()), rel=1e-9)
        assert row.var == pytest.approx(losses.var(0.975), rel=1e-6)
        assert row.es == pytest.approx(losses.es(0.975), rel=1e-6)
        assert row.sigma == pytest.approx(paths.sum(axis=0).std(), rel=0.06)


@pytest.mark.parametrize("spec", [Egarch("normal"), Aparch("normal")], ids=str)
def test_without_a_closed_form_the_moments_are_those_of_the_paths(long, spec):
    frame = roll(long.iloc[:600], spec, 500, 60, horizon=3, rng=SEED)
    for number, row in enumerate(frame.itertuples()):
        sums = spec.fit(long.iloc[60 * number : 60 * number + 500]).simulate(10_000, 3, rng=child(SEED, number)).sum(axis=0)
        assert (row.mu, row.sigma) == pytest.approx((sums.mean(), sums.std()), rel=1e-9)
        assert row.es > row.var > 0.0


class Wrapped:
    """A model that the kernel does not know, though its fits are those of one that it does."""

    def __init__(self, spec):
        self.fit = spec.fit


@pytest.mark.parametrize("expanding", [False, True])
def test_both_lanes_agree_over_several_steps(returns, expanding):
    fast, slow = (
        roll(returns, spec, 300, 60, expanding=expanding, horizon=HORIZON, rng=SEED) for spec in (Gjr(), Wrapped(Gjr()))
    )
    pd.testing.assert_frame_equal(fast, slow, rtol=1e-6)


def test_the_seed_makes_the_paths_and_the_threads_do_not(returns, monkeypatch):
    ask = {"spec": Garch(), "window": 300, "step": 30, "horizon": 3}
    one = roll(returns, rng=1, **ask)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    pd.testing.assert_frame_equal(one, roll(returns, rng=1, **ask))
    assert (one["var"] != roll(returns, rng=2, **ask)["var"]).all()
    fits = rolled_fits(returns, Garch(), 300, 30, horizon=3, rng=np.random.default_rng(1))
    pd.testing.assert_frame_equal(fits.at(0.99), fits.at(0.99))
    assert (fits.at(0.99)["var"] > fits.at(0.95)["var"]).all()
    assert (fits.at(0.99)["es"] > fits.at(0.99)["var"]).all()


class Momentum:
    """A return that follows yesterday's, with constant volatility."""

    params = pd.Series({"mu": 0.01, "phi": 0.5})
    status = "ok"

    def fit(self, series):
        self.last = series.iloc[-1]
        return self

    def forecast(self, horizon):
        variance = np.cumsum(0.25 ** np.arange(horizon))
        return pd.DataFrame({"mean": 0.02, "sigma": np.sqrt(variance)})

    def simulate(self, paths, horizon, *, rng):
        result, before = np.empty((horizon, paths)), np.zeros(paths)
        for step in range(horizon):
            before = 0.5 * before + rng.standard_normal(paths)
            result[step] = before
        return result


def test_the_sum_of_correlated_steps_has_its_own_sigma(returns):
    frame = roll(returns, Momentum(), 400, horizon=4, rng=1)
    weights = np.cumsum(0.5 ** np.arange(4))
    np.testing.assert_allclose(frame["sigma"], np.sqrt((weights**2).sum()), rtol=1e-12)
    np.testing.assert_allclose(frame["mu"], 0.08, rtol=1e-12)
    draws = Momentum().simulate(200_000, 4, rng=np.random.default_rng(1)).sum(axis=0)
    assert draws.std() == pytest.approx(frame["sigma"].iloc[0], rel=0.01)


def test_no_forecast_over_several_steps_knows_its_target(returns):
    returns = returns.iloc[:370]
    changed = returns.copy()
    changed.iloc[350:] *= -3.0
    one, other = (roll(y, Garch(), 300, horizon=5, rng=1) for y in (returns, changed))
    known = (one.index <= returns.index[354]).nonzero()[0]  # the estimate for it ends before 350
    pd.testing.assert_frame_equal(one.iloc[known], other.iloc[known])
    assert one["sigma"].iloc[known[-1] + 1] != other["sigma"].iloc[known[-1] + 1]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"horizon": 0}, "horizon"),
        ({"horizon": 2}, "several steps ahead are simulated; got horizon=2 and no rng"),
        ({"horizon": 2, "rng": "seed"}, "rng is not a source"),
        ({"horizon": 121, "rng": 1}, "too short"),
        ({"expanding": "yes"}, "expanding is not a switch"),
        ({"spec": Ewma(), "horizon": 2, "rng": 1}, "the model draws no paths; got EwmaFit"),
        ({"spec": Ewma(), "expanding": 1}, "expanding is not a switch"),
    ],
)
def test_bad_options(returns, options, match):
    with pytest.raises(DataError, match=match):
        roll(returns, **({"spec": Garch(), "window": 300} | options))


@pytest.mark.parametrize("spec", [Garch("ged"), Gjr(mean="ar1"), Ewma()], ids=str)
def test_only_the_kernel_makes_rolled_fits(returns, spec):
    with pytest.raises(DataError, match="the kernel does not know the model"):
        rolled_fits(returns, spec, 300)

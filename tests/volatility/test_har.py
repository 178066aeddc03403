"""Heterogeneous autoregression of realised variance."""

import pickle

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import riskkit as rk
from riskkit.core import FitStatus
from riskkit.volatility import Har


def simulate(coefficients, lags, count, seed, shock):
    """Of the linear model itself, so logarithms may be negative."""
    rng, x = np.random.default_rng(seed), [coefficients[0] / (1.0 - sum(coefficients[1:]))] * max(lags)
    for _ in range(count + 500):
        means = [np.mean(x[-lag:]) for lag in lags]
        x.append(coefficients[0] + np.dot(coefficients[1:], means) + shock * rng.normal())
    return pd.Series(x[-count:], pd.date_range("2015-01-01", periods=count, tz="UTC"), name="BTC")


@pytest.fixture(scope="module")
def logarithms():
    return simulate((-0.8, 0.35, 0.35, 0.2), (1, 5, 22), 3000, 5, 0.5)


@pytest.fixture(scope="module")
def spy(reference):
    table = pd.read_csv(reference / "spyreal.csv", index_col="date", parse_dates=True)
    return (table["SPY_RK"] ** 2).rename("SPY")  # the file holds roots


def by_hand(x, lags):
    """Regressors row by row."""
    longest = max(lags)
    rows = [[1.0] + [sum(x[t - i] for i in range(1, lag + 1)) / lag for lag in lags] for t in range(longest, len(x))]
    return np.array(rows), np.array(x[longest:])


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("lags", [(1, 5, 22), (1, 7, 30), (2,)])
def test_estimates_are_those_of_statsmodels_on_a_design_made_by_hand(logarithms, lags, log):
    realised = np.exp(logarithms)
    fit = Har(lags, log=log).fit(realised)
    design, target = by_hand((logarithms if log else realised).tolist(), lags)
    theirs = sm.OLS(target, design).fit()
    robust = sm.OLS(target, design).fit(cov_type="HAC", cov_kwds={"maxlags": 8})  # 4 * 29.7**(2/9) = 8.5
    np.testing.assert_allclose(fit.params, theirs.params, rtol=1e-8)
    np.testing.assert_allclose(fit.standard_errors("ols"), theirs.bse, rtol=1e-8)
    np.testing.assert_allclose(fit.standard_errors(), robust.bse, rtol=1e-8)
    assert fit.r_squared == pytest.approx(theirs.rsquared, rel=1e-10)
    expected = np.exp(theirs.fittedvalues + 0.5 * theirs.scale) if log else theirs.fittedvalues
    np.testing.assert_allclose(fit.fitted, expected, rtol=1e-8)
    np.testing.assert_allclose(fit.residuals, theirs.resid, atol=1e-9 * np.abs(target).max())
    assert fit.fitted.index.equals(realised.index[max(lags) :])
    assert fit.status is FitStatus.OK


def test_simulated_coefficients_are_found_within_three_standard_errors(logarithms):
    fit = Har(log=True).fit(np.exp(logarithms))
    for kind in ("hac", "ols"):
        assert (np.abs(fit.params - [-0.8, 0.35, 0.35, 0.2]) < 3.0 * fit.standard_errors(kind)).all()
    assert fit.error_variance == pytest.approx(0.25, rel=0.1)


def test_errors_whose_size_varies_need_robust_standard_errors():
    rng, true, robust, plain = np.random.default_rng(3), 0.5, [], []
    for _ in range(150):
        x = [2.0]
        for _ in range(400):
            x.append(1.0 + true * x[-1] + 0.3 * (x[-1] - 2.0 + 0.2) * rng.normal())
        fit = Har((1,)).fit(pd.Series(x))
        robust.append(abs(fit.params["lag 1"] - true) < 1.96 * fit.standard_errors("hac")["lag 1"])
        plain.append(abs(fit.params["lag 1"] - true) < 1.96 * fit.standard_errors("ols")["lag 1"])
    assert np.mean(robust) > np.mean(plain) + 0.05


def test_the_forecast_is_the_regression_applied_to_its_own_answers(logarithms):
    realised = np.exp(logarithms)
    fit = Har().fit(realised)
    path = realised.tolist()
    for _ in range(40):
        path.append(fit.params["const"] + sum(fit.params[f"lag {lag}"] * np.mean(path[-lag:]) for lag in (1, 5, 22)))
    forecast = fit.forecast(40)
    np.testing.assert_allclose(forecast["variance"], path[-40:], rtol=1e-12)
    np.testing.assert_allclose(forecast["sigma"] ** 2, forecast["variance"], rtol=1e-12)


def test_the_forecast_of_the_log_model_is_the_mean_of_simulated_paths(logarithms):
    fit = Har(log=True).fit(np.exp(logarithms))
    rng, draws, horizon = np.random.default_rng(8), 40_000, 12
    paths = np.tile(logarithms.to_numpy()[-22:, np.newaxis], draws)
    for _ in range(horizon):
        means = [paths[-lag:].mean(axis=0) for lag in (1, 5, 22)]
        step = fit.params["const"] + fit.params.to_numpy()[1:] @ np.array(means)
        paths = np.vstack([paths, step + np.sqrt(fit.error_variance) * rng.normal(size=draws)])
    simulated = np.exp(paths[-horizon:])
    off = (simulated.mean(axis=1) - fit.forecast(horizon)["variance"]) / (simulated.std(axis=1) / np.sqrt(draws))
    assert np.abs(off).max() < 4.0
    median = np.exp(paths[-1]).mean() / np.exp(np.median(paths[-1]))
    assert median > 1.2  # so the correction matters here


def test_a_fitted_value_is_the_forecast_of_the_day_before_with_the_same_coefficients(logarithms):
    realised = np.exp(logarithms)
    for spec in (Har(), Har(log=True)):
        fit = spec.fit(realised)
        later = type(fit)(spec, pd.concat([realised, realised.iloc[:1]]), *list(vars(fit).values())[2:6])
        assert later.fitted.iloc[-1] == pytest.approx(fit.forecast(1).loc[1, "variance"], rel=1e-12)


@pytest.mark.parametrize("scale", [1e-12, 1e9])
def test_the_unit_does_not_matter(logarithms, scale):
    realised = np.exp(logarithms)
    here, there = Har().fit(realised), Har().fit(scale * realised)
    np.testing.assert_allclose(there.params / [scale, 1, 1, 1], here.params, rtol=1e-9)
    np.testing.assert_allclose(there.standard_errors() / [scale, 1, 1, 1], here.standard_errors(), rtol=1e-9)
    np.testing.assert_allclose(there.forecast(9)["variance"] / scale, here.forecast(9)["variance"], rtol=1e-9)
    np.testing.assert_allclose(Har(log=True).fit(scale * realised).forecast(9)["variance"] / scale,
                               Har(log=True).fit(realised).forecast(9)["variance"], rtol=1e-8)  # fmt: skip


def test_spy_remembers_for_months_and_is_forecast_better_than_by_yesterday(spy):
    fit = Har(log=True).fit(spy)
    assert 0.85 < fit.params.iloc[1:].sum() < 1.0
    assert (fit.params.iloc[1:] > 2.0 * fit.standard_errors().iloc[1:]).all()
    assert 0.6 < fit.r_squared < 0.9
    train, later = spy.iloc[:1200], spy.iloc[1200:]
    ours = np.array([Har(log=True).fit(spy.iloc[:row]).forecast(1).loc[1, "variance"] for row in range(1200, len(spy), 5)])
    realised, yesterday = later.to_numpy()[::5], spy.to_numpy()[1199:-1][::5]

    def qlike(forecast):
        return np.mean(realised / forecast - np.log(realised / forecast) - 1.0)

    assert qlike(ours) < 0.95 * qlike(yesterday)
    assert qlike(ours) < 0.5 * qlike(train.mean())


def test_a_linear_forecast_that_is_negative_is_refused_and_named():
    x = np.tile([1.0, 0.02], 100) + 1e-3 * np.random.default_rng(1).random(200)
    x[-1] = 3.0
    with pytest.raises(rk.ModelError, match=r"no variance; got -.* at step 1; .* remedy: fit with log=True"):
        Har((1,)).fit(pd.Series(x)).forecast(2)


def test_a_forecast_that_explodes_is_refused():
    x = pd.Series(np.exp(1.05 ** np.arange(100.0)) + np.random.default_rng(1).random(100))
    with pytest.raises(rk.ModelError, match="choose a shorter horizon"):
        Har((1,), log=True).fit(x).forecast(500)


@pytest.mark.parametrize("lags", [(), (0, 1), (5, 1), (1, 1), (1.0, 5), 22, "1", None, (True, 5)])
def test_refuses_lags(lags):
    with pytest.raises(rk.DataError, match="lag"):
        Har(lags)


def test_refuses_a_switch_that_is_none():
    with pytest.raises(rk.DataError, match="log is not a switch"):
        Har(log="yes")


GOOD = np.random.default_rng(2).chisquare(5, 100)


@pytest.mark.parametrize(
    ("spec", "values", "message"),
    [
        (Har(), GOOD[:54], "too short"),
        (Har(tuple(range(1, 40))), GOOD[:100], "too short"),
        (Har(), np.where(np.arange(100) == 50, np.nan, GOOD), "NaN or infinite"),
        (Har(), np.ones(100), "constant"),
        (Har(), GOOD - 3.0, r"no variance; got -.* at \d+"),
        (Har(log=True), np.where(np.arange(100) == 50, 0.0, GOOD), "zero, which has no logarithm; got 0 at 50"),
        (Har((1, 2)), np.tile([1.0, 2.0], 50), "linearly dependent"),
        (Har(), 1e120 * GOOD, "out of range"),
    ],
)
def test_refuses_a_series(spec, values, message):
    with pytest.raises(rk.DataError, match=message):
        spec.fit(pd.Series(values))


def test_refuses_a_list_a_kind_and_a_horizon():
    with pytest.raises(rk.DataError, match="wrong type"):
        Har().fit(GOOD.tolist())
    fit = Har((1, 5)).fit(pd.Series(GOOD))
    with pytest.raises(rk.DataError, match="kind is unknown"):
        fit.standard_errors("robust")
    with pytest.raises(rk.DataError, match="horizon"):
        fit.forecast(0)


def test_many_slopes_leave_rows_for_the_errors():
    fit = Har(tuple(range(1, 30))).fit(pd.Series(GOOD[:88]))
    assert np.isfinite(fit.standard_errors("ols")).all()


def test_zeros_are_variances_of_the_linear_model():
    assert Har((1, 5)).fit(pd.Series(np.where(np.arange(100) == 50, 0.0, GOOD))).status is FitStatus.OK


def test_the_fit_is_read_only_and_picklable():
    again = pickle.loads(pickle.dumps(Har((1, 5)).fit(pd.Series(GOOD))))
    assert again.fitted.equals(Har((1, 5)).fit(pd.Series(GOOD)).fitted)
    with pytest.raises(ValueError, match="read-only"):
        again.coefficients[0] = 1.0

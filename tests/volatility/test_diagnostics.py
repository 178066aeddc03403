"""Tests of what a volatility model leaves: the same numbers as statsmodels, the right size, and power where it is wrong."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from arch import arch_model
from oracles import garch as oracle
from scipy import stats
from statsmodels.stats.diagnostic import acorr_ljungbox, het_arch

from riskkit.errors import DataError
from riskkit.volatility import Ewma, Garch, GarchFilter, arch_lm, from_arch, ljung_box, sign_bias

TRUTH = (0.05, 0.1, 0.85)


@pytest.fixture(scope="module")
def fit():
    return Garch("t").fit(pd.Series(oracle.simulate(1_500, *TRUTH, 12, 5)))


@pytest.fixture(scope="module")
def unseen():
    """200 series of 1,000 through all but the true parameters, which come from 20,000 other observations."""
    estimate = Garch("t").fit(pd.Series(oracle.simulate(20_000, *TRUTH, 12, 1)))
    return [estimate.filter(pd.Series(oracle.simulate(1_000, *TRUTH, 12, 100 + seed))) for seed in range(200)]


@pytest.fixture(scope="module")
def constant():
    """GARCH returns read with a volatility that never moves."""
    y = pd.Series(oracle.simulate(1_500, *TRUTH, 12, 5))
    params = pd.Series({"mu": 0.0, "omega": 1.0, "alpha": 0.0, "beta": 0.0})
    return GarchFilter(Garch("normal"), y, params, np.ones(len(y) + 1))


@pytest.mark.parametrize("squares", [True, False])
@pytest.mark.parametrize("fitted", [0, 2])
def test_ljung_box_is_statsmodels(fit, squares, fitted):
    ours = ljung_box(fit, 12, squares=squares, fitted=fitted)
    z = fit.standardised**2 if squares else fit.standardised
    theirs = acorr_ljungbox(z, lags=12, model_df=fitted)
    np.testing.assert_allclose(ours["statistic"], theirs["lb_stat"], rtol=1e-10)
    np.testing.assert_allclose(ours["p_value"], theirs["lb_pvalue"], rtol=1e-8)
    assert ours["p_value"].isna().sum() == fitted
    assert ours["degrees_of_freedom"].iloc[-1] == 12 - fitted


@pytest.mark.filterwarnings("ignore:acorr_lm currently returns:FutureWarning")
def test_arch_lm_is_statsmodels(fit):
    statistic, p_value, *_ = het_arch(fit.standardised, nlags=7)
    np.testing.assert_allclose(arch_lm(fit, 7, fitted=0), [statistic, 7, p_value], rtol=1e-9)
    np.testing.assert_allclose(arch_lm(fit, 7), [statistic, 5, stats.chi2.sf(statistic, 5)], rtol=1e-9)


def test_sign_bias_is_the_regression_written_out(fit):
    z, e = fit.standardised.to_numpy(), fit.residuals.to_numpy()
    negative = (e < 0.0).astype(float)
    design = sm.add_constant(np.column_stack([negative, negative * e, (1.0 - negative) * e])[:-1])
    regression = sm.OLS(z[1:] ** 2, design).fit()
    ours = sign_bias(fit)
    np.testing.assert_allclose(ours["statistic"].iloc[:3], regression.tvalues[1:], rtol=1e-8)
    np.testing.assert_allclose(ours["p_value"].iloc[:3], regression.pvalues[1:], rtol=1e-8)
    joint = regression.nobs * regression.rsquared
    assert ours.loc["joint", "statistic"] == pytest.approx(joint, rel=1e-8)
    assert ours.loc["joint", "p_value"] == pytest.approx(stats.chi2.sf(joint, 3), rel=1e-8)


def test_what_is_taken_off_for_estimated_parameters(fit):
    of_the_fit = ljung_box(fit, 5)["degrees_of_freedom"].iloc[-1]
    assert of_the_fit == 3
    assert arch_lm(fit, 5)["degrees_of_freedom"] == 3
    assert ljung_box(fit, 5, squares=False)["degrees_of_freedom"].iloc[-1] == 5  # a mean costs no degree
    for given in (fit.standardised, fit.filter(fit.observed), Ewma().fit(fit.observed)):
        assert ljung_box(given, 5)["degrees_of_freedom"].iloc[-1] == 5
    gjr = from_arch(arch_model(fit.observed, o=1).fit(disp="off"))
    assert ljung_box(gjr, 5)["degrees_of_freedom"].iloc[-1] == 2
    assert np.isnan(arch_lm(fit, 2)["p_value"])


def test_p_values_of_a_true_model_are_uniform(unseen):
    p_values = pd.DataFrame(
        [
            {
                "levels": ljung_box(each, 10, squares=False)["p_value"].iloc[-1],
                "squares": ljung_box(each, 10)["p_value"].iloc[-1],
                "arch": arch_lm(each, 5)["p_value"],
                **sign_bias(each)["p_value"],
            }
            for each in unseen
        ]
    )
    for name, column in p_values.items():
        assert stats.kstest(column, "uniform").pvalue > 0.01, name
        assert 0.01 <= (column < 0.05).mean() <= 0.1, name


def test_volatility_that_was_missed_is_found(constant):
    assert ljung_box(constant, 10)["p_value"].iloc[-1] < 1e-6
    assert arch_lm(constant)["p_value"] < 1e-6
    estimated = Garch("t").fit(constant.observed)
    assert ljung_box(estimated, 10)["p_value"].iloc[-1] > 0.01
    assert arch_lm(estimated)["p_value"] > 0.01


def test_leverage_that_was_missed_is_found():
    """Returns of which only falls raise the variance, read by a GARCH without sign."""
    random, y, h = np.random.default_rng(3), np.empty(4_000), 1.0
    for t in range(len(y)):
        y[t] = np.sqrt(h) * random.standard_normal()
        h = 0.05 + 0.25 * y[t] ** 2 * (y[t] < 0.0) + 0.82 * h
    table = sign_bias(Garch("normal").fit(pd.Series(y)))
    assert table.loc["joint", "p_value"] < 1e-3
    assert table.loc["negative size", "statistic"] < -2.0  # large falls are followed by more than the model says


def test_autocorrelation_is_found():
    noise = np.random.default_rng(1).normal(size=1_000)
    assert ljung_box(pd.Series(noise[1:] + 0.3 * noise[:-1]), 5, squares=False)["p_value"].iloc[-1] < 1e-6


def test_the_unit_does_not_matter(fit):
    other = Garch("t").fit(1e-6 * fit.observed)
    np.testing.assert_allclose(sign_bias(other), sign_bias(fit), rtol=1e-4)
    np.testing.assert_allclose(arch_lm(1e-9 * fit.standardised), arch_lm(fit.standardised), rtol=1e-9)
    np.testing.assert_allclose(ljung_box(1e200 * fit.standardised, 3), ljung_box(fit.standardised, 3), rtol=1e-9)


def test_bad_arguments(fit):
    z = fit.standardised
    for call, match in [
        (lambda: ljung_box(z, 0), "lags"),
        (lambda: ljung_box(z, 2.0), "lags"),
        (lambda: ljung_box(z.iloc[:25], 25), "too short"),
        (lambda: ljung_box(z, fitted=-1), "fitted"),
        (lambda: ljung_box(3.0 * z / z), "constant"),
        (lambda: ljung_box(z.where(z.index > 3)), "NaN"),
        (lambda: ljung_box("fit"), "nothing to be tested"),
        (lambda: arch_lm(z.iloc[:21], 11), "too short"),
        (lambda: arch_lm(z.iloc[:10], 1), "too short"),
        (lambda: arch_lm(np.sign(z)), "do not vary"),
        (lambda: sign_bias(z), "nothing to be tested"),
        (lambda: sign_bias(fit.filter(z.abs() + 5.0)), "do not vary"),
    ]:
        with pytest.raises(DataError, match=match):
            call()

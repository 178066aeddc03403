"""Probability integral transforms: the law itself, uniform where it is right, refused where it is wrong."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from arch import arch_model
from oracles import garch as oracle
from scipy import stats

from riskkit.errors import DataError
from riskkit.volatility import Ewma, Garch, from_arch, probability_integral_transform, uniformity

TRUTH = (0.05, 0.1, 0.85)


@pytest.fixture(scope="module")
def estimate():
    return Garch("t").fit(pd.Series(oracle.simulate(20_000, *TRUTH, 5, 1)))


def test_the_transform_is_the_law_of_the_day_before(estimate):
    """One day at a time: minus a quantile of the loss is a quantile of the return."""
    new = pd.Series(oracle.simulate(30, *TRUTH, 5, 2), index=range(20_000, 20_030))
    transforms = probability_integral_transform(estimate.append(new))
    state = estimate
    for day in range(5):
        losses = state.loss_distribution()
        p = transforms[20_000 + day]
        tail = p if p < 0.5 else 1.0 - p
        quantile = -losses.var(1.0 - tail) if p < 0.5 else 2.0 * estimate.params["mu"] + losses.var(1.0 - tail)
        assert quantile == pytest.approx(new.iloc[day], abs=0.01)  # the law is laid out on 10,000 bins
        state = state.append(new.iloc[[day]])


@pytest.mark.parametrize(("spec", "law"), [(Garch("normal"), stats.norm), (Ewma(), stats.norm)])
def test_normal(spec, law):
    fit = spec.fit(pd.Series(oracle.simulate(500, *TRUTH, 9, 3)))
    np.testing.assert_allclose(probability_integral_transform(fit), law.cdf(fit.standardised), rtol=1e-12)


def test_student(estimate):
    nu = estimate.params["nu"]
    expected = stats.t.cdf(estimate.standardised, nu, scale=np.sqrt((nu - 2) / nu))
    np.testing.assert_allclose(probability_integral_transform(estimate), expected, rtol=1e-9)


def test_no_return_is_impossible():
    y = pd.Series(np.random.default_rng(1).normal(size=200))
    y.iloc[[-2, -1]] = -60.0, 60.0
    transforms = probability_integral_transform(Garch("normal").fit(y.iloc[:100]).append(y.iloc[100:]))
    assert transforms.between(0.0, 1.0, inclusive="neither").all()
    assert np.isfinite(uniformity(transforms)["statistic"]).all()


def test_p_values_of_a_true_model_are_uniform(estimate):
    unseen = [estimate.filter(pd.Series(oracle.simulate(300, *TRUTH, 5, 100 + seed))) for seed in range(200)]
    p_values = pd.DataFrame([uniformity(each)["p_value"] for each in unseen])
    for name, column in p_values.items():
        assert stats.kstest(column, "uniform").pvalue > 0.01, name
        assert 0.01 <= (column < 0.05).mean() <= 0.1, name


def test_berkowitz_is_the_ratio_written_out():
    values = pd.Series(np.random.default_rng(4).beta(1.2, 1.1, size=400))
    x = stats.norm.ppf(values)
    regression = sm.OLS(x[1:], sm.add_constant(x[:-1])).fit()  # its llf is that of the AR(1) at its maximum
    ratio = 2.0 * (regression.llf - stats.norm.logpdf(x[1:]).sum())
    assert uniformity(values).loc["Berkowitz", "statistic"] == pytest.approx(ratio, rel=1e-10)
    assert uniformity(values).loc["Berkowitz", "p_value"] == pytest.approx(stats.chi2.sf(ratio, 3), rel=1e-10)


def test_a_wrong_law_is_found():
    y = pd.Series(oracle.simulate(3_000, *TRUTH, 3, 6))
    wrong = Garch("normal").fit(y.iloc[:2_000]).append(y.iloc[2_000:])
    right = Garch("t").fit(y.iloc[:2_000]).append(y.iloc[2_000:])
    assert uniformity(probability_integral_transform(wrong)).loc["Kolmogorov-Smirnov", "p_value"] < 1e-3
    assert (uniformity(probability_integral_transform(right))["p_value"] > 0.01).all()


def test_a_wrong_scale_and_dependence_are_found():
    u = np.random.default_rng(7).normal(size=1_000)
    for wrong in (1.2 * u, u + 0.2, 0.98 * u[1:] + 0.2 * u[:-1]):
        assert uniformity(pd.Series(stats.norm.cdf(wrong))).loc["Berkowitz", "p_value"] < 1e-3


def test_bad_arguments(estimate):
    adapted = from_arch(arch_model(estimate.observed.iloc[:500], dist="skewt").fit(disp="off"))
    for call, match in [
        (lambda: probability_integral_transform(adapted), "law of the fit is not known"),
        (lambda: uniformity(estimate.standardised), "not probabilities"),
        (lambda: uniformity(pd.Series([0.5] * 30)), "constant"),
        (lambda: uniformity(pd.Series([0.5, 0.2])), "too short"),
        (lambda: uniformity(pd.Series([0.5, 1.0] * 20)), "not probabilities"),
        (lambda: uniformity([0.5] * 30), "law of the fit is not known"),
    ]:
        with pytest.raises(DataError, match=match):
            call()

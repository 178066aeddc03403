"""Nyblom's test: its limit law, its size and its power."""

import mpmath
import numpy as np
import pandas as pd
import pytest
from oracles import garch as oracle
from scipy import stats

from riskkit.errors import DataError
from riskkit.volatility import Ewma, Garch, nyblom
from riskkit.volatility.stability import CRITICAL_VALUES, exceedance

TRUTH = (0.05, 0.1, 0.85)


@pytest.fixture(scope="module")
def fit():
    return Garch("t").fit(pd.Series(oracle.simulate(1_500, *TRUTH, 8, 5)))


@pytest.mark.parametrize("parameters", CRITICAL_VALUES)
def test_hansens_table_is_the_limit_law(parameters):
    for value, p in zip(CRITICAL_VALUES[parameters], (0.10, 0.05, 0.01), strict=True):
        assert exceedance(value, parameters) == pytest.approx(p, rel=0.11)  # the table was simulated


def test_one_parameter_is_cramer_and_von_mises():
    """Percentage points of Anderson and Darling (1952), and a second inversion in 50 digits for more parameters."""
    for value, p in ((0.34730, 0.10), (0.46136, 0.05), (0.74346, 0.01), (0.11888, 0.50)):
        assert exceedance(value, 1) == pytest.approx(p, abs=2e-5)


@pytest.mark.parametrize(("value", "parameters"), [(0.4, 2), (1.24, 4), (2.2, 6)])
def test_the_inversion_against_mpmath(value, parameters):
    def transform(s):
        root = mpmath.sqrt(2 * s)
        return (1 - (root / mpmath.sinh(root)) ** (mpmath.mpf(parameters) / 2)) / s

    with mpmath.workdps(30):
        assert exceedance(value, parameters) == pytest.approx(float(mpmath.invertlaplace(transform, value)), abs=1e-9)


def test_the_limit_law_by_simulation():
    random = np.random.default_rng(1)
    walks = np.cumsum(random.standard_normal((4_000, 3, 400)), axis=2)
    bridges = walks - walks[..., -1:] * np.arange(1, 401) / 400
    statistics = (bridges**2).mean(axis=2).sum(axis=1) / 400
    p_values = [exceedance(value, 3) for value in statistics[:500]]
    assert stats.kstest(p_values, "uniform").pvalue > 0.01


def test_tails_of_the_law():
    assert exceedance(0.0, 3) == 1.0
    assert exceedance(1e-6, 5) == pytest.approx(1.0, abs=1e-9)
    assert 0.0 <= exceedance(50.0, 1) < 1e-9
    assert 0.0 <= exceedance(1e6, 5) < 1e-9


def test_statistics_from_the_densities_of_the_textbook(fit):
    y = fit.observed.to_numpy()
    x, errors = fit.params.to_numpy(), fit.standard_errors("hessian").to_numpy()
    start = oracle.ewma(y, y.mean())

    def density(axis, sign):
        at = x.copy()
        at[axis] += 1e-4 * sign * errors[axis]
        return np.array(oracle.terms(y, *at[:4], 1 / at[4], start))

    scores = np.array([(density(axis, 1) - density(axis, -1)) for axis in range(5)]).T
    running = np.cumsum(scores, axis=0)
    single = (running**2).mean(axis=0) / (scores**2).sum(axis=0)
    joint = np.einsum("ti,ij,tj->", running, np.linalg.inv(scores.T @ scores), running) / len(y)
    table = nyblom(fit)
    np.testing.assert_allclose(table["statistic"], [*single, joint], rtol=1e-4)
    assert table["degrees_of_freedom"].tolist() == [1, 1, 1, 1, 1, 5]
    assert table.loc["joint", ["critical_10", "critical_5", "critical_1"]].tolist() == [1.28, 1.47, 1.88]


def test_p_values_of_a_constant_model_are_uniform():
    fits = (Garch("t").fit(pd.Series(oracle.simulate(1_500, *TRUTH, 8, 200 + seed))) for seed in range(200))
    p_values = pd.DataFrame([nyblom(each)["p_value"] for each in fits])
    for name, column in p_values.items():
        assert stats.kstest(column.dropna(), "uniform").pvalue > 0.01, name
        assert 0.005 <= (column < 0.05).mean() <= 0.1, name
    assert p_values.notna().mean().min() > 0.95


def test_a_change_is_found_in_the_parameter_that_changed():
    first, second = oracle.simulate(1_500, *TRUTH, 8, 1), oracle.simulate(1_500, *TRUTH, 8, 2)
    shifted = nyblom(Garch("t").fit(pd.Series(np.r_[first, second + 0.3])))
    assert shifted.loc["mu", "p_value"] < 1e-4
    assert shifted.loc["joint", "p_value"] < 1e-3
    jumpy, smooth = oracle.simulate(1_500, 0.4, 0.4, 0.2, 8, 1), oracle.simulate(1_500, 0.05, 0.05, 0.9, 8, 2)
    calmer = nyblom(Garch("t").fit(pd.Series(np.r_[jumpy, smooth])))
    assert calmer.loc["joint", "p_value"] < 0.01
    assert calmer.loc["mu", "p_value"] > 0.05


def test_a_parameter_on_its_bound_is_left_out():
    bound = Garch("t").fit(pd.Series(np.random.default_rng(2).normal(size=300)))
    table = nyblom(bound)
    left_out = table["statistic"].isna()
    assert left_out.any()
    assert not left_out["mu"]
    assert table.loc["joint", "degrees_of_freedom"] == (~left_out).sum() - 1
    assert table.loc[left_out, "p_value"].isna().all()


def test_the_unit_does_not_matter(fit):
    other = nyblom(Garch("t").fit(1e-5 * fit.observed))
    np.testing.assert_allclose(other["statistic"], nyblom(fit)["statistic"], rtol=1e-5)


def test_only_an_estimate_has_scores(fit):
    for other in (Ewma().fit(fit.observed), fit.filter(fit.observed), fit.standardised):
        with pytest.raises(DataError, match="no scores"):
            nyblom(other)

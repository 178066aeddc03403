"""The Student-t law by maximum likelihood: scipy as a peer, numerical derivatives, edges."""

import arch.data.sp500
import numpy as np
import pandas as pd
import pytest
from oracles import student as oracle
from scipy import stats

from riskkit.core import FitStatus
from riskkit.errors import DataError
from riskkit.tails import Student, roll


def peer(sample):
    return float(stats.t.logpdf(sample, *stats.t.fit(sample)).sum())


@pytest.mark.parametrize("degrees", [1.5, 2.5, 4.0, 30.0, np.inf])
@pytest.mark.parametrize("size", [30, 500])
def test_scipy_finds_no_higher_maximum(degrees, size):
    for seed in range(6):
        rng = np.random.default_rng(seed)
        sample = 3.0 + 0.01 * (rng.normal(size=size) if np.isinf(degrees) else rng.standard_t(degrees, size))
        fit = Student().fit(pd.Series(sample))
        assert fit.status in (FitStatus.OK, FitStatus.BOUND)
        assert fit.loglikelihood >= peer(sample) - 1e-8


def test_scipy_finds_no_higher_maximum_on_sp500():
    y = 100 * np.log(arch.data.sp500.load()["Adj Close"]).diff().dropna()
    for first in range(0, len(y) - 500, 450):
        window = y.iloc[first : first + 500]
        assert Student().fit(window).loglikelihood >= peer(window.to_numpy()) - 1e-8


def test_likelihood_is_the_textbooks():
    sample = pd.Series(np.random.default_rng(1).standard_t(4, 300))
    fit = Student().fit(sample)
    location, scale, nu = fit.params
    assert fit.loglikelihood == pytest.approx(oracle.loglikelihood(sample, location, np.log(scale), 1 / nu), rel=1e-12)
    assert fit.gradient_norm < 1e-7


def test_standard_errors_against_numerical_derivatives():
    sample = pd.Series(np.random.default_rng(1).standard_t(4, 400))
    fit = Student().fit(sample)
    x, steps = fit.params.to_numpy(), 1e-3 * fit.standard_errors().to_numpy()

    def moved(*axes):
        at = x.copy()
        for axis, sign in axes:
            at[axis] += sign * steps[axis]
        return stats.t.logpdf(sample, at[2], at[0], at[1])

    scores = np.array([(moved((i, 1)) - moved((i, -1))) / (2 * steps[i]) for i in range(3)]).T
    hessian = np.empty((3, 3))
    for i in range(3):
        for j in range(3):
            corners = [s * t * moved((i, s), (j, t)).sum() for s in (1, -1) for t in (1, -1)]
            hessian[i, j] = sum(corners) / (4 * steps[i] * steps[j])
    bread, meat = np.linalg.inv(-hessian), scores.T @ scores
    for kind, covariance in {"hessian": bread, "opg": np.linalg.inv(meat), "robust": bread @ meat @ bread}.items():
        np.testing.assert_allclose(fit.standard_errors(kind), np.sqrt(np.diag(covariance)), rtol=1e-3)


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_unit_does_not_matter(unit):
    sample = pd.Series(np.random.default_rng(1).standard_t(4, 300))
    one, other = Student().fit(sample), Student().fit(unit * sample)
    np.testing.assert_allclose(other.params, one.params * [unit, unit, 1.0], rtol=1e-8)
    np.testing.assert_allclose(other.standard_errors(), one.standard_errors() * [unit, unit, 1.0], rtol=1e-6)


def test_thin_tails_end_at_the_normal_law():
    sample = pd.Series(np.random.default_rng(1).uniform(-1, 1, 300))
    fit = Student().fit(sample)
    assert fit.status is FitStatus.BOUND
    assert fit.params["nu"] == np.inf
    assert fit.params["scale"] == pytest.approx(sample.std(ddof=0), rel=1e-9)
    assert np.isnan(fit.standard_errors()["nu"])
    assert fit.loss_distribution().var(0.99) == pytest.approx(-sample.mean() + 2.326347874 * sample.std(ddof=0), rel=1e-8)


def test_half_zeros_are_a_bound_or_worse():
    """More than half of the values equal: the likelihood grows without limit as the scale shrinks."""
    sample = pd.Series(np.r_[np.zeros(70), np.random.default_rng(1).normal(size=30)])
    assert Student().fit(sample).status is not FitStatus.OK


def test_roll_equals_day_by_day():
    sample = pd.Series(0.01 * np.random.default_rng(3).standard_t(4, 260), pd.date_range("2020", periods=260))
    frame = roll(sample, Student(), window=200, step=3, level=0.99)
    assert frame.index.equals(sample.index[200::3])
    for number in range(len(frame)):
        fit = Student().fit(sample.iloc[number * 3 : number * 3 + 200])
        row, losses = frame.iloc[number], fit.loss_distribution()
        for name, value in (fit.params.to_dict() | {"var": losses.var(0.99), "es": losses.es(0.99)}).items():
            assert row[name] == pytest.approx(value, rel=1e-9, abs=1e-12), name
        assert row["status"] == fit.status


@pytest.mark.parametrize(
    ("series", "match"),
    [
        (pd.Series([1.0, 2.0]), "too short"),
        (pd.Series(np.full(100, 0.01)), "constant"),
        (pd.Series(np.r_[np.arange(99.0), np.nan]), "NaN"),
        (pd.Series(1e-200 * np.arange(100.0)), "out of range"),
    ],
)
def test_bad_input(series, match):
    with pytest.raises(DataError, match=match):
        Student().fit(series)


def test_bad_arguments():
    sample = pd.Series(np.random.default_rng(1).normal(size=100))
    with pytest.raises(DataError, match="not a tail law"):
        roll(sample, "t", window=50)
    with pytest.raises(DataError, match="kind is unknown"):
        Student().fit(sample).standard_errors("bootstrap")

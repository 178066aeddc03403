"""Covariance of the estimates, and what it does to the forecast of sigma."""

import numpy as np
import pandas as pd
import pytest
from oracles import garch as oracle

from riskkit.errors import DataError
from riskkit.volatility import Garch
from riskkit.volatility.garch_uncertainty import drawn_parameters

TRUTH = (0.05, 0.08, 0.87)


@pytest.fixture(scope="module")
def simulated():
    return pd.Series(0.01 * oracle.simulate(1_000, *TRUTH, 6, 7), pd.date_range("2020", periods=1_000, tz="UTC"))


@pytest.fixture(scope="module")
def fit(simulated):
    return Garch("t").fit(simulated)


@pytest.fixture(scope="module")
def long():
    return Garch("normal").fit(pd.Series(0.01 * oracle.simulate(20_000, *TRUTH, 8, 11)))


def test_scores_and_covariance_against_numerical_derivatives(fit, simulated):
    """A sandwich by differences of the textbook density, in the unit of the data: nu and not 1 / nu, signs included."""
    y, start = simulated.to_numpy(), oracle.ewma(simulated.to_numpy(), simulated.mean())
    x, steps = fit.params.to_numpy(), 1e-3 * fit.standard_errors("hessian").to_numpy()

    def density(*moves):
        at = x.copy()
        for axis, sign in moves:
            at[axis] += sign * steps[axis]
        return np.array(oracle.terms(y, *at[:4], 1 / at[4], start))

    scores = np.array([(density((i, 1)) - density((i, -1))) / (2 * steps[i]) for i in range(5)]).T
    errors = fit.standard_errors("hessian").to_numpy()
    np.testing.assert_allclose(fit.scores * errors, scores * errors, atol=1e-5)
    hessian = np.empty((5, 5))
    for i in range(5):
        for j in range(5):
            corners = sum(a * b * density((i, a), (j, b)).sum() for a in (-1, 1) for b in (-1, 1))
            hessian[i, j] = corners / (4 * steps[i] * steps[j])
    bread, meat = np.linalg.inv(-hessian), scores.T @ scores
    for kind, covariance in {"hessian": bread, "opg": np.linalg.inv(meat), "robust": bread @ meat @ bread}.items():
        by = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
        np.testing.assert_allclose(fit.covariance(kind) / by, covariance / by, atol=5e-3)
        np.testing.assert_array_equal(fit.standard_errors(kind), np.sqrt(np.diag(fit.covariance(kind))))


@pytest.mark.parametrize("kind", ["hessian", "opg", "robust"])
def test_covariance_in_another_unit(fit, simulated, kind):
    other = Garch("t").fit(250.0 * simulated)
    unit = np.array([250.0, 250.0**2, 1.0, 1.0, 1.0])
    np.testing.assert_allclose(other.covariance(kind), fit.covariance(kind) * np.outer(unit, unit), rtol=1e-6)


def test_a_parameter_on_its_bound_has_no_covariance():
    bound = Garch("t").fit(pd.Series(np.random.default_rng(2).normal(size=300)))
    for kind in ("hessian", "opg", "robust"):
        covariance = bound.covariance(kind)
        fixed = np.isnan(np.diag(covariance))
        assert fixed.any()
        assert not fixed.all()
        assert covariance.to_numpy()[~fixed][:, ~fixed].shape[0] == np.isfinite(covariance).any().sum()
        assert covariance.loc[fixed].isna().all(axis=None)


def test_draws_stay_in_the_domain(fit):
    drawn, redrawn = drawn_parameters(fit, 5_000, 1)
    assert 0.0 < redrawn < 0.5
    assert (drawn.omega > 0.0).all()
    assert (np.minimum(drawn.alpha, drawn.beta) >= 0.0).all()
    assert (drawn.persistence <= 1.0 + 1e-9).all()


def test_draws_have_the_covariance(long):
    drawn, redrawn = drawn_parameters(long, 50_000, 1)
    assert redrawn < 0.001  # all but untruncated
    errors = long.standard_errors("robust")
    expected = long.covariance("robust") / np.outer(errors, errors)
    drawn = np.column_stack([drawn.mu, drawn.omega, drawn.alpha, drawn.beta])
    np.testing.assert_allclose(np.cov(drawn.T) / np.outer(errors, errors), expected, atol=0.03)
    assert (np.abs(drawn.mean(axis=0) - long.params) < 0.03 * errors).all()


def test_a_long_sample_gives_the_delta_method(long):
    fit, y = long, long.observed.to_numpy()
    start = oracle.ewma(y, y.mean())
    x, errors = fit.params.to_numpy(), fit.standard_errors("robust").to_numpy()

    def forecasts(at):
        variance = [oracle.variances(y, *at, start)[-1]]
        for _ in range(9):
            variance.append(at[1] + (at[2] + at[3]) * variance[-1])
        return np.sqrt(variance)

    moves = 0.01 * np.diag(errors)
    slopes = np.array([(forecasts(x + move) - forecasts(x - move)) / (2 * move.sum()) for move in moves])  # (4, 10)
    delta = 1.6448536 * np.sqrt(np.einsum("ih,ij,jh->h", slopes, fit.covariance("robust"), slopes))
    frame = fit.forecast_interval(10, 0.9, rng=1, draws=20_000)
    np.testing.assert_allclose((frame["high"] - frame["low"]) / 2, delta, rtol=0.06)
    np.testing.assert_array_equal(frame["sigma"], fit.forecast(10)["sigma"])
    assert frame.attrs["redrawn"] < 0.001


def test_the_interval_holds_the_true_sigma_as_often_as_it_says():
    """150 samples of 1,000: the sigma that the true parameters give for step 1 and 20, at 80 %."""
    held = []
    for seed in range(150):
        y = oracle.simulate(1_000, *TRUTH, 8, 1_000 + seed)
        truth = oracle.variances(y, 0.0, *TRUTH, 1.0)[-1]
        later = 1.0 + (TRUTH[1] + TRUTH[2]) ** 19 * (truth - 1.0)
        frame = Garch("t").fit(pd.Series(y)).forecast_interval(20, 0.8, rng=seed, draws=200)
        held.append(
            [
                low < np.sqrt(v) < high
                for v, low, high in zip((truth, later), *frame.loc[[1, 20], ["low", "high"]].T.to_numpy(), strict=True)
            ]
        )
    share = np.mean(held, axis=0)
    assert (np.abs(share - 0.8) < 0.1).all(), share  # three standard errors of 150 draws


@pytest.mark.parametrize("start", ["ewma", "fcp"])
def test_no_uncertainty_is_the_forecast_itself(simulated, start, monkeypatch):
    """With every draw at the estimate the re-run recursion must end where the fit did, start variance included."""
    fit = Garch("t", start=start).fit(simulated)
    nothing = pd.DataFrame(np.zeros((5, 5)), fit.params.index, fit.params.index)
    monkeypatch.setattr(type(fit), "covariance", lambda self, kind: nothing)
    frame = fit.forecast_interval(5, rng=1, draws=3)
    np.testing.assert_allclose(frame["low"], frame["sigma"], rtol=1e-11)
    np.testing.assert_allclose(frame["high"], frame["sigma"], rtol=1e-11)


def test_the_start_variance_at_another_mu(simulated):
    y, mu = simulated.to_numpy(), np.array([-0.02, 0.0, 0.005])
    mean_squares = [np.mean((y - m) ** 2) for m in mu]
    np.testing.assert_allclose(Garch("t", start="fcp").fit(simulated).variance_before(mu), mean_squares, rtol=1e-12)
    expected = oracle.ewma(y, y.mean())  # about the mean of the sample, whatever mu is
    np.testing.assert_allclose(Garch("t").fit(simulated).variance_before(mu), expected, rtol=1e-12)


def test_an_integrated_estimate_keeps_its_persistence():
    wild = pd.Series(np.random.default_rng(4).normal(size=600) * np.exp(np.linspace(0, 4, 600)))
    fit = Garch("normal").fit(wild)
    assert fit.persistence == 1.0
    drawn, redrawn = drawn_parameters(fit, 500, 1)
    np.testing.assert_allclose(drawn.persistence, 1.0, rtol=1e-12)
    assert np.ptp(drawn.alpha) > 0.0
    frame = fit.forecast_interval(5, rng=1)
    assert (frame["low"] < frame["sigma"]).all()
    assert (frame["sigma"] < frame["high"]).all()
    assert frame.attrs["redrawn"] == pytest.approx(redrawn, abs=0.1)


def test_wider_level_wider_interval_same_seed_same_numbers(fit):
    narrow, wide = (fit.forecast_interval(3, level, rng=1) for level in (0.6, 0.99))
    assert (wide["low"] < narrow["low"]).all()
    assert (wide["high"] > narrow["high"]).all()
    pd.testing.assert_frame_equal(wide, fit.forecast_interval(3, 0.99, rng=np.random.default_rng(1)))


def test_bad_arguments(fit, simulated, monkeypatch):
    for call, match in [
        (lambda: fit.forecast_interval(0, rng=1), "horizon"),
        (lambda: fit.forecast_interval(3, 0.1, rng=1), "confidence level"),
        (lambda: fit.forecast_interval(3, rng="one"), "rng"),
        (lambda: fit.forecast_interval(3, rng=1, draws=1), "draws"),
        (lambda: fit.covariance("bootstrap"), "kind is unknown"),
    ]:
        with pytest.raises(DataError, match=match):
            call()
    nowhere = pd.DataFrame(np.nan, fit.params.index, fit.params.index)
    monkeypatch.setattr(type(fit), "covariance", lambda self, kind: nowhere)
    with pytest.raises(DataError, match="no covariance to draw from"):
        fit.forecast_interval(3, rng=1)

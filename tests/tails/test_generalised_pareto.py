"""Peaks over a threshold: published figures, numerical derivatives, edges; the pictures of thresholds."""

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, optimize, stats

from riskkit.core import FitStatus
from riskkit.errors import DataError, ModelError
from riskkit.tails import GeneralisedPareto, hill, mean_excess, threshold_stability
from riskkit.tails.pareto_fit import fit_excesses


def test_danish_fire_losses(reference):
    # McNeil, Frey and Embrechts, Quantitative Risk Management, example 5.23
    losses = pd.read_csv(reference / "danish_fire_uni.csv")["Loss"]
    fit = GeneralisedPareto(threshold=10.0).fit(losses)
    assert fit.exceedances == 109
    np.testing.assert_allclose(fit.params, [0.4969858, 6.9754681], atol=6e-8)
    assert fit.var(0.99) == pytest.approx(27.28999, abs=5e-6)
    assert fit.es(0.99) == pytest.approx(58.24010, abs=5e-6)
    whole = fit.loss_distribution()
    assert whole.var(0.99) == pytest.approx(fit.var(0.99), rel=1e-12)
    assert whole.es(0.99) == pytest.approx(fit.es(0.99), rel=1e-12)
    assert whole.var(0.6) == pytest.approx(losses.quantile(0.6), rel=1e-2)
    stable = threshold_stability(losses)
    assert stable["exceedances"].is_monotonic_decreasing
    assert mean_excess(losses).loc[10.0:].iloc[0]["mean_excess"] == pytest.approx(
        losses[losses > 10.0].mean() - 10.0, rel=0.05
    )


def loglikelihood(point, y):
    return stats.genpareto.logpdf(y, point[0], scale=point[1]).sum()


@pytest.mark.parametrize("xi", [-0.3, -0.05, 0.0, 0.2, 0.8, 1.4])
@pytest.mark.parametrize("size", [60, 1_000])
def test_scipy_finds_no_higher_maximum(xi, size):
    for seed in range(4):
        y = stats.genpareto.rvs(xi, scale=0.02, size=size, random_state=seed)
        found = fit_excesses(y)
        assert found.loglikelihood == pytest.approx(loglikelihood((found.xi, found.beta), y), rel=1e-10)
        if found.status is FitStatus.BOUND:
            assert found.xi == pytest.approx(-0.5, abs=1e-6)
            continue
        search = optimize.minimize(lambda p, y=y: -loglikelihood((p[0], np.exp(p[1])), y), [found.xi, np.log(found.beta)],
                                   method="Nelder-Mead")  # fmt: skip
        assert found.loglikelihood >= -search.fun - 1e-7 or search.x[0] < -0.5


@pytest.mark.parametrize("xi", [-0.2, 1e-5, 0.5])
def test_standard_errors_against_numerical_derivatives(xi):
    p = (np.arange(400) + 0.5) / 400
    y = 2.0 * (-np.log(p) if abs(xi) < 1e-3 else np.expm1(-xi * np.log(p)) / xi)
    found = fit_excesses(y)
    point, step = np.array([found.xi, found.beta]), 1e-3 * found.errors
    hessian = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            corners = []
            for s in (1, -1):
                for t in (1, -1):
                    at = point.copy()
                    at[i] += s * step[i]
                    at[j] += t * step[j]
                    corners.append(s * t * loglikelihood(at, y))
            hessian[i, j] = sum(corners) / (4 * step[i] * step[j])
    np.testing.assert_allclose(found.errors, np.sqrt(np.diag(np.linalg.inv(-hessian))), rtol=1e-3)


def test_the_unit_does_not_matter():
    y = stats.genpareto.rvs(0.3, size=200, random_state=1)
    one, other = fit_excesses(y), fit_excesses(1e6 * y)
    assert other.xi == pytest.approx(one.xi, rel=1e-9)
    assert other.beta == pytest.approx(1e6 * one.beta, rel=1e-9)


def test_a_short_tail_ends_at_the_bound():
    found = fit_excesses(1.0 - np.linspace(0.0, 0.9, 50) ** 2)
    assert found.status is FitStatus.BOUND
    assert found.xi == pytest.approx(-0.5, abs=1e-6)
    assert np.isnan(found.errors).all()


def test_formulas_of_the_tail():
    losses = pd.Series(stats.genpareto.rvs(0.3, size=2_000, random_state=1))
    fit = GeneralisedPareto(1.0).fit(losses)
    assert fit.cdf(fit.var(0.995)) == pytest.approx(0.995, rel=1e-12)
    assert fit.quantile(0.995) == pytest.approx(fit.var(0.995), rel=1e-12)
    tail = integrate.quad(lambda s: float(fit.quantile(1.0 - np.exp(-s)) * np.exp(-s)), -np.log(0.005), 34.0)[0]
    assert fit.es(0.995) == pytest.approx(tail / 0.005, rel=1e-6)
    assert np.isnan([fit.cdf(0.5), fit.quantile(0.1), fit.log_density(0.5)]).all()
    slope = (fit.cdf(2.0 + 1e-6) - fit.cdf(2.0 - 1e-6)) / 2e-6
    assert np.exp(fit.log_density(2.0)) == pytest.approx(float(slope), rel=1e-6)


def test_what_the_tail_cannot_say():
    losses = pd.Series(stats.genpareto.rvs(1.6, size=500, random_state=1))
    fit = GeneralisedPareto(2.0).fit(losses)
    assert fit.es(0.99) == np.inf
    with pytest.raises(ModelError, match="no finite mean"):
        fit.loss_distribution()
    with pytest.raises(DataError, match="below the threshold"):
        fit.var(0.55)
    with pytest.raises(DataError, match="beyond the threshold"):
        GeneralisedPareto(float(losses.max())).fit(losses)
    with pytest.raises(DataError, match="threshold"):
        GeneralisedPareto(np.nan)


def test_mean_excess_and_hill_are_their_definitions():
    losses = pd.Series(np.round(stats.genpareto.rvs(0.3, size=300, random_state=1), 2))
    frame = mean_excess(losses)
    for threshold in frame.index[::40]:
        above = losses[losses > threshold]
        assert frame.loc[threshold, "mean_excess"] == pytest.approx(above.mean() - threshold, rel=1e-10)
        width = stats.norm.ppf(0.975) * above.std() / np.sqrt(len(above))
        assert frame.loc[threshold, "upper"] - frame.loc[threshold, "mean_excess"] == pytest.approx(width, rel=1e-8)
    assert frame["exceedances"].min() >= 10
    pareto = pd.Series(np.random.default_rng(1).pareto(3.0, 5_000) + 1.0)
    estimates, largest = hill(-pareto, tail="lower"), np.sort(pareto)[::-1]
    assert estimates.loc[100, "xi"] == pytest.approx(np.mean(np.log(largest[:100] / largest[100])), rel=1e-10)
    assert estimates.loc[1_000, "lower"] < 1.0 / 3.0 < estimates.loc[1_000, "upper"]
    assert estimates.loc[100, "threshold"] == largest[100]


def test_estimates_over_thresholds_are_the_fits():
    losses = pd.Series(stats.genpareto.rvs(0.3, size=400, random_state=1))
    frame = threshold_stability(losses, thresholds=6)
    for threshold, row in frame.iterrows():
        fit = GeneralisedPareto(threshold).fit(losses)
        assert row["xi"] == pytest.approx(fit.params["xi"], rel=1e-9)
        assert row["exceedances"] == fit.exceedances
        assert row["modified_scale"] == pytest.approx(fit.params["beta"] - fit.params["xi"] * threshold)
    with pytest.raises(DataError, match="tail is unknown"):
        threshold_stability(losses, tail="left")
    with pytest.raises(DataError, match="too few positive"):
        hill(-losses)

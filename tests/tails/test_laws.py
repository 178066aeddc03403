"""What every law of one variable answers: inverses, densities, tables, losses."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

import riskkit as rk
from riskkit.core import FitStatus
from riskkit.core.innovation import Innovation
from riskkit.errors import DataError, ModelError
from riskkit.tails import Empirical, GeneralisedPareto, QuantileTable, Semiparametric, SkewStudent, Student

SAMPLE = 0.01 * pd.Series(np.random.default_rng(1).standard_t(4, 1_500)) + 0.001
SPECS = [Empirical(), Student(), SkewStudent(), Semiparametric(), Semiparametric(lower=0.05, upper=0.2)]
FITS = [spec.fit(SAMPLE) for spec in SPECS]
SMOOTH = FITS[1:]


@pytest.mark.parametrize("fit", SMOOTH)
@settings(deadline=None, max_examples=60)
@given(u=st.floats(1e-9, 1.0 - 1e-9))
def test_quantile_and_distribution_are_inverse(fit, u):
    assert fit.cdf(fit.quantile(u)) == pytest.approx(u, rel=1e-9)
    x = 0.2 * (2.0 * u - 1.0)
    assert fit.quantile(fit.cdf(x)) == pytest.approx(x, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("fit", FITS)
def test_shapes_and_impossible_probabilities(fit):
    assert fit.quantile(np.full((2, 3), 0.3)).shape == (2, 3)
    assert np.isnan(fit.quantile([-0.1, 1.1, np.nan])).all()
    assert fit.cdf(np.array([-np.inf, np.inf])).tolist() == [0.0, 1.0]
    assert np.shape(fit.log_density(0.01)) == ()


@pytest.mark.parametrize("fit", SMOOTH)
def test_density_is_the_slope_of_the_distribution(fit):
    x = fit.quantile(np.random.default_rng(2).uniform(0.001, 0.999, 300))
    slope = (fit.cdf(x + 1e-10) - fit.cdf(x - 1e-10)) / 2e-10
    np.testing.assert_allclose(np.exp(fit.log_density(x)), slope, rtol=1e-4)


@pytest.mark.parametrize("fit", FITS[1:4])
def test_loglikelihood_is_the_sum_of_log_densities(fit):
    assert fit.loglikelihood == pytest.approx(fit.log_density(SAMPLE.to_numpy()).sum(), rel=1e-10)
    assert fit.status is FitStatus.OK


@pytest.mark.parametrize("fit", SMOOTH)
@pytest.mark.parametrize("level", [0.9, 0.975, 0.99, 0.999])
def test_loss_is_minus_the_variable(fit, level):
    losses = fit.loss_distribution()
    assert losses.var(level) == pytest.approx(-float(fit.quantile(1.0 - level)), rel=1e-9)
    tail = integrate.quad(lambda s: -float(fit.quantile(np.exp(-s))) * np.exp(-s), -np.log(1.0 - level), 60.0, limit=200)
    assert losses.es(level) == pytest.approx(tail[0] / (1.0 - level), rel=1e-6)


def test_student_is_scipys():
    location, scale, nu = FITS[1].params
    x = np.linspace(-0.2, 0.2, 41)
    peer = stats.t(nu, location, scale)
    np.testing.assert_allclose(FITS[1].cdf(x), peer.cdf(x), rtol=1e-10)
    np.testing.assert_allclose(FITS[1].log_density(x), peer.logpdf(x), rtol=1e-10)
    np.testing.assert_allclose(FITS[1].quantile([1e-12, 0.3, 0.99]), peer.ppf([1e-12, 0.3, 0.99]), rtol=1e-9)


def test_student_at_the_normal_law():
    flat = Student().fit(pd.Series(np.random.default_rng(1).uniform(-1, 1, 300)))
    peer = stats.norm(flat.params["location"], flat.params["scale"])
    np.testing.assert_allclose(flat.cdf([-1.0, 0.3]), peer.cdf([-1.0, 0.3]))
    np.testing.assert_allclose(flat.log_density([-1.0, 0.3]), peer.logpdf([-1.0, 0.3]))
    np.testing.assert_allclose(QuantileTable(flat)(np.array([1e-6, 0.4])), peer.ppf([1e-6, 0.4]), rtol=1e-9)


def test_the_skew_t_nests_the_t_and_has_hansens_moments():
    fit = FITS[2]
    mean = integrate.quad(lambda u: float(fit.quantile(u)), 0, 1, limit=400)[0]
    assert mean == pytest.approx(fit.params["location"], abs=1e-7)
    assert fit.loglikelihood >= Student().fit(SAMPLE).loglikelihood
    mirrored = SkewStudent().fit(-SAMPLE)
    np.testing.assert_allclose(mirrored.params, fit.params * [-1, 1, 1, -1], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("skew", [-0.5, 0.3])
def test_no_point_near_the_skew_t_is_higher(skew):
    sample = pd.Series(Innovation("skewt", 5.0, skew).draw(np.random.default_rng(2), (800,)))
    fit = SkewStudent().fit(sample)
    assert fit.params["lambda"] == pytest.approx(skew, abs=0.12)
    for name, error in fit.standard_errors().items():
        for step in (-0.05, 0.05):
            location, scale, nu, moved = fit.params + step * error * (fit.params.index == name)
            law = Innovation("skewt", nu, moved)
            assert law.log_density((sample - location) / scale).sum() - 800 * np.log(scale) < fit.loglikelihood


def test_residual_laws_agree_with_the_volatility_room():
    z = rk.volatility.Garch(dist="skewt").fit(SAMPLE)
    assert z.innovation == Innovation("skewt", z.params["nu"], z.params["lambda"])
    u = np.array([1e-10, 0.2, 0.7])
    np.testing.assert_allclose(z.innovation.upper_quantile(u), z.innovation.quantile(1.0 - u), rtol=1e-6)


def test_beyond_a_sample_lies_nothing():
    fit = Empirical().fit(pd.Series([1.0, 2.0, 4.0, 4.0]))
    assert fit.beyond == 0.125
    assert fit.quantile([0.0, 0.1, 0.25, 0.375, 0.9]).tolist() == [1.0, 1.0, 1.5, 2.0, 4.0]
    assert fit.cdf([0.9, 1.0, 1.5, 4.0, 9.0]).tolist() == [0.0, 0.125, 0.25, 1.0, 1.0]
    assert fit.log_density([0.5, 5.0]).tolist() == [-np.inf, -np.inf]
    assert fit.loglikelihood == pytest.approx(2 * np.log(0.25) + 2 * np.log(0.5))
    assert fit.loss_distribution().total.tolist() == [-1.0, -2.0, -4.0, -4.0]


def test_tails_hold_exactly_their_share():
    fit = FITS[4]
    low, high = fit.params["lower threshold"], fit.params["upper threshold"]
    assert (low > SAMPLE).sum() == 75
    assert (high < SAMPLE).sum() == 300
    np.testing.assert_allclose(fit.cdf([low, high]), [0.05, 0.8], rtol=1e-14)
    heavier = GeneralisedPareto(float(high)).fit(SAMPLE)
    np.testing.assert_allclose(heavier.params, fit.params[["upper xi", "upper beta"]])
    assert fit.loss_distribution().mean == pytest.approx(-SAMPLE.mean(), abs=1e-4)


def test_bad_samples_are_refused():
    for spec in SPECS:
        with pytest.raises(DataError, match="constant"):
            spec.fit(pd.Series(np.ones(100)))
        with pytest.raises(DataError, match="NaN"):
            spec.fit(pd.Series([np.nan] * 100))
    with pytest.raises(ModelError, match="no tail"):
        Semiparametric(lower=0.5)
    with pytest.raises(DataError, match="beyond the threshold"):
        Semiparametric(lower=0.1).fit(SAMPLE[:60])
    rounded = pd.Series(np.round(SAMPLE.to_numpy(), 2))  # ties at a threshold
    fit = Semiparametric().fit(rounded)
    u = np.linspace(0.001, 0.999, 999)
    assert np.all(np.diff(fit.quantile(u)) > 0.0)
    np.testing.assert_allclose(fit.cdf(fit.quantile(u)), u, rtol=1e-9)

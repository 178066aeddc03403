"""The four laws: their definitions in 30 digits, their own moments, and `arch` as a peer."""

import mpmath
import numpy as np
import pandas as pd
import pytest
from arch.univariate import GeneralizedError, SkewStudent
from oracles import general as oracle
from scipy import integrate, stats

from riskkit.core.innovation import Innovation
from riskkit.errors import DataError
from riskkit_ext import _general

LAWS = [
    Innovation("normal"),
    Innovation("t", 4.2),
    Innovation("skewt", 2.3, -0.7),
    Innovation("skewt", 8.0, 0.25),
    Innovation("ged", 1.02),
    Innovation("ged", 1.5),
    Innovation("ged", 20.0),
]
PROBABILITIES = np.array([1e-5, 0.01, 0.3, 0.5, 0.62, 0.85, 0.975, 0.9999])


def shapes(law):
    return {"normal": [], "t": [law.nu], "ged": [law.nu], "skewt": [law.nu, law.skew]}[law.dist]


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_density_is_the_definition(law):
    with mpmath.workdps(30):
        for z in (-2.3, -0.4, 0.0, 1e-9, 0.9, 3.0):
            assert float(law.log_density(z)) == pytest.approx(
                float(oracle.log_density(law.dist, z, *shapes(law))), rel=1e-13
            )


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_quantile_distribution_and_partial_mean_belong_together(law):
    quantiles = law.quantile(PROBABILITIES)
    np.testing.assert_allclose(law.distribution(quantiles), PROBABILITIES, rtol=1e-10)
    for z in quantiles[2:6]:
        area, _ = integrate.quad(lambda x: np.exp(law.log_density(x)), -np.inf, z, epsabs=1e-12, limit=300)
        assert area == pytest.approx(float(law.distribution(z)), abs=1e-8)
    for p in PROBABILITIES[1:-1]:
        integral, _ = integrate.quad(law.quantile, 0.0, p, epsabs=1e-11, limit=300)
        assert integral == pytest.approx(float(law.partial_mean(p)), abs=1e-7)
    assert float(law.partial_mean(1.0 - 1e-14)) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_mean_zero_variance_one(law):
    below, above = ([law.half_moment(k, above=side) for k in (0.0, 1.0, 2.0)] for side in (False, True))
    np.testing.assert_allclose(np.add(below, above)[[0, 2]], 1.0, rtol=1e-13)
    assert above[1] == pytest.approx(below[1], rel=1e-13)
    assert above[1] == pytest.approx(-float(law.partial_mean(law.distribution(0.0))), rel=1e-12)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_half_moments_and_their_derivatives(law):
    """Against quadrature, and derivatives against differences of the moments themselves."""
    code, first, second = law._kernel
    by, bend = np.empty(3), np.empty((3, 3))
    value = _general.half_moment(code, first, second, True, 1.3, by, bend)
    plain = oracle.moment(law.dist, lambda z: max(z, 0.0) ** 1.3, shapes(law))
    assert value == pytest.approx(plain, rel=1e-8)
    point = np.array([1.3, first, second])
    free = [0] if law.dist == "normal" else [0, 1, 2] if law.dist == "skewt" else [0, 1]
    for i in free:
        step = 1e-4 * np.eye(3)[i] * (first if i == 1 else 1.0)
        sides = []
        for x in (point + step, point - step):
            slope = np.empty(3)
            sides.append((_general.half_moment(code, x[1], x[2], True, x[0], slope, np.empty((3, 3))), slope))
        width = 2.0 * step[i]
        assert by[i] == pytest.approx((sides[0][0] - sides[1][0]) / width, rel=1e-6, abs=1e-7)
        np.testing.assert_allclose(bend[i][free], (sides[0][1] - sides[1][1])[free] / width, rtol=1e-4, atol=1e-5)


def test_a_moment_that_does_not_exist():
    assert Innovation("t", 3.0).half_moment(3.0, above=True) == np.inf
    assert np.isfinite(Innovation("t", 3.0).half_moment(2.9, above=True))


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_draws_follow_the_law(law):
    draws = law.draw(np.random.default_rng(1), (4_000,))
    assert stats.kstest(draws, law.distribution).pvalue > 0.01


def test_arch_has_the_same_laws():
    z = np.linspace(-4.0, 4.0, 9)
    ones = np.ones_like(z)
    ged = GeneralizedError().loglikelihood(np.array([1.3]), z, ones, individual=True)
    np.testing.assert_allclose(Innovation("ged", 1.3).log_density(z), ged, rtol=1e-12)
    skew = SkewStudent().loglikelihood(np.array([5.0, -0.2]), z, ones, individual=True)
    np.testing.assert_allclose(Innovation("skewt", 5.0, -0.2).log_density(z), skew, rtol=1e-12)
    np.testing.assert_allclose(
        Innovation("skewt", 5.0, -0.2).quantile(PROBABILITIES), SkewStudent().ppf(PROBABILITIES, [5.0, -0.2]), rtol=1e-9
    )


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_loss_is_the_return_turned_round(law):
    losses = law.loss(0.1, 2.0)
    assert losses.mean == pytest.approx(-0.1, rel=1e-6)
    assert losses.var(0.99) == pytest.approx(-0.1 - 2.0 * float(law.quantile(0.01)), rel=1e-9)
    tail, _ = integrate.quad(law.quantile, 0.0, 0.01, epsabs=1e-12, limit=300)
    assert losses.es(0.99) == pytest.approx(-0.1 - 2.0 * tail / 0.01, rel=1e-6)


def test_parameters_make_the_law():
    params = pd.Series({"mu": 0.0, "nu": 6.0, "lambda": -0.1})
    assert Innovation.of("skewt", params) == Innovation("skewt", 6.0, -0.1)
    assert Innovation.of("normal", params) == Innovation("normal")
    with pytest.raises(DataError, match="dist is unknown"):
        Innovation("cauchy")

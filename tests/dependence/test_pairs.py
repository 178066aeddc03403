"""Pair copulas against R's, against 140 digits, and against themselves."""

import numpy as np
import pandas as pd
import pytest
from oracles import archimedean as oracle
from scipy import special

from riskkit import DataError, ModelError
from riskkit.dependence import pair

PAIRS = [
    ("normal", -0.9), ("normal", 0.3), ("normal", 0.99), ("student", 0.5, 3.0), ("student", -0.8, 1.2),
    ("student", 0.95, 30.0),
    ("clayton", 0.01), ("clayton", 3.0), ("clayton", 20.0), ("gumbel", 1.01), ("gumbel", 4.0), ("gumbel", 20.0),
    ("frank", -30.0), ("frank", 0.01), ("frank", 30.0), ("joe", 1.01), ("joe", 4.0), ("joe", 20.0),
    ("clayton", 0.0), ("gumbel", 1.0), ("frank", 0.0),
]  # fmt: skip
EDGES = np.array([1e-10, 1e-6, 1e-3, 0.1, 0.4, 0.5, 0.8, 0.99, 1 - 1e-6, 1 - 1e-9])


def square():
    u, v = np.meshgrid(EDGES, EDGES)
    return u.ravel(), v.ravel()


def test_the_grid_of_r(reference):
    grid = pd.read_csv(reference / "copula_grid_R.csv")
    for (family, parameter), rows in grid.groupby(["family", "par"]):
        copula, u, v = pair(family, parameter), rows["u"].to_numpy(), rows["v"].to_numpy()
        np.testing.assert_allclose(copula.pdf(u, v), rows["pdf"], rtol=1e-13)
        # R's normal distribution function is itself good to about 4e-13
        np.testing.assert_allclose(copula.cdf(u, v), rows["cdf"], atol=5e-13 if family == "normal" else 1e-15, rtol=0)
        np.testing.assert_allclose(copula.h(v, u), rows["h2"], atol=1e-14, rtol=0)  # R's h2 conditions on u


@pytest.mark.parametrize("parameters", PAIRS)
def test_h_then_its_inverse_changes_nothing(parameters):
    copula = pair(*parameters)
    u, v = square()
    w = copula.h(u, v)
    inside = (w > 0) & (w < 1)
    density = copula.pdf(u[inside], v[inside])
    error = np.abs(copula.h_inverse(w[inside], v[inside]) - u[inside])
    assert error[density > 0.02].max() < 1e-12
    assert (error * density).max() < 3e-14  # of w, everywhere


@pytest.mark.parametrize("parameters", PAIRS)
def test_h_and_pdf_are_the_slopes_of_the_distribution(parameters):
    copula = pair(*parameters)
    u, v = np.random.default_rng(1).uniform(0.05, 0.95, size=(2, 100))
    step = 1e-4

    def slope(function, first, second):
        near = function(first, second + step) - function(first, second - step)
        far = function(first, second + 2 * step) - function(first, second - 2 * step)
        return (8 * near - far) / (12 * step)

    # the rule's error is step**4 times a fifth derivative, which strong dependence makes large
    h, density = copula.h(u, v), copula.pdf(u, v)
    assert np.median(np.abs(slope(copula.cdf, u, v) - h)) < 1e-9
    assert np.median(np.abs(slope(lambda v, u: copula.h(u, v), v, u) - density) / (1 + density)) < 1e-8
    np.testing.assert_allclose(copula.cdf(u, v), copula.cdf(v, u), atol=1e-14)
    np.testing.assert_allclose(copula.pdf(u, v), copula.pdf(v, u), rtol=1e-11)


@pytest.mark.parametrize(
    ("family", "theta"), [("clayton", 3.0), ("gumbel", 4.0), ("frank", 30.0), ("joe", 4.0), ("joe", 20.0)]
)
def test_h_is_the_textbooks_at_140_digits(family, theta):
    for u, v in [(1e-6, 1e-6), (1e-6, 0.9), (0.9, 1e-6), (0.3, 0.4), (1 - 1e-6, 0.5), (1 - 1e-6, 1 - 1e-6)]:
        assert pair(family, theta).h(u, v) == pytest.approx(oracle.conditional(family, theta, u, v), rel=1e-12)


@pytest.mark.parametrize(("rho", "nu"), [(0.3, np.inf), (-0.95, np.inf), (0.5, 3.0), (-0.7, 1.0), (0.99, 8.0)])
def test_elliptical_distribution_is_placketts_integral(rho, nu):
    copula = pair("normal", rho) if nu == np.inf else pair("student", rho, nu)
    quantile = special.ndtri if nu == np.inf else (lambda u: special.stdtrit(nu, u))
    for u, v in [(1e-8, 1e-8), (0.001, 0.9), (0.2, 0.4), (0.5, 0.500001), (0.9, 0.999)]:
        expected = oracle.elliptical_cdf(rho, nu, float(quantile(u)), float(quantile(v)), max(u + v - 1, 0.0))
        assert copula.cdf(u, v) == pytest.approx(expected, abs=2e-14)


def test_numbers_and_arrays_are_broadcast():
    copula = pair("gumbel", 2.0)
    table = copula.h(EDGES[:, None], EDGES)
    assert table.shape == (10, 10)
    assert table[3, 4] == copula.h(EDGES[3], EDGES[4])
    assert np.ndim(copula.pdf(0.1, 0.2)) == np.ndim(copula.cdf(0.1, 0.2)) == np.ndim(copula.h_inverse(0.1, 0.2)) == 0


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        (("bb1", 1.0), DataError, "family is unknown"),
        (("student", 0.5), DataError, "2 parameter"),
        (("clayton", 1.0, 2.0), DataError, "1 parameter"),
        (("normal", 1.0), ModelError, "correlation"),
        (("student", 0.5, 0.0), ModelError, "nu"),
        (("gumbel", 0.5), ModelError, "outside the domain"),
        (("normal", float("nan")), DataError, "parameter"),
    ],
)
def test_bad_parameters_are_named(parameters, error, message):
    with pytest.raises(error, match=message):
        pair(*parameters)


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, float("nan")])
@pytest.mark.parametrize("method", ["pdf", "cdf", "h", "h_inverse"])
def test_points_outside_the_square_are_refused(method, value):
    with pytest.raises(DataError, match="inside the unit square"):
        getattr(pair("clayton", 1.0), method)(0.5, value)

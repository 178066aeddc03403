"""One smile: published figures, identities, its density."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special

from riskkit.errors import DataError
from riskkit.instruments import SviSlice

VOGT = SviSlice(-0.041, 0.1331, 0.306, 0.3586, 0.4153, years=1.0)  # Gatheral and Jacquier (2014), example 3.1
CALM = SviSlice(0.01, 0.1, -0.4, 0.02, 0.2, years=0.25)
K = np.linspace(-1.5, 1.5, 61)


def test_vogts_smile_has_the_arbitrage_that_is_printed():
    k = np.arange(-15_000, 15_001) / 10_000.0
    g = VOGT.butterfly(k)
    negative = k[g < 0.0]
    assert (negative[0], negative[-1]) == (0.6425, 1.2569)
    assert round(float(g.min()), 6) == -0.032864


@given(
    st.floats(0.001, 0.9), st.floats(-0.98, 0.98), st.floats(-0.5, 0.5), st.floats(0.02, 1.0), st.floats(1e-4, 0.2),
    st.floats(-1.0, 1.0),
)  # fmt: skip
def test_derivatives_are_those_of_finite_differences(b, rho, m, sigma, least, k):
    smile = SviSlice(least - b * sigma * np.sqrt(1 - rho**2), b, rho, m, sigma, 1.0)
    step = 1e-4 * sigma
    low, mid, high = (smile.total_variance(k + shift) for shift in (-step, 0.0, step))
    slope, curvature = smile.derivatives(k)
    assert slope == pytest.approx((high - low) / (2 * step), rel=1e-6, abs=1e-7)
    assert curvature == pytest.approx((high - 2 * mid + low) / step**2, rel=1e-3, abs=1e-6 / sigma**2)
    assert mid >= smile.least_variance * (1 - 1e-9) - 1e-15


def test_the_wings_are_the_slopes_far_away():
    left, right = CALM.wings
    assert (left, right) == pytest.approx((0.14, 0.06))
    assert -CALM.derivatives(-1e6)[0] == pytest.approx(left)
    assert CALM.derivatives(1e6)[0] == pytest.approx(right)


def test_the_density_is_one_of_a_martingale_and_prices_options():
    def total(function):
        return integrate.quad(function, -12.0, 12.0, points=(-0.3, 0.0, 0.3), limit=400, epsabs=1e-12)[0]

    assert total(CALM.density) == pytest.approx(1.0, abs=1e-8)
    assert total(lambda k: np.exp(k) * CALM.density(k)) == pytest.approx(1.0, abs=1e-8)
    k, deviation = 0.1, np.sqrt(CALM.total_variance(0.1))
    call = integrate.quad(lambda x: (np.exp(x) - np.exp(k)) * CALM.density(x), k, 12.0, limit=400)[0]
    d1 = -k / deviation + deviation / 2
    assert call == pytest.approx(special.ndtr(d1) - np.exp(k) * special.ndtr(d1 - deviation), abs=1e-9)


def test_arbitrage_makes_the_density_negative():
    assert VOGT.density(0.9) < 0.0 < VOGT.density(0.0)
    np.testing.assert_array_equal(np.sign(VOGT.density(K)), np.sign(VOGT.butterfly(K)))


def test_scalars_give_floats_and_nan_stays():
    assert isinstance(CALM.volatility(0.0), float)
    assert np.isnan(CALM.volatility([np.nan, 0.0])).tolist() == [True, False]
    assert CALM.total_variance(np.zeros((2, 3))).shape == (2, 3)
    assert CALM.volatility(0.1) == pytest.approx(np.sqrt(CALM.total_variance(0.1) / 0.25))
    flat = SviSlice(0.04, 0.0, 0.0, 0.0, 1.0, years=1.0)
    np.testing.assert_allclose(flat.volatility(K), 0.2)
    np.testing.assert_allclose(flat.butterfly(K), 1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"b": -0.1}, "b is out of range"),
        ({"rho": 1.1}, "rho is out of range"),
        ({"sigma": 0.0}, "sigma is out of range"),
        ({"years": -1.0}, "years is out of range"),
        ({"m": "0"}, "m is not a number"),
        ({"a": np.nan}, "a is out of range"),
        ({"a": -0.5}, "total variance is not positive everywhere"),
        ({"b": 1.8, "rho": 0.2}, "steeper than any law of the price allows; got .* = 2.16"),
    ],
)
def test_parameters_that_cannot_be_are_refused(change, message):
    with pytest.raises(DataError, match=message):
        SviSlice(**({"a": 0.01, "b": 0.1, "rho": 0.0, "m": 0.0, "sigma": 0.2, "years": 0.25} | change))


def test_lees_bound_itself_is_allowed():
    assert max(SviSlice(0.1, 1.6, 0.25, 0.0, 0.2, years=1.0).wings) == 2.0


def test_text_is_refused():
    with pytest.raises(DataError, match="log_moneyness is not numeric"):
        CALM.volatility("at the money")

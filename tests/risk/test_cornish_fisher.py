"""Cornish-Fisher inside its domain, and refused outside."""

import numpy as np
import pytest
from scipy import special

from riskkit import DataError, ModelError
from riskkit.core import law
from riskkit.risk import CornishFisher, QuadraticLoss
from riskkit.risk.cornish_fisher import rises


def bent(z, skewness, kurtosis):
    return z + skewness / 6 * (z**2 - 1) + kurtosis / 24 * (z**3 - 3 * z) - skewness**2 / 36 * (2 * z**3 - 5 * z)


def test_without_moments_it_is_normal():
    loss = CornishFisher(1.0, 2.0, 0.0, 0.0)
    var, es = law.tail_factors(0.99)
    assert (loss.var(0.99), loss.es(0.99)) == pytest.approx((1 + 2 * var, 1 + 2 * es), rel=1e-12)


@pytest.mark.parametrize(("skewness", "kurtosis"), [(0.3, 1.0), (-0.5, 1.2), (0.8, 3.0)])
def test_es_is_the_mean_of_the_quantiles_above(skewness, kurtosis):
    loss = CornishFisher(0.0, 1.0, skewness, kurtosis)
    levels = 1 - 0.025 * (np.arange(400_000) + 0.5) / 400_000
    assert loss.es(0.975) == pytest.approx(bent(special.ndtri(levels), skewness, kurtosis).mean(), rel=1e-5)
    assert loss.var(0.975) == pytest.approx(bent(special.ndtri(0.975), skewness, kurtosis), rel=1e-12)


def test_the_domain_is_where_the_function_rises():
    z = np.linspace(-30, 30, 20_001)
    for skewness in (-2.4, -1.0, 0.0, 0.5, 2.0, 2.6):
        for kurtosis in np.arange(-1.0, 12.0, 0.5):
            assert rises(skewness, kurtosis) == bool(np.all(np.diff(bent(z, skewness, kurtosis)) > 0))


def test_outside_it_says_what_would_be_inside():
    with pytest.raises(ModelError, match=r"expected an excess kurtosis between 0\.\d+ and 8\.\d+") as told:
        CornishFisher(0.0, 1.0, 0.3, 9.0)
    low, high = (float(word) for word in str(told.value).split("between ")[1].split(";")[0].split(" and "))
    assert rises(0.3, low + 2e-3)
    assert not rises(0.3, low - 2e-3)
    assert rises(0.3, high - 2e-3)
    assert not rises(0.3, high + 2e-3)
    with pytest.raises(ModelError, match="no kurtosis for this one"):
        CornishFisher(0.0, 1.0, 2.6, 8.0)


def test_a_short_straddle_is_outside():
    """Its loss is a square: skewness 2.83 has no place in the expansion, and inversion is exact."""
    straddle = QuadraticLoss(-1.0, np.zeros(1), np.ones(1))
    with pytest.raises(ModelError):
        CornishFisher(straddle.mean, straddle.standard_deviation, straddle.skewness, straddle.excess_kurtosis)


@pytest.mark.parametrize("arguments", [(0.0, 0.0, 0.0, 0.0), (np.nan, 1.0, 0.0, 0.0), (0.0, 1.0, np.inf, 0.0)])
def test_refuses(arguments):
    with pytest.raises(DataError, match="out of range"):
        CornishFisher(*arguments)

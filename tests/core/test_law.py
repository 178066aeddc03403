"""Parametric laws laid out as loss distributions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from riskkit import DataError, ModelError
from riskkit.core import from_law, law

LEVELS = [0.5001, 0.6, 0.9, 0.95, 0.975, 0.99, 0.995, 0.9975, 0.999, 0.9999]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("location", "scale"), [(0.0, 1.0), (0.3, 2.5), (-7.0, 1e-4), (0.0, 1e6)])
def test_normal(level, location, scale):
    losses, z = law.normal(location, scale), stats.norm.ppf(level)
    assert losses.var(level) == pytest.approx(location + scale * z, rel=1e-11, abs=1e-11 * scale)
    expected = location + scale * stats.norm.pdf(z) / (1 - level)
    assert losses.es(level) == pytest.approx(expected, rel=1e-11)
    assert losses.mean == pytest.approx(location, abs=1e-12 * max(scale, abs(location)))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("degrees", [1.2, 2.0, 3.0, 4.7, 30.0, 1e4])
def test_student(level, degrees):
    losses, quantile = law.student(0.0, 1.0, degrees), stats.t.ppf(level, degrees)
    assert losses.var(level) == pytest.approx(quantile, rel=1e-10)
    # Expected shortfall of the t law: McNeil, Frey and Embrechts (2015), eq. (2.25)
    es = stats.t.pdf(quantile, degrees) / (1 - level) * (degrees + quantile**2) / (degrees - 1)
    assert losses.es(level) == pytest.approx(es, rel=1e-10)


@pytest.mark.parametrize("degrees", [2.5, 6.0, np.inf])
@pytest.mark.parametrize("level", [0.9, 0.987654, 0.99])
def test_tail_factors(degrees, level):
    unit = stats.norm if np.isinf(degrees) else stats.t(degrees)
    var, es = law.tail_factors(level, degrees)
    assert var == pytest.approx(unit.ppf(level), rel=1e-12)
    assert es == pytest.approx(integrate.quad(unit.isf, 0.0, 1 - level)[0] / (1 - level), rel=1e-7)


@settings(deadline=None, max_examples=30)
@given(level=st.floats(0.51, 0.9998))
def test_between_two_nodes_var_is_off_by_one_step_at_most(level):
    losses = law.normal(0.0, 1.0)
    low, high = stats.norm.ppf([level - 1.0001e-4, min(level + 1.0001e-4, 0.99995)])
    assert low <= losses.var(level) <= high
    z = stats.norm.ppf(level)
    assert losses.es(level) == pytest.approx(stats.norm.pdf(z) / (1 - level), rel=2e-3)


def test_any_law_by_its_quantiles():
    """An exponential loss: VaR = -log(1 - level), ES = VaR + 1 (memoryless)."""
    losses = from_law(lambda p: -np.log1p(-p), lambda p: p + (1 - p) * np.log1p(-p), 1.0, unit="USD")
    for level in (0.9, 0.99, 0.999):
        assert losses.var(level) == pytest.approx(-np.log(1 - level), rel=1e-11)
        assert losses.es(level) == pytest.approx(1 - np.log(1 - level), rel=1e-11)
    assert losses.unit == "USD"
    assert not losses.sampled
    assert losses.mean == pytest.approx(1.0, rel=1e-12)


def test_student_is_close_to_normal_for_many_degrees():
    assert law.student(0.0, 1.0, 1e7).es(0.99) == pytest.approx(law.normal(0.0, 1.0).es(0.99), rel=1e-6)


@pytest.mark.parametrize("degrees", [1.0, 0.5, -3.0, float("nan")])
def test_refuses_a_law_without_a_mean(degrees):
    with pytest.raises(ModelError, match="no finite mean"):
        law.student(0.0, 1.0, degrees)


@pytest.mark.parametrize(("location", "scale"), [(0.0, 0.0), (0.0, -1.0), (np.nan, 1.0), (0.0, np.inf), ("0", 1.0)])
def test_refuses_location_and_scale(location, scale):
    with pytest.raises(DataError):
        law.normal(location, scale)

"""Arbitrage of smiles: published, planted, and against a fine grid."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from riskkit.instruments import SviSlice, butterfly_violations, calendar_violations, smallest_butterfly

VOGT = SviSlice(-0.041, 0.1331, 0.306, 0.3586, 0.4153, years=1.0)


@st.composite
def smiles(draw):
    b, rho = draw(st.floats(0.001, 1.5)), draw(st.floats(-0.99, 0.99))
    assume(b * (1 + abs(rho)) <= 2.0)
    sigma, m = 10.0 ** draw(st.floats(-3.0, 0.3)), draw(st.floats(-0.7, 0.7))
    least = 10.0 ** draw(st.floats(-5.0, -0.5))
    return SviSlice(least - b * sigma * np.sqrt(1 - rho**2), b, rho, m, sigma, years=1.0)


def grid(*slices):
    places = [np.linspace(-6.0, 6.0, 4001)]
    places += [one.m + one.sigma * np.sinh(np.linspace(-9.0, 9.0, 4001)) for one in slices]
    k = np.sort(np.concatenate(places))
    return k[np.abs(k) < 700.0]  # e^709 is the largest number there is


def inside(k, violations):
    found = np.zeros(len(k), dtype=bool)
    for violation in violations:
        found |= (k > violation.start) & (k < violation.end)
    return found


def test_vogts_smile():
    (violation,) = butterfly_violations(VOGT)
    assert violation.lowest == pytest.approx(-0.032864, abs=5e-7)
    for edge in (violation.start, violation.end):
        assert abs(VOGT.butterfly(edge)) < 1e-12
    assert smallest_butterfly(VOGT) == (violation.lowest, violation.at)


@settings(max_examples=150, deadline=None)
@given(smiles())
def test_no_grid_finds_a_butterfly_that_is_not_reported(smile):
    k = grid(smile)
    g = smile.butterfly(k)
    clear = np.abs(g) > 1e-8
    np.testing.assert_array_equal(inside(k, butterfly_violations(smile))[clear], (g < 0.0)[clear])
    assert smallest_butterfly(smile)[0] <= g.min() + 1e-8


@settings(max_examples=150, deadline=None)
@given(smiles(), smiles())
def test_no_grid_finds_a_fall_in_time_that_is_not_reported(one, later):
    k = grid(one, later)
    before, after = one.total_variance(k), later.total_variance(k)
    clear = np.abs(after - before) > 1e-9 * (before + after)
    violations = calendar_violations(one, later)
    np.testing.assert_array_equal(inside(k, violations)[clear], (after < before)[clear])
    if violations:
        assert min(violation.lowest for violation in violations) <= (after - before).min() + 1e-6


def test_a_healthy_smile_reports_the_limit_of_g():
    smile = SviSlice(0.01, 0.1, -0.3, 0.0, 0.2, years=0.5)
    g, at = smallest_butterfly(smile)
    assert (g, at) == ((1 - 0.13**2 / 4) / 4, -np.inf)
    assert float(smile.butterfly(-1e9)) == pytest.approx(g)
    assert butterfly_violations(smile) == []
    assert smallest_butterfly(SviSlice(0.04, 0.0, 0.0, 0.0, 1.0, years=1.0))[0] == 1.0


def test_planted_falls_in_time():
    near = SviSlice(0.02, 0.1, 0.0, 0.0, 0.2, years=0.5)
    lower = SviSlice(0.015, 0.1, 0.0, 0.0, 0.2, years=1.0)
    (everywhere,) = calendar_violations(near, lower)
    assert (everywhere.start, everywhere.end) == (-np.inf, np.inf)
    assert everywhere.lowest == pytest.approx(-0.005)
    assert calendar_violations(lower, near) == []
    assert calendar_violations(near, near) == []
    moved = SviSlice(0.02, 0.1, 0.0, 0.1, 0.2, years=1.0)
    (right,) = calendar_violations(near, moved)
    assert (right.start, right.end) == (pytest.approx(0.05), np.inf)

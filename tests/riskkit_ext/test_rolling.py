"""The rolling kernel against its slow twin, the core type, and pandas."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import rolling as oracle

from riskkit.core import LossDistribution
from riskkit_ext import _rolling

LEVELS = ["0.501", "0.75", "0.9", "0.95", "0.975", "0.99", "0.995", "0.999"]


def run(loss, window, step, level):
    count = len(range(0, len(loss) - window, step))
    var, es = np.full(count, np.nan), np.full(count, np.nan)
    _rolling.var_es(loss, window, step, level, var, es)
    return var, es


def check_agreement(loss, window, step, level):
    expected = oracle.rolling_var_es(loss, window, step, level)
    var, es = run(loss, window, step, level)
    np.testing.assert_array_equal(var, expected[:, 0])
    np.testing.assert_allclose(es, expected[:, 1], rtol=1e-14, atol=0)


@settings(deadline=None, max_examples=150)
@given(
    losses=st.lists(st.floats(-1e6, 1e6) | st.integers(-2, 2).map(float), min_size=2, max_size=90),
    window=st.integers(1, 60),
    step=st.integers(1, 70),
    level=st.sampled_from(LEVELS),
)
def test_any_series_any_window_any_step(losses, window, step, level):
    loss = np.array(losses)
    if window < len(loss):
        expected = oracle.rolling_var_es(loss, window, step, float(level))
        var, es = run(loss, window, step, float(level))
        np.testing.assert_array_equal(var, expected[:, 0])
        np.testing.assert_allclose(es, expected[:, 1], rtol=1e-14, atol=1e-15 * np.abs(loss).max())
        assert np.all(es >= var)


@pytest.mark.parametrize("level", ["0.75", "0.95", "0.975", "0.99", "0.9999"])
@pytest.mark.parametrize("window", [250, 333])
def test_heavy_tails(window, level):
    check_agreement(np.random.default_rng(3).standard_t(2, 1_500), window, 1, float(level))


@pytest.mark.parametrize("shape", ["falling", "rising", "equal", "two values", "waves", "alternating"])
def test_shapes_that_empty_or_flood_the_buffer(shape):
    time = np.arange(700.0)
    loss = {
        "falling": -time,
        "rising": time,
        "equal": np.full(700, 0.1),
        "two values": (np.random.default_rng(1).random(700) < 0.03).astype(float),
        "waves": np.sin(time / 20) + 1e-3 * np.cos(7 * time),
        "alternating": np.where(time % 2, 1e12, -1e-12),
    }[shape]
    for window, step in [(100, 1), (250, 7), (40, 40), (40, 55)]:
        check_agreement(loss, window, step, 0.95)


@settings(deadline=None, max_examples=200)
@given(n=st.integers(1, 5_000), level=st.floats(0.5, 1.0, exclude_min=True, exclude_max=True) | st.sampled_from(LEVELS))
def test_rank_is_the_core_types(n, level):
    level = float(level)
    losses = np.arange(n, dtype=float)
    assert losses[n - 1 - _rolling.tail_rank(n, level)] == LossDistribution(losses).var(level)


@pytest.mark.parametrize("level", LEVELS)
def test_rank_is_exact_at_whole_numbers_of_tail_days(level):
    for n in range(1, 20_001, 7 if level != "0.99" else 100):
        assert _rolling.tail_rank(n, float(level)) == int(n * (1 - Fraction(level)))


def test_nothing_drifts_over_100_000_steps_of_very_different_size():
    rng = np.random.default_rng(8)
    loss = rng.standard_t(3, 100_000) * np.where(np.arange(100_000) % 9_000 < 900, 1e8, 1e-4)
    var, es = run(loss, 500, 1, 0.975)
    for start in rng.integers(0, len(var), 150):
        expected = oracle.var_es(loss[start : start + 500], 0.975)
        assert var[start] == expected[0]
        assert es[start] == pytest.approx(expected[1], rel=1e-14, abs=0)


@pytest.mark.parametrize("level", ["0.75", "0.9", "0.95", "0.975", "0.99", "0.995"])
@pytest.mark.parametrize("window", [20, 101, 250, 333, 500])
def test_equals_pandas_where_the_conventions_meet(window, level):
    """The lower quantile is pandas' "lower" where the fractional part f of n * level is 0 or at least the level, else
    "higher": pandas counts from (n - 1) * level."""
    fraction = window * Fraction(level) % 1
    interpolation = "lower" if fraction == 0 or fraction >= Fraction(level) else "higher"
    loss = np.random.default_rng(5).standard_t(3, 1_200).round(2)  # rounded: many ties
    expected = pd.Series(loss).rolling(window).quantile(float(level), interpolation=interpolation)
    var, _ = run(loss, window, 1, float(level))
    np.testing.assert_array_equal(var, expected.to_numpy()[window - 1 : -1])


def test_equals_the_core_type_bit_for_bit():
    loss = np.random.default_rng(6).standard_t(3, 700)
    for level in map(float, LEVELS):
        var, es = run(loss, 200, 11, level)
        days = [LossDistribution(loss[start : start + 200]) for start in range(0, 500, 11)]
        assert var.tolist() == [day.var(level) for day in days]
        np.testing.assert_allclose(es, [day.es(level) for day in days], rtol=1e-13)


def test_empty_length_one_extremes_and_read_only():
    nothing = np.empty(0)
    _rolling.var_es(nothing, 5, 1, 0.99, np.empty(0), np.empty(0))
    _rolling.moments(nothing, 5, 1, np.empty(0), np.empty(0))
    loss = np.array([-1e308, 1e308, 5e-324, -0.0])
    loss.setflags(write=False)
    var, es = np.empty(4), np.empty(4)
    _rolling.var_es(loss, 1, 1, 0.99, var, es)
    assert var.tolist() == es.tolist() == loss.tolist()


def test_refuses_windows_that_do_not_fit():
    loss = np.zeros(10)
    for window, step, count, other in [(0, 1, 1, 1), (5, 0, 1, 1), (5, 1, 7, 7), (11, 1, 1, 1), (5, 1, 2, 3)]:
        with pytest.raises(ValueError, match="do not fit"):
            _rolling.var_es(loss, window, step, 0.99, np.empty(count), np.empty(other))
        with pytest.raises(ValueError, match="do not fit"):
            _rolling.moments(loss, window, step, np.empty(count), np.empty(other))
    with pytest.raises(ValueError, match="do not fit"):
        _rolling.moments(loss, 1, 1, np.empty(2), np.empty(2))  # one row has no deviation


@pytest.mark.parametrize("shift", [0.0, 1e3, 1e9])
def test_moments_against_exact_fractions(shift):
    loss = shift + np.random.default_rng(2).standard_t(3, 300)
    loss[100] += 1e7  # what leaves the window leaves no trace
    count = len(range(0, 300 - 37, 3))
    mean, deviation = np.empty(count), np.empty(count)
    _rolling.moments(loss, 37, 3, mean, deviation)
    for row, start in enumerate(range(0, 300 - 37, 3)):
        expected = oracle.moments(loss[start : start + 37])
        assert mean[row] == pytest.approx(expected[0], rel=1e-15, abs=1e-14)
        assert deviation[row] == pytest.approx(expected[1], rel=1e-14)


def test_a_tail_sum_beyond_all_doubles_is_not_passed_off_as_a_number():
    var, es = run(np.array([1e308] * 50 + [0.0]), 50, 1, 0.9)
    assert var.tolist() == [1e308]
    assert np.isnan(es).all()


def test_releases_the_gil_and_shares_nothing():
    loss = np.random.default_rng(1).standard_t(3, 20_000)
    alone = run(loss, 250, 1, 0.99)
    with ThreadPoolExecutor(4) as threads:
        for var, es in threads.map(lambda _: run(loss, 250, 1, 0.99), range(16)):
            np.testing.assert_array_equal(var, alone[0])
            np.testing.assert_array_equal(es, alone[1])


@pytest.mark.parametrize("level", [0.5, 1.0, -3.0, float("nan"), float("inf")])
def test_refuses_a_level_that_would_read_outside_the_window(level):
    with pytest.raises(ValueError, match="level"):
        run(np.zeros(10), 5, 1, level)
    with pytest.raises(ValueError, match="level"):
        _rolling.tail_rank(10, level)

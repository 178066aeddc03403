"""Normal variables between two ends, against 60 digits."""

import mpmath as mp
import numpy as np
import pytest
from scipy import special, stats

from riskkit.dependence.normal_between import normal_between

LOWS = (-50.0, -8.0, -1.0, -1e-3, 0.0, 0.5, 3.0, 20.0, 1e3)
WIDTHS = (1e-12, 1e-8, 9e-5, 1.1e-4, 1e-2, 1.0, 30.0, np.inf)


def exact(low, width):
    """Logarithm of the probability, mean, and 1 less the mean square."""
    with mp.workdps(60):
        a = mp.mpf(low)
        b = mp.inf if np.isinf(width) else a + mp.mpf(width)
        near, far = (a, b) if a >= 0 else (-b, -a)  # of the upper tail, where erfc is small
        share = mp.erfc(near / mp.sqrt(2)) / 2 - (0 if far == mp.inf else mp.erfc(far / mp.sqrt(2)) / 2)
        at_a, at_b = mp.npdf(a), 0 if b == mp.inf else mp.npdf(b)
        lack = ((0 if b == mp.inf else b * at_b) - a * at_a) / share
        return [float(mp.log(share)), float((at_a - at_b) / share), float(lack)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_share_and_moments_have_all_digits(width, side):
    lows = np.array(LOWS)
    a, b = (lows, lows + width) if side > 0 else (-lows - width, -lows)
    found = normal_between(a, b, width)
    for place, low in enumerate(LOWS):
        share, mean, lack = exact(low, width)
        assert found.log_share[place] == pytest.approx(share, rel=1e-12, abs=1e-10)
        assert found.mean[place] == pytest.approx(side * mean, rel=1e-9, abs=1e-8)
        assert found.lack[place] == pytest.approx(lack, rel=1e-9, abs=1e-8)


def test_no_ends_are_the_whole_line():
    found = normal_between(np.array([-np.inf]), np.array([np.inf]), np.inf)
    assert (found.log_share[0], found.mean[0], found.lack[0]) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(("low", "high"), [(-np.inf, np.inf), (-0.5, 2.0), (-9.0, -8.5), (7.0, np.inf), (-3.0, -2.9999)])
def test_draws_follow_the_law(low, high):
    n = 20_000
    draws = normal_between(np.full(n, low), np.full(n, high), high - low).draw(np.random.default_rng(1))
    assert ((draws >= low) & (draws <= high)).all()
    turn = -1.0 if low > 0 else 1.0  # from the lower tail, where probabilities have their digits
    ends = np.sort(special.ndtr(turn * np.array([low, high])))
    assert stats.kstest((special.ndtr(turn * draws) - ends[0]) / (ends[1] - ends[0]), "uniform").pvalue > 1e-3


def test_a_thin_slice_of_a_steep_density_is_drawn_from_that_density():
    n, low, width = 400_000, 1e4, 9e-9  # the density falls by 9e-5 over it
    share = (normal_between(np.full(n, low), np.full(n, low + width), width).draw(np.random.default_rng(1)) - low) / width
    assert share.mean() == pytest.approx(0.5 - 9e-5 / 12.0, abs=4.0 * np.sqrt(1.0 / 12.0 / n))

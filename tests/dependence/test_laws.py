"""What holds for the laws of every family: variables that are alike can change places, and workers do not change draws."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from riskkit import parallel
from riskkit.dependence import ArchimedeanLaw, EllipticalLaw, SkewStudentLaw
from riskkit.rng import child

NAMES = ["a", "b", "c", "d"]
ALIKE = pd.DataFrame(0.5 + 0.5 * np.eye(4), NAMES, NAMES)
LAWS = {
    "normal": EllipticalLaw(ALIKE),
    "student": EllipticalLaw(ALIKE, 3.0),
    "skewed": SkewStudentLaw(ALIKE, -1.0, 4.0),
    "clayton": ArchimedeanLaw("clayton", 1.5, NAMES),
    "survival clayton": ArchimedeanLaw("clayton", 1.5, NAMES, survival=True),
    "gumbel": ArchimedeanLaw("gumbel", 1.5, NAMES),
    "frank": ArchimedeanLaw("frank", 4.0, NAMES),
    "joe": ArchimedeanLaw("joe", 1.5, NAMES),
}
GIVEN = {"a": (0.0, 0.05), "b": (0.9, 1.0), "c": 0.3}


@pytest.mark.parametrize("name", LAWS)
def test_the_density_is_that_of_every_order(name):
    u = np.random.default_rng(1).uniform(0.001, 0.999, (100, 4))
    expected = LAWS[name].log_density(u)
    for order in ([3, 0, 2, 1], [1, 0, 3, 2], [2, 3, 1, 0]):
        np.testing.assert_allclose(LAWS[name].log_density(u[:, order]), expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("given", [None, {"a": (0.0, 0.05), "b": (0.0, 0.05)}])
def test_draws_of_variables_that_are_alike_are_alike(name, given):
    drawn = LAWS[name].sample(4_000, rng=1, given=given)
    for one, other in (("a", "b"), ("c", "d")):
        assert stats.ks_2samp(drawn[one], drawn[other]).pvalue > 1e-3
        above = (drawn[one] > drawn[other]).mean()
        assert abs(above - 0.5) < 3.5 * np.sqrt(0.25 / len(drawn))


@pytest.mark.parametrize("name", LAWS)
def test_the_place_of_a_condition_does_not_matter(name):
    """Conditions on b and d do to c and a what those on a and b do to c and d."""
    one = LAWS[name].sample(4_000, rng=1, given={"a": (0.0, 0.05), "b": 0.3})
    other = LAWS[name].sample(4_000, rng=2, given={"b": (0.0, 0.05), "d": 0.3})
    for first, second in (("a", "b"), ("c", "c"), ("d", "a")):
        assert stats.ks_2samp(one[first], other[second]).pvalue > 1e-3


def _drawn(name, given, key):
    return LAWS[name].sample(300, rng=child(7, key), given=given)


@pytest.mark.parametrize("given", [None, GIVEN])
def test_draws_do_not_depend_on_the_number_of_workers(given):
    for name in LAWS:
        alone = parallel.compute(partial(_drawn, name, given), range(3), workers=1)
        for frame, again in zip(alone, parallel.compute(partial(_drawn, name, given), range(3), workers=2), strict=True):
            pd.testing.assert_frame_equal(frame, again, check_exact=True)


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("given", [None, {"a": (0.0, 0.05)}, GIVEN])
def test_same_seed_same_draws(name, given):
    one, other = (LAWS[name].sample(300, rng=5, given=given) for _ in range(2))
    pd.testing.assert_frame_equal(one, other, check_exact=True)

"""Evenly spread points: they follow the copula's law, with and without a condition."""

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from riskkit.dependence import SkewStudentLaw, pair_points, pair_strength
from riskkit.dependence.points import FAMILIES
from riskkit.errors import DataError

N = 20_000
OWN = {"student": {"nu": 3.0}, "skewed": {"nu": 5.0, "skew": -1.5}}

# C(u, v) in closed form, theta at tau = 0.5.
CDF = {
    "clayton": lambda u, v: (u**-2.0 + v**-2.0 - 1.0) ** -0.5,
    "gumbel": lambda u, v: np.exp(-np.sqrt(np.log(u) ** 2 + np.log(v) ** 2)),
    "frank": lambda u, v: -np.log1p(np.expm1(-T * u) * np.expm1(-T * v) / np.expm1(-T)) / T,
    "normal": lambda u, v: stats.multivariate_normal(cov=[[1, R], [R, 1]]).cdf(special.ndtri([u, v])),
    "student": lambda u, v: stats.multivariate_t(shape=[[1, R], [R, 1]], df=3).cdf(stats.t.ppf([u, v], 3), random_state=1),
}
T, R = 5.736282707019, np.sqrt(0.5)


def uniforms(family, tau=0.5, n=N, **keywords):
    return special.ndtr(pair_points(family, pair_strength(family, tau), n, **OWN.get(family, {}), **keywords))


@pytest.mark.parametrize("family", FAMILIES)
def test_both_margins_are_uniform_and_tau_is_the_one_asked_for(family):
    u = uniforms(family)
    middles = (np.arange(N) + 0.5) / N
    for one in u:
        assert np.abs(np.sort(one) - middles).max() < 0.004  # random points: 0.0096 at a level of 5 %
    if family != "skewed":  # skewness moves tau
        assert stats.kendalltau(*u[:, :4_000]).statistic == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("family", CDF)
@pytest.mark.parametrize(("u", "v"), [(0.05, 0.05), (0.3, 0.6), (0.9, 0.95)])
def test_points_below_a_corner_are_as_many_as_the_cdf_says(family, u, v):
    found = uniforms(family)
    share = ((found[0] <= u) & (found[1] <= v)).mean()
    assert share == pytest.approx(float(CDF[family](u, v)), abs=0.0012)
    mirrored = f"survival {family}"
    if mirrored in FAMILIES:
        found = uniforms(mirrored)
        share = ((found[0] >= 1.0 - u) & (found[1] >= 1.0 - v)).mean()
        assert share == pytest.approx(float(CDF[family](u, v)), abs=0.0012)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_condition_selects_those_points_that_meet_it(family):
    below = 0.05
    given = uniforms(family, below=below)
    free = uniforms(family, n=20 * N)
    chosen = free[:, free[0] <= below]
    assert given[0].max() <= below * (1.0 + 1e-9)
    for q in (0.05, 0.3, 0.7):
        error = 4.0 * np.sqrt(0.25 / min(chosen.shape[1], given.shape[1]))
        assert (given[1] <= q).mean() == pytest.approx((chosen[1] <= q).mean(), abs=error)
    assert given.shape == (2, N)


def test_skewed_points_follow_the_law_that_is_fitted():
    names = ["BTC", "ETH"]
    law = SkewStudentLaw(pd.DataFrame([[1.0, R], [R, 1.0]], names, names), -1.5, 5.0)
    drawn, spread = law.sample(200_000, rng=1).to_numpy().T, uniforms("skewed", n=2 * N)
    for u, v in ((0.05, 0.05), (0.3, 0.6), (0.95, 0.9)):
        shares = [((one[0] <= u) & (one[1] <= v)).mean() for one in (drawn, spread)]
        assert shares[0] == pytest.approx(shares[1], abs=0.0025)


def test_tails_lie_where_a_family_has_them():
    def tails(family):
        u = uniforms(family)
        return ((u <= 0.02).all(axis=0).mean() / 0.02, (u >= 0.98).all(axis=0).mean() / 0.02)

    assert tails("clayton") == (pytest.approx(2.0**-0.5, abs=0.02), pytest.approx(0.06, abs=0.04))
    assert tails("gumbel")[1] == pytest.approx(2.0 - 2.0**0.5, abs=0.03)
    lower, upper = tails("skewed")
    assert lower > upper + 0.1
    assert tails("student")[0] == pytest.approx(tails("student")[1], abs=0.02)


@pytest.mark.parametrize("family", FAMILIES)
def test_strength_inverts_tau(family):
    strength = pair_strength(family, 0.3)
    expected = {"clayton": 6 / 7, "gumbel": 1 / 0.7, "frank": 2.917434, "normal": np.sin(0.15 * np.pi)}
    name = family.removeprefix("survival ")
    assert strength == pytest.approx(expected.get(name, expected["normal"]), rel=1e-6)


@pytest.mark.parametrize(
    ("arguments", "keywords", "message"),
    [
        (("joe", 2.0, 10), {}, "family is unknown"),
        (("normal", 1.0, 10), {}, "one variable only"),
        (("normal", -1.0, 10), {}, "strength is out of range"),
        (("clayton", 0.0, 10), {}, "strength is out of range"),
        (("gumbel", 0.9, 10), {}, "strength is out of range"),
        (("student", 0.5, 10), {"nu": 1.0}, "nu is out of range"),
        (("student", 0.5, 10), {}, "nu is out of range"),
        (("skewed", 0.5, 10), {"nu": 300.0, "skew": -1.0}, "nu is out of range"),
        (("skewed", 0.5, 10), {"nu": 4.0, "skew": -6.0}, "skew is out of range"),
        (("normal", 0.5, 0), {}, "whole number"),
        (("normal", 0.5, 10), {"below": 0.0}, "below is out of range"),
        (("normal", 0.5, 10), {"below": float("nan")}, "below is out of range"),
    ],
)
def test_bad_arguments_are_named(arguments, keywords, message):
    with pytest.raises(DataError, match=message):
        pair_points(*arguments, **keywords)


@pytest.mark.parametrize(("family", "tau"), [("frank", 0.0), ("clayton", -0.2), ("normal", 1.0), ("gumbel", float("inf"))])
def test_a_tau_that_no_parameter_has_is_refused(family, tau):
    with pytest.raises(DataError, match="tau is out of range"):
        pair_strength(family, tau)

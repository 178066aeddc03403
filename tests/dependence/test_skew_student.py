"""The law of the skew Student copula: density, symmetry, tails, draws under conditions."""

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from riskkit.dependence import SkewStudentLaw, pair
from riskkit.errors import DataError, FactorError, ModelError
from tests.oracles import skew_student as oracle

NAMES = ["a", "b", "c"]
CORRELATION = pd.DataFrame([[1, 0.5, 0.3], [0.5, 1, 0.2], [0.3, 0.2, 1]], NAMES, NAMES)


def law(skew=(-1.0, -0.5, 2.0), nu=4.3, names=NAMES):
    return SkewStudentLaw(CORRELATION.loc[names, names], pd.Series(skew, NAMES).loc[names].astype(float), nu)


def points(n=40, d=3, seed=1):
    return np.random.default_rng(seed).uniform(0.001, 0.999, (n, d))


@pytest.mark.parametrize(("skew", "nu"), [((-1.0, -0.5, 2.0), 4.3), ((-3.0, -3.0, -3.0), 1.0), ((0.2, 0.0, -8.0), 30.0)])
def test_density_against_the_plain_version(skew, nu):
    u = points(2)
    wanted = oracle.log_copula(u, CORRELATION.to_numpy(), np.array(skew), nu)
    np.testing.assert_allclose(law(skew, nu).log_density(u), wanted, atol=2e-8)


@pytest.mark.parametrize("nu", [1.0, 3.5, 60.0])
def test_no_skew_is_the_student_copula_and_a_little_is_near(nu):
    u = points()
    x = special.stdtrit(nu, u)
    wanted = stats.multivariate_t(np.zeros(3), CORRELATION.to_numpy(), df=nu).logpdf(x) - stats.t.logpdf(x, nu).sum(axis=1)
    np.testing.assert_allclose(law((0, 0, 0), nu).log_density(u), wanted, atol=1e-9)
    for skew in (1e-6, -1e-6):
        np.testing.assert_allclose(law((skew, skew, skew), nu).log_density(u), wanted, atol=2e-4)


def test_the_density_integrates_to_one():
    node, weight = np.polynomial.legendre.leggauss(40)
    z = np.concatenate([12 * node - 24, 12 * node, 12 * node + 24])  # logits of u
    weight = np.tile(12 * weight, 3) * special.expit(z) * special.expit(-z)
    u = np.array(np.meshgrid(special.expit(z), special.expit(z))).reshape(2, -1).T
    u = np.clip(u, 1e-90, 1 - 1e-16)
    density = np.exp(law((-2.0, -0.5, 0), 4.0, ["a", "b"]).log_density(u)).reshape(len(z), len(z))
    assert weight @ density @ weight == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose((density @ weight)[20:100:8], 1.0, atol=1e-3)  # the margins are uniform


def test_reflection_turns_the_skew_round():
    u = points()
    np.testing.assert_allclose(law().log_density(u), law((1.0, 0.5, -2.0)).log_density(1 - u), atol=1e-9)


def test_the_order_of_the_variables_does_not_matter():
    u, order = points(), [2, 0, 1]
    turned = law(names=[NAMES[place] for place in order])
    np.testing.assert_allclose(turned.log_density(u[:, order]), law().log_density(u), atol=1e-11)


def test_params_and_moved_return_the_same_law():
    one = law()
    assert one.params.index.tolist() == ["a b", "a c", "b c", "skew a", "skew b", "skew c", "nu"]
    again = one.moved(one.params.to_numpy())
    pd.testing.assert_frame_equal(again.correlation, one.correlation)
    pd.testing.assert_series_equal(again.params, one.params)
    common = SkewStudentLaw(CORRELATION, -0.7, 4.0)
    assert common.params.index.tolist() == ["a b", "a c", "b c", "skew", "nu"]
    assert common.moved(common.params.to_numpy()).skew == -0.7
    each = law((-0.7, -0.7, -0.7), 4.0)
    np.testing.assert_allclose(common.log_density(points()), each.log_density(points()), atol=1e-12)


@pytest.mark.parametrize(("rho", "nu", "tail"), [(-0.5, 2, 0.0577), (0.5, 4, 0.2532), (0.9, 10, 0.4627), (0, 4, 0.0756)])
def test_tails_without_skew_are_students(rho, nu, tail):
    correlation = pd.DataFrame([[1, rho], [rho, 1]], ["a", "b"], ["a", "b"])
    found = SkewStudentLaw(correlation, pd.Series([0.0, 0.0], ["a", "b"]), nu).tail_dependence()
    np.testing.assert_allclose(found.to_numpy(), tail, atol=6e-5)


def test_tails_are_the_limit_of_draws_and_lower_is_heavier_under_negative_skew():
    pair = law((-1.0, -0.5, 0), 2.0, ["a", "b"])
    found, n = pair.tail_dependence().loc[("a", "b")], 40_000
    lower = (pair.sample(n, rng=3, given={"a": (0.0, 1e-5)})["b"] < 1e-5).mean()
    upper = (pair.sample(n, rng=4, given={"a": (1 - 1e-5, 1.0)})["b"] > 1 - 1e-5).mean()
    for share, limit in ((lower, found["lower"]), (upper, found["upper"])):
        assert share == pytest.approx(limit, abs=4 * np.sqrt(0.25 / n) + 1e-3)
    assert found["lower"] > found["upper"] + 0.1


def test_draws_have_uniform_margins_and_the_laws_density():
    one, n = law(), 100_000
    drawn = one.sample(n, rng=1)
    for name in NAMES:
        assert stats.kstest(drawn[name], "uniform").pvalue > 1e-3
    # E 1 / c(U) over a set that stays off the corners is the volume of that set
    inside = drawn[((drawn > 0.2) & (drawn < 0.8)).all(axis=1)].to_numpy()
    shares = np.exp(-one.log_density(inside))
    error = np.sqrt(np.sum(shares**2)) / n
    assert shares.sum() / n == pytest.approx(0.6**3, abs=4 * error)


def test_same_seed_same_draws():
    pd.testing.assert_frame_equal(law().sample(9000, rng=5), law().sample(9000, rng=5))


def mean_close(one, other):
    error = np.sqrt(one.var() / len(one) + other.var() / len(other))
    assert (np.abs(one.mean() - other.mean()) < 4.5 * error + 1e-12).all()


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ({"a": (0.0, 0.05)}, {"a": (0.0, 0.05)}),
        ({"a": 0.1}, {"a": (0.095, 0.105)}),
        ({"a": 0.3, "b": 0.8}, {"a": (0.27, 0.33), "b": (0.77, 0.83)}),
        ({"a": (0.0, 0.1), "c": (0.5, 0.9)}, {"a": (0.0, 0.1), "c": (0.5, 0.9)}),
        ({"a": 0.1, "c": (0.5, 1.0)}, {"a": (0.09, 0.11), "c": (0.5, 1.0)}),
    ],
)
def test_conditions_against_brute_force(given, near):
    one = law()
    drawn, brute = one.sample(20_000, rng=2, given=given), one.sample(400_000, rng=1)
    for name, (low, high) in near.items():
        brute = brute[(brute[name] > low) & (brute[name] < high)]
    free = [name for name in NAMES if not isinstance(given.get(name), float)]
    mean_close(drawn[free], brute[free])
    mean_close(drawn[free] ** 2, brute[free] ** 2)
    for name, condition in given.items():
        low, high = condition if isinstance(condition, tuple) else (condition - 1e-12, condition + 1e-12)
        assert drawn[name].between(low, high).all()
    assert 0 < drawn.attrs["acceptance"] <= 1


@pytest.mark.parametrize("nu", [1.0, 4.0, 30.0])
def test_without_skew_the_law_in_a_rare_corner_is_students(nu):
    """Given that both are at most q, one has the distribution function C(u, q) / C(q, q)."""
    copula, q = pair("student", 0.5, nu), 1e-5
    drawn = law((0.0, 0.0, 0.0), nu, ["a", "b"]).sample(5_000, rng=1, given={"a": (0.0, q), "b": (0.0, q)})
    assert drawn.attrs["acceptance"] > 0.1
    for name in ("a", "b"):
        ranks = copula.cdf(np.minimum(drawn[name].to_numpy(), q), q) / copula.cdf(q, q)
        assert stats.kstest(ranks, "uniform").pvalue > 1e-3


def test_intervals_that_all_but_exclude_each_other_are_drawn():
    given = {"a": (0, 1e-4), "b": (1 - 1e-4, 1), "c": (0, 1e-4)}
    drawn = law((-1, -1, -1), 50.0).sample(1_000, rng=1, given=given)
    assert drawn.attrs["acceptance"] > 0.1
    for name, (low, high) in given.items():
        assert drawn[name].between(low, high).all()
        assert drawn[name].nunique() == 1_000


def test_brute_force_at_one_in_a_hundred():
    one, given = law(), {"a": (0.0, 0.1), "b": (0.0, 0.1), "c": (0.2, 0.6)}
    brute = one.sample(400_000, rng=1)
    for name, (low, high) in given.items():
        brute = brute[brute[name].between(low, high)]
    drawn = one.sample(20_000, rng=2, given=given)
    for power in (1, 2):
        first, second = drawn**power, brute**power
        error = np.sqrt(first.var() / len(first) + second.var() / len(second))
        assert (abs(first.mean() - second.mean()) < 3.0 * error).all()


def test_what_keeps_hardly_any_proposal_is_refused(monkeypatch):
    monkeypatch.setattr("riskkit.dependence.truncated.RAREST", 0.99)
    with pytest.raises(ModelError, match=r"too rare .* proposals kept"):
        law().sample(1_000_000, rng=1, given={"a": (0.4, 0.6), "b": (0.4, 0.6)})


def test_bad_arguments():
    names = ["a", "b"]
    with pytest.raises(DataError, match="skew has the wrong names"):
        SkewStudentLaw(CORRELATION, pd.Series([0.0, 0.0], names), 4.0)
    with pytest.raises(DataError, match="nu"):
        law(nu=0.5)
    with pytest.raises(DataError, match="skew"):
        law((np.nan, 0, 0))
    with pytest.raises(DataError, match="positive definite"):
        SkewStudentLaw(pd.DataFrame(1.0, names, names), pd.Series(0.0, names), 4.0)
    with pytest.raises(DataError, match="edge"):
        law().log_density(np.array([[0.0, 0.5, 0.5]]))
    with pytest.raises(FactorError):
        law().sample(1, rng=1, given={"z": 0.5})
    with pytest.raises(DataError, match="nothing to draw"):
        law().sample(1, rng=1, given={"a": 0.5, "b": 0.5, "c": 0.5})

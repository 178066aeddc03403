"""Archimedean copulas: density, distribution, samples without conditions, estimates."""

import pickle
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import archimedean as oracle
from scipy import stats

from riskkit import DataError, ModelError
from riskkit.dependence import ArchimedeanLaw, ClaytonCopula, FrankCopula, GumbelCopula, JoeCopula, kendall
from riskkit.dependence.families import FAMILIES

SPECS = {"clayton": ClaytonCopula, "gumbel": GumbelCopula, "frank": FrankCopula, "joe": JoeCopula}
THETAS = {"clayton": (1e-3, 0.5, 20.0), "gumbel": (1.001, 1.5, 20.0), "frank": (1e-3, 3.0, 60.0), "joe": (1.001, 1.5, 20.0)}
CASES = [(family, theta) for family, thetas in THETAS.items() for theta in thetas]


def law(family, theta, d=2, survival=False):
    return ArchimedeanLaw(family, theta, [f"coin {j}" for j in range(d)], survival)


@pytest.fixture(scope="module")
def published(reference):
    return pd.read_csv(reference / "copula_u2.csv", header=None, names=["first", "second"])


@pytest.mark.parametrize(("family", "theta"), CASES)
def test_density_is_the_textbooks_at_140_digits(family, theta):
    rng = np.random.default_rng(1)
    for d in (2, 10):
        points = np.vstack([rng.random((1, d)), np.full((1, d), 1e-4), np.full((1, d), 1 - 1e-4), rng.random((1, d)) ** 8])
        expected = [oracle.log_density(family, theta, point) for point in points]
        np.testing.assert_allclose(law(family, theta, d).log_density(points), expected, rtol=2e-13, atol=2e-13)


# the same sample of a t copula for all: theta and log-likelihood, from the project's reference figures
@pytest.mark.parametrize(
    ("family", "theta", "loglikelihood"),
    [
        ("clayton", 0.286043, 38.505103),
        ("gumbel", 1.153425, 39.311290),
        ("frank", 1.333806, 34.438691),
        ("joe", 1.179090, 28.478901),
    ],
)
def test_published_estimates(published, family, theta, loglikelihood):
    fit = SPECS[family]().fit(published)
    assert fit.params["theta"] == pytest.approx(theta, abs=2e-6)
    assert fit.loglikelihood == pytest.approx(loglikelihood, abs=1e-6)
    assert fit.status == "ok"
    assert fit.gradient_norm < 1e-7


@pytest.mark.parametrize("family", SPECS)
def test_estimate_is_the_highest_point(published, family):
    fit = SPECS[family]().fit(published)
    for theta in fit.params["theta"] + np.array([-1e-5, 1e-5]):
        assert law(family, theta).log_density(published.to_numpy()).sum() < fit.loglikelihood


@pytest.mark.parametrize("family", SPECS)
def test_density_adds_up_to_one(family):
    nodes, weights = np.polynomial.legendre.leggauss(60)
    x = 0.5 * (1 + nodes)
    u, slope = x**3 * (10 - 15 * x + 6 * x * x), 30 * x**2 * (1 - x) ** 2  # crowds the nodes in the corners
    grid = np.stack(np.meshgrid(u, u), axis=-1).reshape(-1, 2)
    areas = np.outer(0.5 * weights * slope, 0.5 * weights * slope).ravel()
    theta = FAMILIES[family].of_tau(0.3).theta
    assert areas @ np.exp(law(family, theta).log_density(grid)) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_tau_and_theta_are_inverse(family):
    for tau in (1e-6, 0.01, 0.3, 0.5, 0.9):
        assert FAMILIES[family].of_tau(tau).tau() == pytest.approx(tau, rel=1e-9)


# Nelsen, An Introduction to Copulas: Clayton 1 / 2 at 2, Gumbel 1 / 2 at 2, Frank by Debye's function, Joe 1 - pi**2 / 6 + 1
@pytest.mark.parametrize(
    ("family", "theta", "tau"),
    [
        ("clayton", 2.0, 0.5),
        ("gumbel", 2.0, 0.5),
        ("frank", 5.736282707019, 0.5),
        ("joe", 2.0, 2 - np.pi**2 / 6),
        ("joe", 2.00001, 0.35506964),
    ],
)
def test_tau_has_its_known_values(family, theta, tau):
    assert FAMILIES[family](theta).tau() == pytest.approx(tau, abs=1e-5 if theta == 2.00001 else 1e-11)


@pytest.mark.parametrize("family", SPECS)
def test_tau_inverts_kendalls(published, family):
    fit = SPECS[family]().fit(published, method="tau")
    assert FAMILIES[family](fit.params["theta"]).tau() == pytest.approx(kendall(published).iloc[0, 1], abs=1e-12)
    assert np.isnan(fit.gradient_norm)


@pytest.mark.parametrize(("family", "theta"), CASES)
@pytest.mark.parametrize("survival", [False, True])
def test_samples_follow_the_distribution(family, theta, survival):
    copula = law(family, theta, 3, survival)
    sample = copula.sample(20_000, rng=2).to_numpy()
    points = np.array([[0.3, 0.6, 0.5], [0.05, 0.05, 0.1], [0.95, 0.9, 0.92], [0.2, 1.0, 0.3]])
    expected = copula.cdf(points)
    seen = (sample[:, None, :] <= points).all(axis=2).mean(axis=0)
    assert (np.abs(seen - expected) <= 4 * np.sqrt(expected * (1 - expected) / len(sample))).all()
    assert all(stats.kstest(column, "uniform").pvalue > 1e-4 for column in sample.T)


@pytest.mark.parametrize("theta", [-60.0, -3.0, -0.01])
def test_franks_pairs_may_be_opposed(theta):
    copula = law("frank", theta)
    mirror = law("frank", -theta)
    points = np.random.default_rng(1).random((200, 2))
    turned = points * [1, -1] + [0, 1]
    np.testing.assert_allclose(copula.log_density(points), mirror.log_density(turned), atol=1e-12)
    np.testing.assert_allclose(copula.cdf(points), points[:, 0] - mirror.cdf(turned), atol=1e-14)
    sample = copula.sample(2_000, rng=1)
    assert FrankCopula().fit(sample).params["theta"] == pytest.approx(theta, rel=0.1, abs=0.4)
    assert FrankCopula().fit(sample, method="tau").params["theta"] == pytest.approx(theta, rel=0.1, abs=0.4)


@pytest.mark.parametrize(("family", "theta"), CASES)
def test_survival_is_the_copula_of_one_minus_u(family, theta):
    plain, survival = law(family, theta, 3), law(family, theta, 3, survival=True)
    points = np.random.default_rng(1).random((50, 3))
    np.testing.assert_allclose(survival.log_density(1 - points), plain.log_density(points), atol=1e-9)
    assert survival.tail_dependence()["lower"].tolist() == plain.tail_dependence()["upper"].tolist()


@pytest.mark.parametrize("spec", [ClaytonCopula, GumbelCopula, JoeCopula])
def test_survival_fit_is_the_fit_of_one_minus_u(spec):
    sample = law(spec.family, 2.0, 3, survival=True).sample(200, rng=1)
    survival, plain = spec(survival=True).fit(sample), spec().fit(1 - sample)
    assert survival.params["theta"] == pytest.approx(plain.params["theta"])
    assert survival.loglikelihood == pytest.approx(plain.loglikelihood)


@pytest.mark.parametrize(("family", "theta"), [("clayton", 0.0), ("gumbel", 1.0), ("frank", 0.0), ("joe", 1.0)])
def test_independence_is_the_limit(family, theta):
    copula = law(family, theta, 4)
    points = np.random.default_rng(1).random((20, 4))
    np.testing.assert_allclose(copula.log_density(points), 0.0, atol=1e-12)
    np.testing.assert_allclose(copula.cdf(points), points.prod(axis=1), rtol=1e-13)
    near = law(family, theta + 1e-7, 4)
    np.testing.assert_allclose(near.log_density(points), 0.0, atol=1e-4)
    assert abs(kendall(copula.sample(1_000, rng=1))).where(~np.eye(4, dtype=bool)).max().max() < 0.08


@pytest.mark.parametrize("family", SPECS)
@pytest.mark.parametrize("method", ["ml", "tau"])
def test_no_dependence_of_its_kind_ends_at_the_bound(family, method):
    opposed = np.random.default_rng(1).normal(size=(300, 3)) @ np.array([[1, -0.5, -0.5], [-0.5, 1, -0.5], [-0.5, -0.5, 1]])
    u = pd.DataFrame(stats.rankdata(opposed + 1e-9, axis=0) / 301, columns=["a", "b", "c"])
    fit = SPECS[family]().fit(u, method=method)
    assert fit.status == "at a bound"
    assert fit.params["theta"] == FAMILIES[family].independence
    assert fit.loglikelihood == pytest.approx(0.0, abs=1e-10)


@pytest.mark.parametrize("family", SPECS)
def test_dependence_beyond_doubles_ends_at_the_bound(family):
    x = np.arange(1, 101) / 101
    nearly = x.copy()
    nearly[[49, 50]] = nearly[[50, 49]]
    fit = SPECS[family]().fit(pd.DataFrame({"a": x, "b": nearly}), method="tau")
    assert fit.status == "at a bound"
    assert fit.params["theta"] == 100.0


@pytest.mark.parametrize("family", SPECS)
def test_recovers_theta_within_monte_carlo_error(family):
    truth = FAMILIES[family].of_tau(0.4).theta
    copula, spec = law(family, truth, 3), SPECS[family]()
    estimates = np.array([spec.fit(copula.sample(80, rng=seed)).params["theta"] for seed in range(200)])
    error = estimates.std() / np.sqrt(200)
    bias = 2.0 * estimates.var() / truth  # of the order 1 / n, as the maximum of a skewed likelihood has
    assert abs(estimates.mean() - truth) < 4.0 * error + bias


@pytest.mark.parametrize("family", SPECS)
def test_columns_may_change_places(family):
    theta = FAMILIES[family].of_tau(0.4).theta
    sample = law(family, theta, 4).sample(300, rng=1)
    turned = sample.iloc[:, [2, 0, 3, 1]]
    one, other = SPECS[family]().fit(sample), SPECS[family]().fit(turned)
    assert one.params["theta"] == pytest.approx(other.params["theta"], rel=1e-9)
    assert one.loglikelihood == pytest.approx(other.loglikelihood, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(FAMILIES)), st.floats(0.001, 0.95), st.integers(2, 6), st.integers(0, 1000))
def test_cdf_is_a_distribution(family, tau, d, seed):
    theta = FAMILIES[family].of_tau(tau).theta
    copula = law(family, theta, d)
    point = np.random.default_rng(seed).random((1, d))
    higher = np.sort(np.vstack([point, np.random.default_rng(seed + 1).random((3, d))]), axis=0)
    heights = copula.cdf(higher)
    assert all(low <= high for low, high in pairwise(heights))
    assert (copula.cdf(point) <= point.min() + 1e-14).all()
    assert (copula.cdf(point) >= point.prod() - 1e-14).all()  # positive dependence
    alone = np.ones((1, d))
    alone[0, 0] = point[0, 0]
    assert copula.cdf(alone)[0] == pytest.approx(point[0, 0], rel=1e-12)
    assert copula.cdf(alone * 0.0)[0] == 0.0


def test_same_seed_same_bits_and_results_travel():
    fit = GumbelCopula().fit(law("gumbel", 2.0, 3).sample(200, rng=1))
    pd.testing.assert_frame_equal(fit.sample(50, rng=7), fit.sample(50, rng=7), check_exact=True)
    back = pickle.loads(pickle.dumps(fit))
    pd.testing.assert_frame_equal(back.sample(50, rng=7), fit.sample(50, rng=7), check_exact=True)
    assert fit.tail_dependence().index.names == ["first", "second"]
    assert fit.law.moved(np.array([3.0])).params["theta"] == 3.0


@pytest.mark.parametrize(
    ("family", "theta", "error", "message"),
    [
        ("clayton", -0.1, ModelError, "outside the domain"),
        ("gumbel", 0.9, ModelError, "outside the domain"),
        ("joe", 101.0, ModelError, "outside the domain"),
        ("frank", -1.0, ModelError, "frank copula of 3 variables"),
        ("clayton", float("nan"), DataError, "theta"),
        ("amh", 0.5, DataError, "family is unknown"),
    ],
)
def test_what_is_no_copula_is_refused(family, theta, error, message):
    with pytest.raises(error, match=message):
        law(family, theta, 3)


def test_bad_input_is_named(published):
    with pytest.raises(DataError, match="method is unknown"):
        ClaytonCopula().fit(published, method="mle")
    with pytest.raises(DataError, match="not observations of a copula"):
        ClaytonCopula().fit(published * 2)
    with pytest.raises(DataError, match="survival is not a switch"):
        ClaytonCopula(survival=1).fit(published)
    with pytest.raises(DataError, match="names are"):
        ArchimedeanLaw("clayton", 1.0, ["BTC"])
    with pytest.raises(DataError, match="n is not"):
        law("clayton", 1.0).sample(-1, rng=1)


@pytest.mark.parametrize("family", SPECS)
def test_the_strongest_dependence_stays_finite(family):
    copula = law(family, 100.0, 5)
    u = np.array([[1e-300, 0.5, 1 - 1e-16, 0.2, 0.7], [1e-10] * 5, [1 - 1e-16] * 5, [0.5] * 5])
    assert np.isfinite(copula.log_density(u)).all()
    sample = copula.sample(2_000, rng=1).to_numpy()
    assert sample.min() > 0.0
    assert sample.max() < 1.0
    assert kendall(pd.DataFrame(sample[:, :2])).iloc[0, 1] == pytest.approx(FAMILIES[family](100.0).tau(), abs=0.005)

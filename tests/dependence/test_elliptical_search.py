"""The likelihood's slopes against differences, the information against curvature, searches from afar."""

import numpy as np
import pandas as pd
import pytest

from riskkit.core import FitStatus
from riskkit.dependence import EllipticalLaw, GaussianCopula, StudentCopula, pseudo_observations
from riskkit.dependence.elliptical_fit import GRID, _risen
from riskkit.dependence.elliptical_likelihood import Likelihood
from riskkit.dependence.elliptical_search import Search

NAMES = ["BTC", "ETH", "SOL"]
MATRIX = np.array([[1.0, 0.7, 0.4], [0.7, 1.0, -0.2], [0.4, -0.2, 1.0]])
ROOT = np.linalg.cholesky(MATRIX)


def law(nu):
    return EllipticalLaw(pd.DataFrame(MATRIX, NAMES, NAMES), nu)


@pytest.fixture(scope="module")
def likelihood():
    return Likelihood(pseudo_observations(law(4.0).sample(600, rng=1)).to_numpy())


@pytest.mark.parametrize("eta", [0.0, 1e-5, 0.01, 0.25, 1.0, 2.0])
def test_slopes_are_those_of_differences(likelihood, eta):
    slope = likelihood.rise(eta, ROOT)[1]
    for i, j in ((1, 0), (2, 0), (2, 1)):
        step = np.zeros((3, 3))
        step[i, j] = step[j, i] = 1e-5
        above, below = (likelihood.value(eta, np.linalg.cholesky(MATRIX + sign * step)) for sign in (1.0, -1.0))
        assert 2.0 * slope[i, j] == pytest.approx((above - below) / 2e-5, rel=1e-6, abs=1e-3)
    if 0.0 < eta < 1e-3:
        return
    ends = (0.0, 1e-3) if eta == 0.0 else (eta - 1e-3, eta + 1e-3)
    middle = np.mean([likelihood.by_eta(end, ROOT) for end in ends])
    rise = (likelihood.value(ends[1], ROOT) - likelihood.value(ends[0], ROOT)) / (ends[1] - ends[0])
    assert middle == pytest.approx(rise, rel=2e-3)


def test_value_is_the_sum_of_the_log_densities():
    u = pseudo_observations(law(4.0).sample(300, rng=2)).to_numpy()
    for nu in (0.5, 3.0, 40.0, np.inf):
        eta = 0.0 if np.isinf(nu) else 1.0 / nu
        assert Likelihood(u).value(eta, ROOT) == pytest.approx(law(nu).log_density(u).sum(), abs=1e-8)


@pytest.mark.parametrize("eta", [0.0, 0.25])
def test_coordinates_are_standard_errors(eta):
    """At the law that drew the sample the curvature by every coordinate is one, and there is none across."""
    one = law(1.0 / eta if eta else np.inf)
    search = Search(Likelihood(one.sample(20_000, rng=3).to_numpy()), ROOT, eta, 0.0, GRID[-1])
    at, step = np.zeros(4), 1e-3
    curvature = [
        (search._rise(at - shift)[1] - search._rise(at + shift)[1])[:3] / (2 * step) for shift in step * np.eye(4)[:3]
    ]
    np.testing.assert_allclose(curvature, np.eye(3), atol=0.05)


def test_a_start_from_afar_ends_at_the_same_maximum(likelihood):
    good = _risen(likelihood, ROOT, 0.2, 0.02)
    flat = np.linalg.cholesky(np.array([[1.0, -0.9, 0.5], [-0.9, 1.0, -0.1], [0.5, -0.1, 1.0]]))
    far = _risen(likelihood, flat, 1.5, 0.02)
    assert good.reached
    assert far.value == pytest.approx(good.value, abs=1e-7)
    np.testing.assert_allclose(far.correlation, good.correlation, atol=1e-5)


@pytest.mark.parametrize("seed", [17, 20, 39, 87, 131])
def test_nearly_singular_samples_have_a_maximum_too(seed):
    random = np.random.default_rng(seed)
    d, noise = 5, 0.02
    x = random.normal(size=(60, d - 1)) @ random.normal(size=(d - 1, d)) + noise * random.normal(size=(60, d))
    u = pseudo_observations(pd.DataFrame(x).rename(columns=str))
    for spec in (GaussianCopula(), StudentCopula()):
        fit = spec.fit(u)
        assert fit.status in (FitStatus.OK, FitStatus.BOUND)
        assert fit.gradient_norm < 1e-3


def test_a_start_at_a_bound_can_leave_it(likelihood):
    for eta in (GRID[0], GRID[-1]):
        found = _risen(likelihood, ROOT, eta, 0.02)
        assert 0.15 < found.eta < 0.4
        assert found.reached

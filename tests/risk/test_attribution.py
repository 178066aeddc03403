"""Who owns the risk: shares that add up, known shares of normal losses, and errors that are true."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from riskkit import DataError, LossDistribution, ModelError
from riskkit.core import law
from riskkit.risk import attribution, diversification_ratio

COVARIANCE = np.array([[4.0, 1.0, -0.5], [1.0, 2.0, 0.3], [-0.5, 0.3, 1.0]])
BETAS = COVARIANCE.sum(axis=1) / np.sqrt(COVARIANCE.sum())  # Euler's shares of the standard deviation


def normals(n, seed=1):
    draws = np.random.default_rng(seed).multivariate_normal(np.zeros(3), COVARIANCE, n)
    return LossDistribution(draws, names=("a", "b", "c"))


@settings(deadline=None, max_examples=40)
@given(
    rows=st.lists(st.tuples(*[st.floats(-1e3, 1e3)] * 3, st.integers(1, 20)), min_size=4, max_size=60),
    level=st.sampled_from([0.6, 0.75, 0.9, 0.975]),
)
def test_shares_of_es_add_up_and_none_exceeds_its_own(rows, level):
    table = np.array(rows)
    losses = LossDistribution(table[:, :3], names=("a", "b", "c"), weights=table[:, 3])
    shares = attribution(losses, level)
    assert shares["component"].sum() == pytest.approx(losses.es(level), rel=1e-12, abs=1e-9)
    assert (shares["component"] <= shares["stand_alone"] + 1e-9).all()  # coherence: no share above the risk alone
    pd.testing.assert_series_equal(shares["component"], losses.contributions(level), check_names=False)


@pytest.mark.parametrize("measure", ["es", "var"])
def test_normal_losses_have_known_shares(measure):
    factor = law.tail_factors(0.99)[("var", "es").index(measure)]
    shares = attribution(normals(400_000), 0.99, measure)
    assert (np.abs(shares["component"] - factor * BETAS) < 4 * shares["standard_error"]).all()
    alone = factor * np.sqrt(np.diag(COVARIANCE))
    np.testing.assert_allclose(shares["stand_alone"], alone, rtol=0.02)
    without = [factor * np.sqrt(np.delete(np.delete(COVARIANCE, k, 0), k, 1).sum()) for k in range(3)]
    np.testing.assert_allclose(shares["incremental"], factor * np.sqrt(COVARIANCE.sum()) - without, atol=0.06)


@pytest.mark.parametrize("measure", ["es", "var"])
def test_shares_of_var_add_up_to_var(measure):
    losses = normals(2_000)
    total = losses.es(0.95) if measure == "es" else losses.var(0.95)
    assert attribution(losses, 0.95, measure)["component"].sum() == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("measure", ["es", "var"])
def test_standard_errors_are_those_of_repeated_samples(measure):
    tables = [attribution(normals(2_000, seed), 0.95, measure) for seed in range(200)]
    spread = np.std([table["component"] for table in tables], axis=0, ddof=1)
    told = np.mean([table["standard_error"] for table in tables], axis=0)
    # 200 samples know a deviation to 5 %; the estimates themselves are good to as much
    np.testing.assert_allclose(told, spread, rtol=0.2)


def test_equal_losses_share_their_ranks():
    table = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 3.0], [0.0, 0.0]])
    shares = attribution(LossDistribution(np.repeat(table, 5, axis=0), names=("a", "b")), 0.6, "var", window=0.14)
    assert shares["component"].tolist() == pytest.approx([0.5, 0.5])


def test_a_law_has_shares_without_errors():
    losses = LossDistribution([[0.0, 0.0], [1.0, 2.0]], names=("a", "b"), weights=[0.9, 0.1], sampled=False)
    shares = attribution(losses, 0.95)
    assert shares["component"].tolist() == [1.0, 2.0]
    assert shares["standard_error"].isna().all()


def test_diversification():
    losses = normals(100_000)
    expected = np.sqrt(np.diag(COVARIANCE)).sum() / np.sqrt(COVARIANCE.sum())
    assert diversification_ratio(losses, 0.975) == pytest.approx(expected, rel=0.02)
    same = LossDistribution(np.outer(np.arange(10.0), [1, 2]), names=("a", "b"))
    assert diversification_ratio(same, 0.75, "var") == pytest.approx(1.0)


def test_hulls_two_assets():
    """10 and 5 million, 2 % and 1 % a day, correlation 0.3, ten days, z = 2.33: parametric VaR and its benefit."""
    sigma = np.sqrt(10) * np.array([200_000.0, 50_000.0])
    covariance = np.outer(sigma, sigma) * [[1, 0.3], [0.3, 1]]
    level = float(special.ndtr(2.33))
    alone = [law.normal(0.0, s).var(level) for s in sigma]
    total = law.normal(0.0, np.sqrt(covariance.sum())).var(level)
    exact = 2.33 * np.array([*sigma, np.sqrt(covariance.sum())])
    np.testing.assert_allclose([*alone, total], exact, rtol=2e-4)
    assert exact.round().tolist() == [1_473_621, 368_405, 1_622_657]
    assert round(exact[0] + exact[1] - exact[2]) == 219_370


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"level": 0.05}, DataError, "confidence level"),
        ({"measure": "std"}, DataError, "measure is unknown"),
        ({"measure": "es", "window": 0.01}, DataError, "ES has no window"),
        ({"measure": "var", "window": 0.2}, DataError, "window is out of range"),
        ({"measure": "var", "window": 0.0}, DataError, "window is out of range"),
    ],
)
def test_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        attribution(normals(100), **({"level": 0.95} | arguments))


def test_refuses_a_total_without_risk():
    with pytest.raises(ModelError, match="no risk to compare"):
        diversification_ratio(LossDistribution(np.zeros((4, 2))), 0.75)

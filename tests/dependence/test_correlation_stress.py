"""Correlations moved towards a crisis."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from riskkit import DataError
from riskkit.core import FitStatus
from riskkit.dependence import correlation_matrix, pearson, stressed_correlation
from riskkit.errors import FactorError

NAMES = ["BTC", "ETH", "SOL", "USDT"]


def frame(values, names=NAMES):
    return pd.DataFrame(values, index=names, columns=names)


CALM = frame([[1.0, 0.7, 0.5, -0.2], [0.7, 1.0, 0.6, 0.0], [0.5, 0.6, 1.0, 0.1], [-0.2, 0.0, 0.1, 1.0]])


@pytest.mark.parametrize("quantile", [stats.norm.ppf(0.99), stats.t.ppf(0.99, 4)])
def test_at_correlation_one_var_is_the_sum_of_the_stand_alone_vars(quantile):
    """Elliptical returns, positions of one sign: no diversification is left, exactly."""
    exposure = np.array([3e6, 1e6, 5e5, 2e5]) * np.array([0.03, 0.04, 0.06, 0.001])  # money times volatility
    stand_alone = quantile * exposure
    for weight, matrix in ((1.0, CALM), (0.0, frame(np.ones((4, 4))))):
        stressed = stressed_correlation(matrix, towards=1.0, weight=weight).matrix.to_numpy()
        assert quantile * np.sqrt(exposure @ stressed @ exposure) == pytest.approx(stand_alone.sum(), rel=1e-14)
    var = [
        quantile * np.sqrt(exposure @ stressed_correlation(CALM, weight=weight).matrix.to_numpy() @ exposure)
        for weight in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert np.all(np.diff(var) > 0)
    assert var[-1] == pytest.approx(stand_alone.sum(), rel=1e-14)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6), weight=st.floats(0, 1), towards=st.floats(-1 / 3, 1))
def test_a_mixture_of_correlation_matrices_needs_no_repair(seed, weight, towards):
    data = pd.DataFrame(np.random.default_rng(seed).normal(size=(6, 4)), columns=NAMES)
    before = pearson(data)
    stressed = stressed_correlation(before, towards=towards, weight=weight)
    assert (stressed.distance, stressed.status) == (0.0, FitStatus.OK)
    expected = (1 - weight) * before + weight * (towards + (1 - towards) * np.eye(4))
    np.testing.assert_allclose(stressed.matrix, expected, atol=1e-15)
    correlation_matrix("stressed", stressed.matrix)


def test_towards_the_matrix_of_a_crisis():
    crisis = frame(np.full((4, 4), 0.9) + 0.1 * np.eye(4))
    stressed = stressed_correlation(CALM, towards=crisis, weight=0.25).matrix
    np.testing.assert_allclose(stressed, 0.75 * CALM + 0.25 * crisis, atol=1e-15)
    pd.testing.assert_frame_equal(stressed_correlation(CALM, towards=crisis, weight=1.0).matrix, crisis)


def test_only_the_block_moves():
    stressed = stressed_correlation(CALM, towards=0.9, weight=0.5, names=["SOL", "BTC"])
    assert stressed.distance == 0.0
    assert stressed.matrix.loc["BTC", "SOL"] == pytest.approx(0.7)
    rest = stressed.matrix.copy()
    rest.loc["BTC", "SOL"] = rest.loc["SOL", "BTC"] = 0.5
    pd.testing.assert_frame_equal(rest, CALM)


def test_a_block_that_pulls_the_rest_along_says_how_far():
    stressed = stressed_correlation(CALM, towards=-1.0, weight=0.9, names=["BTC", "ETH"])
    asked = CALM.copy()
    asked.loc["BTC", "ETH"] = asked.loc["ETH", "BTC"] = 0.1 * 0.7 - 0.9
    assert np.linalg.eigvalsh(asked)[0] < 0.0
    assert stressed.status == FitStatus.OK
    assert stressed.distance == pytest.approx(np.linalg.norm(stressed.matrix - asked))
    assert stressed.distance > 0.1
    correlation_matrix("stressed", stressed.matrix)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"weight": 1.1}, DataError, "weight"),
        ({"weight": -0.1}, DataError, "weight"),
        ({"weight": 0.5, "towards": 1.5}, DataError, "towards"),
        ({"weight": 0.5, "towards": CALM.iloc[::-1, ::-1]}, DataError, "towards has other names"),
        ({"weight": 0.5, "towards": frame(np.full((4, 4), -0.9) + 1.9 * np.eye(4))}, DataError, "least eigenvalue"),
        ({"weight": 0.5, "names": ["BTC"]}, DataError, "no pair"),
        ({"weight": 0.5, "names": ["BTC", "DOGE"]}, FactorError, "'DOGE'"),
    ],
)
def test_unusable_stresses_are_named(options, error, message):
    with pytest.raises(error, match=message):
        stressed_correlation(CALM, **options)

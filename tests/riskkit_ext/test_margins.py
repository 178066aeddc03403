"""The margins kernel against its slow twin; what it refuses; threads."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import margins as oracle

from riskkit.core.innovation import Innovation
from riskkit.tails import Empirical, QuantileTable
from riskkit_ext import _margins

LAWS = [Innovation("normal"), Innovation("t", 3.5), Innovation("skewt", 5.0, -0.3)]


def losses(x, tables, weights, simple):
    result = np.full(len(x), np.nan)
    _margins.losses(x, [table.margin for table in tables], weights, simple, result)
    return result


@settings(deadline=None, max_examples=60)
@given(
    rows=st.integers(0, 600),
    count=st.integers(1, 3),
    degrees=st.sampled_from([None, 2.5, np.inf]),
    simple=st.booleans(),
    seed=st.integers(0, 99),
)
def test_losses_of_any_portfolio(rows, count, degrees, simple, seed):
    random = np.random.default_rng(seed)
    x = random.uniform(size=(rows, count)) if degrees is None else random.standard_normal((rows, count))
    weights = random.normal(size=count)
    tables = [QuantileTable(law, degrees, 0.001, 0.05) for law in LAWS[:count]]
    found = losses(x, tables, weights, simple)
    few = random.choice(rows, min(rows, 20), replace=False)
    np.testing.assert_allclose(found[few], oracle.loss(x[few], tables, weights, simple), rtol=1e-12, atol=1e-14)


@settings(deadline=None, max_examples=40)
@given(rows=st.integers(0, 600), count=st.integers(1, 3), simple=st.booleans(), seed=st.integers(0, 99))
def test_elliptical_scores_are_made_on_the_way(rows, count, simple, seed):
    random = np.random.default_rng(seed)
    z, radius, weights = random.normal(size=(rows, count)), random.uniform(0.5, 3.0, rows), random.normal(size=count)
    root = np.linalg.cholesky(0.4 * np.eye(count) + 0.6)
    tables = [QuantileTable(law, 4.0, 0.001, 0.05) for law in LAWS[:count]]
    found = np.full(rows, np.nan)
    _margins.elliptical_losses(z, root, radius, [table.margin for table in tables], weights, simple, found)
    scores = np.ascontiguousarray(radius[:, np.newaxis] * (z @ root.T))
    np.testing.assert_allclose(found, losses(scores, tables, weights, simple), rtol=1e-9, atol=1e-11)


def test_exponentials_to_rounding_and_to_the_end():
    law = Empirical().fit(pd.Series([-800.0, -1.0, 0.0, 1e-9, 0.3, 2.0, 690.0, 800.0]))
    table = QuantileTable(law)
    u = np.linspace(0.0, 1.0, 5_001)
    returns = np.clip(table(u), -700.0, 700.0)
    found = losses(u[:, np.newaxis], [table], np.array([-1.0]), True)
    np.testing.assert_allclose(found + 1.0, np.exp(returns), rtol=1e-13, atol=3e-16)


def test_exact_quantiles_of_a_portfolio():
    x = np.random.default_rng(1).standard_t(4.3, (20_000, 3))
    weights = np.array([0.5, 0.3, 0.2])
    tables = [QuantileTable(law, 4.3, 0.0, 0.03) for law in LAWS]
    lower, upper = oracle.score_probabilities(x, 4.3)
    exact = 0.03 * np.column_stack([oracle.quantiles(law, lower[:, j], upper[:, j]) for j, law in enumerate(LAWS)])
    np.testing.assert_allclose(losses(x, tables, weights, False), -exact @ weights, atol=1e-8)
    np.testing.assert_allclose(losses(x, tables, weights, True), -np.expm1(exact) @ weights, atol=1e-8)


def test_missing_draws_stay_missing():
    x = np.array([[0.3, np.nan], [0.3, 0.4]])
    found = losses(x, [QuantileTable(law) for law in LAWS[:2]], np.ones(2), True)
    assert np.isnan(found).tolist() == [True, False]


def test_what_does_not_fit_is_refused():
    margin = QuantileTable(LAWS[0]).margin
    with pytest.raises(ValueError, match="a root of 1 x 1"):
        _margins.elliptical_losses(
            np.ones((3, 2)), np.ones((1, 1)), np.ones(3), [margin] * 2, np.ones(2), False, np.empty(3)
        )
    with pytest.raises(ValueError, match="draws are"):
        _margins.losses(np.ones((3, 2)), [margin], np.ones(2), False, np.empty(3))
    with pytest.raises(ValueError, match="draws are"):
        _margins.losses(np.ones((3, 1)), [margin], np.ones(1), False, np.empty(2))
    with pytest.raises(TypeError):
        _margins.losses(np.ones((3, 1)), ["margin"], np.ones(1), False, np.empty(3))
    with pytest.raises(ValueError, match="results for"):
        margin.quantiles(np.ones(3), np.empty(2))
    cells, bits, first, edges, low, high, uniform, body, p, x, guide = margin.__reduce__()[1]
    with pytest.raises(ValueError, match="does not reach"):
        _margins.Margin(cells, bits, first, edges, low, 2.0, uniform, body, p, x, guide)
    with pytest.raises(ValueError, match="make no table"):
        _margins.Margin(cells, bits, first, np.zeros(1), low, high, uniform, body, p, x, guide)
    with pytest.raises(ValueError, match="make no body"):
        _margins.Margin(cells, bits, first, edges, low, high, uniform, 0, p, x, guide)
    with pytest.raises(ValueError, match="guide leaves"):
        _margins.Margin(cells, bits, first, edges, low, high, uniform, 0, np.array([0.1, 0.9]), np.ones(2), np.array([0, 5]))

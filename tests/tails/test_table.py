"""Quantile tables against exact quantiles: uniforms and scores, every law, out to one in 10**18."""

import pickle

import numpy as np
import pandas as pd
import pytest
from oracles import margins as oracle

from riskkit.core.innovation import Innovation
from riskkit.errors import DataError, ModelError
from riskkit.tails import Empirical, GeneralisedPareto, QuantileTable, Semiparametric, SkewStudent, Student

ERROR = 1e-8
LAWS = [
    Innovation("normal"),
    Innovation("t", 2.05),
    Innovation("t", 3.7),
    Innovation("t", 60.0),
    Innovation("skewt", 4.3, -0.3),
    Innovation("skewt", 2.1, 0.9),
    Innovation("skewt", 300.0, -0.99),
]
SAMPLE = pd.Series(np.random.default_rng(1).standard_t(4, 1_500)) + 0.1
FITS = [spec.fit(SAMPLE) for spec in (Empirical(), Student(), SkewStudent(), Semiparametric())]
OUTER = np.concatenate([10.0 ** -np.arange(1.0, 19.0, 0.37), np.random.default_rng(2).uniform(0.0, 0.5, 4_000), [0.5]])


def assert_close(found, exact, unit=1.0):
    assert np.max(np.abs(found - exact) / (unit + np.abs(exact))) <= ERROR


@pytest.mark.parametrize("law", LAWS)
def test_uniforms(law):
    table = QuantileTable(law)
    assert_close(table(OUTER), law.quantile(OUTER))
    upper = 1.0 - OUTER
    upper = upper[upper < 1.0]
    assert_close(table(upper), law.upper_quantile(1.0 - upper))


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("degrees", [1.0, 2.3, 5.0, 40.0, np.inf])
def test_scores_skip_the_distribution_function(law, degrees):
    from scipy import special

    x = special.ndtri(OUTER) if np.isinf(degrees) else special.stdtrit(degrees, OUTER)
    x = np.concatenate([x, -x, [0.0]])
    table = QuantileTable(law, degrees, location=0.001, scale=0.04)
    exact = 0.001 + 0.04 * oracle.quantiles(law, *oracle.score_probabilities(x, degrees))
    assert_close(table(x), exact, unit=0.04)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("degrees", [None, 4.5, np.inf])
def test_fits(fit, degrees):
    u = np.random.default_rng(3).uniform(size=20_000)
    u[:40] = 0.5 ** np.arange(1, 41)
    x = u
    if degrees is not None:
        x = (
            np.random.default_rng(3).standard_normal(20_000)
            if np.isinf(degrees)
            else np.random.default_rng(3).standard_t(4, 20_000)
        )
        u = oracle.score_probabilities(x, degrees)[0]
        x, u = x[u < 0.999], u[u < 0.999]  # above, 1 - u has lost the digits that the comparison needs
    assert_close(QuantileTable(fit, degrees)(x), fit.quantile(u))


def test_a_tail_over_a_threshold_has_the_sample_below_it():
    fit = GeneralisedPareto(1.0).fit(SAMPLE)
    table, u = QuantileTable(fit), np.linspace(1.0 - fit.tail.mass + 1e-6, 0.9999, 500)
    assert_close(table(u), fit.quantile(u))
    assert np.all(np.diff(table(np.linspace(0.01, 0.99, 999))) > 0.0)


def test_shape_missing_and_impossible_values():
    table = QuantileTable(Innovation("t", 4.0))
    assert table(np.full((3, 2), 0.2)).shape == (3, 2)
    assert table(np.empty(0)).shape == (0,)
    assert np.isnan(table(np.array([np.nan, 0.5]))).tolist() == [True, False]
    rarest = Innovation("t", 4.0).quantile(2.0**-70)
    np.testing.assert_allclose(table(np.array([0.0, 1.0])), [rarest, -rarest], rtol=1e-8)
    scores = QuantileTable(Innovation("t", 4.0), np.inf)
    np.testing.assert_allclose(scores(np.array([-np.inf, np.inf, -40.0])), [rarest, -rarest, rarest], rtol=1e-8)
    readonly = np.linspace(0.1, 0.9, 5)
    readonly.setflags(write=False)
    assert table(readonly).shape == (5,)


def test_a_pickled_table_gives_the_same_bits():
    u = np.random.default_rng(1).uniform(size=1_000)
    table = QuantileTable(Innovation("skewt", 5.0, -0.2), scale=0.03)
    before = table(u)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(table.margin)).__reduce__()[1][0], table.margin.__reduce__()[1][0]
    )
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(table))(u), before)


def test_what_has_no_table_is_refused():
    with pytest.raises(ModelError, match="GED"):
        QuantileTable(Innovation("ged", 1.3))(np.array([0.5]))
    with pytest.raises(ModelError, match="no such law"):
        QuantileTable(Innovation("normal"), -1.0)
    with pytest.raises(DataError, match="scale"):
        QuantileTable(Innovation("normal"), scale=0.0)

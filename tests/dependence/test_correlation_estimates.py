"""Correlations that forget, shrink or discard noise."""

import pickle

import numpy as np
import pandas as pd
import pytest
from oracles import shrinkage as oracle

from riskkit import DataError
from riskkit.dependence import correlation_matrix, ewma_correlation, ledoit_wolf, marchenko_pastur, pearson
from riskkit.errors import FactorError


def market(rows, columns, seed=1, loading=1.0):
    rng = np.random.default_rng(seed)
    values = 0.02 * (loading * rng.standard_t(5, (rows, 1)) + rng.standard_t(5, (rows, columns)))
    index = pd.date_range("2024-01-01", periods=rows, tz="UTC")
    return pd.DataFrame(values, index=index, columns=[f"coin {place}" for place in range(columns)])


def test_ewma_is_the_weighted_sum_of_the_past():
    data = market(60, 3)
    path = ewma_correlation(data, decay=0.9)
    values = data.to_numpy()
    for row in (0, 5, 59):
        moments = sum(0.9 ** (row - past) * np.outer(values[past], values[past]) for past in range(row + 1))
        size = np.sqrt(np.diag(moments))
        np.testing.assert_allclose(path.path[row], moments / np.outer(size, size), rtol=1e-12)
    assert path.path.shape == (60, 3, 3)
    pd.testing.assert_frame_equal(path.last, pd.DataFrame(path.path[59], index=data.columns, columns=data.columns))
    np.testing.assert_array_equal(path.pair("coin 2", "coin 0"), path.path[:, 2, 0])
    assert path.pair("coin 2", "coin 0").index.equals(data.index)
    correlation_matrix("last", path.last)


def test_ewma_does_not_see_the_future():
    data = market(80, 3)
    changed = data.copy()
    changed.iloc[50:] *= -3.0
    changed.iloc[50:, 1] = 7.0
    np.testing.assert_allclose(ewma_correlation(changed).path[:50], ewma_correlation(data).path[:50], rtol=1e-12)


def test_ewma_does_not_know_what_has_not_moved_yet():
    data = market(40, 2)
    data.iloc[:10, 1] = 0.0
    path = ewma_correlation(data).path
    assert np.isnan(path[:10, 0, 1]).all()
    assert np.isfinite(path[10:]).all()


def test_ewma_arrays_stay_read_only_on_their_way_to_another_process():
    copied = pickle.loads(pickle.dumps(ewma_correlation(market(30, 2))))
    assert not copied.path.flags.writeable


@pytest.mark.parametrize("decay", [0.0, 1.0, -0.5, float("nan")])
def test_ewma_refuses_a_decay_that_is_none(decay):
    with pytest.raises(DataError, match="decay"):
        ewma_correlation(market(30, 2), decay=decay)


def test_ewma_names_an_unknown_variable():
    with pytest.raises(FactorError, match="'SOL'"):
        ewma_correlation(market(30, 2)).pair("coin 0", "SOL")


@pytest.mark.parametrize(("rows", "columns"), [(30, 4), (200, 6), (12, 20), (60, 2)])
@pytest.mark.parametrize("loading", [0.0, 0.5, 2.0])
def test_intensity_is_ledoit_and_wolfs(rows, columns, loading):
    data = market(rows, columns, seed=rows, loading=loading)
    shrunk = ledoit_wolf(data)
    assert shrunk.intensity == pytest.approx(oracle.identity_intensity(data.to_numpy()), rel=1e-10)
    sample = np.corrcoef(data.to_numpy(), rowvar=False)
    expected = (1 - shrunk.intensity) * sample + shrunk.intensity * np.eye(columns)
    np.testing.assert_allclose(shrunk.matrix, expected, atol=1e-13)
    assert np.linalg.eigvalsh(shrunk.matrix)[0] > 0.0


@pytest.mark.parametrize(("rows", "columns"), [(30, 4), (200, 6), (12, 20)])
@pytest.mark.parametrize("loading", [0.5, 2.0])
def test_intensity_towards_the_mean_correlation(rows, columns, loading):
    data = market(rows, columns, seed=rows + 1, loading=loading)
    shrunk = ledoit_wolf(data, target="constant")
    assert shrunk.intensity == pytest.approx(oracle.constant_intensity(data.to_numpy()), rel=1e-10)
    sample = np.corrcoef(data.to_numpy(), rowvar=False)
    off_diagonal = ~np.eye(columns, dtype=bool)
    expected = (1 - shrunk.intensity) * sample + shrunk.intensity * sample[off_diagonal].mean()
    np.testing.assert_allclose(shrunk.matrix.to_numpy()[off_diagonal], expected[off_diagonal], atol=1e-13)
    correlation_matrix("shrunk", shrunk.matrix)


def test_two_columns_have_one_correlation_and_its_mean_is_itself():
    data = market(40, 2)
    np.testing.assert_allclose(ledoit_wolf(data, target="constant").matrix, pearson(data), atol=1e-14)


@pytest.mark.parametrize(("correlation", "target"), [(0.1, "identity"), (0.1, "constant"), (0.6, "constant")])
def test_shrinkage_is_closer_to_the_truth_than_the_sample(correlation, target):
    truth = np.full((20, 20), correlation) + (1.0 - correlation) * np.eye(20)
    errors = []
    for seed in range(5):
        draws = np.random.default_rng(seed).multivariate_normal(np.zeros(20), truth, size=40)
        data = pd.DataFrame(draws, columns=[f"{place}" for place in range(20)])
        estimates = ledoit_wolf(data, target=target).matrix, pearson(data)
        errors.append([np.linalg.norm(estimate - truth) for estimate in estimates])
    shrunk, sample = np.mean(errors, axis=0)
    assert shrunk < 0.7 * sample


def test_units_do_not_matter():
    data = market(50, 5)
    scaled = data * [1.0, 1e5, 1e-7, 3.0, 1.0]
    assert ledoit_wolf(scaled).intensity == pytest.approx(ledoit_wolf(data).intensity, rel=1e-10)


def test_an_unknown_target_is_named():
    with pytest.raises(DataError, match="target"):
        ledoit_wolf(market(30, 3), target="market")


def test_noise_is_flattened_and_the_market_kept():
    data = market(400, 30, loading=0.8)
    cleaned = marchenko_pastur(data)
    assert cleaned.edge == pytest.approx((1 + np.sqrt(30 / 400)) ** 2)
    assert cleaned.kept == 1
    assert cleaned.eigenvalues.sum() == pytest.approx(30.0)
    assert not cleaned.eigenvalues.flags.writeable
    after = np.linalg.eigvalsh(cleaned.matrix)
    assert after[-1] == pytest.approx(cleaned.eigenvalues[0], rel=0.02)
    assert after[0] > cleaned.eigenvalues[-1]
    correlation_matrix("cleaned", cleaned.matrix)


def test_clipping_by_hand():
    """Eigenvalues 1 + 2 r, 1 - r, 1 - r of an equicorrelation: the two below the edge are equal, so nothing moves."""
    matrix = pd.DataFrame(np.full((3, 3), 0.9) + 0.1 * np.eye(3), index=list("abc"), columns=list("abc"))
    cleaned = marchenko_pastur(matrix, 100)
    np.testing.assert_allclose(cleaned.eigenvalues, [2.8, 0.1, 0.1], atol=1e-14)
    np.testing.assert_allclose(cleaned.matrix, matrix, atol=1e-14)
    weak = marchenko_pastur(pd.DataFrame(np.full((2, 2), 0.1) + 0.9 * np.eye(2), index=list("ab"), columns=list("ab")), 100)
    assert weak.kept == 0
    np.testing.assert_allclose(weak.matrix, np.eye(2), atol=1e-15)


def test_data_or_its_correlations_are_cleaned_alike():
    data = market(120, 10)
    np.testing.assert_allclose(marchenko_pastur(pearson(data), 120).matrix, marchenko_pastur(data).matrix, atol=1e-12)


def test_pure_noise_keeps_nothing_and_fewer_rows_than_columns_are_welcome():
    noise = pd.DataFrame(np.random.default_rng(3).normal(size=(60, 100)), columns=[f"{place}" for place in range(100)])
    cleaned = marchenko_pastur(noise)
    assert cleaned.kept <= 1
    assert np.linalg.eigvalsh(cleaned.matrix)[0] > 0.1


def test_a_table_of_returns_is_no_correlation_matrix():
    with pytest.raises(DataError, match="different names"):
        marchenko_pastur(market(30, 3), 30)
    with pytest.raises(DataError, match="observations"):
        marchenko_pastur(pearson(market(30, 3)), 1)


@pytest.mark.parametrize("estimate", [ewma_correlation, ledoit_wolf, marchenko_pastur])
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda data: data[["coin 0"]], "too few columns"),
        (lambda data: data.assign(x=np.nan), "NaN"),
        (lambda data: data.assign(x=1.0), "constant"),
        (lambda data: data.assign(x=data["coin 1"]), "same column twice"),
        (lambda data: data.iloc[:1], "too"),
    ],
)
def test_what_has_no_correlation_is_named(estimate, spoil, message):
    with pytest.raises(DataError, match=message):
        estimate(spoil(market(30, 3)))

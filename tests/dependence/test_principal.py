"""Principal components: identities, VaR by factor, and one factor behind the real coins."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from riskkit import DataError
from riskkit.data import LocalFiles, returns
from riskkit.dependence import pca, pearson
from riskkit.errors import FactorError

NAMES = ["BTC", "ETH", "SOL", "XRP", "USDT"]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    values = rng.standard_t(4, (600, 1)) @ [[1.0, 1.2, 1.5, 1.0, 0.0]] + rng.standard_t(4, (600, 5))
    index = pd.date_range("2024-01-01", periods=600, tz="UTC")
    return pd.DataFrame(values * [0.03, 0.04, 0.06, 0.04, 0.0005], index=index, columns=NAMES)


@pytest.mark.parametrize("standardised", [True, False])
def test_components_are_the_eigenvectors(data, standardised):
    found = pca(data, standardised=standardised)
    matrix = (pearson(data) if standardised else data.cov()).to_numpy()
    np.testing.assert_allclose(matrix @ found.loadings, found.loadings * found.variance, atol=1e-13)
    np.testing.assert_allclose(found.loadings.T @ found.loadings.to_numpy(), np.eye(5), atol=1e-14)
    assert found.variance.is_monotonic_decreasing
    assert found.shares.sum() == pytest.approx(1.0, abs=1e-14)
    assert found.variance.sum() == pytest.approx(np.trace(matrix), rel=1e-13)
    assert (found.loadings.sum() >= 0.0).all()


@pytest.mark.parametrize("standardised", [True, False])
def test_scores_are_uncorrelated_and_give_the_data_back(data, standardised):
    found = pca(data, standardised=standardised)
    assert found.scores.index.equals(data.index)
    covariance = found.scores.cov().to_numpy()
    np.testing.assert_allclose(covariance, np.diag(found.variance), atol=1e-13 * found.variance.iloc[0])
    back = found.scores @ found.loadings.T * found.scale + found.mean
    np.testing.assert_allclose(back, data, atol=1e-14)


def test_two_standardised_variables_by_hand():
    """Correlation r: variances 1 + r and 1 - r along the diagonals."""
    pair = pd.DataFrame(np.random.default_rng(2).normal(size=(50, 2)) @ [[1.0, 0.5], [0.0, 1.0]], columns=["a", "b"])
    found, r = pca(pair), pearson(pair).loc["a", "b"]
    np.testing.assert_allclose(found.variance, [1 + r, 1 - r], rtol=1e-13)
    np.testing.assert_allclose(np.abs(found.loadings), np.sqrt(0.5), rtol=1e-13)


@pytest.mark.parametrize("standardised", [True, False])
def test_var_by_factor_adds_up_to_the_delta_normal_var(data, standardised):
    positions = pd.Series({"ETH": 2e6, "BTC": -1e6, "USDT": 5e6})
    split = pca(data, standardised=standardised).factor_var(positions, 0.99)
    money = positions.reindex(NAMES, fill_value=0.0).to_numpy()
    var = stats.norm.ppf(0.99) * np.sqrt(money @ data.cov().to_numpy() @ money)
    assert split["contribution"].sum() == pytest.approx(var, rel=1e-12)
    assert np.sqrt(np.square(split["stand_alone"]).sum()) == pytest.approx(var, rel=1e-12)


def test_a_contribution_is_eulers(data):
    """Exposure times the derivative of VaR with respect to it."""
    found = pca(data)
    positions = pd.Series({"BTC": 1e6, "SOL": -3e5, "XRP": 2e5})
    split = found.factor_var(positions, 0.975)
    exposure, variance = split["exposure"].to_numpy(), found.variance.to_numpy()

    def var(at):
        return stats.norm.ppf(0.975) * np.sqrt(np.square(at) @ variance)

    for place in range(5):
        move = 1e-6 * np.abs(exposure).max() * np.eye(5)[place]
        slope = (var(exposure + move) - var(exposure - move)) / (2 * move[place])
        assert split["contribution"].iloc[place] == pytest.approx(exposure[place] * slope, rel=1e-5, abs=1e-3)


def test_a_move_of_the_factor_makes_its_exposure(data):
    found = pca(data)
    positions = pd.Series(1e6, index=NAMES)
    exposure = found.factor_var(positions, 0.99)["exposure"]
    gain = (data - found.mean) @ positions
    np.testing.assert_allclose(found.scores @ exposure, gain, rtol=1e-10, atol=1e-6)


def test_positions_that_are_the_same_bet_are_told(data):
    found = pca(data)
    report = found.shared_exposure(pd.Series({"BTC": 1e6, "ETH": -1e6, "SOL": 5e5, "USDT": 1e7}), threshold=0.5)
    assert report.index.tolist() == [("PC1", "BTC"), ("PC1", "ETH"), ("PC1", "SOL")]
    assert (np.sign(report["exposure"]) == [1.0, -1.0, 1.0]).all()
    first = np.square(data.apply(lambda column: column.corr(found.scores["PC1"])))  # R2 of a regression on the factor
    np.testing.assert_allclose(report["explained"], first[["BTC", "ETH", "SOL"]], rtol=1e-12)
    deviation = data["BTC"].cov(found.scores["PC1"]) / found.scores["PC1"].std()
    assert report.loc[("PC1", "BTC"), "exposure"] == pytest.approx(1e6 * deviation, rel=1e-12)
    assert found.shared_exposure(pd.Series({"BTC": 1e6, "USDT": 1e7})).empty


def test_stability_through_time(data):
    found = pca(data)
    table = found.stability(200, 50)
    assert table.index.tolist() == data.index[199::50].tolist()
    windows = [pca(data.iloc[end - 200 : end]) for end in range(200, 601, 50)]
    np.testing.assert_allclose(table["share"], [each.shares["PC1"] for each in windows], rtol=1e-12)
    expected = [abs(a.loadings["PC1"] @ b.loadings["PC1"]) for a, b in pairwise(windows)]
    np.testing.assert_allclose(table["overlap"].iloc[1:], expected, rtol=1e-12)
    np.testing.assert_allclose(np.cos(np.radians(table["angle"].iloc[1:])), expected, rtol=1e-12)
    assert np.isnan(table["overlap"].iloc[0])
    pd.testing.assert_frame_equal(pca(data.iloc[:400]).stability(200, 50), table.iloc[:5])  # the future changes nothing


def test_one_factor_is_most_of_the_real_coins(real_data):
    """Nearly two thirds of the variance of 17 coins is one movement; each coin rises with it, and it stays the same."""
    moves = returns(LocalFiles(real_data).prices("crypto")).dropna()
    assert moves.shape[1] == 17
    found = pca(moves)
    assert found.shares["PC1"] == pytest.approx(0.63, abs=0.02)
    assert found.shares["PC2"] < 0.06
    assert (found.loadings["PC1"] > 0.0).all()
    table = found.stability(250, 60)
    assert table["share"].min() > 0.5
    assert table["share"].max() < 0.85
    assert table["angle"].max() < 10.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda found: found.factor_var(pd.Series({"DOGE": 1.0}), 0.99), FactorError, "DOGE"),
        (lambda found: found.factor_var(pd.Series([1.0, 2.0], index=["BTC", "BTC"]), 0.99), FactorError, "repeated"),
        (lambda found: found.factor_var(pd.Series({"BTC": np.nan}), 0.99), DataError, "NaN"),
        (lambda found: found.factor_var(pd.Series({"BTC": 0.0}), 0.99), DataError, "no risk"),
        (lambda found: found.factor_var([1.0], 0.99), DataError, "no names"),
        (lambda found: found.factor_var(pd.Series({"BTC": 1.0}), 0.01), DataError, "level"),
        (lambda found: found.shared_exposure(pd.Series({"BTC": 1.0}), 0.0), DataError, "threshold"),
        (lambda found: found.stability(5), DataError, "window"),
        (lambda found: found.stability(601), DataError, "longer than the data"),
        (lambda found: found.stability(100, 0), DataError, "step"),
    ],
)
def test_unusable_arguments_are_named(data, call, error, message):
    with pytest.raises(error, match=message):
        call(pca(data))


def test_a_variable_that_stands_still_in_a_window_is_named(data):
    still = data.copy()
    still.iloc[100:250, 4] = 0.0
    with pytest.raises(DataError, match=r"'USDT'.* in the 100 rows up to .*constant"):
        pca(still).stability(100, 10)


def test_what_has_no_components_is_named(data):
    for spoiled, message in ((data[["BTC"]], "too few"), (data.assign(BTC=np.nan), "NaN"), (data.iloc[:4], "too few rows")):
        with pytest.raises(DataError, match=message):
            pca(spoiled)

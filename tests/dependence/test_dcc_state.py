"""What dynamic correlations answer: the path and what is known when, forecasts, news, simulated shocks."""

import numpy as np
import pandas as pd
import pytest

from riskkit import DataError
from riskkit.dependence import ConstantCorrelation, Dcc, DccState
from riskkit.errors import FactorError

MODELS = [Dcc(), Dcc("cdcc"), Dcc("adcc", "t"), Dcc(start="ones"), ConstantCorrelation("t")]


@pytest.fixture(scope="module")
def z():
    rng, q, rows = np.random.default_rng(3), np.full((3, 3), 0.5) + 0.5 * np.eye(3), []
    target = q
    for _ in range(700):
        root = np.sqrt(np.diag(q))
        rows.append(np.linalg.cholesky(q / np.outer(root, root)) @ rng.standard_normal(3))
        q = 0.04 * target + 0.06 * np.outer(rows[-1], rows[-1]) + 0.90 * q
    frame = pd.DataFrame(rows, pd.date_range("2020-01-01", periods=700, tz="UTC"), ["BTC", "ETH", "XRP"])
    return frame / np.sqrt((frame**2).mean())


@pytest.fixture(scope="module", params=MODELS, ids=str)
def fit(request, z):
    return request.param.fit(z)


def test_every_matrix_is_a_correlation_matrix(fit):
    assert fit.correlation.shape == (700, 3, 3)
    assert not fit.correlation.flags.writeable
    np.testing.assert_array_equal(np.diagonal(fit.correlation, axis1=1, axis2=2), 1.0)
    assert np.linalg.eigvalsh(fit.correlation).min() > 0.0
    np.testing.assert_array_equal(fit.correlation, fit.correlation.transpose(0, 2, 1))


def test_a_correlation_is_known_one_step_before_its_row(fit, z):
    cut = 400
    changed = z.copy()
    changed.iloc[cut:] = np.random.default_rng(9).normal(size=(300, 3))
    before, after = fit.correlation, fit.filter(changed).correlation
    np.testing.assert_array_equal(before[: cut + 1], after[: cut + 1])
    if fit.persistence > 0.0:
        assert (before[cut + 1] != after[cut + 1]).any()


def test_the_next_correlation_is_that_of_a_row_more(fit, z):
    longer = pd.concat([z, z.iloc[:1].set_axis([z.index[-1] + pd.Timedelta(days=1)])])
    np.testing.assert_array_equal(fit.next_correlation, fit.filter(longer).correlation[-1])
    assert fit.next_correlation.index.tolist() == ["BTC", "ETH", "XRP"]


def test_a_path_is_a_column_of_the_matrices(fit, z):
    path = fit.path("ETH", "XRP")
    np.testing.assert_array_equal(path, fit.correlation[:, 1, 2])
    assert path.index.equals(z.index)
    assert path.name == "ETH XRP"
    with pytest.raises(FactorError, match="no column"):
        fit.path("ETH", "SOL")


def test_forecasts_begin_at_the_next_correlation_and_end_at_the_target(fit):
    ahead = fit.forecast(3_000)
    np.testing.assert_allclose(ahead[0], fit.next_correlation, rtol=1e-13)
    root = np.sqrt(np.diag(fit.target))
    np.testing.assert_allclose(ahead[-1], fit.target / np.outer(root, root), atol=1e-6)
    assert np.linalg.eigvalsh(ahead).min() > 0.0
    with pytest.raises(DataError, match="horizon"):
        fit.forecast(0)


def test_news_from_the_target_is_one_step_of_the_recursion(z):
    fit = Dcc("adcc").fit(z)
    shocks = [-2.0, 0.0, 1.5]
    surface = fit.news_impact("BTC", "XRP", shocks)
    a, b, g, _ = fit.point
    today = np.array([-2.0, 0.3, 1.5])
    falls = np.minimum(today, 0.0)
    q = (1 - a - b) * fit.target - g * fit.fallen + a * np.outer(today, today) + g * np.outer(falls, falls) + b * fit.target
    assert surface.loc[-2.0, 1.5] == pytest.approx(q[0, 2] / np.sqrt(q[0, 0] * q[2, 2]), rel=1e-13)
    assert surface.loc[-2.0, -2.0] > surface.loc[1.5, -2.0]


@pytest.mark.parametrize("shocks", ["law", "bootstrap"])
def test_simulated_shocks_have_the_forecast_correlations(fit, shocks):
    drawn = fit.simulate(20_000, 5, rng=1, shocks=shocks)
    assert drawn.shape == (5, 20_000, 3)
    np.testing.assert_allclose(np.corrcoef(drawn[0].T), fit.next_correlation, atol=0.03)
    np.testing.assert_allclose(np.corrcoef(drawn[-1].T), fit.forecast(5)[-1], atol=0.04)
    np.testing.assert_allclose((drawn**2).mean(axis=1), 1.0, atol=0.2)


def test_the_same_seed_draws_the_same(fit):
    np.testing.assert_array_equal(fit.simulate(10, 4, rng=7), fit.simulate(10, 4, rng=7))
    with pytest.raises(DataError, match="shocks is unknown"):
        fit.simulate(10, 4, rng=7, shocks="normal")


def test_one_simulated_step_is_followed_by_the_filters_recursion(fit, z):
    drawn = fit.simulate(200_000, 2, rng=2)[:, :1]
    later = pd.date_range(z.index[-1], periods=3, freq="D")[1:]
    longer = pd.concat([z, pd.DataFrame(drawn[:, 0], later, z.columns)])
    path = fit.filter(longer).correlation
    np.testing.assert_allclose(path[700], fit.next_correlation, rtol=1e-13)


def test_the_total_likelihood_is_that_of_the_returns(z):
    fit = Dcc().fit(z)
    sigma = pd.DataFrame(0.02, z.index, z.columns)
    assert fit.total_loglikelihood(sigma) == pytest.approx(fit.loglikelihood - 700 * 3 * np.log(0.02))
    for bad in (sigma.iloc[1:], sigma * 0.0, sigma.to_numpy()):
        with pytest.raises(DataError, match="sigma"):
            fit.total_loglikelihood(bad)


def test_residuals_of_other_columns_are_refused(fit, z):
    with pytest.raises(DataError, match="other columns"):
        fit.filter(z[["ETH", "BTC", "XRP"]])


def test_rows_that_are_appended_are_those_of_one_table(fit, z):
    later = pd.date_range(z.index[-1], periods=6, freq="D")[1:]
    new = pd.DataFrame(np.random.default_rng(4).normal(size=(5, 3)), later, z.columns)
    longer = fit.append(new[:1]).append(new[1:])
    np.testing.assert_array_equal(longer.correlation, fit.filter(pd.concat([z, new])).correlation)
    np.testing.assert_array_equal(longer.correlation[700], fit.next_correlation)
    assert longer.observed.index[-1] == later[-1]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda new, z: new.set_axis(["ETH", "BTC", "XRP"], axis=1), "other columns"),
        (lambda new, z: new.to_numpy(), "other columns"),
        (lambda new, z: new.set_axis(z.index[-5:]), "twice|sorted|index|order"),
        (lambda new, z: new * np.nan, "NaN"),
    ],
)
def test_rows_that_cannot_follow_are_refused(fit, z, spoil, message):
    new = pd.DataFrame(np.ones((5, 3)), pd.date_range(z.index[-1], periods=6, freq="D")[1:], z.columns)
    with pytest.raises(DataError, match=message):
        fit.append(spoil(new, z))


@pytest.mark.parametrize(("d", "paths"), [(2, 20_000), (30, 2_000)])
def test_a_forecast_is_what_a_simulation_gives_on_average(d, paths):
    """Exact for Q, whose expectation decays to the target; nearly so for the correlations."""
    target, z = np.full((d, d), 0.4) + 0.6 * np.eye(d), np.random.default_rng(2).normal(size=(60, d)) @ (np.eye(d) + 0.1)
    past = pd.DataFrame(z / np.sqrt((z**2).mean(axis=0)), columns=[f"coin {number}" for number in range(d)])
    state = DccState(Dcc(), past, np.array([0.05, 0.90, 0.0, np.inf]), target, np.zeros((d, d)))
    drawn = state.simulate(paths, 8, rng=1)
    products = drawn[..., 0] * drawn[..., 1]  # the expectation of a product is that of its correlation
    errors = products.std(axis=1) / np.sqrt(paths)
    assert (np.abs(products.mean(axis=1) - state.forecast(8)[:, 0, 1]) < 4.0 * errors + 0.01).all()

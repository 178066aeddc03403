"""The report says what the single tests say, and the rest by hand."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk

COLUMNS = [
    "days", "expected", "breaches", "rate", "p_kupiec", "p_independence", "p_conditional", "zone", "mean_var", "mean_es",
    "quantile_loss", "worst_breach", "longest_cluster", "failed_fits",
]  # fmt: skip


@pytest.fixture
def forecast():
    loss = pd.Series([0.0, 3.0, 5.0, 1.0, 2.5, 0.0, 0.0, 0.0])
    var = pd.DataFrame({"low": 2.0, "exact": 5.0, "high": 9.0}, loss.index)
    status = pd.DataFrame({"low": "ok", "exact": "not converged", "high": ["ok", "at a bound"] * 4}, loss.index)
    return rk.RiskForecast(loss, var, 1.5 * var, 0.75, status=status)


def test_by_hand(forecast):
    table = rk.backtest.report(forecast)
    assert list(table.columns) == COLUMNS
    assert list(table.index) == ["low", "exact", "high"]
    assert table["breaches"].tolist() == [3, 0, 0]
    assert table["expected"].tolist() == [2.0] * 3
    assert table["rate"].tolist() == [0.375, 0.0, 0.0]
    assert table["worst_breach"].tolist() == [3.0, 0.0, 0.0]
    assert table["longest_cluster"].tolist() == [2, 0, 0]
    assert table["failed_fits"].tolist() == [0, 8, 0]
    assert table["mean_es"].tolist() == [3.0, 7.5, 13.5]
    # 3/4 of what lies above 2 (1 + 3 + 0.5), a quarter of what lies below (2 + 1 + 2 + 2 + 2), per day
    assert table.loc["low", "quantile_loss"] == pytest.approx((0.75 * 4.5 + 0.25 * 9.0) / 8)


def test_p_values_are_the_exact_ones_of_the_tests(forecast):
    table = rk.backtest.report(forecast)
    for column, test in (
        ("p_kupiec", rk.backtest.kupiec),
        ("p_independence", rk.backtest.christoffersen_independence),
        ("p_conditional", rk.backtest.christoffersen),
    ):
        assert table[column].tolist() == test(forecast)["p_exact"].tolist()


def test_one_row_and_nothing_but_breaches():
    table = rk.backtest.report(rk.RiskForecast(pd.Series([1.0]), pd.Series([0.0], name="m")))
    assert table.loc["m", ["breaches", "longest_cluster"]].tolist() == [1, 1]
    loss = pd.Series(np.ones(300))
    table = rk.backtest.report(rk.RiskForecast(loss, 0.0 * loss.rename("m"), 1.0 + loss.rename("m")))
    assert table.loc["m", "longest_cluster"] == 300
    assert table.loc["m", "zone"] == "red"
    assert not table.isna().any(axis=None)


def test_best_quantile_loss_is_at_the_true_quantile():
    loss = pd.Series(np.random.default_rng(4).standard_normal(20_000))
    candidates = {"low": 2.0, "right": 2.3263, "high": 2.7}
    table = rk.backtest.report(rk.RiskForecast(loss, pd.DataFrame(candidates, loss.index)))
    assert table["quantile_loss"].idxmin() == "right"


def test_wrong_type_is_told():
    with pytest.raises(rk.DataError, match="RiskForecast"):
        rk.backtest.report(pd.DataFrame())

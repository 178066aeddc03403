"""Copula-GARCH as a risk model."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError, FactorError
from riskkit.risk import CopulaGarch
from riskkit.volatility import Garch


def history(rows=320):
    random = np.random.default_rng(1)
    shocks = random.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], rows) / np.sqrt(random.chisquare(5, (rows, 1)) / 5)
    return 0.02 * pd.DataFrame(shocks, pd.date_range("2024-01-01", periods=rows, tz="UTC"), ["BTC", "ETH"])


def test_losses_are_those_of_the_joint_law():
    table = history()
    model = CopulaGarch({"ETH": 2.0, "BTC": -1.0}, n=5_000, seed=3)
    joint = rk.scenarios.fit_joint(table)
    np.testing.assert_array_equal(model(table).total, joint.losses([-1.0, 2.0], 5_000, rng=3))
    np.testing.assert_array_equal(model(table).total, model(table).total)


def test_weights_are_a_change_of_unit():
    table = history()
    one = CopulaGarch({"BTC": 0.5, "ETH": 0.25}, n=20_000)(table)
    other = CopulaGarch(n=20_000)(table * [0.5, 0.25])
    assert one.var(0.99) == pytest.approx(other.var(0.99), rel=1e-4)


def test_walks_forward():
    table = history(303)
    forecast = rk.backtest.walk_forward({"copula": CopulaGarch(n=2_000, margins=Garch(dist="normal"))}, table, window=300)
    assert len(forecast.loss) == 3
    assert np.all(forecast.es["copula"] > forecast.var["copula"])


def test_what_does_not_fit_is_refused():
    with pytest.raises(FactorError, match="weights do not fit"):
        CopulaGarch({"BTC": 1.0})(history())
    with pytest.raises(DataError, match="weights"):
        CopulaGarch({"BTC": np.nan})
    with pytest.raises(DataError, match="residuals"):
        CopulaGarch(residuals="ranks")

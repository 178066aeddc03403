"""The GARCH risk model: the fast lane equals calling it day by day."""

import pandas as pd
import pytest
from oracles import garch as oracle

from riskkit.errors import DataError
from riskkit.risk.garch import GarchModel
from riskkit.volatility import Garch, Gjr


@pytest.fixture(scope="module")
def history():
    days = pd.date_range("2021", periods=830, tz="UTC")
    return pd.DataFrame({s: 0.01 * oracle.simulate(830, 0.05, 0.1, 0.85, 5, i) for i, s in enumerate("ab")}, days)


@pytest.mark.parametrize("dist", ["t", "normal"])
@pytest.mark.parametrize("leverage", [False, True])
@pytest.mark.parametrize("level", [0.95, 0.99])
def test_roll_equals_call(history, dist, leverage, level):
    model = GarchModel(dist, leverage)
    frame = model.roll(history, 800, 4, level)
    assert frame.index.equals(history.index[800::4])
    for number in range(len(frame)):
        losses = model(history.iloc[4 * number : 4 * number + 800])
        assert frame["var"].iloc[number] == pytest.approx(losses.var(level), rel=1e-9)
        assert frame["es"].iloc[number] == pytest.approx(losses.es(level), rel=1e-9)


def test_the_loss_is_minus_the_row_sum(history):
    fit = Garch().fit(history.sum(axis=1))
    assert GarchModel()(history).var(0.99) == pytest.approx(fit.loss_distribution().var(0.99), rel=1e-12)
    assert GarchModel()(history).names == ("total",)
    asymmetric = Gjr().fit(history.sum(axis=1)).loss_distribution()
    assert GarchModel(leverage=True)(history).var(0.99) == pytest.approx(asymmetric.var(0.99), rel=1e-12)


def test_refused(history):
    with pytest.raises(DataError, match="dist is unknown"):
        GarchModel("skewed")
    with pytest.raises(DataError, match="leverage is not a switch"):
        GarchModel(leverage="yes")
    with pytest.raises(DataError, match="too short"):
        GarchModel()(history.iloc[:20])
    flat = history.copy()
    flat.iloc[100:200] = 0.0
    with pytest.raises(DataError, match="constant in the window before 2021-06-10"):
        GarchModel().roll(flat, 60)

"""Volatility and its band."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError


@pytest.fixture
def sigma(returns):
    return pd.Series(0.01, returns.index, name="EWMA")


def test_a_fit_brings_sigma_and_residuals(returns, sigma):
    fit = SimpleNamespace(sigma=sigma, residuals=returns)
    figure = rk.plots.volatility(fit, days_per_year=365)
    by_name = {trace.name: trace for trace in figure.data if trace.name}
    np.testing.assert_allclose(by_name["σ, EWMA"].y, 0.01 * np.sqrt(365))
    np.testing.assert_allclose(by_name["±2σ"].y, -0.02)
    np.testing.assert_array_equal(by_name["Return"].y, returns)
    assert figure.layout.yaxis2.title.text == "σ, % per year (365 days)"


def test_per_step_without_a_year(sigma):
    figure = rk.plots.volatility(sigma, source="s")
    np.testing.assert_array_equal(figure.data[0].y, 0.01)
    assert figure.layout.yaxis.title.text == "σ, % per step"


def test_several_models_share_an_axis(sigma):
    frame = pd.DataFrame({"a": sigma, "b": 2 * sigma, "c": 3 * sigma})
    figure = rk.plots.volatility(frame, source="s")
    assert [trace.name for trace in figure.data] == ["a", "b", "c"]
    assert len({trace.line.color for trace in figure.data}) == 3


def test_what_does_not_fit_is_refused(returns, sigma):
    with pytest.raises(DataError, match="sigma has the wrong type"):
        rk.plots.volatility([0.01])
    with pytest.raises(DataError, match="different dates"):
        rk.plots.volatility(sigma, returns.iloc[1:])
    with pytest.raises(DataError, match="days_per_year"):
        rk.plots.volatility(sigma, days_per_year=0)

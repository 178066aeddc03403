"""News impact curves."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError


def fitted(scale, gamma):
    """A fit whose residuals have the deviation ``scale``, and that answers a falling shock with ``gamma`` more."""

    def news_impact(shocks, *, sigma):
        return pd.Series(0.1 * sigma**2 + (0.2 + gamma * (shocks < 0.0)) * shocks**2 + 0.7 * sigma**2, index=shocks)

    residuals = pd.Series(scale * np.array([1.0, -1.0, 1.0, -1.0]))
    return SimpleNamespace(residuals=residuals, news_impact=news_impact)


def test_markets_of_any_noise_share_a_scale():
    figure = rk.plots.news_impact({"quiet": fitted(0.01, 0.0), "loud": fitted(0.05, 0.0)}, source="s")
    quiet, loud = figure.data
    np.testing.assert_allclose(quiet.y, loud.y)
    np.testing.assert_allclose(quiet.y[[40, 80]], np.sqrt([0.8, 0.8 + 0.2 * 16.0]))
    assert (quiet.x[0], quiet.x[40], quiet.x[80]) == (-4.0, 0.0, 4.0)


def test_leverage_is_higher_on_the_left():
    curve = rk.plots.news_impact({"S&P 500": fitted(0.01, 0.2)}, source="s").data[0].y
    np.testing.assert_allclose(curve[0], np.sqrt(0.8 + 0.4 * 16.0))
    assert curve[0] > curve[-1]


def test_a_fit_without_a_curve_is_refused(returns):
    with pytest.raises(DataError, match=r"fits\['ewma'\] has no news impact curve; got EwmaFit"):
        rk.plots.news_impact({"ewma": rk.volatility.Ewma().fit(returns)})

"""Forecasts by horizon."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError

STEPS = pd.RangeIndex(1, 4, name="step")
SIGMA = pd.DataFrame({"sigma": [0.02, 0.03, 0.04]}, index=STEPS)
INTERVAL = SIGMA.assign(low=0.5 * SIGMA["sigma"], high=2.0 * SIGMA["sigma"])


def test_a_forecast_per_step_and_per_year():
    step = rk.plots.term_structure(SIGMA, source="s")
    year = rk.plots.term_structure(SIGMA, days_per_year=365, source="s")
    np.testing.assert_array_equal(step.data[0].y, SIGMA["sigma"])
    np.testing.assert_allclose(year.data[0].y, np.sqrt(365) * SIGMA["sigma"])
    assert (step.layout.yaxis.title.text, year.layout.yaxis.title.text) == ("σ, % per step", "σ, % per year (365 days)")
    assert "Shaded" not in step.layout.title.subtitle.text


def test_an_interval_lies_under_its_forecast():
    figure = rk.plots.term_structure({"calm": INTERVAL, "wild": SIGMA}, source="s")
    by_name = {trace.name: trace for trace in figure.data}
    assert list(by_name) == ["calm, high", "calm, low", "calm", "wild"]
    np.testing.assert_array_equal(by_name["calm, low"].y, INTERVAL["low"])
    np.testing.assert_array_equal(by_name["calm, high"].y, INTERVAL["high"])
    assert by_name["calm, low"].fill == "tonexty"
    assert "Shaded" in figure.layout.title.subtitle.text


def test_what_is_no_forecast_is_refused():
    with pytest.raises(DataError, match="lacks sigma"):
        rk.plots.term_structure(SIGMA.rename(columns={"sigma": "volatility"}), source="s")
    with pytest.raises(DataError, match="no interval"):
        rk.plots.term_structure(INTERVAL.rename(columns={"low": "high", "high": "low"}), source="s")
    with pytest.raises(DataError, match="wrong type"):
        rk.plots.term_structure({"calm": SIGMA["sigma"]}, source="s")

"""The traffic light against the tables of MAR32."""

import numpy as np
import pandas as pd
import pytest

import riskkit as rk
from riskkit.backtest import traffic_light_zone

# Basel Committee, MAR32, table of backtesting multipliers: 250 days, 99 %
CUMULATIVE = (8.11, 28.58, 54.32, 75.81, 89.22, 95.88, 98.63, 99.60, 99.89, 99.97, 99.99)
MULTIPLIERS = (1.50, 1.50, 1.50, 1.50, 1.50, 1.70, 1.76, 1.83, 1.88, 1.92, 2.00)
ZONES = ("green",) * 5 + ("yellow",) * 5 + ("red",)


@pytest.mark.parametrize("breaches", range(11))
def test_mar32_table(breaches):
    light = traffic_light_zone(breaches, 250, 0.99)
    assert f"{100 * light.cumulative_probability:.2f}" == f"{CUMULATIVE[breaches]:.2f}"
    assert (light.zone, light.multiplier) == (ZONES[breaches], MULTIPLIERS[breaches])


def test_more_than_ten_cost_as_much_as_ten():
    assert traffic_light_zone(250, 250, 0.99)[1:3] == ("red", 2.0)


def test_matlab_traffic_light():
    # MATLAB documentation of varbacktest (tl): N = 1043, 57 failures at 95 %
    light = traffic_light_zone(57, 1043, 0.95)
    assert f"{light.cumulative_probability:.5f}" == "0.77913"
    assert light.zone == "green"
    assert light.multiplier == "not defined"
    assert "250 days at 99%" in light.reason


def test_zones_follow_the_probability_for_other_lengths():
    for days, level in ((500, 0.99), (1000, 0.975), (60, 0.95)):
        lights = [traffic_light_zone(breaches, days, level) for breaches in range(days + 1)]
        order = [("green", "yellow", "red").index(light.zone) for light in lights]
        assert order == sorted(order)
        first_yellow, first_red = order.index(1), order.index(2)
        assert lights[first_yellow - 1].cumulative_probability < 0.95 <= lights[first_yellow].cumulative_probability
        assert lights[first_red - 1].cumulative_probability < 0.9999 <= lights[first_red].cumulative_probability


def test_frame_and_its_one_sided_p_values():
    hits = np.arange(250) < 5
    forecast = rk.RiskForecast(pd.Series(0.0, range(250)), pd.DataFrame({"five": np.where(hits, -1.0, 1.0), "none": 1.0}))
    frame = rk.backtest.traffic_light(forecast)
    # type I error that MAR32's companion table gives for five or more exceptions
    assert f"{100 * frame.loc['five', 'p_exact']:.2f}" == "10.78"
    assert frame.loc["five", ["zone", "multiplier", "decision"]].tolist() == ["yellow", 1.7, "not rejected"]
    assert frame.loc["none", "p_exact"] == 1.0
    assert frame["multiplier"].dtype == float


def test_too_few_breaches_are_never_held_against_a_model():
    assert traffic_light_zone(0, 100_000, 0.99).zone == "green"


@pytest.mark.parametrize(("breaches", "days", "level"), [(3, 2, 0.99), (-1, 250, 0.99), (1, 250, 0.01), (1, 0, 0.99)])
def test_bad_input_is_told(breaches, days, level):
    with pytest.raises(rk.DataError):
        traffic_light_zone(breaches, days, level)

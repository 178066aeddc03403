"""The tail curve."""

import numpy as np
import pytest

import riskkit as rk
from riskkit.core import law
from riskkit.errors import DataError
from riskkit.plots.tails import CORNERS, TAIL, _exceedance


def test_curve_is_the_probability_of_at_least_that_loss():
    losses, probability = _exceedance(rk.LossDistribution(np.arange(1.0, 11.0)), 0.99)
    np.testing.assert_array_equal(losses, [9.0, 10.0])
    np.testing.assert_allclose(probability, [0.2, 0.1])


def test_ties_and_impossible_losses():
    losses = rk.LossDistribution([5.0, 5.0, 1.0, 9.0], weights=[0.05, 0.05, 0.9, 0.0])
    x, probability = _exceedance(losses, 0.99)
    np.testing.assert_array_equal(x, [5.0])
    np.testing.assert_allclose(probability, [0.1])


def test_a_constant_loss_has_a_tail_too():
    x, probability = _exceedance(rk.LossDistribution([2.0, 2.0]), 0.99)
    assert (x.tolist(), probability.tolist()) == ([2.0], [1.0])


def test_large_samples_are_thinned_and_end_at_a_tenth_of_what_lies_beyond_the_level():
    sample = np.random.default_rng(1).standard_normal(200_000)
    x, probability = _exceedance(rk.LossDistribution(sample), 0.99)
    assert len(x) <= CORNERS
    assert probability[0] == pytest.approx(TAIL)
    assert probability[-1] == pytest.approx(0.001)
    assert np.all(np.diff(x) > 0)
    np.testing.assert_allclose(probability, [(sample >= value).mean() for value in x], rtol=1e-9)


def test_var_and_es_stand_where_the_distribution_says():
    losses = law.student(0.0, 0.01, 4.0)
    figure = rk.plots.loss_tail(losses, 0.99, source="s")
    lines = {trace.name.split(" ")[0]: trace for trace in figure.data}
    assert lines["VaR"].x[0] == losses.var(0.99)
    assert lines["ES"].x[0] == losses.es(0.99)
    assert figure.layout.xaxis.title.text == "Loss over 1 day, % of position"
    assert figure.layout.yaxis.type == "log"


def test_several_are_named_with_their_numbers():
    named = {"normal": law.normal(0.0, 0.01), "t": law.student(0.0, 0.01, 4.0)}
    figure = rk.plots.loss_tail(named, 0.99, source="s")
    shown = [trace.name for trace in figure.data if trace.showlegend is None]
    assert shown == ["normal: VaR 2.33 %, ES 2.67 %", "t: VaR 3.75 %, ES 5.22 %"]


def test_money_keeps_its_unit():
    figure = rk.plots.loss_tail(rk.LossDistribution([1e6, 2e6], unit="USD", horizon=10), source="s")
    assert figure.layout.xaxis.title.text == "Loss over 10 days, USD"
    assert figure.data[1].name == "VaR 99 % = 2e+06 USD"


def test_what_does_not_fit_is_refused():
    one = rk.LossDistribution([1.0, 2.0])
    with pytest.raises(DataError, match="confidence level"):
        rk.plots.loss_tail(one, 0.01)
    with pytest.raises(DataError, match="named collection"):
        rk.plots.loss_tail([1.0, 2.0])
    with pytest.raises(DataError, match="wrong type"):
        rk.plots.loss_tail({"a": [1.0]})
    with pytest.raises(DataError, match="share an axis"):
        rk.plots.loss_tail({"a": one, "b": rk.LossDistribution([1.0, 2.0], unit="USD")})

"""Walk forward: the right window for every date, nothing of the future, and clear words when a model misbehaves."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.look_ahead import peeking

import riskkit as rk
from riskkit.core import from_law, targets, total_loss
from riskkit.core.law import normal


def made_up(rows=260, columns=("BTC", "ETH"), seed=3):
    values = np.random.default_rng(seed).standard_t(4, (rows, len(columns))) / 100
    frame = pd.DataFrame(values, pd.date_range("2025-01-01", periods=rows, tz="UTC"), list(columns))
    frame.attrs["source"] = "made up"
    return frame


def past_losses(history):
    return rk.LossDistribution(-history.sum(axis=1).to_numpy())


@dataclass(frozen=True)
class Historical:
    """Past losses; the fast lane is the same thing, date by date."""

    shift: int = 0  # rows by which the fast lane reads too late a window
    whole: bool = False  # the fast lane scales with what it saw of the whole history

    def __call__(self, history):
        return past_losses(history)

    def roll(self, history, window, step, level):
        dates = targets(history.index, window, step)
        rows = []
        for start in range(0, len(history) - window, step):
            begin = min(start + self.shift, len(history) - window)
            losses = past_losses(history.iloc[begin : begin + window])
            rows.append((losses.var(level), losses.es(level)))
        frame = pd.DataFrame(rows, index=dates, columns=["var", "es"])
        return frame * float(history.to_numpy().std()) if self.whole else frame


class Answer:
    """A fast lane that returns whatever it was given to return."""

    def __init__(self, make):
        self.make = make

    def __call__(self, history):
        return past_losses(history)

    def roll(self, history, window, step, level):
        frame = Historical().roll(history, window, step, level)
        return self.make(frame)


@given(st.integers(1, 40), st.integers(1, 7), st.integers(41, 90))
@settings(max_examples=25, deadline=None)
def test_every_forecast_reads_the_window_strictly_before_its_date(window, step, rows):
    returns = made_up(rows)
    seen = []

    def spy(history):
        seen.append(history)
        return past_losses(history)

    forecast = rk.backtest.walk_forward({"spy": spy}, returns, level=0.9, window=window, step=step)
    positions = list(range(window, rows, step))
    assert list(forecast.loss.index) == list(returns.index[positions])
    assert list(forecast.known_at) == list(returns.index[[row - 1 for row in positions]])
    np.testing.assert_array_equal(forecast.loss, -returns.sum(axis=1).iloc[positions])
    for row, history in zip(positions, seen, strict=True):
        pd.testing.assert_frame_equal(history, returns.iloc[row - window : row], check_freq=False)


def test_fast_lane_and_day_by_day_are_one_answer():
    returns = made_up()
    forecast = rk.backtest.walk_forward({"fast": Historical(), "slow": past_losses}, returns, level=0.95, window=100, step=3)
    assert forecast.models == ["fast", "slow"]
    np.testing.assert_array_equal(forecast.var["fast"], forecast.var["slow"])
    np.testing.assert_array_equal(forecast.es["fast"], forecast.es["slow"])
    assert (forecast.status == "ok").all(axis=None)


def test_columns_keep_the_order_of_the_models():
    models = {"slow": past_losses, "fast": Historical(), "slower": past_losses}
    assert rk.backtest.walk_forward(models, made_up(), window=200).models == list(models)


def test_source_and_level_are_carried_on():
    forecast = rk.backtest.walk_forward({"m": Historical()}, made_up(), level=0.975, window=200)
    assert (forecast.source, forecast.level) == ("made up", 0.975)
    assert rk.backtest.walk_forward({"m": Historical()}, made_up().iloc[:, 0].rename("BTC"), window=200).source == "made up"


def test_status_of_the_fast_lane_is_kept():
    model = Answer(lambda frame: frame.assign(status=["not converged"] + ["ok"] * (len(frame) - 1)))
    forecast = rk.backtest.walk_forward({"m": model}, made_up(), window=200)
    assert forecast.status["m"].iloc[0] == "not converged"
    assert rk.backtest.report(forecast).loc["m", "failed_fits"] == 1


def test_any_number_of_workers_gives_the_same_bits():
    scale = 1.5  # the lambda closes over it: it must travel to the processes
    models = {"closure": lambda history: rk.LossDistribution(-scale * history.sum(axis=1)), "plain": past_losses}
    one = rk.backtest.walk_forward(models, made_up(), level=0.95, window=100, workers=1)
    four = rk.backtest.walk_forward(models, made_up(), level=0.95, window=100, workers=4)
    pd.testing.assert_frame_equal(one.var, four.var, check_exact=True)
    pd.testing.assert_frame_equal(one.es, four.es, check_exact=True)
    np.testing.assert_array_equal(1.5 * one.var["plain"], one.var["closure"])


class Unportable(Exception):
    """Cannot be built again from its arguments, so it does not survive the way between processes."""

    def __init__(self, first, second):
        super().__init__(f"{first} and {second}")


def failing_after(date, kind, arguments):
    def model(history):
        if history.index[-1] >= date:
            raise kind(*arguments)
        return past_losses(history)

    return model


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("kind", [ZeroDivisionError, rk.DataError, Unportable])
def test_a_failing_model_is_named_with_its_date(workers, kind):
    arguments = ("one", "two") if kind is Unportable else ("no data",)
    returns = made_up()
    models = {"good": past_losses, "fragile": failing_after(returns.index[180], kind, arguments)}
    with pytest.raises(rk.ModelError) as caught:
        rk.backtest.walk_forward(models, returns, window=100, workers=workers)
    assert "'fragile'" in str(caught.value)
    assert str(returns.index[181]) in str(caught.value)
    assert "returns.iloc[81:181]" in str(caught.value)
    assert f"{kind.__name__}: {kind(*arguments)}" in str(caught.value)
    assert type(caught.value.__cause__) is (RuntimeError if kind is Unportable else kind)


def test_a_model_that_returns_a_number_is_told_what_to_return():
    with pytest.raises(rk.ModelError, match="expected a LossDistribution"):
        rk.backtest.walk_forward({"number": lambda history: 0.02}, made_up(), window=200)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda frame: frame["var"], "wrong thing"),
        (lambda frame: frame[["var"]], "frame with var and es"),
        (lambda frame: frame.iloc[1:], "other dates"),
        (lambda frame: frame.set_axis(frame.index.shift(1)), "other dates"),
        (
            lambda frame: frame.assign(var=frame["var"].mask(frame.index == frame.index[7])),
            "var of model 'm' is not finite; got nan on 2025-07-27",
        ),
        (lambda frame: frame.assign(es=np.inf), "es of model 'm' is not finite"),
        (lambda frame: frame.assign(var="high"), "var of model 'm' is not numeric"),
        (lambda frame: frame.assign(es=frame["var"] - 1.0), "es of 'm' lies below its var"),
        (lambda frame: 1 / 0, "model 'm' failed in roll.*ZeroDivisionError"),
    ],
)
def test_a_fast_lane_that_misbehaves_is_told(make, message):
    with pytest.raises(rk.RiskKitError, match=message):
        rk.backtest.walk_forward({"m": Answer(make)}, made_up(), window=200)


def test_a_model_without_es_is_welcome():
    forecast = rk.backtest.walk_forward({"m": Answer(lambda frame: frame.assign(es=np.nan))}, made_up(), window=200)
    assert forecast.es["m"].isna().all()
    assert np.isnan(rk.backtest.report(forecast).loc["m", "mean_es"])


def vandal(history):
    losses = past_losses(history)
    history.iloc[:] = 0.0
    history["more"] = 1.0
    return losses


def array_vandal(history):
    history.to_numpy()[:] = 0.0
    return past_losses(history)


def forceful_vandal(history):
    array = history.to_numpy()
    array.setflags(write=True)
    array[:] = 0.0
    return past_losses(history)


class RollingVandal(Historical):
    def roll(self, history, window, step, level):
        frame = super().roll(history, window, step, level)
        try:
            history.iloc[:] = 0.0
        except ValueError:
            history["BTC"] = 0.0
        return frame


def test_no_model_changes_the_data():
    returns = made_up()
    untouched = returns.copy(deep=True)
    forecast = rk.backtest.walk_forward({"vandal": vandal, "honest": past_losses}, returns, window=200)
    np.testing.assert_array_equal(forecast.var["vandal"], forecast.var["honest"])
    models = {"vandal": RollingVandal(), "honest": Historical()}
    forecast = rk.backtest.walk_forward(models, returns, window=200)
    np.testing.assert_array_equal(forecast.var["vandal"], forecast.var["honest"])
    with pytest.raises(rk.ModelError, match="read-only"):
        rk.backtest.walk_forward({"vandal": array_vandal}, returns, window=200)
    with pytest.raises(rk.ModelError, match="WRITEABLE"):
        rk.backtest.walk_forward({"vandal": forceful_vandal}, returns, window=200)
    pd.testing.assert_frame_equal(returns, untouched)


def test_the_future_moves_no_past_forecast():
    models = {
        "day by day": past_losses,
        "fast": Historical(),
        "law": lambda history: normal(0.0, float(history.std().iloc[0])),
    }
    assert peeking(models, made_up(), window=100, level=0.95) == set()
    assert peeking({"fast": Historical()}, made_up(), window=100, step=4, level=0.95) == set()


def test_a_model_that_peeks_is_caught():
    models = {"one day": Historical(shift=1), "whole": Historical(whole=True), "honest": Historical()}
    assert peeking(models, made_up(), window=50, level=0.9) == {"one day", "whole"}


def test_own_forecasts_enter_the_tests_directly():
    returns = made_up()
    loss = total_loss(returns).iloc[200:]
    mine = pd.Series(0.03, loss.index, name="mine")
    forecast = rk.RiskForecast(loss, mine, level=0.99, known_at=returns.index[199:-1])
    assert rk.backtest.report(forecast).loc["mine", "breaches"] == (loss > 0.03).sum()


def test_from_law_models_work_too():
    def model(history):
        ordered = np.sort(total_loss(history).to_numpy())
        return from_law(lambda p: np.quantile(ordered, p), lambda p: p * ordered.mean(), float(ordered.mean()))

    assert len(rk.backtest.walk_forward({"law": model}, made_up(120), window=100).loss) == 20


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"models": past_losses}, "remedy: write {\"my model\": model}"),
        ({"models": Historical()}, "remedy: write {\"my model\": model}"),
        ({"models": {}}, "models"),
        ({"models": {1: past_losses}}, "string keys"),
        ({"models": {"m": 3}}, "model 'm' cannot forecast"),
        ({"models": {"m": Historical}}, "remedy: Historical()"),
        ({"returns": made_up().mask(made_up() > 0.03)}, "dropna"),
        ({"returns": made_up().iloc[::-1]}, "sort_index"),
        ({"returns": made_up().iloc[[0, 0, 1]]}, "duplicate"),
        ({"returns": made_up().iloc[:0]}, "too short"),
        ({"returns": made_up().iloc[:1]}, "too short"),
        ({"returns": made_up().iloc[:200]}, "200 rows for a window of 200"),
        ({"returns": made_up().astype(str)}, "not numeric"),
        ({"returns": [0.1, 0.2]}, "wrong type"),
        ({"level": 0.05}, "write level=0.95"),
        ({"window": 0}, "window"),
        ({"window": 2.5}, "window"),
        ({"step": 0}, "step"),
        ({"workers": 0}, "workers"),
    ],
)  # fmt: skip
def test_bad_input_is_told(change, message):
    arguments = {"models": {"m": past_losses}, "returns": made_up(), "window": 200} | change
    with pytest.raises(rk.DataError) as caught:
        rk.backtest.walk_forward(**arguments)
    assert message in str(caught.value)

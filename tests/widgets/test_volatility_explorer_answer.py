"""The answer equals what the public functions say when they are called by hand."""

import numpy as np
import pandas as pd
import pytest

from riskkit import volatility
from riskkit.errors import DataError
from riskkit.widgets.volatility_explorer_answer import LAWS, MODELS, answer


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("law", LAWS)
def test_answer_is_a_daily_refit_and_todays_forecast(named_returns, model, law):
    returns, window, days = named_returns["BTC"], 300, 120
    found = answer(returns, model, law, window, horizon=10, days=days)
    spec = {"GARCH": volatility.Garch, "GJR": volatility.Gjr}[model](dist={"Normal": "normal", "Student-t": "t"}[law])
    rolled = volatility.roll(returns.iloc[-days - window :], spec, window)
    np.testing.assert_array_equal(found.sigma, rolled["sigma"])
    names = {"persistence"} | ({"gamma"} if model == "GJR" else set()) | ({"nu"} if law == "Student-t" else set())
    assert set(found.paths) == names
    persistence = rolled["alpha"] + rolled["beta"] + (0.5 * rolled["gamma"] if model == "GJR" else 0.0)
    np.testing.assert_allclose(found.paths["persistence"], persistence, rtol=1e-14)
    today = spec.fit(returns.iloc[-window:])
    np.testing.assert_array_equal(found.term, today.forecast(10)["sigma"])
    said = found.verdict
    assert said["days"] == days
    assert said["sigma"] == today.next_sigma
    assert said["nu"] == today.params.get("nu")
    assert said["gamma"] == today.params.get("gamma")
    assert said["fits_at_a_bound"] == (rolled["status"] == "at a bound").sum()
    assert said["failed_fits"] == 0
    assert said["milliseconds"] > 0.0


def test_without_a_level_there_is_none_to_name():
    """Shocks that never fade: the last days are the wildest of a series that gets wilder all the time."""
    rng = np.random.default_rng(4)
    growing = pd.Series(rng.standard_normal(600) * np.exp(np.linspace(-6.0, -2.0, 600)))
    said = answer(growing, "GARCH", "Normal", 400, horizon=5, days=50).verdict
    assert said["persistence"] == pytest.approx(1.0, abs=1e-9)
    assert said["unconditional"] is None
    assert said["half_life"] is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "EGARCH"}, "model"),
        ({"law": "GED"}, "law"),
        ({"window": 20}, "window"),
        ({"window": 601}, "too short; got 700 rows; expected at least 601"),
        ({"days": 0}, "days"),
        ({"horizon": 0}, "horizon"),
        ({"returns": pd.Series(np.zeros(700))}, "constant"),
    ],
)
def test_bad_settings_are_refused(named_returns, change, message):
    setting = {"returns": named_returns["BTC"], "model": "GARCH", "law": "Normal", "window": 250, "horizon": 5, "days": 100}
    with pytest.raises(DataError, match=message):
        answer(**(setting | change))

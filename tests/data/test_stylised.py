import numpy as np
import pandas as pd
import pytest

from riskkit.data import LocalFiles, returns
from riskkit.data.stylised import stylised_facts
from riskkit.data.synthetic import calibration
from riskkit.data.synthetic.market import COINS
from riskkit.errors import DataError


def frame(values, freq="D"):
    index = pd.date_range("2020-01-01", periods=len(values), freq=freq, tz="UTC")
    return pd.DataFrame(values, index=index, columns=[f"c{n}" for n in range(values.shape[1])])


NORMAL = frame(0.01 * np.random.default_rng(1).standard_normal((4_000, 2)))


def test_independent_normal_returns():
    facts = stylised_facts(NORMAL)
    assert facts["volatility_annual", "c0"] == pytest.approx(0.01 * np.sqrt(365.0), rel=0.03)
    for fact in ("excess_kurtosis", "skewness"):
        assert abs(facts[fact, "c1"]) < 0.3
    assert abs(facts["correlation", "mean"]) < 0.05
    assert facts["lower_tail_dependence_5", "mean"] == pytest.approx(0.05, abs=0.04)
    assert facts["weekend_volatility", "mean"] == pytest.approx(1.0, abs=0.05)
    assert abs(facts["autocorrelation_absolute_1", "mean"]) < 0.05


def test_the_tail_index_of_a_pareto_tail():
    rng = np.random.default_rng(2)
    moves = (1.0 + rng.pareto(3.0, (20_000, 2))) * rng.choice([-1.0, 1.0], (20_000, 2))
    facts = stylised_facts(frame(0.001 * moves))
    assert facts["tail_index_left", "c0"] == pytest.approx(3.0, abs=0.5)


def test_one_asset_twice_is_fully_dependent():
    facts = stylised_facts(NORMAL[["c0"]].assign(c1=2.0 * NORMAL["c0"]))
    for fact in ("correlation", "lower_tail_dependence_5", "upper_tail_dependence_5"):
        assert facts[fact, "mean"] == pytest.approx(1.0, abs=0.01)


def test_hourly_jumps_are_counted():
    rng = np.random.default_rng(3)
    moves = 0.005 * rng.standard_normal((24 * 730, 2))
    moves[np.arange(100, 17_000, 400)] = 0.08  # 43 in two years, 16 times the usual hour
    facts = stylised_facts(frame(moves, "h"))
    assert facts["jumps_per_year", "mean"] == pytest.approx(43 / 2, abs=1.5)
    assert facts["jump_size", "mean"] == pytest.approx(0.08, abs=0.002)


def test_the_targets_of_the_synthetic_market_are_the_facts_of_the_real_one(real_data):
    for name in ("crypto", "crypto_hourly"):
        facts = stylised_facts(returns(LocalFiles(real_data).prices(name)[list(COINS)]))
        for (fact, asset), value in facts.items():
            assert value == pytest.approx(
                calibration()["targets"][fact]["values"][asset],
                abs=0.051 if "kurtosis" in fact or fact == "jumps_per_year" else 0.0051,
            )


SHORT = NORMAL.iloc[:260].copy()
SHORT.iloc[:101, 1] = np.nan


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (NORMAL[["c0"]], "too little for stylised facts; got 1 assets"),
        (
            SHORT,
            "the shortest with 159 returns; expected 2 assets with 250",
        ),
        (NORMAL.iloc[:100], "returns are too few"),
        (NORMAL.iloc[::7], "returns have an unusual step; got 7 days"),
        (NORMAL.abs(), "a tail has no losses"),
        (None, "the wrong type"),
    ],
)
def test_refuses(table, message):
    with pytest.raises(DataError, match=message):
        stylised_facts(table)

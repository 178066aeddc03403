"""Published figures, edge cases and invariances of the coverage tests."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import riskkit as rk
from riskkit.backtest import conditional_coverage, exact, independence, true_size, unconditional_coverage


def forecast_of(breaches, level=0.99, **more):
    """A forecast with VaR 1 whose breaches are given, one column per named sequence (all on the same losses' dates)."""
    columns = {"flat": breaches} | more
    hits = pd.DataFrame({name: np.asarray(values, dtype=bool) for name, values in columns.items()})
    return rk.RiskForecast(
        pd.Series(0.0, hits.index), pd.DataFrame(np.where(hits, -1.0, 1.0), hits.index, hits.columns), level=level
    )


def clustered(days, breaches):
    return np.arange(days) < breaches


# MATLAB, Risk Management Toolbox documentation of varbacktest (pof, cci, cc): N = 1043, 57 failures at 95 %
def test_matlab_proportion_of_failures():
    test = unconditional_coverage(57, 1043, 0.95)
    assert f"{test.statistic:.5f}" == "0.46147"
    assert f"{test.p_asymptotic:.5f}" == "0.49694"
    assert test.df == 1


def test_matlab_independence_and_conditional_coverage():
    transitions = {"n00": 932, "n01": 53, "n10": 53, "n11": 4}
    assert f"{independence(57, **transitions).statistic:.5f}" == "0.25866"
    both = conditional_coverage(57, **transitions, level=0.95)
    assert f"{both.statistic:.5f}" == "0.72013"
    assert f"{both.p_asymptotic:.5f}" == "0.69763"
    assert both.df == 2


# Kupiec (1995), table of non-rejection regions at 5 %, bounds excluded; for p = .01 and T = 255 it has no lower bound
REGIONS = {
    0.010: ((0, 7), (1, 11), (4, 17)),
    0.025: ((2, 12), (6, 21), (15, 36)),
    0.050: ((6, 21), (16, 36), (37, 65)),
    0.075: ((11, 28), (27, 51), (59, 92)),
    0.100: ((16, 36), (38, 65), (81, 120)),
}


@pytest.mark.parametrize("probability", REGIONS)
def test_kupiec_non_rejection_regions(probability):
    for days, (below, above) in zip((255, 510, 1000), REGIONS[probability], strict=True):
        for breaches in range(1, 2 * above):
            test = unconditional_coverage(breaches, days, 1.0 - probability)
            assert (test.p_asymptotic >= 0.05) == (below < breaches < above), (days, breaches)


def test_no_breach_in_a_year_is_no_evidence_though_chi_square_says_so():
    # Kupiec's table accepts 0 of 255 at 1 %; the chi-square law rejects it, the exact law does not
    test = unconditional_coverage(0, 255, 0.99)
    assert test.p_asymptotic < 0.05 < test.p_exact


# project's reference figures: true size of nominal 5 % tests, T = 250, 1 %; LR_cc at n = 300, 5 %
def test_true_sizes():
    assert true_size(250, 0.99).round(4).tolist() == [0.0948, 0.0140, 0.0082]


def test_exact_conditional_coverage_at_300_days():
    matches = set()
    for breaches in range(31):
        for n11 in range(max(breaches, 1)):
            for n10 in (breaches - n11, breaches - n11 - 1):
                for n01 in (breaches - n11, breaches - n11 - 1):
                    if min(n10, n01) >= 0:
                        test = conditional_coverage(breaches, 299 - n01 - n10 - n11, n01, n10, n11, 0.95)
                        if f"{test.statistic:.5f}" == "5.88818":
                            matches.add(f"{test.p_exact:.4f}")
    assert matches == {"0.0442"}


def test_spread_breaches_are_not_called_clustered_because_they_are_many():
    # 12 breaches in 250 days, none next to another: the rate is wrong, independence is not to blame
    test = independence(12, 250 - 1 - 24, 12, 12, 0)
    assert test.p_exact > 0.5
    assert unconditional_coverage(12, 250, 0.99).p_exact < 0.001


@pytest.mark.parametrize("rate", [0.002, 0.01, 0.03, 0.1])
def test_exact_p_of_independence_keeps_its_size_at_every_breach_rate(rate):
    # true size of "reject where p_exact < 5 %" when days are independent and breach at ``rate``, whatever VaR promised
    patterns, chance = exact._weighted_patterns(120, 1.0 - rate)
    p_values = [independence(int(row[0]), *map(int, row[1:])).p_exact for row in np.array(patterns).T]
    assert chance[np.array(p_values) < 0.05].sum() <= 0.05


TESTS = (rk.backtest.kupiec, rk.backtest.christoffersen_independence, rk.backtest.christoffersen, rk.backtest.traffic_light)


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("days", [1, 2, 3, 250, 1500])
def test_no_one_and_only_breaches_have_an_answer(test, days):
    cases = {
        "none": np.zeros(days),
        "first": np.arange(days) == 0,
        "last": np.arange(days) == days - 1,
        "all": np.ones(days),
    }
    frame = test(forecast_of(np.zeros(days), **cases))
    assert list(frame.index) == ["flat", *cases]
    assert not frame.isna().any(axis=None)
    assert frame["p_exact"].between(0.0, 1.0).all()
    assert frame["p_asymptotic"].between(0.0, 1.0).all()
    assert frame["decision"].isin(["rejected", "not rejected"]).all()


def test_frames_have_one_layout():
    forecast = forecast_of(clustered(500, 9))
    for test in TESTS:
        frame = test(forecast)
        assert frame.index.name == "model"
        assert {"statistic", "p_asymptotic", "p_exact", "days", "breaches", "decision"} <= set(frame.columns)
        assert frame.columns[-1] == "decision"


def test_statistics_add_up():
    forecast = forecast_of(clustered(500, 9), spread=np.arange(500) % 60 == 7)
    parts = rk.backtest.kupiec(forecast)["statistic"] + rk.backtest.christoffersen_independence(forecast)["statistic"]
    np.testing.assert_allclose(rk.backtest.christoffersen(forecast)["statistic"], parts, rtol=1e-12)


@given(st.lists(st.booleans(), min_size=2, max_size=300), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_of_days_matters_to_independence_alone(breaches, random):
    shuffled = list(breaches)
    random.shuffle(shuffled)
    first, second = forecast_of(breaches, level=0.95), forecast_of(shuffled, level=0.95)
    pd.testing.assert_frame_equal(rk.backtest.kupiec(first), rk.backtest.kupiec(second))
    pd.testing.assert_frame_equal(rk.backtest.traffic_light(first), rk.backtest.traffic_light(second))


def test_clustering_is_seen_by_independence_alone():
    together, apart = clustered(1000, 10), np.arange(1000) % 100 == 50
    frame = rk.backtest.christoffersen_independence(forecast_of(together, apart=apart))
    assert frame["decision"].tolist() == ["rejected", "not rejected"]
    assert rk.backtest.kupiec(forecast_of(together, apart=apart))["decision"].tolist() == ["not rejected"] * 2


def test_names_and_order_of_models_change_nothing():
    rng = np.random.default_rng(5)
    hits = {name: rng.random(400) < rate for name, rate in (("a", 0.01), ("b", 0.03), ("c", 0.05))}
    one = forecast_of(np.zeros(400), **hits)
    other = forecast_of(np.zeros(400), **{name.upper(): hits[name] for name in ("c", "a", "b")})
    for test in TESTS:
        moved = test(other).rename(index=str.lower).loc[test(one).index]
        pd.testing.assert_frame_equal(test(one), moved)


def test_scale_and_shift_of_losses_change_nothing():
    rng = np.random.default_rng(6)
    loss, var = pd.Series(rng.standard_normal(500)), pd.Series(rng.uniform(1, 2, 500), name="m")
    for test in TESTS:
        plain = test(rk.RiskForecast(loss, var))
        pd.testing.assert_frame_equal(plain, test(rk.RiskForecast(8.0 * loss, 8.0 * var)))


def test_a_loss_equal_to_var_is_no_breach():
    assert (
        rk.backtest.breach_counts(rk.RiskForecast(pd.Series([1.0, 1.0]), pd.Series([1.0, 0.5], name="m")))["m"].breaches == 1
    )


def test_transitions_are_counted_from_today_to_tomorrow():
    counts = rk.backtest.breach_counts(forecast_of([0, 1, 1, 0, 0, 0, 1], first=[1, 0, 0, 0, 0, 0, 0]))
    assert counts["flat"] == (7, 3, 2, 2, 1, 1)
    assert counts["first"] == (7, 1, 5, 0, 1, 0)
    frame = rk.backtest.christoffersen(forecast_of([0, 1, 1, 0, 0, 0, 1]))
    assert frame.loc["flat", ["n00", "n01", "n10", "n11"]].tolist() == [2, 2, 1, 1]


def test_significance_moves_the_decision():
    forecast = forecast_of(clustered(250, 7))  # p = .0137
    assert rk.backtest.kupiec(forecast).loc["flat", "decision"] == "rejected"
    assert rk.backtest.kupiec(forecast, significance=0.01).loc["flat", "decision"] == "not rejected"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: unconditional_coverage(11, 10, 0.99), "more breaches than days"),
        (lambda: unconditional_coverage(1, 0, 0.99), "days"),
        (lambda: unconditional_coverage(-1, 10, 0.99), "breaches"),
        (lambda: unconditional_coverage(1.5, 10, 0.99), "breaches"),
        (lambda: unconditional_coverage(1, 10, 0.05), "write level=0.95"),
        (lambda: independence(9, 932, 53, 53, 4), "contradict"),
        (lambda: independence(57, -1, 53, 53, 4), "n00"),
        (lambda: conditional_coverage(57, 932, 53, 53, 4, 0.01), "write level=0.99"),
        (lambda: true_size(0, 0.99), "days"),
        (lambda: true_size(250, 0.99, significance=95), "significance"),
        (lambda: rk.backtest.kupiec(pd.Series([0.0])), "RiskForecast"),
        (lambda: rk.backtest.kupiec(forecast_of([True]), significance=0.0), "significance"),
    ],
)
def test_bad_input_is_told(call, message):
    with pytest.raises(rk.DataError, match=message):
        call()


def test_conditional_coverage_shows_its_part_of_independence():
    loss = pd.Series([0.0, 3.0, 3.0, 0.0, 0.0, 3.0, 0.0, 0.0])
    forecast = rk.RiskForecast(loss, pd.Series(2.0, loss.index, name="flat"), level=0.75)
    both, alone = (
        rk.backtest.christoffersen(forecast).loc["flat"],
        rk.backtest.christoffersen_independence(forecast).loc["flat"],
    )
    for name in ("statistic", "p_asymptotic", "p_exact"):
        assert both[f"independence_{name}"] == alone[name]
    kupiec = rk.backtest.kupiec(forecast).loc["flat"]
    assert both["statistic"] == pytest.approx(kupiec["statistic"] + alone["statistic"])

"""The closed-form laws against brute force, simulation and each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import coverage as oracle
from scipy import special, stats

from riskkit.backtest import exact


def reach(ratios, probability, value):
    return probability[ratios >= value - 1e-9].sum()


@pytest.mark.parametrize("days", [1, 2, 3, 7, 12])
@pytest.mark.parametrize("level", [0.6, 0.75, 0.95, 0.99])
def test_laws_equal_all_sequences_written_out(days, level):
    breaches, coverage, independence, probability = oracle.table(days, exact.breach_probability(level))
    laws = (
        (exact.coverage_law(days, level), coverage),
        (exact.independence_law(days, level), independence),
        (exact.conditional_law(days, level), coverage + independence),
    )
    for law, ratios in laws:
        for value in np.unique(ratios.round(12)):
            if reach(ratios, probability, value) > 1e-13:
                assert law.at_least(value) == pytest.approx(reach(ratios, probability, value), rel=1e-9, abs=1e-13)
    for count in range(days + 1):
        these = independence[breaches == count]
        law = exact.arrangement_law(days, count)
        for value in these:
            assert law.at_least(value) == pytest.approx(np.mean(these >= value - 1e-9), rel=1e-11)


def test_brute_force_at_fourteen_days():
    _, coverage, independence, probability = oracle.table(14, 0.05)
    law = exact.conditional_law(14, 0.95)
    for value in (0.5, 2.0, 4.0, 5.99, 9.0):
        assert law.at_least(value) == pytest.approx(reach(coverage + independence, probability, value), rel=1e-11)


@given(cells=st.tuples(*[st.integers(0, 400)] * 4))
@settings(max_examples=200, deadline=None)
def test_independence_ratio_equals_the_textbook_likelihoods(cells):
    assert exact.independence_ratio(*cells) == pytest.approx(oracle.independence_ratio(*cells), rel=1e-9, abs=1e-9)


@given(days=st.integers(1, 3000), share=st.floats(0, 1), level=st.floats(0.51, 0.999))
@settings(max_examples=100, deadline=None)
def test_coverage_ratio_equals_the_textbook_likelihoods(days, share, level):
    breaches = round(share * days)
    expected = oracle.coverage_ratio(breaches, days, exact.breach_probability(level))
    assert exact.coverage_ratio(breaches, days, level) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(days=st.integers(1, 2000), level=st.floats(0.51, 0.9999))
@settings(max_examples=40, deadline=None)
def test_nothing_of_weight_is_left_out(days, level):
    for law in (exact.coverage_law(days, level), exact.independence_law(days, level), exact.conditional_law(days, level)):
        assert law.reach[0] == pytest.approx(1.0, abs=1e-11)
        assert np.all(np.diff(law.reach) <= 0.0)
        assert np.all(np.diff(law.values) >= 0.0)


@given(days=st.integers(1, 3000), data=st.data())
@settings(max_examples=40, deadline=None)
def test_every_arrangement_is_counted(days, data):
    breaches = data.draw(st.integers(0, days))
    assert exact.arrangement_law(days, breaches).reach[0] == pytest.approx(1.0, abs=1e-11)


def test_number_of_runs_is_hypergeometric():
    # the fact on which the range of runs rests
    days, breaches = 60, 17
    patterns, log_size = exact._patterns(days, np.array([breaches]))
    every = special.binom(days, breaches)
    for runs in range(1, breaches + 1):
        counted = np.exp(log_size[patterns.n11 == breaches - runs]).sum() / every
        assert counted == pytest.approx(stats.hypergeom.pmf(runs, days, days - breaches + 1, breaches), rel=1e-10)


@pytest.mark.parametrize(("days", "breaches"), [(5000, 40), (5000, 250), (20_000, 1000), (20_000, 10_000)])
def test_runs_left_out_are_all_but_impossible(days, breaches):
    fewest, most = (int(bound[0]) for bound in exact._range_of_runs(days, np.array([breaches])))
    law = stats.hypergeom(days, days - breaches + 1, breaches)
    assert law.cdf(fewest - 1) + law.sf(most) < exact.NEGLIGIBLE / 50


def test_law_agrees_with_simulation():
    rng = np.random.default_rng(11)
    days, level, draws = 250, 0.975, 40_000
    breach = rng.random((draws, days)) < exact.breach_probability(level)
    today, tomorrow = breach[:, :-1], breach[:, 1:]
    n11, n01, n10 = ((a & b).sum(axis=1) for a, b in ((today, tomorrow), (~today, tomorrow), (today, ~tomorrow)))
    independence = exact.independence_ratio(days - 1 - n11 - n01 - n10, n01, n10, n11)
    ratios = exact.coverage_ratio(breach.sum(axis=1), days, level) + independence
    for law, sample in ((exact.independence_law(days, level), independence), (exact.conditional_law(days, level), ratios)):
        for value in (0.5, 1.0, 2.0, 4.0, 6.0):
            chance = law.at_least(value)
            assert np.mean(sample >= value) == pytest.approx(chance, abs=4.5 * np.sqrt(chance * (1 - chance) / draws))


def test_chi_square_is_the_limit():
    for law, df in ((exact.independence_law(20_000, 0.9), 1), (exact.conditional_law(20_000, 0.9), 2)):
        for value in (1.0, 3.841, 6.0):
            assert law.at_least(value) == pytest.approx(special.chdtrc(df, value), rel=0.02)


def test_laws_are_read_only_and_kept():
    law = exact.conditional_law(250, 0.99)
    assert law is exact.conditional_law(250, 0.99)
    with pytest.raises(ValueError, match="read-only"):
        law.reach[0] = 0.0


def test_beyond_the_last_value_only_what_was_left_out_may_lie():
    assert exact.conditional_law(250, 0.99).at_least(1e6) == exact.NEGLIGIBLE
    assert exact.coverage_law(250, 0.99).at_least(1e6) == 0.0

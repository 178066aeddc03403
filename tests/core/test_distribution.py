"""Loss distributions: VaR and ES against exact fractions, and the laws they must obey."""

import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import distribution as oracle
from scipy import optimize, stats

from riskkit import DataError, LossDistribution, ModelError
from riskkit.core import law

LEVELS = ["0.51", "0.6", "0.75", "0.9", "0.95", "0.975", "0.99", "0.995", "0.999"]
quick = settings(deadline=None, max_examples=120)
losses_of = st.lists(st.floats(-1e6, 1e6) | st.integers(-3, 3).map(float), min_size=1, max_size=60)


def test_var_and_es_are_exact_where_the_tail_is_a_whole_number_of_scenarios():
    rng = np.random.default_rng(1)
    for level in LEVELS:
        for n in (100, 200, 250, 500, 1_000, 2_000):
            sample = rng.standard_t(3, n)
            var, es = oracle.var_es(sample, [1] * n, level)
            losses = LossDistribution(sample)
            assert losses.var(float(level)) == var
            assert losses.es(float(level)) == pytest.approx(es, rel=1e-13)


@quick
@given(sample=losses_of, level=st.sampled_from(LEVELS))
def test_any_sample_against_fractions(sample, level):
    var, es = oracle.var_es(sample, [1] * len(sample), level)
    losses = LossDistribution(sample)
    assert losses.var(float(level)) == var
    assert losses.es(float(level)) == pytest.approx(es, rel=1e-12, abs=1e-12 * np.abs(sample).max())


@quick
@given(
    pairs=st.lists(
        st.tuples(st.floats(-1e6, 1e6) | st.integers(-3, 3).map(float), st.integers(0, 1_000)), min_size=1, max_size=60
    ).filter(lambda pairs: any(weight for _, weight in pairs)),
    level=st.sampled_from(LEVELS),
)
def test_any_weighted_sample_against_fractions(pairs, level):
    sample, weights = zip(*pairs, strict=True)
    var, es = oracle.var_es(sample, weights, level)
    losses = LossDistribution(sample, weights=weights)
    assert losses.var(float(level)) == var
    assert losses.es(float(level)) == pytest.approx(es, rel=1e-11, abs=1e-11 * np.abs(sample).max())


@quick
@given(
    rows=st.lists(
        st.tuples(*[st.floats(-1e3, 1e3, allow_subnormal=False)] * 3, st.integers(1, 20)), min_size=1, max_size=50
    ),
    level=st.sampled_from(LEVELS),
)
def test_es_is_not_below_var_and_is_the_sum_of_its_contributions(rows, level):
    table, level = np.array(rows), float(level)
    losses = LossDistribution(table[:, :3], ("a", "b", "c"), weights=table[:, 3])
    assert losses.es(level) >= losses.var(level)
    scale = np.abs(table[:, :3]).max()
    assert losses.contributions(level).sum() == pytest.approx(losses.es(level), rel=1e-12, abs=1e-12 * scale)


@quick
@given(sample=losses_of, other=losses_of, level=st.sampled_from(LEVELS))
def test_mixing_with_probability_zero_changes_nothing(sample, other, level):
    level = float(level)
    before = LossDistribution(sample)
    after = before.mixed(0.0, LossDistribution(other))
    assert after.var(level) == before.var(level)
    assert after.es(level) == pytest.approx(before.es(level), rel=1e-13, abs=1e-13 * np.abs(sample).max())
    certain = LossDistribution(other).mixed(1.0, before)
    assert certain.var(level) == before.var(level)


@quick
@given(sample=losses_of, absent=losses_of, level=st.sampled_from(LEVELS))
def test_scenarios_of_weight_zero_change_nothing(sample, absent, level):
    level = float(level)
    before = LossDistribution(sample)
    after = LossDistribution(absent + sample, weights=[0.0] * len(absent) + [1.0] * len(sample))
    assert after.var(level) == before.var(level)
    assert after.es(level) == pytest.approx(before.es(level), rel=1e-13, abs=1e-13 * np.abs(sample).max())
    assert after.mean == pytest.approx(before.mean, rel=1e-12, abs=1e-12 * np.abs(sample).max())


@quick
@given(sample=losses_of, factor=st.sampled_from([2.0**-30, 0.5, 4.0, 2.0**20]), level=st.sampled_from(LEVELS))
def test_positive_homogeneity(sample, factor, level):
    level = float(level)
    one, many = LossDistribution(sample), LossDistribution(factor * np.array(sample))
    assert many.var(level) == factor * one.var(level)
    assert many.es(level) == pytest.approx(factor * one.es(level), rel=1e-14, abs=factor * 1e-300)


@quick
@given(sample=st.lists(st.integers(-1000, 1000), min_size=1, max_size=60), shift=st.integers(-5000, 5000))
def test_translation(sample, shift):
    losses, moved = LossDistribution(sample), LossDistribution(np.array(sample) + shift)
    assert moved.var(0.9) == losses.var(0.9) + shift
    assert moved.es(0.9) == pytest.approx(losses.es(0.9) + shift, rel=1e-12, abs=1e-9)
    assert losses.plus(LossDistribution([shift])).var(0.9) == moved.var(0.9)


@quick
@given(
    rows=st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=1, max_size=60),
    level=st.sampled_from(LEVELS),
)
def test_es_is_subadditive(rows, level):
    table, level = np.array(rows), float(level)
    both = LossDistribution(table).es(level)
    apart = sum(LossDistribution(column).es(level) for column in table.T)
    assert both <= apart + 1e-12 * np.abs(table).max()


def test_a_rare_million():
    """P = 0.5 % of losing a million: VaR at 99 % sees nothing, ES half a million (closed form)."""
    losses = LossDistribution([0.0, 1e6], weights=[0.995, 0.005], unit="USD", sampled=False)
    assert losses.var(0.99) == 0.0
    assert losses.es(0.99) == pytest.approx(500_000, rel=1e-12)
    assert losses.var(0.995) == 0.0  # P(L <= 0) = 0.995 reaches the level
    assert losses.es(0.995) == pytest.approx(1e6, rel=1e-12)


def test_a_jump_on_top_of_a_normal_market():
    """Normal (sigma 100,000) + jump of a million with p = 2 % at 97.5 %: VaR 256,883.572774, ES 857,711.121478 = jump
    800,000 + market 57,711.121478 (closed form)."""
    market = LossDistribution(law.normal(0.0, 1e5).components, ("market",), law.normal(0.0, 1e5).weights, sampled=False)
    jump = LossDistribution([0.0, 1e6], ("jump",), [0.98, 0.02], sampled=False)
    losses = market.plus(jump, dependence="independent")
    contributions = losses.contributions(0.975)
    # the law has bins of probability 1e-4: VaR between two nodes is off by at most the distance of the nodes
    exact = optimize.brentq(lambda v: 0.98 * stats.norm.sf(v / 1e5) + 0.02 * stats.norm.sf(v / 1e5 - 10) - 0.025, 0, 1e6)
    assert exact == pytest.approx(256_883.572774, abs=1e-6)
    assert losses.var(0.975) == pytest.approx(exact, abs=1e5 * 1e-4 / stats.norm.pdf(exact / 1e5))
    # ES is flat where VaR is right: its error is of second order
    assert losses.es(0.975) == pytest.approx(857_711.121478, abs=1.0)
    assert contributions["jump"] == pytest.approx(800_000, abs=1.0)
    assert contributions["market"] == pytest.approx(57_711.121478, abs=1.0)
    mixture = market.mixed(0.02, market.plus(LossDistribution([1e6], ("jump",), sampled=False)))
    assert mixture.es(0.975) == pytest.approx(losses.es(0.975), rel=1e-12)


@pytest.mark.parametrize("draw", ["normal", "student"])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.975])
def test_standard_errors_are_the_spread_of_many_samples(draw, level):
    rng = np.random.default_rng(11)
    samples = rng.standard_normal((1_500, 1_000)) if draw == "normal" else rng.standard_t(6, (1_500, 1_000))
    said: dict[str, list[float]] = {"var": [], "es": []}
    seen: dict[str, list[float]] = {"var": [], "es": []}
    for sample in samples:
        losses = LossDistribution(sample)
        for measure, estimate in (("var", losses.var(level)), ("es", losses.es(level))):
            seen[measure].append(estimate)
            said[measure].append(losses.standard_error(level, measure))
    for measure in ("var", "es"):
        assert np.sqrt(np.mean(np.square(said[measure]))) == pytest.approx(np.std(seen[measure]), rel=0.10)


def test_equal_weights_given_or_not_are_the_same():
    sample = np.random.default_rng(2).standard_normal(333)
    free, given_ = LossDistribution(sample), LossDistribution(sample, weights=np.full(333, 0.1))
    pd.testing.assert_frame_equal(free.summary(), given_.summary())


def test_a_level_closer_to_one_than_any_probability():
    losses = LossDistribution([1.0, 2.0, 3.0, 3.0])
    level = float(np.nextafter(1.0, 0.0))
    assert losses.var(level) == losses.es(level) == 3.0


def test_summary_has_no_errors_for_a_law():
    assert list(law.normal(0.0, 1.0).summary().columns) == ["var", "es"]
    assert list(LossDistribution([1.0, 2.0]).summary().columns) == ["var", "es", "var_standard_error", "es_standard_error"]
    with pytest.raises(ModelError, match="no sampling error"):
        law.normal(0.0, 1.0).standard_error(0.99)


def test_plus_adds_what_happens_together():
    first = LossDistribution([[1.0, 2.0], [3.0, 4.0]], ("a", "b"))
    second = LossDistribution([[10.0, 20.0], [30.0, 40.0]], ("b", "c"))
    both = first.plus(second)
    assert both.names == ("a", "b", "c")
    assert both.components.tolist() == [[1.0, 12.0, 20.0], [3.0, 34.0, 40.0]]
    assert first.plus(LossDistribution([1.0, 2.0, 3.0]), dependence="independent").total.size == 6
    with pytest.raises(DataError, match="same scenarios"):
        first.plus(LossDistribution([1.0, 2.0, 3.0]))


def test_independent_sum_is_the_convolution():
    dice = LossDistribution(range(1, 7))
    both = dice.plus(dice, dependence="independent")
    assert both.mean == pytest.approx(7.0)
    assert [both.var(level) for level in (0.58, 0.59, 0.97, 0.98)] == [7.0, 8.0, 11.0, 12.0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"components": []}, "too short"),
        ({"components": [1.0, np.nan]}, "NaN or infinite"),
        ({"components": [1.0, np.inf]}, "NaN or infinite"),
        ({"components": [["a"]]}, "not numeric"),
        ({"components": 1.0}, "wrong shape"),
        ({"components": np.zeros((2, 2, 2))}, "wrong shape"),
        ({"components": [1.0, 2.0], "weights": [1.0]}, "do not fit"),
        ({"components": [1.0, 2.0], "weights": [1.0, -0.1]}, "not probabilities"),
        ({"components": [1.0, 2.0], "weights": [0.0, 0.0]}, "not probabilities"),
        ({"components": [1.0, 2.0], "weights": [1.0, np.nan]}, "NaN or infinite"),
        ({"components": [[1.0, 2.0]], "names": ("a",)}, "2 distinct names"),
        ({"components": [[1.0, 2.0]], "names": ("a", "a")}, "2 distinct names"),
        ({"components": [1.0], "horizon": 0.0}, "horizon"),
    ],
)
def test_refuses_bad_input(arguments, message):
    with pytest.raises(DataError, match=message):
        LossDistribution(**arguments)


@pytest.mark.parametrize("level", [0.05, 0.5, 1.0, 0.0, 99, -1.0, "0.99", None, True, float("nan")])
@pytest.mark.parametrize("method", ["var", "es", "contributions", "standard_error"])
def test_refuses_a_level(method, level):
    with pytest.raises(DataError, match="confidence level"):
        getattr(LossDistribution([1.0, 2.0]), method)(level)


def test_refuses_what_cannot_be_added_or_mixed():
    losses = LossDistribution([1.0, 2.0])
    for other, message in [
        (LossDistribution([1.0, 2.0], unit="USD"), "unit"),
        (LossDistribution([1.0, 2.0], horizon=10), "horizon"),
        (3.0, "not a loss"),
    ]:
        with pytest.raises(DataError, match=message):
            losses.plus(other)
        with pytest.raises(DataError, match=message):
            losses.mixed(0.5, other)
    for probability in (-0.1, 1.1, float("nan"), "half"):
        with pytest.raises(DataError, match="probability"):
            losses.mixed(probability, losses)
    large = LossDistribution(np.arange(10_000.0))
    with pytest.raises(DataError, match="too large"):
        large.plus(large, dependence="independent")


def test_is_frozen_read_only_and_picklable():
    mine = np.array([3.0, 1.0, 2.0])
    losses = LossDistribution(mine)
    mine[0] = 99.0
    assert losses.var(0.99) == 3.0  # a copy
    with pytest.raises(FrozenInstanceError):
        losses.unit = "USD"
    for values in (losses.components, losses.weights, losses.total):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1.0
    again = pickle.loads(pickle.dumps(losses))
    pd.testing.assert_frame_equal(again.summary(), losses.summary())
    for values in (again.components, again.weights, again.total):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1.0


def test_a_trip_to_another_process_changes_no_digit():
    losses = LossDistribution(np.random.default_rng(3).standard_t(3, 777), weights=np.arange(777.0))
    again = pickle.loads(pickle.dumps(losses))
    assert again.weights.tolist() == losses.weights.tolist()
    assert again.es(0.99) == losses.es(0.99)


class OnDemand:
    """Components that are computed when asked for, and that remember which."""

    def __init__(self, table):
        self.table, self.total, self.asked = table, table.sum(axis=1), []

    def rows(self, scenarios):
        self.asked.append(len(scenarios))
        return self.table[scenarios]


def test_components_on_demand_are_asked_for_the_tail_only():
    parts = OnDemand(np.random.default_rng(1).standard_t(4, (1_000, 3)))
    demanded, held = LossDistribution(parts, names="abc"), LossDistribution(parts.table, names="abc")
    assert (demanded.es(0.99), demanded.var(0.99)) == (held.es(0.99), held.var(0.99))
    assert parts.asked == []
    pd.testing.assert_series_equal(demanded.contributions(0.99), held.contributions(0.99))
    assert parts.asked == [10]
    np.testing.assert_array_equal(demanded.components, held.components)
    mixed = demanded.mixed(0.1, held)
    assert mixed.es(0.99) == pytest.approx(held.es(0.99), rel=1e-9)


@pytest.mark.parametrize("kind", ["equal", "weighted", "ties", "blocks", "zeros"])
def test_of_many_scenarios_the_tail_alone_gives_the_numbers_of_all(kind):
    rng = np.random.default_rng(5)
    total = rng.standard_t(3, 60_001)
    weights = None if kind == "equal" else rng.uniform(0.1, 2.0, len(total))
    if kind == "ties":
        total = total.round(1)
    elif kind == "blocks":  # every thirty-second scenario is a disaster
        total[::32] += 100.0
    elif kind == "zeros":
        weights[total > 3.0] = 0.0
    losses, all_of_them = LossDistribution(total, weights=weights), LossDistribution(total, weights=weights)
    assert len(all_of_them._descending.losses) <= len(total)  # sorted at once, and used from then on
    for level in (0.9, 0.975, 0.99, 0.999, 0.9999):
        assert losses.var(level) == all_of_them.var(level)
        assert losses.es(level) == pytest.approx(all_of_them.es(level), rel=1e-14)
        assert losses.tail(level).weights.sum() == pytest.approx(1.0, rel=1e-12)
    assert "_descending" not in losses.__dict__  # it never sorted all

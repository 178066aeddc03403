"""Samples of Archimedean copulas under conditions, against brute force."""

import numpy as np
import pytest
from scipy import stats

from riskkit import DataError, FactorError, ModelError
from riskkit.dependence import ArchimedeanLaw
from riskkit.dependence.frailty import Conditions, Plan, _log_bound, _propose

NAMES = ["BTC", "ETH", "SOL", "XRP"]
LAWS = [("clayton", 0.5), ("clayton", 3.0), ("gumbel", 1.3), ("gumbel", 3.0), ("frank", 5.0), ("joe", 1.4), ("joe", 3.0)]
CONDITIONS = [
    {"BTC": (0.0, 0.05)},
    {"ETH": (0.9, 1.0)},
    {"BTC": (0.0, 0.1), "ETH": (0.0, 0.2)},
    {"BTC": (0.9, 1.0), "ETH": (0.8, 1.0)},
    {"BTC": (0.4, 0.5), "ETH": (0.4, 0.5), "SOL": (0.3, 0.6)},
    {"BTC": (0.4, 0.5), "ETH": (0.0, 0.4), "SOL": (0.6, 1.0)},
    {"BTC": 0.1, "ETH": (0.05, 0.2)},
    {"BTC": 0.8, "SOL": (0.7, 1.0), "ETH": (0.5, 0.52)},
]


def brute(sample, given):
    """Rows that meet the conditions; a value is met within 0.005."""
    kept = np.ones(len(sample), dtype=bool)
    for name, condition in given.items():
        low, high = condition if isinstance(condition, tuple) else (condition - 0.005, condition + 0.005)
        kept &= ((sample[name] > low) & (sample[name] < high)).to_numpy()
    return sample[kept]


@pytest.mark.parametrize(("family", "theta"), LAWS)
@pytest.mark.parametrize("survival", [False, True])
def test_conditions_agree_with_brute_force(family, theta, survival):
    law = ArchimedeanLaw(family, theta, NAMES, survival)
    everything = law.sample(200_000, rng=3)
    p_values = []
    for given in CONDITIONS:
        expected, drawn = brute(everything, given), law.sample(2_000, rng=5, given=given)
        for name, condition in given.items():
            low, high = condition if isinstance(condition, tuple) else (condition, condition)
            assert drawn[name].between(low, high).all()
        if len(expected) < 100:
            continue
        for summary in (
            lambda rows: rows["XRP"],
            lambda rows: rows.sum(axis=1),
            lambda rows: np.ptp(rows.to_numpy(), axis=1),
        ):
            p_values.append(stats.ks_2samp(summary(expected), summary(drawn)).pvalue)
    assert len(p_values) >= 12
    assert min(p_values) > 0.01 / len(p_values) / 10


@pytest.mark.parametrize("theta", [-5.0, 5.0])
def test_pairs_of_either_sign(theta):
    law = ArchimedeanLaw("frank", theta, ["BTC", "USDT"])
    everything = law.sample(200_000, rng=3)
    for given in ({"BTC": (0.0, 0.02)}, {"USDT": (0.9, 1.0)}, {"BTC": 0.1}, {"BTC": (0.2, 0.3), "USDT": (0.5, 0.9)}):
        expected, drawn = brute(everything, given), law.sample(2_000, rng=5, given=given)
        for name in ("BTC", "USDT"):
            if isinstance(given.get(name), float):
                assert (drawn[name] == given[name]).all()
            else:
                assert stats.ks_2samp(expected[name], drawn[name]).pvalue > 1e-4


@pytest.mark.parametrize(("family", "theta"), LAWS)
def test_a_value_leaves_the_conditional_law_of_the_pair(family, theta):
    from riskkit.dependence import pair

    law = ArchimedeanLaw(family, theta, ["BTC", "ETH"])
    for value in (1e-6, 0.3, 1 - 1e-6):
        drawn = law.sample(2_000, rng=1, given={"BTC": value})["ETH"]
        ranks = pair(family, theta).h(drawn.to_numpy(), value)
        assert stats.kstest(ranks, "uniform").pvalue > 1e-4


@pytest.mark.parametrize("family", ["clayton", "gumbel", "frank", "joe"])
def test_rare_conditions_are_drawn_all_the_same(family):
    law = ArchimedeanLaw(family, 1.5, NAMES)
    for given in (
        dict.fromkeys(NAMES, (0.0, 0.001)),
        dict.fromkeys(NAMES, (1 - 0.001, 1.0)),
        dict.fromkeys(NAMES, (0.5, 0.5 + 1e-06)),
        {"BTC": 1e-6, "ETH": 1 - 1e-6},
    ):
        drawn = law.sample(500, rng=1, given=given)
        assert len(drawn) == 500
        assert np.isfinite(drawn.to_numpy()).all()


def test_independence_stays_independence():
    law = ArchimedeanLaw("clayton", 0.0, NAMES)
    drawn = law.sample(2_000, rng=1, given={"BTC": 0.01, "ETH": (0.2, 0.4), "SOL": (0.9, 1.0)})
    assert stats.kstest(drawn["XRP"], "uniform").pvalue > 1e-4
    assert stats.kstest((drawn["ETH"] - 0.2) / 0.2, "uniform").pvalue > 1e-4
    assert stats.kstest((drawn["SOL"] - 0.9) / 0.1, "uniform").pvalue > 1e-4


def test_conditions_that_all_but_exclude_each_other_are_drawn_too():
    """The first is in its lowest thousandth, T_1 above 1e90: the frailty is then so small that the other T are uniform."""
    law = ArchimedeanLaw("clayton", 30.0, ["BTC", "ETH", "SOL"])
    drawn = law.sample(1_000, rng=1, given={"BTC": (0.0, 1e-3), "ETH": (0.99, 1.0), "SOL": (0.4, 0.5)})
    for name, (low, high) in {"ETH": (0.99, 1.0), "SOL": (0.4, 0.5)}.items():
        ends = [float(law.generator.log_inverse(np.asarray(end))) for end in (high, low)]
        steps = np.exp(law.generator.log_inverse(drawn[name].to_numpy()))
        share = (steps - np.exp(ends[0])) / (np.exp(ends[1]) - np.exp(ends[0]))
        assert stats.kstest(share, "uniform").pvalue > 1e-3


@pytest.mark.parametrize(("family", "theta"), LAWS)
@pytest.mark.parametrize("survival", [False, True])
def test_the_law_in_a_corner_that_is_hardly_ever_met(family, theta, survival):
    """Given that all are in a corner (0, q)^d, one of them has the distribution function C(u, q, ...) / C(q, ...)."""
    law = ArchimedeanLaw(family, theta, NAMES[:3], survival)
    q = 1e-2
    while law.cdf(np.full((1, 3), q))[0] > 1e-6:
        q *= 0.5
    drawn = law.sample(2_000, rng=1, given=dict.fromkeys(NAMES[:3], (0.0, q))).to_numpy()
    for column in range(3):
        points = np.full_like(drawn, q)
        points[:, column] = drawn[:, column]
        ranks = law.cdf(points) / law.cdf(np.full((1, 3), q))
        # a sum of 8 terms of both signs has an absolute error of 1e-15
        assert stats.kstest(ranks, "uniform").pvalue > 1e-3


@pytest.mark.parametrize(("family", "theta"), LAWS)
def test_means_are_those_of_brute_force_at_one_in_a_hundred(family, theta):
    law = ArchimedeanLaw(family, theta, NAMES)
    given = {"BTC": (0.2, 0.4), "ETH": (0.3, 0.5), "SOL": (0.1, 0.4)}
    everything = law.sample(400_000, rng=1)
    expected, found = brute(everything, given), law.sample(20_000, rng=2, given=given)
    assert len(expected) > 1_000
    for power in (1, 2):
        one, other = expected**power, found**power
        error = np.sqrt(one.var() / len(one) + other.var() / len(other))
        assert (abs(one.mean() - other.mean()) < 3.0 * error).all()


@pytest.mark.parametrize(("family", "theta"), LAWS)
def test_a_good_share_of_proposals_is_kept(family, theta):
    """Also of twenty variables in the same interval, and of intervals of very different widths."""
    generator = ArchimedeanLaw(family, theta, ["BTC", "ETH"]).generator
    for bounds in (
        dict.fromkeys(range(20), (0.4, 0.6)),
        dict.fromkeys(range(20), (0.0, 0.01)),
        dict.fromkeys(range(20), (0.99, 1.0)),
        {0: (0.5, 0.5 + 1e-9), 1: (0.5, 0.5 + 1e-6), 2: (0.5, 0.5 + 1e-3), 3: (0.0, 0.9), 4: (1e-6, 1e-6)},
    ):
        conditions = Conditions.of(generator, bounds)
        plan = Plan.of(generator, conditions)
        kept = _propose(generator, 20, 2_000, conditions, plan, np.random.default_rng(1))
        assert len(kept) > 0.05 * 2_000


@pytest.mark.parametrize("widths", [[1.0], [1.0, 1.0], [1e-9, 1e-3, 5.0], [0.3] * 20])
def test_the_bound_is_the_least_that_holds(widths):
    widths = np.log(widths)
    log_v = np.linspace(-60.0, 60.0, 200_001)
    product = np.log(-np.expm1(-np.exp(log_v[:, None] + widths))).sum(axis=1)
    for m in range(len(widths) + 1):
        ratio = product - m * log_v
        assert ratio.max() == pytest.approx(_log_bound(widths, m), abs=1e-6)
        assert ratio.max() <= _log_bound(widths, m) + 1e-10


def test_hardly_any_dependence_beyond_what_is_met_together_is_refused():
    """Near independence all but never are all in the upper corner, unless a frailty that is as rare brings them there."""
    law = ArchimedeanLaw("gumbel", 1.0 + 1e-7, NAMES)
    with pytest.raises(ModelError, match="too rare"):
        law.sample(100, rng=1, given=dict.fromkeys(NAMES, (0.999, 1.0)))


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"DOGE": 0.1}, FactorError, "DOGE"),
        ({"BTC": 0.0}, DataError, "BTC"),
        ({"BTC": 1.0}, DataError, "BTC"),
        ({"BTC": (0.2, 1.1)}, DataError, "BTC"),
        ({"BTC": (0.2, 0.2)}, DataError, "empty interval"),
        ({"BTC": (0.2,)}, DataError, "no interval"),
        ({"BTC": float("nan")}, DataError, "BTC"),
        (dict.fromkeys(NAMES, 0.5), DataError, "nothing to draw"),
        ([0.5], DataError, "given"),
    ],
)
def test_bad_conditions_are_named(given, error, message):
    with pytest.raises(error, match=message):
        ArchimedeanLaw("clayton", 1.0, NAMES).sample(10, rng=1, given=given)


def test_same_seed_same_bits():
    law = ArchimedeanLaw("gumbel", 2.0, NAMES)
    given = {"BTC": (0.9, 1.0), "ETH": 0.5}
    np.testing.assert_array_equal(law.sample(500, rng=1, given=given), law.sample(500, rng=1, given=given))

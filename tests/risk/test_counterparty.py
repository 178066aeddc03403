"""Venues that fail: mixtures by hand, the mean kept, and stress that makes it worse."""

import numpy as np
import pytest
from scipy import special

from riskkit import DataError, LossDistribution
from riskkit.core import law
from riskkit.risk import Venue, with_counterparties

MARKET = law.normal(0.0, 1e5)
VENUE = Venue("A", 2e6, default_probability_annual=0.9, loss_given_default=0.5)


def annual(probability, days=1.0):
    """The yearly probability that gives ``probability`` within some days."""
    return -np.expm1(np.log1p(-probability) * 365.0 / days)


def test_the_hybrid_of_a_normal_loss_and_a_jump():
    """sigma 1e5, a jump of 1e6 with probability 0.02, level 0.975: the jump's share is its 800,000."""
    sure = Venue("jump", 1e6, default_probability_annual=annual(0.02, 30))
    losses = with_counterparties(law.normal(0.0, 1e5, horizon=30.0), [sure])
    assert losses.es(0.975) == pytest.approx(857_711.121478, rel=1e-5)
    assert losses.var(0.975) == pytest.approx(256_883.572774, rel=1e-3)
    shares = losses.contributions(0.975)
    assert shares["jump"] == pytest.approx(800_000, rel=1e-9)
    assert shares.sum() == pytest.approx(losses.es(0.975), rel=1e-9)


def test_two_venues_independent_by_hand():
    market = LossDistribution([0.0, 10.0], names=("market",), weights=[0.5, 0.5], horizon=365.0)
    losses = with_counterparties(market, [Venue("A", 100.0, 0.1), Venue("B", 1_000.0, 0.2, 0.5)])
    assert losses.names == ("market", "A", "B")
    states = dict(zip(losses.total.tolist(), losses.weights.tolist(), strict=True))
    assert states == pytest.approx(
        {0.0: 0.36, 100.0: 0.04, 500.0: 0.09, 600.0: 0.01, 10.0: 0.36, 110.0: 0.04, 510.0: 0.09, 610.0: 0.01}
    )


@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.6, 0.95])
def test_wrong_way_risk_keeps_the_probability_and_moves_it_into_the_tail(correlation):
    sample = LossDistribution(np.random.default_rng(1).standard_t(4, 5_000), names=("market",), horizon=30.0)
    losses = with_counterparties(sample, [VENUE], correlation=correlation)
    failed = losses.components[:, 1] > 0
    assert losses.weights[failed].sum() == pytest.approx(VENUE.default_probability(30.0), rel=1e-12)
    assert losses.weights @ losses.components[:, 0] == pytest.approx(sample.mean, abs=1e-12)
    if correlation:
        in_the_tail = losses.weights[failed] @ losses.components[failed, 0]
        assert in_the_tail > 0.5 * correlation * losses.weights[failed].sum()


def test_one_factor_given_a_normal_market():
    """Given the market's normal score z the chance is Phi((c + sqrt(rho) z) / sqrt(1 - rho)), c the plain threshold."""
    losses = with_counterparties(law.normal(0.0, 1.0, horizon=30.0), [VENUE], correlation=0.3)
    pairs = losses.weights.reshape(-1, 2)
    chance = pairs[:, 1] / pairs.sum(axis=1)
    scores = losses.components[::2, 0]
    threshold = special.ndtri(VENUE.default_probability(30.0))
    inner = np.abs(scores) < 3
    expected = special.ndtr((threshold + np.sqrt(0.3) * scores) / np.sqrt(0.7))
    np.testing.assert_allclose(chance[inner], expected[inner], rtol=2e-3)


def test_what_cannot_fail_costs_nothing():
    losses = with_counterparties(MARKET, [Venue("safe", 1e9, 0.0), Venue("empty", 0.0, 0.5)], correlation=0.5)
    assert losses.es(0.99) == pytest.approx(MARKET.es(0.99), rel=1e-12)
    assert losses.names == ("total", "safe", "empty")
    assert len(losses.total) == len(MARKET.total)


@pytest.mark.parametrize(
    ("venues", "correlation", "message"),
    [
        ([], 0.0, "there are no venues"),
        (["A"], 0.0, "there are no venues"),
        ([VENUE, VENUE], 0.0, "names of their own"),
        ([Venue("total", 1.0, 0.1)], 0.0, "names of their own"),
        ([VENUE], 1.0, "correlation is out of range"),
        ([VENUE], -0.1, "correlation is out of range"),
        ([Venue(str(k), 1.0, 0.1) for k in range(12)], 0.0, "too many combinations"),
    ],
)
def test_refuses(venues, correlation, message):
    with pytest.raises(DataError, match=message):
        with_counterparties(MARKET, venues, correlation=correlation)


@pytest.mark.parametrize("arguments", [(-1.0, 0.1), (1.0, 1.0), (1.0, -0.1), (1.0, 0.1, 1.5), (np.nan, 0.1)])
def test_refuses_a_venue(arguments):
    with pytest.raises(DataError, match="out of range"):
        Venue("A", *arguments)

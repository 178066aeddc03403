r"""Counterparty risk: a venue fails, and what lies there is lost in part, more likely so when markets are in stress.

Given the market's loss :math:`l`, venue :math:`v` fails with probability

.. math:: p_v(l) = \Phi\Big(\frac{c_v + \sqrt{\rho}\,z(l)}{\sqrt{1 - \rho}}\Big),\qquad z(l) = \Phi^{-1}(\text{rank of } l),

one factor behind all of them; :math:`c_v` is chosen so that the mean over the scenarios is the venue's own probability.
Given the market, venues fail independently. Every scenario is split into all combinations of failures, so nothing is drawn.

References
----------
Vasicek, O. (2002). The distribution of loan portfolio value. Risk 15 (12), 160-162.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import LossDistribution
from riskkit.errors import DataError

MOST_STATES = 20_000_000  # scenarios times combinations of failures
DAYS_PER_YEAR = 365.0


@dataclass(frozen=True)
class Venue:
    """A place where money lies.

    Parameters
    ----------
    name : str
    balance : float
        What is lost if all is lost, >= 0, in the unit of the losses.
    default_probability_annual : float
        In [0, 1).
    loss_given_default : float
        Part of the balance that never comes back, in [0, 1].

    Examples
    --------
    >>> venue = Venue("A", balance=1e6, default_probability_annual=0.05, loss_given_default=0.6)
    >>> round(venue.default_probability(1.0), 6)
    0.000141
    """

    name: str
    balance: float
    default_probability_annual: float
    loss_given_default: float = 1.0

    def __post_init__(self) -> None:
        checks.number("balance", self.balance, least=0.0)
        checks.number("loss_given_default", self.loss_given_default, least=0.0, most=1.0)
        if checks.number("default_probability_annual", self.default_probability_annual, least=0.0, most=1.0) == 1.0:
            raise DataError("default_probability_annual is out of range", got="1.0", expected="< 1")

    @property
    def loss(self) -> float:
        """What its failure costs."""
        return self.balance * self.loss_given_default

    def default_probability(self, days: float) -> float:
        """Return the probability of failing within some days, at a constant intensity."""
        return float(-np.expm1(np.log1p(-self.default_probability_annual) * days / DAYS_PER_YEAR))


def with_counterparties(losses: LossDistribution, venues: Sequence[Venue], *, correlation: float = 0.0) -> LossDistribution:
    """Add the failure of venues to the losses of a market, one layer a venue.

    Parameters
    ----------
    losses : LossDistribution
        S scenarios of the market.
    venues : sequence of V Venue
        S x 2**V combinations must not exceed 20 million; a venue that cannot fail or holds nothing costs none.
    correlation : float
        rho in [0, 1): 0 is no wrong-way risk; 0.2 to 0.4 is what credit portfolios are given.

    Returns
    -------
    LossDistribution
        Components of the market, then one per venue. It is not a sample any more (``sampled=False``): its sampling error is
        that of the market's scenarios.

    Examples
    --------
    >>> market = rk.core.law.normal(0.0, 1e5)
    >>> venue = Venue("A", 1e6, default_probability_annual=0.5)
    >>> wrong_way = with_counterparties(market, [venue], correlation=0.3)
    >>> bool(wrong_way.es(0.99) > with_counterparties(market, [venue]).es(0.99) > market.es(0.99))
    True
    """
    rho = checks.number("correlation", correlation, least=0.0)
    if rho >= 1.0:
        raise DataError("correlation is out of range", got=repr(correlation), expected="0 <= correlation < 1")
    layers = _distinct(venues, losses.names)
    active = [venue for venue in layers if venue.loss > 0.0 and venue.default_probability_annual > 0.0]
    size = len(losses.total) << len(active)
    if size > MOST_STATES:
        raise DataError(
            "too many combinations of failures", got=f"{size:,}", expected=f"<= {MOST_STATES:,}",
            remedy="thin the scenarios, or put venues that fail together into one",
        )  # fmt: skip
    scores = _scores(losses) if rho else np.zeros(len(losses.total))
    weights, failed = np.asarray(losses.weights)[:, np.newaxis], np.zeros((1, 0), dtype=bool)
    for venue in active:
        chance = _chances(venue.default_probability(losses.horizon), rho, scores, np.asarray(losses.weights))[:, np.newaxis]
        weights = np.concatenate([weights * (1.0 - chance), weights * chance], axis=1)
        failed = np.block([[failed, np.zeros((len(failed), 1), bool)], [failed, np.ones((len(failed), 1), bool)]])
    columns = {venue.name: failed[:, number] * venue.loss for number, venue in enumerate(active)}
    states = np.column_stack([columns.get(venue.name, np.zeros(len(failed))) for venue in layers])
    market = np.repeat(losses.components, len(states), axis=0)
    components = np.concatenate([market, np.tile(states, (len(losses.total), 1))], axis=1)
    names = (*losses.names, *(venue.name for venue in layers))
    return LossDistribution(components, names, weights.ravel(), losses.horizon, losses.unit, sampled=False)


def _distinct(venues: Sequence[Venue], taken: tuple[str, ...]) -> list[Venue]:
    found = list(venues)
    if not found or not all(isinstance(venue, Venue) for venue in found):
        raise DataError("there are no venues", got=repr(venues), expected="a sequence of Venue, at least one")
    names = [venue.name for venue in found]
    if len({*names, *taken}) != len(names) + len(taken):
        raise DataError(
            "venues need names of their own", got=", ".join(names), expected=f"distinct, none of {', '.join(taken)}"
        )
    return found


def _scores(losses: LossDistribution) -> FloatArray:
    """Normal score of every scenario's loss: of the middle of its block of equal losses."""
    weights = np.asarray(losses.weights)
    _, block = np.unique(losses.total, return_inverse=True)
    share = np.bincount(block, weights)
    middle = np.cumsum(share) - 0.5 * share
    return np.asarray(special.ndtri(np.clip(middle, 1e-16, 1.0 - 1e-16)))[block]


def _chances(probability: float, rho: float, scores: FloatArray, weights: FloatArray) -> FloatArray:
    """Probability of failing in every scenario, whose mean is ``probability``."""
    if rho == 0.0:
        return np.full(len(scores), probability)

    def chance(threshold: float) -> FloatArray:
        return np.asarray(special.ndtr((threshold + np.sqrt(rho) * scores) / np.sqrt(1.0 - rho)))

    start = float(special.ndtri(probability))
    threshold = optimize.brentq(lambda x: float(weights @ chance(x)) - probability, start - 10.0, start + 10.0, xtol=1e-14)
    found = chance(threshold)
    return found * (probability / float(weights @ found))

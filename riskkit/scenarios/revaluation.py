"""Full revaluation: what the book loses in every scenario."""

from riskkit.core import LossDistribution, MarketState, Scenarios
from riskkit.errors import FactorError
from riskkit.instruments import Book


def revalue(book: Book, market: MarketState, scenarios: Scenarios, *, unit: str = "USD") -> LossDistribution:
    """Value the book today and under every scenario; the difference is the loss, position by position.

    Parameters
    ----------
    book : Book
        P positions.
    market : MarketState
        Today's market.
    scenarios : Scenarios
        S joint moves. Every factor of the book must be in the market and move in the scenarios.
    unit : str
        The money in which the book is valued.

    Returns
    -------
    LossDistribution
        Components of shape (S, P), named as the book's positions.

    Examples
    --------
    >>> book = rk.instruments.Book([rk.instruments.Spot("BTC", 1.0)])
    >>> market = rk.MarketState({"BTC.spot": 60_000.0})
    >>> halved = rk.Scenarios(["BTC.spot"], [[np.log(0.5)]])
    >>> revalue(book, market, halved).var(0.99).__round__(6)
    30000.0
    """
    unmoved = [factor for factor in book.factors if factor not in scenarios.factors]
    if unmoved:
        raise FactorError(
            "the scenarios leave a factor of the book unmoved", got=", ".join(unmoved),
            remedy="add a column of zeros to the moves where that is meant",
        )  # fmt: skip
    losses = book.value(market) - book.value(scenarios.apply(market))
    return LossDistribution(losses, tuple(book.names), scenarios.weights, scenarios.horizon, unit)

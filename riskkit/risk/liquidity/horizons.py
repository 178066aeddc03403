"""Liquidity horizons: factors that take longer to get out of are shocked for longer.

References
----------
Basel Committee (2019). Minimum capital requirements for market risk, MAR33.4-33.5.
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.core import MarketState, Scenarios
from riskkit.errors import DataError, FactorError
from riskkit.instruments import Book
from riskkit.scenarios import revalue


def cascade(es: Mapping[float, float]) -> float:
    r"""Return the ES over all liquidity horizons.

    .. math:: ES = \sqrt{ES_1^2 + \sum_{j\ge2} ES_j^2\,\frac{LH_j - LH_{j-1}}{LH_1}}

    Parameters
    ----------
    es : dict from days to money
        The first (shortest) entry is the ES over that horizon with all factors moving; each other is the ES over the *first*
        horizon when only factors of that liquidity horizon or a longer one move.

    Examples
    --------
    >>> round(cascade({10: 100, 20: 80, 40: 50, 60: 30, 120: 10}), 7)
    154.2724862
    """
    if not isinstance(es, Mapping) or not es:
        raise DataError("es is no table", got=repr(es), expected="a dict from days to ES")
    days = [checks.number("a horizon", day, above=0.0) for day in es]
    if any(later <= sooner for sooner, later in pairwise(days)):
        raise DataError("horizons are not increasing", got=days, expected="from the shortest to the longest")
    numbers = [checks.number(f"ES at {day:g} days", value, least=0.0) for day, value in es.items()]
    steps = np.diff([0.0, *days]) / days[0]
    return float(np.sqrt(np.sum(np.square(numbers) * steps)))


def liquidity_horizon_es(
    book: Book, market: MarketState, scenarios: Scenarios, horizons: Mapping[str, float], *, level: float = 0.975
) -> pd.DataFrame:
    """Return the ES with the less liquid factors shocked for longer.

    Parameters
    ----------
    book : Book
    market : MarketState
    scenarios : Scenarios
        Moves over the shortest liquidity horizon.
    horizons : dict from factor to days
        Of every factor of the book; the shortest must be the scenarios' own horizon.
    level : float

    Returns
    -------
    DataFrame, indexed by liquidity horizon
        ``es`` of the factors that have it or a longer one; ``scaled``: its part in the cascade, whose squares add up to the
        square of ``.attrs["es"]``.

    Examples
    --------
    >>> book = rk.instruments.Book([rk.instruments.Spot("BTC", 1.0), rk.instruments.Spot("SOL", 100.0)])
    >>> market = rk.MarketState({"BTC.spot": 60_000.0, "SOL.spot": 150.0})
    >>> moves = rk.Scenarios(["BTC.spot", "SOL.spot"], np.log([[0.8, 0.7], [1.1, 1.2]]), horizon=10)
    >>> table = liquidity_horizon_es(book, market, moves, {"BTC.spot": 10, "SOL.spot": 20})
    >>> table["es"].round(2).tolist(), round(table.attrs["es"], 2)
    ([16500.0, 4500.0], 17102.63)
    """
    missing = [factor for factor in book.factors if factor not in horizons]
    if missing:
        raise FactorError(
            "a factor has no liquidity horizon", got=", ".join(missing), expected="days for every factor of the book"
        )
    days = sorted({checks.number(f"the horizon of {factor}", horizons[factor], above=0.0) for factor in book.factors})
    if days[0] != scenarios.horizon:
        raise DataError(
            "the scenarios do not span the shortest liquidity horizon", got=f"{scenarios.horizon:g} days",
            expected=f"{days[0]:g} days", remedy="draw the scenarios over that horizon",
        )  # fmt: skip
    found = {}
    for day in days:
        still = [factor in horizons and horizons[factor] < day for factor in scenarios.factors]
        moves = np.where(still, 0.0, scenarios.moves)
        shorter = Scenarios(scenarios.factors, moves, scenarios.weights, scenarios.horizon)
        found[day] = revalue(book, market, shorter).es(level)
    table = pd.DataFrame({"es": found}).rename_axis("days")
    table["scaled"] = table["es"] * np.sqrt(np.diff([0.0, *days]) / days[0])
    table.attrs["es"] = float(np.sqrt(np.square(table["scaled"]).sum()))
    return table

"""Revaluation: what the book loses in every scenario, exactly or by its derivatives."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import LossDistribution, MarketState, Scenarios
from riskkit.errors import DataError, FactorError
from riskkit.instruments import Book, Instrument, Sensitivities, Together, sensitivities

METHODS = ("full", "delta", "delta_gamma")
BLOCK = 8_192  # scenarios valued at a time: their arrays stay in the cache
LARGEST_TABLE = 4_000_000  # losses kept for every scenario and component; more of them are computed when asked for


def revalue(
    book: Book,
    market: MarketState,
    scenarios: Scenarios,
    *,
    method: str = "full",
    by: "str | Sequence[str] | Mapping[str, str] | None" = None,
    ageing: bool = False,
    threads: int = 1,
    unit: str = "USD",
) -> LossDistribution:
    """Value the book today and under every scenario; the difference is the loss, position by position.

    Parameters
    ----------
    book : Book
        P positions.
    market : MarketState
        Today's market.
    scenarios : Scenarios
        S joint moves. Every factor of the book must be in the market and move in the scenarios.
    method : {"full", "delta", "delta_gamma"}
        Revalue every position in every scenario, or follow its first (and second) derivatives by the moves. The short cuts
        miss what makes options dangerous: they are here to be compared, and for books without options.
    by : "asset", "instrument", sequence of P labels, or mapping from name to label, optional
        Groups that become the components; default: every position is one.
    ageing : bool
        Whether the scenarios' horizon passes as well, so that options lose time and perpetuals pay funding.
    threads : int
        Threads that share the scenarios; the numbers do not depend on it.
    unit : str
        The money in which the book is valued.

    Returns
    -------
    LossDistribution
        Components named as the positions or groups. Of a large book only the totals are kept; the components of the
        scenarios in a tail are priced again when they are asked for.

    Examples
    --------
    >>> book = rk.instruments.Book([rk.instruments.Spot("BTC", 1.0)])
    >>> market = rk.MarketState({"BTC.spot": 60_000.0})
    >>> halved = rk.Scenarios(["BTC.spot"], [[np.log(0.5)]])
    >>> revalue(book, market, halved).var(0.99).__round__(6)
    30000.0
    """
    checks.one_of("method", method, METHODS)
    unmoved = [factor for factor in book.factors if factor not in scenarios.factors]
    if unmoved:
        raise FactorError(
            "the scenarios leave a factor of the book unmoved", got=", ".join(unmoved),
            remedy="where that is meant, say so: scenarios.holding(" + ", ".join(map(repr, unmoved)) + ")",
        )  # fmt: skip
    labels = tuple(book.names) if by is None else book.groups(by)
    names = tuple(dict.fromkeys(labels))
    days = scenarios.horizon if checks.switch("ageing", ageing) else 0.0
    losses = (
        FullRevaluation(book, market, scenarios, labels, days, checks.whole("threads", threads, least=1))
        if method == "full"
        else _by_derivatives(book, market, scenarios, labels, days, 1 if method == "delta" else 2)
    )
    kept = len(scenarios) * len(names) <= LARGEST_TABLE
    return LossDistribution(
        losses.rows(np.arange(len(scenarios))) if kept else losses, names, scenarios.weights, scenarios.horizon, unit
    )


@dataclass(frozen=True, eq=False)
class FullRevaluation:
    """Losses of a book by valuing it anew, for those scenarios that are asked for.

    Parameters
    ----------
    book, market, scenarios
        As :func:`revalue` takes them.
    labels : tuple of P str
        The component that each position belongs to.
    days : float
        Days that pass until the end of a scenario.
    threads : int
    """

    book: Book
    market: MarketState
    scenarios: Scenarios
    labels: tuple[str, ...]
    days: float
    threads: int = 1

    @cached_property
    def total(self) -> FloatArray:
        """Total loss per scenario, shape (S,)."""
        total = self._priced(np.arange(len(self.scenarios)), ("total",) * len(self.book))[:, 0]
        total.setflags(write=False)
        return total

    def rows(self, scenarios: npt.NDArray[np.intp]) -> FloatArray:
        """Return the losses of n scenarios by component, shape (n, K)."""
        return self._priced(scenarios, self.labels)

    def _priced(self, scenarios: npt.NDArray[np.intp], labels: tuple[str, ...]) -> FloatArray:
        members: dict[str, list[Instrument]] = {label: [] for label in labels}
        for label, position in zip(labels, self.book.positions, strict=True):
            members[label].append(position)
        groups = [Together.of(positions) for positions in members.values()]
        today = [group.value(self.market, 1)[0] for group in groups]
        result = np.empty((len(groups), len(scenarios)))

        def price(first: int) -> None:
            chosen = scenarios[first : first + BLOCK]
            market = self._shifted(chosen)
            for row, group, now in zip(result, groups, today, strict=True):
                row[first : first + BLOCK] = now - group.value(market, len(chosen))

        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(price, range(0, len(scenarios), BLOCK)))
        self._check(result)
        return result.T

    def _shifted(self, chosen: npt.NDArray[np.intp]) -> MarketState:
        read = [self.scenarios.factors.index(factor) for factor in self.book.factors]
        moves = self.scenarios.moves[chosen][:, read]
        market = self.market.shifted(self.book.factors, moves) if read else self.market
        return market.later(self.days) if self.days else market

    def _check(self, losses: FloatArray) -> None:
        if not np.isfinite(losses).all():
            count = int((~np.isfinite(losses)).any(axis=0).sum())
            raise DataError(
                "a position has no finite value in some scenarios", got=f"{count} of {losses.shape[1]}",
                expected="finite numbers", remedy="look at book.value(scenarios.apply(market)) and at the largest moves",
            )  # fmt: skip


@dataclass(frozen=True, eq=False)
class DerivativeRevaluation:
    """Losses of a book to the first or second order in the moves."""

    sensitivities: Sensitivities
    moves: FloatArray
    drift: FloatArray  # (K,): what passes with time, in every scenario
    order: int

    @cached_property
    def total(self) -> FloatArray:
        """Total loss per scenario, shape (S,)."""
        total = -self.sensitivities.total().pnl(self.moves, order=self.order)[:, 0] + self.drift.sum()
        total.setflags(write=False)
        return total

    def rows(self, scenarios: npt.NDArray[np.intp]) -> FloatArray:
        """Return the losses of n scenarios by component, shape (n, K)."""
        return self.drift - self.sensitivities.pnl(self.moves[scenarios], order=self.order)


def _by_derivatives(
    book: Book, market: MarketState, scenarios: Scenarios, labels: tuple[str, ...], days: float, order: int
) -> DerivativeRevaluation:
    end = market.later(days) if days else market
    by_position = sensitivities(book, end)
    member = np.array([[label == name for label in labels] for name in dict.fromkeys(labels)], dtype=float)
    grouped = Sensitivities(
        by_position.factors, member @ by_position.gradient, np.einsum("kp,pfg->kfg", member, by_position.curvature),
        tuple(dict.fromkeys(labels)),
    )  # fmt: skip
    columns = [scenarios.factors.index(factor) for factor in by_position.factors]
    return DerivativeRevaluation(
        grouped, scenarios.moves[:, columns], member @ (book.value(market) - book.value(end)), order
    )

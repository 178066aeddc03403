"""How the market may move: S weighted joint moves of F factors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core.frozen import restore
from riskkit.core.market import MarketState, kind_of_move
from riskkit.errors import DataError


@dataclass(frozen=True, eq=False)
class Scenarios:
    """Joint moves of the factors, with a probability each.

    Parameters
    ----------
    factors : sequence of F names
        ``"BTC.spot"`` and the like.
    moves : array of shape (S, F)
        Log moves for spot, vol and peg, additive moves for funding and rate.
    weights : array of shape (S,), optional
        Probabilities; default equal.
    horizon : float
        Days in which the moves happen.
    labels : sequence of S names, optional
        What a scenario is called, for example its date.
    provenance : str
        How the moves were made.

    Examples
    --------
    >>> scenarios = Scenarios(["BTC.spot"], [[np.log(0.5)], [0.0]], labels=["halved", "unchanged"])
    >>> scenarios.apply(MarketState({"BTC.spot": 60_000.0}))["BTC.spot"].round(2)
    array([30000., 60000.])
    """

    factors: Sequence[str]
    moves: FloatArray
    weights: FloatArray | None = None
    horizon: float = 1.0
    labels: Sequence[object] | None = None
    provenance: str = "unknown"

    def __post_init__(self) -> None:
        moves = np.array(checks.array("moves", self.moves, ndim=2))
        factors = checks.names("factors", tuple(self.factors), moves.shape[1])
        for factor in factors:
            kind_of_move(factor)
        weights = checks.weights(self.weights, len(moves))
        labels = None if self.labels is None else tuple(self.labels)
        if labels is not None and len(labels) != len(moves):
            raise DataError("labels do not fit the scenarios", got=len(labels), expected=len(moves))
        moves.setflags(write=False)
        horizon = checks.number("horizon", self.horizon, above=0.0)
        changes = {"factors": factors, "moves": moves, "weights": weights, "labels": labels, "horizon": horizon}
        for name, value in changes.items():
            object.__setattr__(self, name, value)

    __setstate__ = restore

    def __len__(self) -> int:
        return len(self.moves)

    def apply(self, market: MarketState) -> MarketState:
        """Return the market under every scenario: each moved factor becomes an array of shape (S,)."""
        return market.shifted(self.factors, self.moves)

    def holding(self, *factors: str) -> "Scenarios":
        """Return the scenarios with further factors that stay where they are.

        Examples
        --------
        >>> Scenarios(["BTC.spot"], [[0.1], [-0.2]]).holding("BTC.vol").moves.tolist()
        [[0.1, 0.0], [-0.2, 0.0]]
        """
        moves = np.concatenate([self.moves, np.zeros((len(self), len(factors)))], axis=1)
        return replace(self, factors=(*self.factors, *factors), moves=moves)

    def reweighted(self, weights: FloatArray) -> "Scenarios":
        """Return the same moves under other probabilities."""
        return replace(self, weights=weights)

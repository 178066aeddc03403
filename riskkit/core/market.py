"""The state of a market: one number per factor today, or one per scenario, behind the same name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.errors import DataError, FactorError

# How a factor moves, by the suffix of its name: value * exp(move), or value + move.
MOVES: Mapping[str, str] = MappingProxyType(
    {"spot": "log", "vol": "log", "peg": "log", "funding": "additive", "rate": "additive"}
)


def kind_of_move(factor: str) -> str:
    """Return "log" or "additive", from the suffix of a factor's name such as ``"BTC.spot"``."""
    suffix = factor.rpartition(".")[2]
    if "." not in factor or suffix not in MOVES:
        raise FactorError(
            f"{factor!r} does not name a factor", expected="ASSET.KIND with KIND one of " + ", ".join(MOVES),
            remedy='write for example "BTC.spot"',
        )  # fmt: skip
    return MOVES[suffix]


@dataclass(frozen=True, eq=False)
class MarketState(Mapping[str, "float | FloatArray"]):
    """Values of the risk factors at one time.

    Parameters
    ----------
    values : mapping from str to float or array of shape (S,)
        ``{"BTC.spot": 60000.0, "BTC.vol": 0.6, "USDT.peg": 1.0}``; an array holds one value per scenario.
    asof : str or Timestamp, optional
        When the values were observed.

    Examples
    --------
    >>> market = MarketState({"BTC.spot": 60_000.0, "BTC.funding": 0.0001})
    >>> market["BTC.spot"]
    60000.0
    >>> crashed = market.shifted(["BTC.spot", "BTC.funding"], [np.log(0.5), -0.0003])
    >>> round(crashed["BTC.spot"], 2), round(crashed["BTC.funding"], 6)
    (30000.0, -0.0002)
    """

    values_: Mapping[str, "float | FloatArray"]
    asof: pd.Timestamp | str | None = None

    def __init__(self, values: Mapping[str, "float | FloatArray"], asof: pd.Timestamp | str | None = None) -> None:
        checked = {}
        for factor, value in checks.mapping("values", values).items():
            kind = kind_of_move(factor)
            array = checks.array(factor, value, ndim=(0, 1))
            if kind == "log" and np.any(array <= 0.0):
                raise DataError(f"{factor} is not positive", got=f"{array.min():g}", expected="> 0")
            array = np.array(array)
            array.setflags(write=False)
            checked[factor] = float(array) if np.ndim(value) == 0 else array
        object.__setattr__(self, "values_", MappingProxyType(checked))
        object.__setattr__(self, "asof", None if asof is None else pd.Timestamp(asof))

    def __getitem__(self, factor: str) -> "float | FloatArray":
        try:
            return self.values_[factor]
        except KeyError:
            near = get_close_matches(str(factor), self.values_, n=3)
            remedy = f"did you mean {', '.join(near)}?" if near else f"the market holds {', '.join(self.values_)}"
            raise FactorError(f"no factor {factor!r} in the market", remedy=remedy) from None

    def __reduce__(self) -> tuple[object, ...]:  # the read-only view of the values cannot be pickled itself
        return MarketState, (dict(self.values_), self.asof)

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)

    def shifted(self, factors: Sequence[str], moves: object) -> "MarketState":
        """Return a new market in which ``factors`` have moved; this one stays as it is.

        Parameters
        ----------
        factors : sequence of F names
        moves : array of shape (F,) or (S, F)
            Log moves for spot, vol and peg, additive ones for funding and rate. A move of 0 changes nothing.
        """
        array = checks.array("moves", moves, ndim=(1, 2))
        if array.shape[-1] != len(factors):
            raise DataError("moves do not fit the factors", got=array.shape, expected=f"last axis of {len(factors)}")
        changed = dict(self.values_)
        for column, factor in enumerate(factors):
            move = array[..., column]
            changed[factor] = self[factor] * np.exp(move) if kind_of_move(factor) == "log" else self[factor] + move
        return MarketState(changed, self.asof)

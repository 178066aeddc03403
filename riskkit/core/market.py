"""The state of a market: one number per factor today, or one per scenario, behind the same name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Protocol, Self, cast, runtime_checkable

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


@runtime_checkable
class Surface(Protocol):
    """A whole surface of volatility in the place of one number: it moves by its own rule when the spot moves."""

    def shifted(self, log_spot_move: "float | FloatArray", log_vol_move: "float | FloatArray") -> Self:
        """Return the surface after joint moves, numbers or arrays of shape (S,)."""

    def volatility(self, strike: float, expiry: pd.Timestamp) -> "float | FloatArray":
        """Return the volatility of one option; shape (S,) after moves of that shape."""


@dataclass(frozen=True, eq=False)
class MarketState(Mapping[str, "float | FloatArray"]):
    """Values of the risk factors at one time.

    Parameters
    ----------
    values : mapping from str to float or array of shape (S,)
        ``{"BTC.spot": 60000.0, "BTC.vol": 0.6, "USDT.peg": 1.0}``; an array holds one value per scenario. A vol may also be
        a surface (:class:`riskkit.instruments.VolSurface`): it moves with ``"BTC.vol"`` and, by its own rule, with
        ``"BTC.spot"``.
    asof : str or Timestamp, optional
        When the values were observed; a time without a zone is read as UTC.
    elapsed : float
        Days that have passed since then, at the end of a scenario.

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
    asof: pd.Timestamp | None
    elapsed: float

    def __init__(
        self,
        values: "Mapping[str, float | FloatArray | Surface]",
        asof: pd.Timestamp | str | None = None,
        elapsed: float = 0.0,
    ) -> None:
        checked = {factor: _checked(factor, value) for factor, value in checks.mapping("values", values).items()}
        object.__setattr__(self, "values_", MappingProxyType(checked))
        object.__setattr__(self, "asof", None if asof is None else _utc(asof))
        object.__setattr__(self, "elapsed", checks.number("elapsed", elapsed, least=0.0))

    def __getitem__(self, factor: str) -> "float | FloatArray":
        try:
            return self.values_[factor]
        except KeyError:
            near = get_close_matches(str(factor), self.values_, n=3)
            remedy = f"did you mean {', '.join(near)}?" if near else f"the market holds {', '.join(self.values_)}"
            raise FactorError(f"no factor {factor!r} in the market", remedy=remedy) from None

    def __reduce__(self) -> tuple[object, ...]:  # the read-only view of the values cannot be pickled itself
        return MarketState, (dict(self.values_), self.asof, self.elapsed)

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
        by_factor = {factor: array[..., column] for column, factor in enumerate(factors)}
        changed = dict(self.values_)
        for factor, move in by_factor.items():
            value = self[factor]
            if not isinstance(value, Surface):
                changed[factor] = value * np.exp(move) if kind_of_move(factor) == "log" else value + move
        for factor, surface in self._surfaces().items():
            spot = f"{factor.rpartition('.')[0]}.spot"
            if factor in by_factor or spot in by_factor:
                changed[factor] = surface.shifted(by_factor.get(spot, 0.0), by_factor.get(factor, 0.0))  # type: ignore[assignment]
        return MarketState(changed, self.asof, self.elapsed)

    def later(self, days: float) -> "MarketState":
        """Return the same values ``days`` later: options have less time left, perpetuals have paid their funding.

        Examples
        --------
        >>> MarketState({"BTC.spot": 60_000.0}, asof="2026-01-01").later(10.0).elapsed
        10.0
        """
        return MarketState(self.values_, self.asof, self.elapsed + checks.number("days", days, least=0.0))

    def _surfaces(self) -> dict[str, Surface]:
        held = cast(Mapping[str, object], self.values_)
        return {factor: value for factor, value in held.items() if isinstance(value, Surface)}


def _checked(factor: str, value: Any) -> "float | FloatArray | Surface":
    """One value of a market: positive where it moves by logarithm, its array read-only."""
    kind = kind_of_move(factor)
    if isinstance(value, Surface):
        if not factor.endswith(".vol"):
            raise DataError(
                f"{factor} is a surface", got=type(value).__name__, expected='a number, or a name such as "BTC.vol"'
            )
        return value
    array = checks.array(factor, value, ndim=(0, 1))
    if kind == "log" and np.any(array <= 0.0):
        raise DataError(f"{factor} is not positive", got=f"{array.min():g}", expected="> 0")
    array = np.array(array)
    array.setflags(write=False)
    return float(array) if np.ndim(value) == 0 else array


def _utc(asof: pd.Timestamp | str) -> pd.Timestamp:
    try:
        time = pd.Timestamp(asof)
    except (TypeError, ValueError) as cause:
        raise DataError("asof is not a time", got=repr(asof), expected='such as "2026-01-01" or a Timestamp') from cause
    if time is pd.NaT:
        raise DataError("asof is not a time", got="NaT", expected='such as "2026-01-01"')
    return time.tz_localize("UTC") if time.tzinfo is None else time.tz_convert("UTC")

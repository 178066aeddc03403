"""The checks of one series of bars or closes: each returns the runs of rows that look wrong, and why.

A move is judged by the series' own robust scale at that time: 1.4826 times the median size of its moves (the standard
deviation, were they normal) in the 101 rows around it, or of the whole series where that is larger. A crash raises the
scale of its neighbourhood, one bad print does not.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskkit.data.spacing import Calendar

NORMAL = 1.4826
NEIGHBOURHOOD = 101
UNDONE = 0.2  # a print is undone when the next move takes back all but a fifth of it
REUSE = 100.0  # factor between two prices that no market makes over a gap
DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Finding:
    """A run of rows of one kind: its first and last time, how many rows, and the evidence in words."""

    kind: str
    first: pd.Timestamp
    last: pd.Timestamp
    count: int
    detail: str


def steps(closes: pd.Series, market: Calendar) -> pd.Series:
    """Return the log moves, NaN at the first row and over gaps."""
    moves = np.full(len(closes), np.nan)
    moves[1:] = np.diff(np.log(closes.to_numpy()))
    moves[1:][market.gaps(pd.DatetimeIndex(closes.index))] = np.nan
    return pd.Series(moves, index=closes.index)


def scale(moves: pd.Series) -> pd.Series:
    """Return the robust scale around each row; moves of exactly zero do not count, so that a stale price has one too."""
    sizes = moves.abs().where(moves != 0.0)
    nearby = sizes.rolling(NEIGHBOURHOOD, center=True, min_periods=NEIGHBOURHOOD // 4).median()
    return NORMAL * nearby.clip(lower=sizes.median()).fillna(sizes.median())


def missing(closes: pd.Series, market: Calendar) -> list[Finding]:
    """Return the rows that are not there: gaps of the index, and NaN within the series' life."""
    index, found = pd.DatetimeIndex(closes.index), []
    for t in np.flatnonzero(market.gaps(index)).tolist():
        first, last = index[t] + market.step, index[t + 1] - market.step
        found.append(Finding("missing", first, last, round((last - first) / market.step) + 1, "rows that are not there"))
    return found + _runs("missing", index, closes.isna(), "rows without a price")


def zero_volume(volume: pd.Series) -> list[Finding]:
    """Return the runs of bars in which nothing was traded: their prices are no prices."""
    return _runs("zero volume", volume.index, volume == 0.0, "bars without a trade")


def stale(moves: pd.Series, length: int | None) -> list[Finding]:
    """Return the runs of at least ``length`` unchanged closes."""
    unchanged = np.asarray(moves == 0.0)
    least = improbable_run(unchanged) if length is None else length
    found = _runs("stale", moves.index, unchanged, f"closes unchanged, {least} in a row are too many")
    return [finding for finding in found if finding.count >= least]


def improbable_run(unchanged: np.ndarray) -> int:
    """Return the length of run of unchanged closes that chance would show in one table of this size in a hundred; least 6.

    A run goes on with probability q: the share of rows that start a run, or the share of runs that went on beyond one
    row, whichever is larger, at most 9/10. An outage must not raise its own threshold: the longest run is left out, and
    ten runs that did not go on are added. Of R runs, R q^(n-1) reach the length n.
    """
    lengths = np.sort([last - first + 1 for first, last in _bounds(unchanged)])
    if not len(lengths):
        return 6
    went_on = np.count_nonzero(lengths[:-1] > 1) / (len(lengths) - 1 + 10)
    again = min(max(len(lengths) / len(unchanged), went_on), 0.9)
    return max(6, int(np.ceil(1.0 + np.log(0.01 / len(lengths)) / np.log(again))))


def suspicious(closes: pd.Series, moves: pd.Series, scales: pd.Series, jump: float) -> list[Finding]:
    """Return the closes far away that the next close takes back."""
    after = moves.shift(-1)
    prints = (moves.abs() > jump * scales) & ((moves + after).abs() <= UNDONE * moves.abs())
    found = []
    for t in np.flatnonzero(prints).tolist():
        before, there, back = closes.iloc[t - 1 : t + 2]
        words = f"{before:g} -> {there:g} -> {back:g}, {abs(moves.iloc[t]) / scales.iloc[t]:.0f} scales"
        found.append(Finding("suspicious print", closes.index[t], closes.index[t], 1, words))
    return found


def wicks(bars: pd.DataFrame, scales: pd.Series, wick: float) -> list[Finding]:
    """Return the bars whose high or low lies far from both open and close."""
    body = bars[["open", "close"]]
    above = np.log(bars["high"] / body.max(axis=1)) / scales
    below = np.log(body.min(axis=1) / bars["low"]) / scales
    found = []
    for t in np.flatnonzero((above > wick) | (below > wick)).tolist():
        side, size = ("high", above.iloc[t]) if above.iloc[t] >= below.iloc[t] else ("low", below.iloc[t])
        bar = bars.iloc[t]
        words = f"{side} {bar[side]:g}, open {bar['open']:g}, close {bar['close']:g}, {size:.0f} scales"
        found.append(Finding("wick", bars.index[t], bars.index[t], 1, words))
    return found


def reuse(closes: pd.Series, market: Calendar) -> list[Finding]:
    """Return the gaps of a day and more over which the price changes by more than a factor of 100: another coin?"""
    prices = closes.dropna()
    spacing = prices.index[1:] - prices.index[:-1]
    ratio = prices.to_numpy()[1:] / prices.to_numpy()[:-1]
    jumped = np.abs(np.log(ratio)) > np.log(REUSE)
    return [
        Finding(
            "symbol reuse", prices.index[t], prices.index[t + 1], 1,
            f"{prices.iloc[t]:g} before the gap, {prices.iloc[t + 1]:g} after it: one symbol, two coins?",
        )
        for t in np.flatnonzero(jumped & (spacing > market.step) & (spacing >= DAY)).tolist()
    ]  # fmt: skip


def apart(bars: pd.DataFrame, most: float) -> list[Finding]:
    """Return the runs of closes at which mark and last price differ by more than ``most``, in decimals of the last."""
    difference = (bars["mark"] / bars["close"] - 1.0).abs()
    found = _runs("mark apart", bars.index, difference > most, "")
    return [
        Finding(f.kind, f.first, f.last, f.count, f"up to {difference[f.first : f.last].max():.2%} of the last price")
        for f in found
    ]


def _runs(kind: str, index: pd.Index, mask: pd.Series | np.ndarray, words: str) -> list[Finding]:
    bounds = _bounds(np.asarray(mask))
    return [Finding(kind, index[first], index[last], last - first + 1, words) for first, last in bounds]


def _bounds(mask: np.ndarray) -> list[tuple[int, int]]:
    """Return the first and last position of every run of True."""
    edges = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), (np.flatnonzero(edges == -1) - 1).tolist(), strict=True))

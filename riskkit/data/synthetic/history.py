"""One history of the invented market: its days, its listings and the events that befall it."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from riskkit.checks import FloatArray
from riskkit.data.synthetic import daily, hourly, portable
from riskkit.data.synthetic.calibrated import calibration
from riskkit.data.synthetic.daily import DailyLaw
from riskkit.data.synthetic.hourly import HourlyPath

OUTAGE, OUTAGE_HOURS = 8, 9  # first numbers of the streams' keys
DYING, REBORN = "LUNA-1", "LUNA-2"
DEAD_DAYS = 6  # from the first day of the collapse to the delisting


@dataclass(frozen=True, eq=False)
class History:
    """What happened in the market of one seed.

    Parameters
    ----------
    days, hours : DatetimeIndex
    coins : DataFrame
        One row per listing of a coin: its parameters, ``symbol``, ``first`` and ``last`` (NaT: still listed).
    law : DailyLaw
    outage : array of shape (hours,)
        Where the exchange was closed.
    death, depeg : int
        Rows of ``days`` on which LUNA's collapse and USDC's de-peg begin.
    """

    days: pd.DatetimeIndex
    hours: pd.DatetimeIndex
    coins: pd.DataFrame
    law: DailyLaw
    outage: np.ndarray
    death: int
    depeg: int

    def column(self, listing: str) -> int:
        """Return the column of a listing in the arrays of the law."""
        return list(self.coins.index).index(listing)

    def listed(self, index: pd.DatetimeIndex) -> np.ndarray:
        """Return shape (len(index), coins): whether each coin is listed at each time."""
        first, last = (self.coins[end].to_numpy() for end in ("first", "last"))
        times = index.to_numpy()[:, None]
        return (times >= first) & ~(times >= last)

    @cached_property
    def log_closes(self) -> FloatArray:
        """Return log prices at the ends of the days, shape (days, coins); before its listing a coin has its first price."""
        moves = np.where(self.listed(self.days), self.law.log_return, 0.0)
        return portable.log(self.coins["start"].to_numpy(dtype=float)) + np.cumsum(moves, axis=0)


@lru_cache(maxsize=2)
def history(seed: int) -> History:
    """Draw the days, the listings and the events of one seed."""
    model = calibration()["model"]
    days = pd.date_range(model["first_day"], model["last_day"], tz="UTC", unit="ns", name="date")
    hours = pd.date_range(days[0], periods=24 * len(days), freq="h", unit="ns", name="date")
    coins = pd.DataFrame.from_dict(model["coins"], orient="index")
    law = daily.simulate(seed, days, coins, model)
    events = model["events"]
    death = _darkest(law, days, events["death_span"])
    depeg = _darkest(law, days, events["depeg_span"], away_from=death, by=events["depeg_apart_days"])
    return History(
        days, hours, _listed(coins, days, death, events["relisting_days"]),
        _with_death(law, list(coins.index).index(DYING), death, events["death_log_return"]),
        _outages(seed, len(hours), events["outages_per_hour"], events["outage_mean_hours"]), death, depeg,
    )  # fmt: skip


@lru_cache(maxsize=2)
def path(seed: int) -> HourlyPath:
    """Draw the hours of one seed."""
    return hourly.simulate(seed, history(seed).law, calibration()["model"]["hours"])


def _darkest(law: DailyLaw, days: pd.DatetimeIndex, span: list[str], *, away_from: int | None = None, by: int = 0) -> int:
    """Return the day of the largest crash within the span: the events that make history fall on days like this."""
    first, last = (int(days.searchsorted(pd.Timestamp(day, tz="UTC"))) for day in span)
    size = -law.crash[first : last + 1, 0]
    if away_from is not None:
        size = np.where(np.abs(np.arange(first, last + 1) - away_from) < by, -1.0, size)
    return first + int(np.argmax(size))


def _listed(coins: pd.DataFrame, days: pd.DatetimeIndex, death: int, pause: int) -> pd.DataFrame:
    """Add symbol, first and last: the dying coin is delisted, and its symbol is given to another one later."""
    table = coins.assign(symbol=[name.split("-")[0] for name in coins.index], last=None)
    table.loc[DYING, "last"] = str(days[death + DEAD_DAYS].date())
    table.loc[REBORN, "first"] = str(days[death + DEAD_DAYS + pause].date())
    for end in ("first", "last"):
        table[end] = pd.to_datetime(table[end], utc=True).dt.as_unit("ns")
    return table


def _with_death(law: DailyLaw, coin: int, death: int, moves: list[float]) -> DailyLaw:
    """Add the collapse to one coin's returns; it falls like a crash does, within hours."""
    log_return, crash = law.log_return.copy(), law.crash.copy()
    rows = slice(death, death + len(moves))
    log_return[rows, coin] += moves
    crash[rows, coin] += moves
    return replace(law, log_return=log_return, crash=crash)


def _outages(seed: int, hours: int, per_hour: float, mean_hours: float) -> np.ndarray:
    """Return where the exchange is closed: outages begin at random and last an exponential time, rounded up."""
    begins = portable.uniform(seed, (OUTAGE,), (hours,)) < per_hour
    begins[:24] = begins[-24:] = False
    length = np.ceil(-mean_hours * portable.log(portable.uniform(seed, (OUTAGE_HOURS,), (hours,)))).astype(int)
    closed = np.zeros(hours, dtype=bool)
    for hour in np.flatnonzero(begins):
        closed[hour : min(hour + length[hour], hours - 24)] = True
    return closed

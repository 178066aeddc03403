"""What the VaR explorer answers to one setting of its controls: a walk-forward backtest and the verdicts on it."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from riskkit import backtest, checks, risk, volatility
from riskkit.core import FitStatus, RiskForecast, targets
from riskkit.core.status import REACHED
from riskkit.errors import DataError

# The supervisor looks at one year.
RECENT_DAYS = 250


class Choice(NamedTuple):
    """A model of the menu: how it is made, and whether the decay matters to it."""

    make: Callable[[float], Any]
    uses_decay: bool = False


class GarchFittedOnce:
    """GARCH-t that keeps its last fits: they do not depend on the level, so a drag of the level only reads them again."""

    def __init__(self, kept: int = 8) -> None:
        self.fits = lru_cache(maxsize=kept)(self._fits)

    def _fits(self, returns: bytes, window: int, step: int) -> volatility.RolledFits:
        return risk.GarchModel(dist="t").fits(pd.DataFrame({"returns": np.frombuffer(returns)}), window, step)

    def roll(self, history: pd.DataFrame, window: int, step: int, level: float) -> pd.DataFrame:
        """Return what ``GarchModel(dist="t").roll`` would."""
        frame = self.fits(history.to_numpy().tobytes(), window, step).at(level)
        return frame[["var", "es", "status"]].set_axis(targets(history.index, window, step))


GARCH = GarchFittedOnce()
MODELS: Mapping[str, Choice] = MappingProxyType(
    {
        "Historical simulation": Choice(lambda _: risk.HistoricalSimulation()),
        "Normal": Choice(lambda _: risk.NormalModel()),
        "Student-t": Choice(lambda _: risk.StudentModel()),
        "Filtered historical (EWMA)": Choice(lambda decay: risk.FilteredHistoricalSimulation(decay=decay), uses_decay=True),
        "GARCH-t": Choice(lambda _: GARCH),
    }
)


class Answer(NamedTuple):
    """The forecasts of the last days, and what the tests say of them."""

    forecast: RiskForecast
    verdict: dict[str, Any]


def answer(returns: pd.Series, model: str, level: float, window: int, decay: float, days: int) -> Answer:
    """Backtest one model over the last ``days`` of one series, each forecast from the ``window`` days before its target.

    Parameters
    ----------
    returns : Series of length >= window + days
        Returns in decimals; the loss is minus the return.
    model : str
        A key of ``MODELS``.
    level : float
        Confidence level of VaR and ES.
    window : int
        Days that each forecast sees.
    decay : float
        Weight of yesterday's variance; only filtered historical simulation uses it.
    days : int
        Target dates.

    Returns
    -------
    Answer
        ``forecast`` (one model) and ``verdict``, a dict of plain numbers and words.

    Examples
    --------
    >>> returns = pd.Series(np.random.default_rng(1).standard_normal(300) / 100)
    >>> answer(returns, "Historical simulation", 0.95, 100, 0.94, days=200).verdict["breaches"]
    11
    """
    series = checks.series(returns)
    checks.one_of("model", model, list(MODELS))
    window, days = checks.whole("window", window, least=2), checks.whole("days", days, least=2)
    if len(series) < window + days:
        raise DataError(
            "the series is too short", got=f"{len(series)} rows", expected=f"at least {window} + {days}",
            remedy="choose a shorter window or fewer days",
        )  # fmt: skip
    history = series.iloc[-(window + days) :]
    models = {model: MODELS[model].make(decay)}
    forecast = backtest.walk_forward(models, history.to_frame(), level=level, window=window)
    return Answer(forecast, _verdict(forecast, model))


def _verdict(forecast: RiskForecast, model: str) -> dict[str, Any]:
    """All that the explorer words: the tests' p-values, the supervisor's view of the last year, and where breaches lie.

    The numbers of ``backtest.report``, from the tests on counts: a table per test takes longer than the backtest itself.
    """
    counts, level = backtest.breach_counts(forecast)[model], forecast.level
    positions = np.flatnonzero(forecast.breaches[model].to_numpy())
    recent_days = min(RECENT_DAYS, counts.days)
    recent_breaches = int((positions >= counts.days - recent_days).sum())
    light = backtest.traffic_light_zone(recent_breaches, recent_days, level)
    status = forecast.status[model].to_numpy()
    return {
        "days": counts.days,
        "breaches": counts.breaches,
        "expected": round(counts.days * (1.0 - level), 9),
        "p_kupiec": backtest.unconditional_coverage(counts.breaches, counts.days, level).p_exact,
        "p_independence": backtest.independence(*counts[1:]).p_exact,
        "p_conditional": backtest.conditional_coverage(*counts[1:], level=level).p_exact,
        "positions": positions.tolist(),
        "repeats": counts.n11,
        "recent_days": recent_days,
        "recent_breaches": recent_breaches,
        "zone": light.zone,
        "multiplier": light.multiplier if isinstance(light.multiplier, float) else None,
        "failed_fits": int((~np.isin(status, list(REACHED))).sum()),
        "fits_at_a_bound": int((status == FitStatus.BOUND.value).sum()),
    }

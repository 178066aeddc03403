"""What the volatility explorer answers to one setting of its controls: a daily refit, and the estimate of today."""

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from riskkit import checks, volatility
from riskkit.checks import FloatArray
from riskkit.core import FitStatus
from riskkit.core.status import REACHED
from riskkit.errors import DataError

Spec = volatility.Garch | volatility.Gjr
MODELS: Mapping[str, type[Spec]] = MappingProxyType({"GARCH": volatility.Garch, "GJR": volatility.Gjr})
LAWS: Mapping[str, str] = MappingProxyType({"Student-t": "t", "Normal": "normal"})
# From here on the variance has no level worth the name: omega / (1 - persistence) is the quotient of two roundings.
NO_LEVEL = 1.0 - 1e-6
COARSE = 8  # every eighth day first: a path to look at while the others are estimated


class Estimate(NamedTuple):
    """The walk-forward estimates of the last days, and that of today."""

    today: Any  # a fit
    step: int
    sigma: FloatArray
    paths: dict[str, FloatArray]
    verdict: dict[str, Any]


class Answer(NamedTuple):
    """The walk-forward estimates of the last days, the forecast from today, and all that is worded."""

    step: int  # from one refitted day to the next
    sigma: FloatArray  # (D,) per day, each known the day before
    paths: dict[str, FloatArray]  # persistence, and nu and gamma where the model has them, (D,)
    term: FloatArray  # (horizon,) sigma of each of the next days
    verdict: dict[str, Any]


def answer(returns: pd.Series, model: str, law: str, window: int, horizon: int, days: int) -> Answer:
    """Refit one model for each of the last ``days``, and once more today.

    Parameters
    ----------
    returns : Series of length >= window + days
        Returns in decimals.
    model, law : str
        Keys of ``MODELS`` and ``LAWS``.
    window : int
        Days that each estimate sees.
    horizon : int
        Days ahead of the last that are forecast.
    days : int
        Target dates.

    Returns
    -------
    Answer
        ``paths`` and ``sigma`` are NaN where a fit failed.

    Examples
    --------
    >>> returns = pd.Series(np.random.default_rng(1).standard_t(5, size=400) / 100)
    >>> found = answer(returns, "GARCH", "Normal", window=250, horizon=5, days=100)
    >>> len(found.sigma), len(found.term), list(found.paths)
    (100, 5, ['persistence'])
    """
    horizon = checks.whole("horizon", horizon, least=1)
    return foreseen(estimate(returns, model, law, window, days), horizon)


def estimate(returns: pd.Series, model: str, law: str, window: int, days: int, step: int = 1) -> Estimate:
    """Refit one model for every ``step``-th of the last ``days``, and once more today: what no horizon changes."""
    series = checks.series(returns)
    window, days = checks.whole("window", window, least=2), checks.whole("days", days, least=2)
    if len(series) < window + days:
        raise DataError(
            "the series is too short", got=f"{len(series)} rows", expected=f"at least {window} + {days}",
            remedy="choose a shorter window or fewer days",
        )  # fmt: skip
    dist = LAWS[checks.one_of("law", law, list(LAWS))]
    spec = MODELS[checks.one_of("model", model, list(MODELS))](dist=dist)
    began = time.perf_counter()
    rolled = volatility.rolled_fits(series.iloc[-(window + days) :], spec, window, step).at(0.99)
    milliseconds = 1e3 * (time.perf_counter() - began)
    today = spec.fit(series.iloc[-window:])
    paths = {"persistence": _persistence(rolled)} | {
        name: rolled[name].to_numpy() for name in ("nu", "gamma") if name in rolled
    }
    verdict = _verdict(today, rolled["status"].to_numpy(), milliseconds)
    return Estimate(today, step, rolled["sigma"].to_numpy(), paths, verdict)


def foreseen(known: Estimate, horizon: int) -> Answer:
    """Add what the estimate of today expects of the next ``horizon`` days."""
    term = known.today.forecast(horizon)["sigma"].to_numpy()
    return Answer(known.step, known.sigma, known.paths, term, known.verdict)


def _persistence(params: pd.DataFrame) -> FloatArray:
    return (params["alpha"] + 0.5 * params.get("gamma", 0.0) + params["beta"]).to_numpy()


def _verdict(today: Any, status: Any, milliseconds: float) -> dict[str, Any]:
    """Plain numbers; None for what the model does not have, or where persistence leaves no level."""
    level = bool(today.persistence < NO_LEVEL)
    return {
        "days": len(status),
        "sigma": float(today.next_sigma),
        "persistence": float(today.persistence),
        "half_life": float(today.half_life) if level else None,
        "unconditional": float(today.unconditional_volatility) if level else None,
        "nu": _own(today.params, "nu"),
        "gamma": _own(today.params, "gamma"),
        "failed_fits": int((~np.isin(status, list(REACHED))).sum()),
        "fits_at_a_bound": int((status == FitStatus.BOUND.value).sum()),
        "milliseconds": float(milliseconds),
    }


def _own(params: pd.Series, name: str) -> float | None:
    return float(params[name]) if name in params else None

"""Walk forward: on every target date each model forecasts from the window strictly before it, then the loss is compared."""

import pickle
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from riskkit import checks, parallel
from riskkit.checks import FloatArray
from riskkit.core import FitStatus, LossDistribution, RiskForecast, targets, total_loss
from riskkit.errors import DataError, ModelError

# Dates per task: enough to make the cost of a process small, few enough to keep the progress bar moving.
DATES_PER_TASK = 50

RiskModel = Callable[[pd.DataFrame], LossDistribution]


class RollingModel(Protocol):
    """A risk model that forecasts all dates in one call."""

    def roll(self, history: pd.DataFrame, window: int, step: int, level: float) -> pd.DataFrame:
        """Return ``var`` and ``es`` (and ``status``) on ``targets(history.index, window, step)``."""


class Forecasts(NamedTuple):
    """What one model said on T target dates."""

    var: FloatArray  # (T,)
    es: FloatArray  # (T,)
    status: Any  # (T,) of str


class Block(NamedTuple):
    """One task: consecutive target dates of one model, with no row of the data after the last of them."""

    name: str
    model: RiskModel
    history: pd.DataFrame  # window + (dates - 1) * step rows
    offset: int  # of the first of these rows in the whole data
    window: int
    step: int
    level: float


class Failure(NamedTuple):
    """The first date of a block at which the model raised."""

    row: int  # of the first day of the window, in the whole data
    cause: Exception


def walk_forward(
    models: Mapping[str, RiskModel],
    returns: pd.DataFrame,
    level: float = 0.99,
    window: int = 500,
    step: int = 1,
    workers: int | None = None,
) -> RiskForecast:
    """Forecast VaR and ES day after day, each model seeing nothing but the window before the day.

    Parameters
    ----------
    models : dict of str to callable
        Each maps a history of returns to a :class:`~riskkit.LossDistribution`. A model that has
        ``roll(history, window, step, level)`` is asked once for all dates; the others are called date by date.
    returns : DataFrame (T, K) or Series
        Finite returns, one column per position, time increasing; the loss of a day is minus its row sum.
    level : float
        Confidence level of VaR and ES.
    window : int
        Observations that a forecast sees.
    step : int
        Dates from one forecast to the next. The tests of independence mean consecutive days only with 1.
    workers : int, optional
        Processes for the models that are called date by date; the answer does not depend on it.

    Returns
    -------
    RiskForecast
        One row per target date, one column per model; ``known_at`` is the last date of the window.

    Raises
    ------
    DataError
        For returns that hold NaN, are unsorted or too short, or models that are not a dict of callables.
    ModelError
        When a model raises or returns something else than it should; the message names model and date.

    Examples
    --------
    >>> returns = pd.Series(np.random.default_rng(1).standard_t(4, 300) / 100, pd.date_range("2026-01-01", periods=300))
    >>> past_losses = lambda history: rk.LossDistribution(-history.sum(axis=1))
    >>> forecast = walk_forward({"historical": past_losses}, returns, level=0.95, window=250)
    >>> len(forecast.loss), forecast.known_at[0].date(), forecast.loss.index[0].date()
    (50, datetime.date(2026, 9, 7), datetime.date(2026, 9, 8))
    """
    chosen = _checked_models(models)
    level = checks.level(level)
    frame = _private_copy(checks.returns(returns), str(getattr(returns, "attrs", {}).get("source", "unknown")))
    target = targets(frame.index, window, step)
    slow = {name: model for name, model in chosen.items() if not hasattr(model, "roll")}
    said = _dated(slow, frame, level, window, step, workers)
    for name, model in chosen.items():
        if name not in slow:
            said[name] = _rolled(name, model, frame, target, window, step, level)
    var, es, status = (
        pd.DataFrame({name: getattr(said[name], part) for name in chosen}, index=target) for part in Forecasts._fields
    )
    loss = total_loss(frame).iloc[window::step]
    known_at = frame.index[window - 1 :: step][: len(target)]
    return RiskForecast(loss, var, es, level, known_at, status, frame.attrs["source"])


def _checked_models(models: object) -> dict[str, Any]:
    if callable(models) or hasattr(models, "roll"):
        raise DataError("models has no names", got=repr(models), expected="a dict", remedy='write {"my model": model}')
    chosen = checks.mapping("models", models)
    for name, model in chosen.items():
        if isinstance(model, type):
            raise DataError(
                f"model {name!r} is a class", got=model.__name__, expected="an instance", remedy=f"{model.__name__}()"
            )
        if not callable(model) and not hasattr(model, "roll"):
            raise DataError(
                f"model {name!r} cannot forecast", got=repr(model),
                expected="a callable from a history of returns to a LossDistribution",
            )  # fmt: skip
    return chosen


def _private_copy(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return a copy of which no model can change a number: a model that tries is told by NumPy."""
    values = np.array(frame.to_numpy(), order="F")  # each column contiguous, as kernels want it
    values.setflags(write=False)
    private = pd.DataFrame(values, index=frame.index, columns=frame.columns, copy=False)
    private.attrs["source"] = source
    return private


def _rolled(
    name: str, model: RollingModel, frame: pd.DataFrame, target: pd.Index, window: int, step: int, level: float
) -> Forecasts:
    """Ask a model once for all dates, and check what it says."""
    try:
        answer = model.roll(
            frame.copy(deep=False), window, step, level
        )  # a frame of its own: a column set there stays there
    except Exception as cause:
        raise ModelError(f"model {name!r} failed in roll(window={window}, step={step}): {_told(cause)}") from cause
    if not isinstance(answer, pd.DataFrame) or not {"var", "es"} <= set(answer.columns):
        got = list(answer.columns) if isinstance(answer, pd.DataFrame) else type(answer).__name__
        raise ModelError(f"roll of model {name!r} returned the wrong thing", got=got, expected="a frame with var and es")
    if not answer.index.equals(target):
        raise ModelError(
            f"roll of model {name!r} returned other dates", got=f"{len(answer)} rows",
            expected=f"{len(target)} rows, {target[0]} to {target[-1]}", remedy="targets(history.index, window, step)",
        )  # fmt: skip
    status = answer["status"].to_numpy() if "status" in answer else np.full(len(target), FitStatus.OK.value)
    var, es = _numbers(name, answer["var"]), _numbers(name, answer["es"])
    for column, values in (("var", var), ("es", es)):
        bad = ~np.isfinite(values)
        if bad.any() and not (column == "es" and np.isnan(values).all()):  # a model may make no ES at all
            row = int(np.argmax(bad))
            raise ModelError(
                f"{column} of model {name!r} is not finite", got=f"{values[row]} on {target[row]} (status {status[row]!r})",
                expected="a finite number on every date",
            )  # fmt: skip
    return Forecasts(var, es, status)


def _numbers(name: str, column: pd.Series) -> FloatArray:
    try:
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as cause:
        raise ModelError(
            f"{column.name} of model {name!r} is not numeric", got=f"dtype {column.dtype}", expected="numbers"
        ) from cause


def _dated(
    models: dict[str, RiskModel], frame: pd.DataFrame, level: float, window: int, step: int, workers: int | None
) -> dict[str, Forecasts]:
    """Call the models date by date, in blocks of dates that may be computed anywhere."""
    if workers is not None:
        checks.whole("workers", workers, least=1)
    if not models:
        return {}
    blocks = []
    for name, model in models.items():
        for first in range(0, len(frame) - window, step * DATES_PER_TASK):
            last = min(first + step * (DATES_PER_TASK - 1), len(frame) - window - 1)
            blocks.append(Block(name, model, frame.iloc[first : last + window], first, window, step, level))
    answers = parallel.compute(_forecast_block, blocks, workers=workers, label="walk forward")
    parts: dict[str, list[FloatArray]] = {name: [] for name in models}
    for block, answer in zip(blocks, answers, strict=True):
        if isinstance(answer, Failure):
            raise _explained(block, answer, frame.index) from answer.cause
        parts[block.name].append(answer)
    said = {name: np.concatenate(arrays, axis=1) for name, arrays in parts.items()}
    return {name: Forecasts(var, es, np.full(len(var), FitStatus.OK.value)) for name, (var, es) in said.items()}


def _forecast_block(block: Block) -> FloatArray | Failure:
    """VaR and ES on the dates of one block, shape (2, dates), or the first failure."""
    rows = range(0, len(block.history) - block.window + 1, block.step)
    result = np.empty((2, len(rows)))
    for column, row in enumerate(rows):
        try:
            losses = block.model(block.history.iloc[row : row + block.window])
            if not isinstance(losses, LossDistribution):
                raise ModelError("not a forecast", got=type(losses).__name__, expected="a LossDistribution")
            result[:, column] = losses.var(block.level), losses.es(block.level)
        except Exception as cause:
            return Failure(block.offset + row, _portable(cause))
    return result


def _portable(cause: Exception) -> Exception:
    """Return an exception that survives the way back from another process."""
    try:
        pickle.loads(pickle.dumps(cause))
    except Exception:
        return RuntimeError(_told(cause))
    return cause


def _explained(block: Block, failure: Failure, index: pd.Index) -> ModelError:
    first, last = failure.row, failure.row + block.window
    return ModelError(
        f"model {block.name!r} failed for {index[last]}: {_told(failure.cause)}",
        remedy=f"reproduce it with models[{block.name!r}](returns.iloc[{first}:{last}])",
    )


def _told(cause: Exception) -> str:
    return f"{type(cause).__name__}: {cause}"

"""What was forecast, when it was known, and what came: the one thing that backtests read."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.errors import DataError, FactorError


@dataclass(frozen=True, eq=False)
class RiskForecast:
    """VaR and ES forecasts of one or several models, one row per target date.

    Parameters
    ----------
    loss : Series of length T
        Realised loss (positive = money lost) at each target date.
    var : DataFrame (T, M) or Series
        VaR forecasts, one column per model; a breach is ``loss > var``.
    es : DataFrame (T, M) or Series, optional
        ES forecasts; a column of NaN says that a model makes none.
    level : float
        Confidence level of both.
    known_at : Index of length T, optional
        The last observation each forecast could see; strictly before its target date. Left out, it is not checked.
    status : DataFrame (T, M) of str, optional
        What the model said of its own fit; "ok" when nothing was wrong.
    source : str
        Where the losses come from; shown in every figure.

    Examples
    --------
    >>> losses = pd.Series([0.5, 3.0, -1.0])
    >>> forecast = RiskForecast(losses, pd.Series([2.0, 2.0, 2.0], name="flat"), level=0.99)
    >>> forecast.breaches["flat"].tolist()
    [False, True, False]
    """

    loss: pd.Series
    var: pd.DataFrame
    es: pd.DataFrame = field(default_factory=pd.DataFrame)
    level: float = 0.99
    known_at: pd.Index | None = None
    status: pd.DataFrame = field(default_factory=pd.DataFrame)
    source: str = "unknown"

    def __post_init__(self) -> None:
        loss = checks.series(self.loss, name="loss").rename("loss")
        var = _columns("var", self.var, loss.index)
        checks.returns(var, name="var")
        es = _columns("es", self.es, loss.index, like=var, fill=np.nan).astype(float)
        status = _columns("status", self.status, loss.index, like=var, fill="ok")
        known_at = None if self.known_at is None else _known(self.known_at, loss.index)
        below = (es < var - 1e-12 * var.abs()) & es.notna()
        if below.any(axis=None):
            model = below.any().idxmax()
            raise DataError(f"es of {model!r} lies below its var", expected="ES >= VaR on every date")
        changes = {"loss": loss, "var": var, "es": es, "status": status, "known_at": known_at}
        for name, value in (changes | {"level": checks.level(self.level)}).items():
            object.__setattr__(self, name, value)

    @property
    def models(self) -> list[str]:
        """Names of the models, in order."""
        return list(self.var.columns)

    @property
    def breaches(self) -> pd.DataFrame:
        """True where the loss exceeded VaR, shape (T, M)."""
        return self.var.lt(self.loss, axis=0)

    def model(self, name: str) -> "RiskForecast":
        """Return the forecast of one model alone."""
        if name not in self.var.columns:
            raise FactorError(f"no model {name!r} in this forecast", expected="one of " + ", ".join(self.models))
        parts = (self.loss, self.var[[name]], self.es[[name]], self.level, self.known_at, self.status[[name]])
        return RiskForecast(*parts, source=self.source)

    def between(self, start: Any, end: Any) -> "RiskForecast":
        """Return the rows whose target date lies in [start, end]."""
        loss = self.loss.loc[start:end]
        var, es, status = self.var.loc[start:end], self.es.loc[start:end], self.status.loc[start:end]
        known = None if self.known_at is None else self.known_at[self.loss.index.get_indexer(loss.index)]
        return RiskForecast(loss, var, es, self.level, known, status, self.source)

    def to_frame(self) -> pd.DataFrame:
        """One tidy row per target date and model: loss, var, es, breach, status and, where given, known_at."""
        parts: dict[str, pd.DataFrame] = {}
        for name in self.models:
            columns = {"loss": self.loss, "var": self.var[name], "es": self.es[name]}
            part = pd.DataFrame(columns | {"breach": self.breaches[name], "status": self.status[name]})
            if self.known_at is not None:
                part.insert(0, "known_at", self.known_at)
            parts[name] = part
        target = str(self.loss.index.name or "target")
        return pd.concat(parts, names=["model", target])


def _columns(name: str, value: object, index: pd.Index, like: pd.DataFrame | None = None, fill: Any = None) -> pd.DataFrame:
    """Return a copy of ``value`` as a frame on ``index``, filled when it was left out."""
    if isinstance(value, pd.Series):
        value = value.to_frame("model" if value.name is None else str(value.name))
    if isinstance(value, pd.DataFrame) and value.empty and like is not None:
        return pd.DataFrame(fill, index=index, columns=like.columns)
    if not isinstance(value, pd.DataFrame):
        raise DataError(f"{name} has the wrong type", got=type(value).__name__, expected="a pandas Series or DataFrame")
    if not value.index.equals(index):
        raise DataError(
            f"{name} and loss have different dates", got=f"{len(value)} and {len(index)} rows", expected="the same index",
            remedy="align them first, for example with pandas.concat(..., axis=1, join='inner')",
        )  # fmt: skip
    if like is not None and list(value.columns) != list(like.columns):
        raise DataError(f"{name} and var have different models", got=list(value.columns), expected=list(like.columns))
    return value.copy()


def _known(value: pd.Index, target: pd.Index) -> pd.Index:
    known = pd.Index(value)
    if len(known) != len(target):
        raise DataError("known_at does not fit the forecasts", got=f"{len(known)} rows", expected=f"{len(target)} rows")
    late = np.asarray(known >= target)
    if late.any():
        row = int(np.argmax(late))
        raise DataError(
            "a forecast knows its own target date", got=f"known at {known[row]} for {target[row]}",
            expected="information strictly before the target",
        )  # fmt: skip
    return known

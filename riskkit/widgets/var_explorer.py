"""The VaR explorer: a slider re-runs the whole walk-forward backtest while it is dragged."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import traitlets

from riskkit import checks
from riskkit.errors import RiskKitError
from riskkit.plots.canvas import source_of
from riskkit.widgets.explorer import Explorer, by_name, module, nearest, style, times
from riskkit.widgets.static_page import static_page
from riskkit.widgets.var_explorer_answer import MODELS, Answer, answer

CONTROLS = ("series", "model", "level", "window", "decay")
LEAST_WINDOW = 100
SIGNIFICANCE = 0.05  # where a verdict turns
# Stops of the sliders; from Python any value may be set.
STOPS = {
    "level": tuple(round(0.9 + 0.001 * step, 3) for step in range(100)),
    "window": tuple(range(LEAST_WINDOW, 2001, 10)),
    "decay": tuple(round(0.8 + 0.005 * step, 3) for step in range(40)),
}
LIVE_NOTE = "Each step of a slider re-runs {days:,} one-day-ahead forecasts; each sees only the window before its day."
STATIC_NOTE = (
    "No Python is running: this page computes. Each step of a slider re-runs {days:,} one-day-ahead forecasts in your "
    "browser with the library's own kernels; each sees only the window before its day."
)


class VarExplorer(Explorer):
    """Choose series, model, level, window and decay; see the backtest of the last days and what the tests say of it.

    Live in JupyterLab and Voila each step of a slider re-runs the walk-forward. Where the book is built
    (``RISKKIT_BOOK=1``) the explorer shows itself as HTML that runs the same kernels in the browser.
    Its traits ``series``, ``model``, ``level``, ``window`` and ``decay`` may be set from Python.

    Parameters
    ----------
    returns : DataFrame, Series or dict from str to Series
        Returns in decimals, one entry of the series menu per column, without NaN. A dict lets each series keep its own
        calendar. ``attrs["source"]`` is shown.
    days : int
        Target dates of the backtest: the last ones of each series, which must hold at least 100 rows more.

    Examples
    --------
    >>> returns = pd.Series(np.random.default_rng(1).standard_normal(700) / 100, name="noise")
    >>> explorer = rk.widgets.VarExplorer(returns, days=200)
    >>> explorer.window = 250
    >>> explorer.verdict["days"], explorer.verdict["breaches"]
    (200, 3)
    """

    _esm = module("var_explorer.js")
    _css = style("explorer.css")

    series = traitlets.Unicode().tag(sync=True)
    model = traitlets.Unicode("Historical simulation").tag(sync=True)
    level = traitlets.Float(0.99).tag(sync=True)
    window = traitlets.Int(500).tag(sync=True)
    decay = traitlets.Float(0.94).tag(sync=True)

    def __init__(self, returns: pd.DataFrame | pd.Series | Mapping[str, pd.Series], days: int = 1000) -> None:
        self._days = checks.whole("days", days, least=2)
        self._returns = by_name(returns, self._days + LEAST_WINDOW)
        self._longest = min(map(len, self._returns.values())) - self._days
        self._answers = lru_cache(maxsize=512)(self._compute)
        stops = self._stops()
        state = {"series": next(iter(self._returns)), "window": nearest(500, stops["window"])}
        super().__init__(**state, facts=self._facts(stops, LIVE_NOTE.format(days=self._days)))
        self._reply()
        self.observe(self._reply, names=list(CONTROLS))

    @property
    def verdict(self) -> dict[str, Any]:
        """What the tests say of the present setting: plain numbers, exact p-values."""
        return dict(self._answers(*self._query().values()).verdict)

    def to_html(self) -> str:
        """Return the explorer as one piece of HTML that computes in the browser: no Python, no request."""
        stops = self._stops()
        facts = self._facts(stops, STATIC_NOTE.format(days=self._days))
        seen = self._days + max(stops["window"])
        for one in facts["series"]:
            del one["loss"]  # the page has the returns
            one["days"] = self._days
            one["returns"] = self._returns[one["name"]].to_numpy()[-seen:].tobytes()
        state = {name: nearest(value, stops[name]) if name in stops else value for name, value in self._query().items()}
        return static_page(self._esm, self._css, "var_explorer_answer.js", facts, state)

    @traitlets.validate("series", "model", "level", "window", "decay")
    def _checked(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        if name == "series":
            return checks.one_of(name, value, list(self._returns))
        if name == "model":
            return checks.one_of(name, value, list(MODELS))
        if name == "level":
            return checks.level(value)
        if name == "decay":
            return checks.number(name, value, above=0.0, most=0.9999)
        return int(checks.number(name, value, least=2, most=self._longest))

    def _query(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in CONTROLS}

    def _compute(self, series: str, model: str, level: float, window: int, decay: float) -> Answer:
        return answer(self._returns[series], model, level, window, decay, self._days)

    def _reply(self, _: object = None) -> None:
        """Answer the present setting in one message: paths as bytes, the rest as plain numbers."""
        query = self._query()
        try:
            forecast, verdict = self._answers(*query.values())
        except RiskKitError as error:
            self.reply = {"query": query, "error": str(error)}
            return
        var, es = (np.ravel(part.to_numpy()).tobytes() for part in (forecast.var, forecast.es))  # of the one model
        self.reply = {"query": query, "var": var, "es": es, "verdict": verdict}

    def _stops(self) -> dict[str, list[Any]]:
        possible = [window for window in STOPS["window"] if window <= self._longest]
        return {name: list(values) for name, values in STOPS.items()} | {"window": possible or [self._longest]}

    def _facts(self, stops: dict[str, list[Any]], note: str) -> dict[str, Any]:
        """What does not change while a slider is dragged."""
        series = []
        for name, returns in self._returns.items():
            last = returns.iloc[-self._days :]
            series.append({"name": name, "source": source_of(None, returns), "times": times(last.index)})
            series[-1]["loss"] = (-last.to_numpy()).tobytes()
        models = [{"name": name, "usesDecay": choice.uses_decay} for name, choice in MODELS.items()]
        return {"series": series, "models": models, "stops": stops, "note": note, "significance": SIGNIFICANCE}

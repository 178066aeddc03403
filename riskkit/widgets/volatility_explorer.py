"""The volatility explorer: a slider re-runs the daily refit of GARCH or GJR while it is dragged."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pandas as pd
import traitlets

from riskkit import checks
from riskkit.errors import RiskKitError
from riskkit.plots.canvas import source_of
from riskkit.widgets.explorer import Explorer, by_name, module, nearest, style, times
from riskkit.widgets.static_page import static_page
from riskkit.widgets.volatility_explorer_answer import COARSE, LAWS, MODELS, Answer, Estimate, estimate, foreseen

CONTROLS = ("series", "model", "law", "window", "horizon")
LEAST_WINDOW = 100
LEAST_ROWS = 3 * LEAST_WINDOW
ROOM = 1000  # days kept for the windows of a long series
# Stops of the sliders; from Python any value may be set.
STOPS = {
    "window": tuple(range(LEAST_WINDOW, 2001, 50)),
    "horizon": (1, 2, 3, 5, 10, 15, 21, 30, 42, 63, 90, 126, 180, 250),
}
WEEKENDS = 0.1  # a market with more of its days on weekends has 365 days a year
LIVE_NOTE = (
    "Each step of a slider estimates the model again for every day shown; each estimate sees only the window before it."
)
STATIC_NOTE = (
    "No Python is running: this page computes. Each step of a slider estimates the model again for every day shown, in your "
    "browser, with the library's own kernels; each estimate sees only the window before it."
)


class VolatilityExplorer(Explorer):
    """Choose series, model, law, window and horizon; see volatility as it was known each day, and what is expected next.

    Live in JupyterLab and Voila each step of a slider re-runs the daily refit (:func:`riskkit.volatility.rolled_fits`):
    every eighth day at once, then all of them.
    Where the book is built (``RISKKIT_BOOK=1``) the explorer shows itself as HTML that runs the same kernels in the browser.
    Its traits ``series``, ``model``, ``law``, ``window`` and ``horizon`` may be set from Python.

    Parameters
    ----------
    returns : DataFrame, Series or dict from str to Series
        Returns in decimals, one entry of the series menu per column, without NaN, at least 300 rows. A dict lets each series
        keep its own calendar. ``attrs["source"]`` is shown.
    days : int
        Days that are refitted: the last ones of each series, fewer where a window of 1,000 days, or of a third of the
        series, would not fit before them.

    Examples
    --------
    >>> returns = pd.Series(np.random.default_rng(1).standard_t(5, size=600) / 100, name="noise")
    >>> explorer = rk.widgets.VolatilityExplorer(returns, days=200)
    >>> explorer.model = "GJR"
    >>> explorer.verdict["days"], explorer.verdict["failed_fits"]
    (200, 0)
    """

    _esm = module("volatility_explorer.js")
    _css = style("explorer.css", "volatility_explorer.css")

    series = traitlets.Unicode().tag(sync=True)
    model = traitlets.Unicode("GARCH").tag(sync=True)
    law = traitlets.Unicode("Student-t").tag(sync=True)
    window = traitlets.Int(1000).tag(sync=True)
    horizon = traitlets.Int(63).tag(sync=True)

    def __init__(self, returns: pd.DataFrame | pd.Series | Mapping[str, pd.Series], days: int = 4000) -> None:
        most = checks.whole("days", days, least=2)
        self._returns = by_name(returns, LEAST_ROWS)
        self._days = {name: min(most, len(part) - min(len(part) // 3, ROOM)) for name, part in self._returns.items()}
        self._longest = min(len(part) - self._days[name] for name, part in self._returns.items())
        self._estimates = lru_cache(maxsize=16)(self._estimate)
        self._answers = lru_cache(maxsize=64)(self._compute)
        stops = self._stops()
        state = {"series": next(iter(self._returns)), "window": nearest(1000, stops["window"])}
        super().__init__(**state, facts=self._facts(stops, LIVE_NOTE))
        self._reply()
        self.observe(self._changed, names=list(CONTROLS))

    @property
    def verdict(self) -> dict[str, Any]:
        """What is said of the present setting: plain numbers, sigma per day."""
        return dict(self._answers(*self._query().values(), 1).verdict)

    def to_html(self) -> str:
        """Return the explorer as one piece of HTML that computes in the browser: no Python, no request."""
        stops = self._stops()
        facts = self._facts(stops, STATIC_NOTE)
        for one in facts["series"]:
            del one["shown"]  # the page has the returns
            seen = one["days"] + max(stops["window"])
            one["returns"] = self._returns[one["name"]].to_numpy()[-seen:].tobytes()
        state = {name: nearest(value, stops[name]) if name in stops else value for name, value in self._query().items()}
        return static_page(self._esm, self._css, "volatility_explorer_answer.js", facts, state)

    @traitlets.validate("series", "model", "law", "window", "horizon")
    def _checked(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        menus = {"series": self._returns, "model": MODELS, "law": LAWS}
        if name in menus:
            return checks.one_of(name, value, list(menus[name]))
        if name == "horizon":
            return int(checks.number(name, value, least=1, most=1000))
        return int(checks.number(name, value, least=LEAST_WINDOW // 2, most=self._longest))

    def _query(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in CONTROLS}

    def _compute(self, series: str, model: str, law: str, window: int, horizon: int, step: int = 1) -> Answer:
        return foreseen(self._estimates(series, model, law, window, step), horizon)

    def _estimate(self, series: str, model: str, law: str, window: int, step: int) -> Estimate:
        return estimate(self._returns[series], model, law, window, self._days[series], step)

    def _changed(self, change: Any) -> None:
        """Answer in two messages, a coarse path and the whole one; a new horizon leaves the path as it is."""
        if change["name"] != "horizon":
            self._reply(COARSE)
        self._reply()

    def _reply(self, step: int = 1) -> None:
        """Answer the present setting in one message: paths as bytes, the rest as plain numbers."""
        query = self._query()
        try:
            step, sigma, paths, term, verdict = self._answers(*query.values(), step)
        except RiskKitError as error:
            self.reply = {"query": query, "error": str(error)}
            return
        drawn = {name: values.tobytes() for name, values in ({"sigma": sigma, "term": term} | paths).items()}
        self.reply = {"query": query, "step": step, "verdict": verdict} | drawn

    def _stops(self) -> dict[str, list[Any]]:
        possible = [window for window in STOPS["window"] if window <= self._longest]
        return {"window": possible, "horizon": list(STOPS["horizon"])}

    def _facts(self, stops: dict[str, list[Any]], note: str) -> dict[str, Any]:
        """What does not change while a slider is dragged."""
        series = []
        for name, returns in self._returns.items():
            last = returns.iloc[-self._days[name] :]
            one = {"name": name, "source": source_of(None, returns), "days": len(last), "times": times(last.index)}
            series.append(one | {"yearDays": _days_per_year(last.index), "shown": last.to_numpy().tobytes()})
        return {"series": series, "models": list(MODELS), "laws": list(LAWS), "stops": stops, "note": note}


def _days_per_year(index: pd.Index) -> int:
    """365 where the market is open on weekends, else 252."""
    weekend = isinstance(index, pd.DatetimeIndex) and (index.day_of_week >= 5).mean() > WEEKENDS
    return 365 if weekend else 252

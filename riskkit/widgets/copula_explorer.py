"""The copula explorer: two assets, a copula between them, and what a fall of the one does to the other and to the book."""

from functools import lru_cache
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import traitlets
from scipy import special, stats

from riskkit import checks, tails
from riskkit.checks import FloatArray
from riskkit.dependence import pair_strength, points
from riskkit.errors import DataError
from riskkit.plots.canvas import source_of
from riskkit.widgets.copula_explorer_answer import (
    FAMILIES,
    LEVEL,
    SCORES,
    TAIL,
    WITH_NU,
    WITH_SKEW,
    Answer,
    Joined,
    fallen,
    join,
)
from riskkit.widgets.explorer import Explorer, module, nearest, style
from riskkit.widgets.static_page import static_page

CONTROLS = ("pair", "family", "tau", "nu", "skew", "fall")
LEAST_ROWS = 250
MOST_ASSETS = 6
# Stops of the sliders; from Python any value in between may be set.
STOPS = {
    "tau": tuple(round(0.05 * k, 2) for k in range(1, 19)),
    "nu": (1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0),
    "skew": tuple(0.5 * k for k in range(-10, 11)),
    "fall": tuple(round(0.01 * k, 2) for k in range(41)),
}
LIVE_NOTE = "Each step of a slider spreads some 30,000 points over the copula and gives them the returns of the two assets."
STATIC_NOTE = "No Python is running: this page computes, with the library's own kernels. " + LIVE_NOTE


class CopulaExplorer(Explorer):
    """Choose a copula, its strength and tails; let the first asset fall; see what the second does and what a book loses.

    The margins are Student-t laws fitted to each asset's returns; the book holds half of its money in each of the two.
    Live in JupyterLab and Voila Python answers each step; where the book is built (``RISKKIT_BOOK=1``) the explorer shows
    itself as HTML that runs the same kernel in the browser. Its traits ``pair``, ``family``, ``tau``, ``nu``, ``skew`` and
    ``fall`` may be set from Python.

    Parameters
    ----------
    returns : DataFrame of shape (T, d)
        Log returns of two to six assets, without NaN, at least 250 rows. ``attrs["source"]`` is shown.

    Examples
    --------
    >>> draws = np.random.default_rng(1).multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], size=500) / 100
    >>> explorer = rk.widgets.CopulaExplorer(pd.DataFrame(draws, columns=["BTC", "ETH"]))
    >>> explorer.fall = 0.02
    >>> explorer.pair, explorer.tau, explorer.verdict["together"] > explorer.verdict["alike"]
    ('BTC and ETH', 0.55, True)
    """

    _esm = module("copula_explorer.js")
    _css = style("explorer.css", "copula_explorer.css")

    pair = traitlets.Unicode().tag(sync=True)
    family = traitlets.Unicode("Student-t").tag(sync=True)
    tau = traitlets.Float(0.5).tag(sync=True)
    nu = traitlets.Float(4.0).tag(sync=True)
    skew = traitlets.Float(-1.0).tag(sync=True)
    fall = traitlets.Float(0.1).tag(sync=True)

    def __init__(self, returns: pd.DataFrame) -> None:
        frame = _assets(returns)
        self._margins = {str(name): _margin(frame[name]) for name in frame}
        self._pairs = {f"{one} and {other}": (one, other) for one, other in permutations(self._margins, 2)}
        self._taus = {pair: _tau(frame, *names) for pair, names in self._pairs.items()}
        self._source = source_of(None, returns)
        self._joined = lru_cache(maxsize=16)(self._join)
        self._answers = lru_cache(maxsize=64)(self._compute)
        first = next(iter(self._pairs))
        super().__init__(pair=first, tau=nearest(self._taus[first], STOPS["tau"]), facts=self._facts(LIVE_NOTE))
        self._reply()
        self.observe(self._reply, names=list(CONTROLS))

    @property
    def verdict(self) -> dict[str, Any]:
        """What is said of the present setting: plain numbers, losses as shares of the book."""
        return dict(self._answers(*self._query().values()).verdict)

    def to_html(self) -> str:
        """Return the explorer as one piece of HTML that computes in the browser: no Python, no request."""
        strengths = {name: [pair_strength(family, tau) for tau in STOPS["tau"]] for name, family in FAMILIES.items()}
        facts = self._facts(STATIC_NOTE) | {"strengths": strengths}
        state = {name: nearest(value, STOPS[name]) if name in STOPS else value for name, value in self._query().items()}
        return static_page(self._esm, self._css, "copula_explorer_answer.js", facts, state)

    @traitlets.validate(*CONTROLS)
    def _checked(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        menus = {"pair": self._pairs, "family": FAMILIES}
        if name in menus:
            return checks.one_of(name, value, list(menus[name]))
        return checks.number(name, value, least=STOPS[name][0], most=STOPS[name][-1])

    def _query(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in CONTROLS}

    def _compute(self, pair: str, family: str, tau: float, nu: float, skew: float, fall: float) -> Answer:
        return fallen(self._joined(pair, family, tau, nu, skew), fall)

    def _join(self, pair: str, *setting: Any) -> Joined:
        one, other = self._pairs[pair]
        return join((self._margins[one], self._margins[other]), *setting)

    def _reply(self, _: object = None) -> None:
        """Answer the present setting in one message: points as bytes, the rest as plain numbers."""
        query = self._query()
        drawn, crashed, verdict = self._answers(*query.values())
        sent = {"drawn": np.ascontiguousarray(drawn).tobytes(), "crashed": np.ascontiguousarray(crashed).tobytes()}
        self.reply = {"query": query, "verdict": verdict} | sent

    def _facts(self, note: str) -> dict[str, Any]:
        """What does not change while a slider is dragged."""
        return {
            "pairs": {pair: {"names": list(names), "tau": self._taus[pair]} for pair, names in self._pairs.items()},
            "margins": {name: margin.tobytes() for name, margin in self._margins.items()},
            "families": {name: points.FAMILIES.index(family) for name, family in FAMILIES.items()},
            "with": {"nu": list(WITH_NU), "skew": list(WITH_SKEW)},
            "stops": {name: list(stops) for name, stops in STOPS.items()},
            "scores": [float(SCORES[0]), float(SCORES[-1]), len(SCORES)],
            "level": LEVEL, "tail": TAIL, "source": self._source, "note": note,
        }  # fmt: skip


def _assets(returns: object) -> pd.DataFrame:
    frame = checks.returns(returns, least=LEAST_ROWS)
    if not 2 <= frame.shape[1] <= MOST_ASSETS:
        raise DataError(
            "the explorer joins two assets", got=f"{frame.shape[1]} columns", expected=f"2 to {MOST_ASSETS} columns",
            remedy="returns[['BTC', 'ETH']]",
        )  # fmt: skip
    return frame


def _margin(returns: pd.Series) -> FloatArray:
    """Quantiles of the fitted Student-t law at the normal scores of the table."""
    location, scale, nu = tails.Student().fit(returns).params
    quantiles = SCORES if np.isinf(nu) else stats.t.ppf(special.ndtr(SCORES), nu)
    return np.asarray(location + scale * quantiles)


def _tau(frame: pd.DataFrame, one: str, other: str) -> float:
    return float(stats.kendalltau(frame[one], frame[other]).statistic)

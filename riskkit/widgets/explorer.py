"""What the explorers share: how one shows itself live and in the book, and the series that it is given."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import pandas as pd
import traitlets

from riskkit import checks
from riskkit.widgets.static_page import script

HERE = Path(__file__).parent


class Explorer(anywidget.AnyWidget):
    """A widget that is live where Python runs, and a piece of HTML that computes by itself where the book is built.

    ``facts`` hold what does not change while a control moves, ``reply`` the answer to the present setting.
    """

    facts = traitlets.Dict().tag(sync=True)
    reply = traitlets.Dict().tag(sync=True)

    def __init__(self, **state: Any) -> None:
        super().__init__(**state, **({"layout": _UnconnectedLayout()} if _in_book() else {}))

    def open(self) -> None:
        """Connect to the browser; while the book is built there is none, and a page without a kernel must not want one."""
        if not _in_book():
            super().open()

    def to_html(self) -> str:
        """Return the explorer as one piece of HTML that computes in the browser: no Python, no request."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        if not _in_book():
            return super()._repr_mimebundle_(**kwargs)
        return {"text/html": self.to_html(), "text/plain": type(self).__name__}


class _UnconnectedLayout(ipywidgets.Layout):
    """The layout that every widget owns, without the connection to a browser that it would open on its own."""

    def open(self) -> None:
        """Stay closed."""


def _in_book() -> bool:
    return os.environ.get("RISKKIT_BOOK") == "1"


def module(name: str) -> str:
    """Return an explorer's ES module, with the parts that all explorers share before it."""
    return script("explorer_parts.js") + (HERE / name).read_text(encoding="utf-8")


def style(*names: str) -> str:
    """Return style sheets as one."""
    return "".join((HERE / name).read_text(encoding="utf-8") for name in names)


def by_name(returns: object, least: int) -> dict[str, pd.Series]:
    """Return the series of a menu by name, each of ``least`` rows or more and with its ``attrs``.

    Parameters
    ----------
    returns : DataFrame, Series or dict from str to Series
        A dict lets each series keep its own calendar.
    least : int
        Rows that each must have.
    """
    if isinstance(returns, Mapping):
        named = checks.mapping("returns", returns)
    else:
        frame = checks.returns(returns, least=least)
        named = {str(column): frame[column] for column in frame}
        for part in named.values():
            part.attrs.update(getattr(returns, "attrs", {}))
    return {name: _one(name, part, least) for name, part in named.items()}


def _one(name: str, returns: object, least: int) -> pd.Series:
    series = checks.series(returns, name=f"returns[{name!r}]", least=least)
    series.attrs.update(getattr(returns, "attrs", {}))
    return series


def times(index: pd.Index) -> bytes | None:
    """Milliseconds since 1970 as the browser counts them; None for an index that is no dates."""
    if not isinstance(index, pd.DatetimeIndex):
        return None
    utc = index.tz_convert("UTC").tz_localize(None) if index.tz is not None else index
    return utc.to_numpy().astype("datetime64[ms]").astype(np.float64).tobytes()


def nearest(value: Any, stops: Sequence[Any]) -> Any:
    """Return the stop of a slider that is nearest to a value."""
    return min(stops, key=lambda stop: abs(stop - value))

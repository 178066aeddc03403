"""A stablecoin on several venues, and the one price made from them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskkit import checks
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, columns_of, positive, source_of, table, time_title, times
from riskkit.plots.template import colours

# The price itself is drawn in ink.
VENUES = ("var", "breach", "gain", "es", "loss")


def peg(venues: Mapping[str, pd.DataFrame], price: pd.DataFrame, *, source: str | None = None) -> go.Figure:
    """Draw the closes of each venue, dashed where it did not trade, and the price of the peg.

    Parameters
    ----------
    venues : dict from str to DataFrame (T, ...)
        Name of each venue (at most 5) and its bars: ``close`` in US dollars and ``volume``.
    price : DataFrame (T, ...), T >= 2
        ``price`` of the peg in US dollars; NaN is drawn as a gap.
    source : str, optional
        Default the ``attrs["source"]`` of ``price``, else those of the venues.

    Raises
    ------
    DataError
        A missing column, no or too many venues, prices that are not positive, volumes that are negative or missing.

    Examples
    --------
    >>> days = pd.date_range("2023-03-10", periods=3, tz="UTC")
    >>> venue = pd.DataFrame({"close": [1.0, 0.90, 0.90], "volume": [5.0, 9.0, 0.0]}, index=days)
    >>> price = pd.DataFrame({"price": [1.0, 0.92, 0.99]}, index=days)
    >>> figure = rk.plots.peg({"A": venue}, price, source="typed by hand")
    >>> figure.layout.title.text
    'Peg: 0.920 to 1.000 US dollars'
    """
    named = checks.mapping("venues", venues)
    if len(named) > len(VENUES):
        raise DataError("too many venues to tell apart", got=len(named), expected=f"at most {len(VENUES)}")
    made, palette = positive("price", columns_of("price", price, ("price",)))["price"], colours()
    figure = canvas(
        f"Peg: {made.min():.3f} to {made.max():.3f} US dollars",
        source=source_of(source, *([price] if price.attrs.get("source") else named.values())),
        note="Dashed where a venue did not trade: its last close stands",
    )
    for colour, (name, bars) in zip(VENUES, named.items(), strict=False):
        _venue(figure, name, bars, palette[colour])
    line = {"width": 3, "color": palette["ink"]}
    figure.add_scatter(x=times(made.index), y=made.to_numpy(), name="Price of the peg", mode="lines", line=line)
    figure.add_hline(y=1.0, line={"width": 1, "dash": "dot", "color": palette["muted"]})
    figure.update_xaxes(title=time_title(made.index))
    figure.update_yaxes(title="US dollars", tickformat=".3f", hoverformat=".4f")
    return figure


def _venue(figure: go.Figure, name: str, bars: pd.DataFrame, colour: str) -> None:
    named = f"venues[{name!r}]"
    frame = table(named, columns_of(named, bars, ("close", "volume"))).astype(float)
    x, y, volume = times(frame.index), positive(named, frame["close"])["close"].to_numpy(), frame["volume"].to_numpy()
    if not (volume >= 0.0).all():
        raise DataError(f"{named} has a volume that is missing or negative", expected=">= 0 in every row")
    idle = volume == 0.0
    line = {"width": 1.5, "color": colour}
    figure.add_scatter(x=x, y=np.where(idle, np.nan, y), name=name, mode="lines", line=line, legendgroup=name)
    if idle.any():
        # a dashed line begins and ends at the trades beside it
        beside = idle | np.append(idle[1:], False) | np.append(False, idle[:-1])
        figure.add_scatter(
            x=x, y=np.where(beside, y, np.nan), name=f"{name}, no trade", mode="lines", line=line | {"dash": "dash"},
            legendgroup=name, showlegend=False, hoverinfo="skip",
        )  # fmt: skip

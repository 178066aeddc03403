"""The order book: how much can be sold and bought how far from the mid price."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, columns_of, positive, source_of
from riskkit.plots.template import colours


def order_book(book: pd.DataFrame, *, source: str | None = None) -> go.Figure:
    """Draw the cumulative size of the bids and of the asks over the distance from the mid price.

    Parameters
    ----------
    book : DataFrame (N, ...)
        One row per level: ``side`` ("bid" or "ask"), ``price`` in the quote currency, ``size`` in coins; in any order.
    source : str, optional
        Default ``book.attrs["source"]``.

    Raises
    ------
    DataError
        A missing column, a side without a level, a price or size that is not positive, a best bid not below the best ask.

    Examples
    --------
    >>> book = pd.DataFrame({"side": ["bid", "bid", "ask"], "price": [99.99, 99.98, 100.01], "size": [2.0, 1.0, 5.0]})
    >>> figure = rk.plots.order_book(book, source="typed by hand")
    >>> figure.layout.title.text
    'Order book: mid 100, spread 2 bp'
    >>> figure.data[0].name, figure.data[0].y.tolist()
    ('Bids', [0.0, 2.0, 3.0])
    """
    book, said, palette = _levels(book), source_of(source, book), colours()
    bids = book[book["side"] == "bid"].sort_values("price", ascending=False)
    asks = book[book["side"] == "ask"].sort_values("price")
    bid, ask = float(bids["price"].iloc[0]), float(asks["price"].iloc[0])
    if bid >= ask:
        raise DataError("the book is crossed", got=f"best bid {bid:g}, best ask {ask:g}", expected="bid < ask")
    mid = (bid + ask) / 2.0
    figure = canvas(
        f"Order book: mid {mid:,.8g}, spread {1e4 * (ask - bid) / mid:.3g} bp",
        source=said,
        note="So many coins can be sold into the bids, or bought from the asks, without going further from the mid",
    )
    for name, levels, colour in (("Bids", bids, "gain"), ("Asks", asks, "breach")):
        away = 1e4 * (levels["price"].to_numpy() / mid - 1.0)
        size, notional = levels["size"].to_numpy(), (levels["price"] * levels["size"]).to_numpy()
        line = {"width": 2, "color": palette[colour], "shape": "hv"}
        figure.add_scatter(
            x=np.append(away[:1], away), y=np.append(0.0, size.cumsum()), name=name, mode="lines", line=line,
            customdata=np.append(0.0, notional.cumsum()),
            hovertemplate="%{y:,.4~g} coins for %{customdata:,.4~s} as far as %{x:+.1f} bp",
        )  # fmt: skip
    figure.update_layout(hovermode="closest")
    figure.update_xaxes(title="Distance from mid, basis points (bp)", zeroline=True)
    figure.update_yaxes(title="Cumulative size, coins", tickformat="~s", rangemode="tozero")
    return figure


def _levels(book: pd.DataFrame) -> pd.DataFrame:
    levels = columns_of("book", book, ("side", "price", "size")).reset_index(drop=True)
    sides = sorted(map(str, levels["side"].unique()))
    if sides != ["ask", "bid"]:
        raise DataError("book has not two sides", got=sides, expected='"bid" and "ask"')
    numbers = positive("book", levels[["price", "size"]])
    if numbers.isna().any(axis=None):
        row = int(numbers.isna().any(axis=1).to_numpy().argmax()) + 1
        raise DataError("book has a level without price or size", got=f"row {row}", expected="both in every row")
    return numbers.assign(side=levels["side"])

"""Prices and returns as they came."""

import pandas as pd
import plotly.graph_objects as go

from riskkit.plots.canvas import canvas, log_axis, positive, source_of, table, time_title, times
from riskkit.plots.palette import DASHES, LINES
from riskkit.plots.template import colours


def prices(prices: pd.DataFrame | pd.Series, *, source: str | None = None) -> go.Figure:
    """Draw prices on a log axis; several are drawn as the value of 100 invested at each one's first price.

    Parameters
    ----------
    prices : Series or DataFrame (T, K)
        Positive; NaN is drawn as a gap.
    source : str, optional
        Default ``prices.attrs["source"]``.

    Examples
    --------
    >>> frame = pd.DataFrame({"BTC": [100.0, 120.0], "ETH": [10.0, 9.0]})
    >>> rk.plots.prices(frame, source="typed by hand").layout.yaxis.title.text
    'Value of 100 invested (log)'
    """
    frame = positive("prices", prices)
    single = frame.shape[1] == 1
    title = f"Price of {frame.columns[0]}" if single else f"Prices of {frame.shape[1]} assets"
    figure = canvas(title, source=source_of(source, prices))
    palette, x = colours(), times(frame.index)
    drawn = frame if single else frame.apply(lambda column: 100.0 * column / column.dropna().iloc[0])
    for number, column in enumerate(frame.columns):
        line = {"width": 1.5, "color": palette[LINES[number % len(LINES)]], "dash": DASHES[number // len(LINES) % 5]}
        figure.add_scatter(x=x, y=drawn[column].to_numpy(), name=str(column), mode="lines", line=line, showlegend=not single)
    if single:
        figure.update_layout(margin={"b": 60})
    figure.update_xaxes(title=time_title(frame.index))
    unit = "Price, quote currency (log)" if single else "Value of 100 invested (log)"
    figure.update_yaxes(title=unit, hoverformat=",.4~g", **log_axis(drawn.to_numpy(dtype=float)))
    return figure


def returns(returns: pd.DataFrame | pd.Series, *, source: str | None = None) -> go.Figure:
    """Draw returns, one panel per column on one common scale.

    Parameters
    ----------
    returns : Series or DataFrame (T, K)
        Decimals; NaN is drawn as a gap.
    source : str, optional
        Default ``returns.attrs["source"]``.

    Examples
    --------
    >>> series = pd.Series([0.01, -0.02, 0.005], name="BTC")
    >>> rk.plots.returns(series, source="typed by hand").layout.yaxis.title.text
    'BTC, %'
    """
    frame = table("returns", returns)
    count = frame.shape[1]
    title = f"Returns of {frame.columns[0]}" if count == 1 else f"Returns of {count} assets"
    figure = canvas(title, source=source_of(source, returns), panels=count)
    palette, x = colours(), times(frame.index)
    for row, column in enumerate(frame.columns, start=1):
        line = {"width": 1, "color": palette["var"]}
        figure.add_scatter(
            x=x, y=frame[column].to_numpy(), name=str(column), mode="lines", line=line, showlegend=False, row=row, col=1
        )
        figure.update_yaxes(title=f"{column}, %", tickformat=".0%", hoverformat=".2%", row=row)
    figure.update_layout(margin={"b": 60})
    for row in range(2, count + 1):
        figure.update_yaxes(matches="y", row=row)
    figure.update_xaxes(title=time_title(frame.index), row=count)
    if count > 3:
        figure.update_layout(height=figure.layout.margin.t + 60 + 110 * count)
    return figure

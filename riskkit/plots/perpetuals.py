"""Perpetual futures: the last price against the mark price, and what longs pay shorts."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskkit.checks import FloatArray
from riskkit.data.protocol import checked_bars, checked_funding
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, positive, source_of, time_title, times
from riskkit.plots.template import colours

# Of the fundings: the outer part that the axis leaves out, and how often a value comes that has a bar of its own.
OUTER = 0.005
POINT_MASS = 0.01
BINS = 50


def last_and_mark(bars: pd.DataFrame, *, source: str | None = None) -> go.Figure:
    """Draw the last and the mark price of a perpetual and, under them, how far the one is from the other.

    Parameters
    ----------
    bars : DataFrame (T, ...), T >= 2
        ``open high low close volume mark`` in the quote currency, UTC index; NaN in ``mark`` is drawn as a gap.
    source : str, optional
        Default ``bars.attrs["source"]``.

    Raises
    ------
    DataError
        Bars that :func:`riskkit.data.check_bars` refuses, or without a mark price.

    Examples
    --------
    >>> days = pd.date_range("2024-01-01", periods=2, tz="UTC")
    >>> bars = pd.DataFrame({"open": 100.0, "high": 101.0, "low": 90.0, "close": [98.0, 101.0], "volume": 1.0}, index=days)
    >>> rk.plots.last_and_mark(bars.assign(mark=100.0), source="typed by hand").layout.title.text
    'Last against mark: -2.00 % to +1.00 %'
    """
    said = source_of(source, bars)
    table = checked_bars("bars", bars, said)
    if "mark" not in table:
        raise DataError(
            "bars have no mark price", got=f"columns {', '.join(map(str, bars.columns))}", expected="a column mark",
            remedy="take the bars of a perpetual from a venue that publishes its mark price",
        )  # fmt: skip
    prices = positive("bars", table[["low", "high", "close", "mark"]])
    palette, x = colours(), times(table.index)
    apart = prices["close"] / prices["mark"] - 1.0
    title = f"Last against mark: {100 * apart.min():+.2f} % to {100 * apart.max():+.2f} %"
    figure = canvas(title, source=said, note="Last and mark at the close of each bar", panels=2)
    edge = {"width": 0.5, "color": palette["var"]}
    figure.add_scatter(x=x, y=prices["low"].to_numpy(), line=edge, mode="lines", name="Low", showlegend=False, row=1, col=1)
    figure.add_scatter(
        x=x, y=prices["high"].to_numpy(), line=edge, mode="lines", fill="tonexty", fillcolor=palette["band"],
        name="Last, low to high", row=1, col=1,
    )  # fmt: skip
    line = {"width": 1.5, "color": palette["var"]}
    figure.add_scatter(x=x, y=prices["close"].to_numpy(), line=line, mode="lines", name="Last", row=1, col=1)
    line = {"width": 1.5, "color": palette["breach"], "dash": "dash"}
    figure.add_scatter(x=x, y=prices["mark"].to_numpy(), line=line, mode="lines", name="Mark", row=1, col=1)
    line = {"width": 1.5, "color": palette["other"]}
    figure.add_scatter(
        x=x, y=apart.to_numpy(), line=line, mode="lines", name="Last / mark - 1", showlegend=False, row=2, col=1
    )
    figure.update_yaxes(title="Price, quote currency", tickformat=",~r", hoverformat=",.6~r", row=1)
    figure.update_yaxes(title="Last / mark - 1, %", tickformat="~%", hoverformat="+.2%", row=2)
    figure.update_xaxes(title=time_title(table.index), row=2)
    figure.update_layout(legend_traceorder="normal")
    return figure


def funding(funding: pd.DataFrame, *, source: str | None = None) -> go.Figure:
    """Draw how often funding was how high; the value that comes most often has a bar of its own.

    The axis leaves out the outer 0.5 % and says so. A value that makes up less than 1 % is no point mass.

    Parameters
    ----------
    funding : DataFrame (T, ...), T >= 2
        ``rate`` in decimals per period (what longs pay) and ``hours``, the length of the period; UTC index.
    source : str, optional
        Default ``funding.attrs["source"]``.

    Raises
    ------
    DataError
        Funding that is not as :mod:`riskkit.data.protocol` describes it.

    Examples
    --------
    >>> times = pd.date_range("2024-01-01", periods=4, freq="8h", tz="UTC")
    >>> table = pd.DataFrame({"rate": [1e-4, 1e-4, 1e-4, -2e-4], "hours": 8.0}, index=times)
    >>> rk.plots.funding(table, source="typed by hand").layout.title.text
    '75 % of fundings are exactly +1 bp'
    """
    said = source_of(source, funding)
    table = checked_funding("funding", funding, said)
    if len(table) < 2:
        raise DataError("funding is too short to draw", got=f"{len(table)} row", expected="at least 2 rows")
    rates, palette = 1e4 * table["rate"].to_numpy(), colours()
    values, counts = np.unique(rates, return_counts=True)
    value, share = values[counts.argmax()], counts.max() / len(rates)
    mass = share >= POINT_MASS and counts.max() > 1
    amount = f"{value:+.4g}" if value else "0"
    low = np.quantile(rates, OUTER / 2.0, method="lower")
    high = np.quantile(rates, 1.0 - OUTER / 2.0, method="higher")
    inside = (rates >= low) & (rates <= high)
    title = f"{100 * share:.0f} % of fundings are exactly {amount} bp" if mass else "Funding: no value comes often"
    figure = canvas(title, source=said, note=_note(rates, int((~inside).sum())))
    width = (high - low) / BINS or 1.0
    # bins are centred on the point mass; its own bar is narrower and before them, so that its height is its share
    rest = rates[inside & ~(mass & (rates == value))]
    bins, counts = np.unique(np.rint((rest - value) / width), return_counts=True)
    if len(bins):
        figure.add_bar(
            x=value + width * bins, y=counts / len(rates), width=width, name=f"Others, in steps of {width:.2g} bp",
            marker={"color": palette["var"], "line": {"width": 0}},
        )  # fmt: skip
    if mass:
        figure.add_bar(
            x=[value], y=[share], width=0.5 * width, name=f"Exactly {amount} bp",
            marker={"color": palette["breach"], "line": {"width": 0}},
        )  # fmt: skip
    hours = table["hours"].unique()
    period = f"{hours[0]:g} hours" if len(hours) == 1 else "period"
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(title=f"Funding rate, basis points (bp) per {period}", hoverformat="+.2f")
    figure.update_yaxes(title="Share of fundings, %", tickformat="~%", hoverformat=".2%")
    return figure


def _note(rates: FloatArray, outside: int) -> str:
    if outside == 0:
        return f"{len(rates):,} fundings"
    return f"{outside:,} of {len(rates):,} lie outside the axis, from {rates.min():+.3g} to {rates.max():+.3g} bp"

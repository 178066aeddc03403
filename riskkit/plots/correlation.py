"""Correlations: a matrix at one time, and pairs through time."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, source_of, table, time_title, times
from riskkit.plots.palette import DASHES, LINES
from riskkit.plots.template import colours

MOST_NUMBERS = 12  # names beyond which the squares are too small to be written in


def correlation_matrix(matrix: pd.DataFrame, *, title: str = "Correlation", source: str | None = None) -> go.Figure:
    """Draw a matrix of correlations as squares from blue (-1) over paper (0) to vermillion (1), each with its number.

    Parameters
    ----------
    matrix : DataFrame (d, d)
        Correlations, Kendall's tau or another measure between -1 and 1, the same names on both axes.
    title : str
        What is correlated, and how it is measured.
    source : str, optional
        Default ``matrix.attrs["source"]``.

    Examples
    --------
    >>> matrix = pd.DataFrame([[1.0, 0.5], [0.5, 1.0]], ["BTC", "ETH"], ["BTC", "ETH"])
    >>> rk.plots.correlation_matrix(matrix, source="typed by hand").data[0].z.tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    if not isinstance(matrix, pd.DataFrame) or list(matrix.index) != list(matrix.columns) or len(matrix) < 2:
        raise DataError("matrix has no names to draw it by", got=type(matrix).__name__, expected="a square DataFrame")
    values = matrix.to_numpy(dtype=float)
    if not np.abs(values).max() <= 1.0 + 1e-9:  # also for NaN
        raise DataError("matrix holds no correlations", got=f"up to {np.abs(values).max():g}", expected="-1 to 1")
    palette, names = colours(), [str(name) for name in matrix.columns]
    figure = canvas(title, source=source_of(source, matrix))
    figure.add_heatmap(
        z=values, x=names, y=names, zmin=-1.0, zmax=1.0, xgap=2, ygap=2,
        colorscale=[[0.0, palette["var"]], [0.5, palette["paper"]], [1.0, palette["breach"]]],
        text=values, texttemplate="%{text:.2f}" if len(names) <= MOST_NUMBERS else None, textfont={"color": palette["ink"]},
        colorbar={"title": {"text": "Correlation", "font": {"size": 12}}, "thickness": 12}, showlegend=False,
        hovertemplate="%{y} with %{x}: %{z:.3f}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(hovermode="closest", height=figure.layout.height + max(0, 26 * (len(names) - 6)))
    figure.update_xaxes(title="Asset", showline=False)
    figure.update_yaxes(title="Asset", autorange="reversed", showgrid=False)
    return figure


def correlation_path(
    correlations: pd.Series | pd.DataFrame, *, spans: Sequence[tuple[str, str]] = (), source: str | None = None
) -> go.Figure:
    """Draw correlations through time, a line each; ``spans`` of dates are shaded.

    Parameters
    ----------
    correlations : Series or DataFrame (T, K)
        Between -1 and 1; NaN is drawn as a gap.
    spans : sequence of (first, last)
        Dates between which the ground is shaded: the crashes one wants to look at.
    source : str, optional
        Default ``correlations.attrs["source"]``.

    Examples
    --------
    >>> path = pd.Series([0.5, 0.7], pd.date_range("2024-01-01", periods=2, tz="UTC"), name="BTC and ETH")
    >>> rk.plots.correlation_path(path, source="typed by hand").data[0].name
    'BTC and ETH'
    """
    frame = table("correlations", correlations)
    if not np.nanmax(np.abs(frame.to_numpy(dtype=float))) <= 1.0 + 1e-9:
        largest = np.nanmax(np.abs(frame.to_numpy(dtype=float)))
        raise DataError("correlations are none", got=f"up to {largest:g}", expected="numbers between -1 and 1")
    figure = canvas("Correlation through time", source=source_of(source, correlations))
    palette = colours()
    for number, name in enumerate(frame):
        style = {"color": palette[LINES[number % len(LINES)]], "dash": DASHES[number % len(DASHES)], "width": 1.5}
        figure.add_scatter(x=times(frame.index), y=frame[name].to_numpy(), name=str(name), mode="lines", line=style)
    for first, last in spans:
        figure.add_vrect(x0=first, x1=last, fillcolor=palette["band"], line_width=0, layer="below")
    figure.update_layout(showlegend=True)
    figure.update_xaxes(title=time_title(frame.index))
    figure.update_yaxes(title="Correlation (−1 to 1)", hoverformat=".2f")
    return figure

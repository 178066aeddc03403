"""Principal components: how much of the variance few factors explain, and what they are made of."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, source_of, table
from riskkit.plots.palette import LINES
from riskkit.plots.template import colours

SHOWN = 3  # factors whose loadings are drawn


def components(loadings: pd.DataFrame, shares: pd.Series, *, source: str | None = None) -> go.Figure:
    """Draw the loadings of the first factors, with the share of the variance that each explains in its name.

    Parameters
    ----------
    loadings : DataFrame (d, k)
        Weight of every asset in every factor; the first three are drawn.
    shares : Series (k,)
        Share of the variance that each factor explains, adding up to 1 over all.
    source : str, optional
        Default ``loadings.attrs["source"]``.

    Examples
    --------
    >>> loadings = pd.DataFrame({"factor 1": [0.7, 0.7], "factor 2": [0.7, -0.7]}, index=["BTC", "ETH"])
    >>> figure = rk.plots.components(loadings, pd.Series([0.9, 0.1]), source="typed by hand")
    >>> [trace.name for trace in figure.data]
    ['factor 1: 90 % of variance', 'factor 2: 10 % of variance']
    """
    if not isinstance(loadings, pd.DataFrame) or loadings.shape[1] != len(shares):
        got = f"{getattr(loadings, 'shape', type(loadings).__name__)} and {len(shares)} shares"
        raise DataError("loadings and shares do not fit", got=got, expected="a share for every column of loadings")
    frame = table("loadings", loadings.reset_index(drop=True))
    parts = np.asarray(shares, dtype=float)
    if not (parts >= -1e-12).all() or parts.sum() > 1.0 + 1e-9:
        raise DataError("shares are no shares of a variance", got=f"sum {parts.sum():g}", expected=">= 0, sum <= 1")
    figure = canvas("What few factors explain", source=source_of(source, loadings))
    palette, names = colours(), [str(name) for name in loadings.index]
    for number, column in enumerate(frame.columns[:SHOWN]):
        label = f"{column}: {100 * parts[number]:.0f} % of variance"
        marker = {"color": palette[LINES[number]], "pattern": {"shape": ["", "/", "."][number]}}
        figure.add_bar(x=names, y=frame[column].to_numpy(), name=label, marker=marker)
    figure.update_layout(barmode="group", bargap=0.25)
    figure.update_xaxes(title="Asset")
    figure.update_yaxes(title="Loading (−1 to 1)", hoverformat=".2f")
    return figure

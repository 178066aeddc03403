"""Where two assets move together: tail concentration against the quantile at which it is looked at."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, source_of, table
from riskkit.plots.palette import DASHES, LINES
from riskkit.plots.template import colours


def tail_concentration(curves: pd.DataFrame, *, source: str | None = None) -> go.Figure:
    """Draw how often one asset is beyond a quantile when the other is.

    Parameters
    ----------
    curves : DataFrame (Q, K)
        Indexed by quantile q, increasing in (0, 1): P(V <= q | U <= q) for q <= 1/2, P(V > q | U > q) above; a column for
        the data and for each model.
    source : str, optional
        Default ``curves.attrs["source"]``.

    Examples
    --------
    >>> curves = pd.DataFrame({"data": [0.5, 0.4]}, index=[0.05, 0.95])
    >>> rk.plots.tail_concentration(curves, source="typed by hand").data[0].name
    'data'
    """
    frame = table("curves", curves)
    quantiles = frame.index.to_numpy(dtype=float)
    if not (quantiles[0] > 0.0 and quantiles[-1] < 1.0):
        got = f"{quantiles[0]:g} to {quantiles[-1]:g}"
        raise DataError("curves are not indexed by quantiles", got=got, expected="numbers in (0, 1)")
    figure = canvas(
        "Do they crash together?", source=source_of(source, curves),
        note="Left half: both below the quantile; right half: both above it",
    )  # fmt: skip
    palette = colours()
    independent = np.where(quantiles <= 0.5, quantiles, 1.0 - quantiles)
    rule = {"color": palette["muted"], "width": 1, "dash": "dot"}
    figure.add_scatter(x=quantiles, y=independent, name="independent", mode="lines", line=rule)
    for number, name in enumerate(frame):
        style = {"color": palette[LINES[number % len(LINES)]], "dash": DASHES[number % len(DASHES)], "width": 2}
        figure.add_scatter(x=quantiles, y=frame[name].to_numpy(), name=str(name), mode="lines", line=style)
    figure.data = figure.data[1:] + figure.data[:1]
    figure.update_xaxes(title="Quantile of each asset", hoverformat=".3f")
    figure.update_yaxes(title="Probability given the other, 0 to 1", range=[0.0, 1.0], hoverformat=".2f")
    return figure

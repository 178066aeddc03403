"""Do returns remember, and do their sizes? Autocorrelation by lag."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskkit import checks
from riskkit.plots.canvas import canvas, source_of, table
from riskkit.plots.palette import DASHES, LINES
from riskkit.plots.template import colours

NORMAL_95 = 1.96


def autocorrelation(
    correlations: pd.DataFrame | pd.Series, observations: int, *, source: str | None = None
) -> go.Figure:  # fmt: skip
    """Draw autocorrelations by lag and the band in which 95 % of those of pure noise lie.

    Parameters
    ----------
    correlations : Series or DataFrame (L, K)
        Indexed by lag, one column per series; NaN is drawn as a gap.
    observations : int
        Length T of the series; the band is ±1.96 / √T. It holds for independent values of finite variance.
    source : str, optional
        Default ``correlations.attrs["source"]``.

    Examples
    --------
    >>> frame = pd.DataFrame({"returns": [0.01, -0.02], "squares": [0.2, 0.15]}, index=[1, 2])
    >>> figure = rk.plots.autocorrelation(frame, 10_000, source="typed by hand")
    >>> [trace.name for trace in figure.data if trace.name]
    ['95 % of noise', 'returns', 'squares']
    """
    frame = table("correlations", correlations)
    half = NORMAL_95 / np.sqrt(checks.whole("observations", observations, least=2))
    figure = canvas("What one step says about a later one", source=source_of(source, correlations))
    palette, lags = colours(), frame.index.to_numpy()
    edge = {"width": 0, "color": palette["var"]}
    for value, fill, name in ((half, None, None), (-half, "tonexty", "95 % of noise")):
        figure.add_scatter(
            x=lags[[0, -1]], y=[value, value], mode="lines", line=edge, fill=fill, fillcolor=palette["band"], name=name,
            showlegend=fill is not None, hoverinfo="skip",
        )  # fmt: skip
    for number, column in enumerate(frame.columns):
        colour = palette[LINES[number % len(LINES)]]
        line = {"width": 2, "color": colour, "dash": DASHES[number % len(DASHES)]}
        figure.add_scatter(
            x=lags, y=frame[column].to_numpy(), name=str(column), mode="lines+markers", line=line, marker={"size": 5}
        )
    figure.update_xaxes(title=f"{frame.index.name or 'Lag'}, steps")
    figure.update_yaxes(title="Autocorrelation (−1 to 1)", hoverformat=".3f", zeroline=True)
    return figure

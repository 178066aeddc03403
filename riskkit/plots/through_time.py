"""What does not stand still: the parameters of a rolled model, and the probabilities of regimes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskkit import checks
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, columns_of, source_of, table, time_title, times
from riskkit.plots.palette import LINES
from riskkit.plots.template import colours

# How a column is written beside its axis, and how its numbers are.
AXES = {
    "mu": ("μ, % per step", ".2%"),
    "sigma": ("σ, % per step", ".1%"),
    "var": ("VaR, % of position", ".1%"),
    "es": ("ES, % of position", ".1%"),
    "nu": ("ν, degrees of freedom", ".3~g"),
    "persistence": ("Persistence, per step", ".3~f"),
}
FORECASTS = ("sigma", "var", "es")  # no parameters, so never on a bound


def parameters(rolled: pd.DataFrame, columns: Sequence[str], *, source: str | None = None) -> go.Figure:
    """Draw columns of a rolled model through time, a panel each; parameters of estimates on a bound are marked.

    Parameters
    ----------
    rolled : DataFrame (T, ...)
        What :func:`riskkit.volatility.roll` returns, perhaps with columns of your own; NaN is drawn as a gap. A column
        ``status``, where there is one, says which dates are marked.
    columns : sequence of str
        What to draw, from top to bottom.
    source : str, optional
        Default ``rolled.attrs["source"]``.

    Examples
    --------
    >>> rolled = pd.DataFrame({"sigma": [0.02, 0.03], "nu": [4.0, 5.0], "status": ["ok", "at a bound"]})
    >>> figure = rk.plots.parameters(rolled, ["sigma", "nu"], source="typed by hand")
    >>> figure.layout.yaxis.title.text, figure.layout.yaxis2.title.text
    ('σ, % per step', 'ν, degrees of freedom')
    """
    frame = table("rolled", columns_of("rolled", rolled, list(columns)))
    figure = canvas("A model through time", source=source_of(source, rolled), panels=frame.shape[1])
    palette, x = colours(), times(frame.index)
    marked = (rolled["status"] == "at a bound").to_numpy() if "status" in rolled else np.zeros(len(frame), bool)
    line = {"width": 1.5, "color": palette["var"]}
    marker, labelled = {"size": 3, "symbol": "circle", "color": palette["breach"]}, False
    for row, column in enumerate(frame, start=1):
        values = frame[column].to_numpy(dtype=float)
        figure.add_scatter(x=x, y=values, name=str(column), mode="lines", line=line, showlegend=False, row=row, col=1)
        if marked.any() and column not in FORECASTS:
            figure.add_scatter(
                x=x[marked], y=values[marked], name="At a bound", legendgroup="bound", mode="markers", marker=marker,
                hoverinfo="skip", showlegend=not labelled, row=row, col=1,
            )  # fmt: skip
            labelled = True
        label, numbers = AXES.get(str(column), (str(column), ".3~g"))
        figure.update_yaxes(title=label, tickformat=numbers, hoverformat=numbers, row=row)
    if not labelled:
        figure.update_layout(margin={"b": 60})
    figure.update_layout(legend_itemsizing="constant")
    figure.update_xaxes(title=time_title(frame.index), row=frame.shape[1])
    return figure


def regimes(probabilities: pd.DataFrame, returns: pd.Series, *, source: str | None = None) -> go.Figure:
    """Draw returns and, under them, how probable each regime but the calmest is.

    Parameters
    ----------
    probabilities : DataFrame (T, K), K >= 2
        Probabilities of the states, the calmest first: ``fit.filtered``, or ``fit.filter(later)`` for returns that the
        estimate has not seen.
    returns : Series of length T
        Returns on the same dates, decimals.
    source : str, optional
        Default the ``attrs["source"]`` of the returns.

    Examples
    --------
    >>> probabilities = pd.DataFrame({"state 1": [0.9, 0.2], "state 2": [0.1, 0.8]})
    >>> figure = rk.plots.regimes(probabilities, pd.Series([0.01, -0.05]), source="typed by hand")
    >>> figure.data[-1].name, figure.data[-1].y.tolist()
    ('Probability of state 2', [0.1, 0.8])
    """
    frame, values = table("probabilities", probabilities), checks.series(returns)
    if frame.shape[1] < 2 or not np.allclose(frame.sum(axis=1), 1.0):
        raise DataError(
            "probabilities do not add up to 1 over the states", got=f"{frame.shape[1]} columns", expected="one per state"
        )
    if not values.index.equals(frame.index):
        raise DataError("returns and probabilities have different dates", expected="the same index")
    figure = canvas(f"Which of {frame.shape[1]} regimes?", source=source_of(source, returns, probabilities), panels=2)
    palette, x = colours(), times(frame.index)
    line = {"width": 1, "color": palette["loss"]}
    figure.add_scatter(x=x, y=values.to_numpy(), name="Return", mode="lines", line=line, row=1, col=1)
    for number, state in enumerate(frame.columns[1:]):
        colour = palette[LINES[(number + 1) % len(LINES)]]
        figure.add_scatter(
            x=x, y=frame[state].to_numpy(), name=f"Probability of {state}", mode="lines", stackgroup="states",
            line={"width": 0.5, "color": colour}, fillcolor=colour, row=2, col=1,
        )  # fmt: skip
    figure.update_yaxes(title="Return, %", tickformat=".0%", hoverformat=".2%", row=1)
    figure.update_yaxes(title="Probability, %", tickformat=".0%", hoverformat=".1%", range=[0.0, 1.0], row=2)
    figure.update_xaxes(title=time_title(frame.index), row=2)
    return figure

"""How large moves were, and how large a model said they would be."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskkit import checks
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, source_of, table, time_title, times
from riskkit.plots.palette import LINES
from riskkit.plots.template import colours


def volatility(
    sigma: Any, returns: pd.Series | None = None, *, days_per_year: int | None = None, source: str | None = None
) -> go.Figure:
    """Draw conditional volatility and, where there are returns, the band of two standard deviations around them.

    Parameters
    ----------
    sigma : Fit, Series or DataFrame
        A volatility fit (its ``sigma`` and ``residuals`` are drawn) or standard deviations per step in decimals, one
        column per model.
    returns : Series, optional
        Returns (or residuals) on the dates of ``sigma``; the band is that of its first column.
    days_per_year : int, optional
        365 for crypto, 252 for equities: shows volatility per year, sigma times its square root. Left out: per step.
    source : str, optional
        Where the data come from; default their ``attrs["source"]``.

    Examples
    --------
    >>> sigma = pd.Series([0.010, 0.012, 0.011], name="EWMA")
    >>> rk.plots.volatility(sigma, days_per_year=365, source="typed by hand").layout.yaxis.title.text
    'σ, % per year (365 days)'
    """
    sigma, returns = _parts(sigma, returns)
    frame = table("sigma", sigma)
    label = ", ".join(map(str, frame.columns)) if frame.shape[1] <= 2 else f"{frame.shape[1]} models"
    title = "Conditional volatility" if label == "value" else f"Volatility: {label}"
    figure = canvas(title, source=source_of(source, sigma, returns), panels=1 if returns is None else 2)
    if returns is not None:
        _band(figure, frame.iloc[:, 0], returns)
    row = 1 if returns is None else 2
    _lines(figure, frame, row, days_per_year)
    figure.update_xaxes(title=time_title(frame.index), row=row)
    return figure


def _parts(sigma: Any, returns: pd.Series | None) -> tuple[Any, pd.Series | None]:
    if isinstance(sigma, (pd.Series, pd.DataFrame)):
        return sigma, returns
    if hasattr(sigma, "sigma") and hasattr(sigma, "residuals"):
        return sigma.sigma, sigma.residuals if returns is None else returns
    raise DataError(
        "sigma has the wrong type", got=type(sigma).__name__, expected="a volatility fit, a Series or a DataFrame",
        remedy="rk.volatility.Garch().fit(returns)",
    )  # fmt: skip


def _band(figure: go.Figure, sigma: pd.Series, returns: pd.Series) -> None:
    palette, values = colours(), checks.series(returns)
    if not values.index.equals(sigma.index):
        raise DataError("returns and sigma have different dates", expected="the same index")
    x, half = times(sigma.index), 2.0 * sigma.to_numpy()
    edge = {"width": 0, "color": palette["var"]}
    figure.add_scatter(x=x, y=half, line=edge, mode="lines", hoverinfo="skip", showlegend=False, row=1, col=1)
    figure.add_scatter(
        x=x, y=-half, line=edge, mode="lines", fill="tonexty", fillcolor=palette["band"], hoverinfo="skip", name="±2σ",
        row=1, col=1,
    )  # fmt: skip
    figure.add_scatter(
        x=x, y=values.to_numpy(), line={"width": 1, "color": palette["loss"]}, mode="lines", name="Return", row=1, col=1
    )
    figure.update_yaxes(title="Return, %", tickformat=".1%", hoverformat=".2%", row=1)


def _lines(figure: go.Figure, frame: pd.DataFrame, row: int, days_per_year: int | None) -> None:
    scale, unit = 1.0, "% per step"
    if days_per_year is not None:
        days = checks.whole("days_per_year", days_per_year, least=1)
        scale, unit = np.sqrt(days), f"% per year ({days} days)"
    palette, x = colours(), times(frame.index)
    for number, column in enumerate(frame.columns):
        line = {"width": 2, "color": palette[LINES[number % len(LINES)]]}
        name = "σ" if column == "value" else f"σ, {column}" if frame.shape[1] == 1 else str(column)
        figure.add_scatter(x=x, y=scale * frame[column].to_numpy(), name=name, mode="lines", line=line, row=row, col=1)
    top = ".0%" if days_per_year is not None else ".1%"
    figure.update_yaxes(title=f"σ, {unit}", tickformat=top, hoverformat=".2%", rangemode="tozero", row=row)

"""What a model expects of the days ahead, and how sure it is."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskkit import checks
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, columns_of, source_of, table
from riskkit.plots.palette import DASHES, LINES
from riskkit.plots.template import colours

BOUNDS = ["low", "high"]


def term_structure(
    forecasts: pd.DataFrame | Mapping[str, pd.DataFrame], *, days_per_year: int | None = None, source: str | None = None
) -> go.Figure:
    """Draw the forecast of sigma by horizon, with its interval where there is one.

    Parameters
    ----------
    forecasts : DataFrame (H, ...) or dict from str to DataFrame
        Indexed by step, a column ``sigma`` and perhaps ``low`` and ``high``: what ``fit.forecast`` and
        ``fit.forecast_interval`` return.
    days_per_year : int, optional
        365 for crypto, 252 for equities: shows volatility per year. Left out: per step.
    source : str, optional
        Default the ``attrs["source"]`` of the forecasts.

    Examples
    --------
    >>> frame = pd.DataFrame({"sigma": [0.02, 0.03], "low": [0.01, 0.01], "high": [0.03, 0.05]}, index=[1, 2])
    >>> rk.plots.term_structure(frame, source="typed by hand").layout.yaxis.title.text
    'σ, % per step'
    """
    named = {"σ": forecasts} if isinstance(forecasts, pd.DataFrame) else checks.mapping("forecasts", forecasts)
    scale, unit = 1.0, "% per step"
    if days_per_year is not None:
        days = checks.whole("days_per_year", days_per_year, least=1)
        scale, unit = float(np.sqrt(days)), f"% per year ({days} days)"
    figure = canvas(
        "Volatility expected of the days ahead",
        source=source_of(source, *named.values()),
        note="Shaded: the interval that the uncertainty of the parameters allows" if _intervals(named) else "",
    )
    for number, (name, frame) in enumerate(named.items()):
        _forecast(figure, number, name, frame, scale)
    figure.update_layout(legend_traceorder="normal")
    figure.update_xaxes(title="Steps ahead")
    tick = ".0%" if days_per_year is not None else ".1%"
    figure.update_yaxes(title=f"σ, {unit}", tickformat=tick, hoverformat=".2%")
    return figure


def _intervals(named: Mapping[str, pd.DataFrame]) -> bool:
    return any(isinstance(frame, pd.DataFrame) and set(BOUNDS) <= set(frame) for frame in named.values())


def _forecast(figure: go.Figure, number: int, name: str, frame: pd.DataFrame, scale: float) -> None:
    sigma = table(f"forecasts[{name!r}]", columns_of(f"forecasts[{name!r}]", frame, ["sigma"]))["sigma"]
    palette, x = colours(), sigma.index.to_numpy()
    if set(BOUNDS) <= set(frame):
        bounds = table(f"forecasts[{name!r}]", frame[BOUNDS])
        if not (bounds["low"] <= bounds["high"]).all():
            raise DataError(f"forecasts[{name!r}] has an interval that is no interval", expected="low <= high")
        edge = {"width": 0, "color": palette[LINES[number % len(LINES)]]}
        for column, fill in (("high", None), ("low", "tonexty")):
            figure.add_scatter(
                x=x, y=scale * bounds[column].to_numpy(), mode="lines", line=edge, fill=fill, fillcolor=palette["band"],
                name=f"{name}, {column}", showlegend=False, hoverinfo="skip",
            )  # fmt: skip
    line = {"width": 2, "color": palette[LINES[number % len(LINES)]], "dash": DASHES[number % len(DASHES)]}
    figure.add_scatter(x=x, y=scale * sigma.to_numpy(), name=name, mode="lines", line=line, showlegend=True)

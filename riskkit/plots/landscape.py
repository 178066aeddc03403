"""The landscape of a likelihood, and where its maxima lie."""

import numpy as np
import plotly.graph_objects as go

from riskkit.checks import FloatArray
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, log_axis
from riskkit.plots.template import colours
from riskkit.volatility import Landscape

FLOOR = 5.0  # standard errors below the top from which on all is one colour
STEP = 0.5


def likelihood(landscape: Landscape, *, source: str | None = None) -> go.Figure:
    """Draw a log-likelihood as a map over half-life and share, with its maxima.

    The height is told in standard errors below the highest maximum, the root of twice the log-likelihood that is missing:
    inside the contour of 2 lies what a test at about 5 % of one parameter would not reject.

    Parameters
    ----------
    landscape : Landscape
        What :func:`riskkit.volatility.landscape` returns. Nodes of persistence 0 and 1, which have no half-life that fits
        on a log axis, are left out; a maximum there stands at the edge.
    source : str, optional
        Default ``landscape.source``.

    Examples
    --------
    >>> returns = pd.Series(np.random.default_rng(1).normal(size=500)).mul(np.tile(np.repeat([0.5, 1.5], 50), 5))
    >>> fit = rk.volatility.Garch(dist="normal").fit(returns)
    >>> rk.plots.likelihood(rk.volatility.landscape(fit), source="drawn").layout.title.text
    'Likelihood: 1 maximum'
    """
    if not isinstance(landscape, Landscape):
        raise DataError(
            "landscape has the wrong type", got=type(landscape).__name__, expected="a Landscape",
            remedy="rk.volatility.landscape(fit)",
        )  # fmt: skip
    surface, maxima = landscape.surface, landscape.maxima
    surface = surface[(surface.index > 0.0) & (surface.index < 1.0)]
    if len(surface) < 2:
        raise DataError("the surface is too small to draw", got=f"{len(surface)} rows", expected="2 persistences in (0, 1)")
    x, top = _half_life(surface.index.to_numpy()), float(maxima["loglikelihood"].iloc[0])
    below = np.sqrt(2.0 * np.maximum(top - surface.to_numpy().T, 0.0))
    count = len(maxima)
    figure = canvas(
        f"Likelihood: {count} maxim{'um' if count == 1 else 'a'}",
        source=landscape.source if source is None else source,
        note="Height: standard errors below the top, √(2 × log-likelihood missing)",
    )
    figure.add_contour(
        x=x, y=surface.columns.to_numpy(), z=np.minimum(below, FLOOR), autocolorscale=True, reversescale=True,
        showlegend=False,
        contours={"start": STEP, "end": FLOOR - STEP, "size": STEP}, line={"width": 0.5, "color": colours()["paper"]},
        colorbar={
            "title": {"text": "Below<br>the top", "font": {"size": 12}}, "thickness": 12, "tickvals": [0.5, 1, 2, 3, 4],
        },
        hovertemplate="half-life %{x:.3~g}, share %{y:.2f}: %{z:.2f} below",
    )  # fmt: skip
    _maxima(figure, landscape, x)
    figure.update_layout(hovermode="closest")
    figure.update_xaxes(title="Half-life of a variance shock, steps (log)", **log_axis(x), range=np.log10(x[[0, -1]]))
    figure.update_yaxes(title="Share α / (α + β)", zeroline=False, range=list(surface.columns[[0, -1]]))
    return figure


def _maxima(figure: go.Figure, landscape: Landscape, x: FloatArray) -> None:
    palette, maxima = colours(), landscape.maxima
    lives = _half_life(maxima["persistence"].to_numpy())
    behind = maxima["loglikelihood"].iloc[0] - maxima["loglikelihood"]
    for number, (share, life, missing, sigma) in enumerate(
        zip(maxima["share"], lives, behind, maxima["next_sigma"], strict=True)
    ):
        rank = "Highest" if number == 0 else f"{missing:.2f} lower"
        figure.add_scatter(
            x=[np.clip(life, x[0], x[-1])], y=[share], mode="markers", cliponaxis=False, showlegend=True,
            name=f"{rank}: half-life {life:.3g}, next σ {sigma:.2%}", hoverinfo="name",
            marker={
                "symbol": "star" if number == 0 else "circle", "size": 16 if number == 0 else 12,
                "color": palette["breach"], "line": {"width": 1.5, "color": palette["paper"]},
            },
        )  # fmt: skip


def _half_life(persistence: FloatArray) -> FloatArray:
    """Steps until half of a deviation of the variance is forgotten; infinite at persistence 1, 0 at 0."""
    with np.errstate(divide="ignore"):
        return np.where(persistence < 1.0, np.log(0.5) / np.log(persistence), np.inf)

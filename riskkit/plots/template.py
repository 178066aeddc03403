"""One look for every figure: the plotly templates ``riskkit`` (light) and ``riskkit_dark``.

A figure is drawn light unless ``plotly.io.templates.default = "riskkit_dark"``. Either template carries both sets of
colours in its ``meta``, so that a page which changes its theme (``book/_static/riskkit-plots.js``) can re-colour a
finished figure without knowing any colour itself.
"""

import os
from collections.abc import Mapping

import plotly.graph_objects as go
import plotly.io
from plotly.io.base_renderers import MimetypeRenderer

from riskkit.plots.palette import DARK, LIGHT, LINES

FONT = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
NAMES = {"light": "riskkit", "dark": "riskkit_dark"}


def scheme() -> str:
    """Return "dark" when the reader has made ``riskkit_dark`` plotly's default template, else "light"."""
    return "dark" if plotly.io.templates.default == NAMES["dark"] else "light"


def colours() -> Mapping[str, str]:
    """Return the colours that the next figure is drawn with."""
    return DARK if scheme() == "dark" else LIGHT


class BookRenderer(MimetypeRenderer):
    """Shows a figure as plain HTML for a page that has loaded plotly.js itself."""

    def to_mimebundle(self, fig_dict: dict) -> dict[str, str]:
        """Return the figure as ``text/html`` without plotly.js."""
        config = {"responsive": True, "displaylogo": False, "displayModeBar": "hover"}
        return {"text/html": plotly.io.to_html(fig_dict, config=config, include_plotlyjs=False, full_html=False)}


def register() -> None:
    """Make the templates known to plotly and, where the book is built, choose the renderer that needs no network."""
    for name, palette in (("light", LIGHT), ("dark", DARK)):
        plotly.io.templates[NAMES[name]] = _template(name, palette)
    if os.environ.get("RISKKIT_BOOK") == "1":
        plotly.io.renderers["riskkit_book"] = BookRenderer()
        plotly.io.renderers.default = "riskkit_book"


def _template(name: str, palette: Mapping[str, str]) -> go.layout.Template:
    title = {"font": {"size": 12, "color": palette["muted"]}, "standoff": 8}
    axis = {
        "gridcolor": palette["grid"], "linecolor": palette["axis"], "tickcolor": palette["axis"],
        "zerolinecolor": palette["axis"], "zerolinewidth": 1, "automargin": True, "title": title,
        "tickfont": {"size": 11, "color": palette["muted"]},
    }  # fmt: skip
    layout = {
        "meta": {"riskkit": {"scheme": name, "light": list(LIGHT.values()), "dark": list(DARK.values())}},
        "colorway": [palette[line] for line in LINES],
        "paper_bgcolor": palette["paper"],
        "plot_bgcolor": palette["paper"],
        "font": {"family": FONT, "size": 13, "color": palette["ink"]},
        "title": {
            "x": 0, "xref": "container", "xanchor": "left", "y": 1, "yref": "container", "yanchor": "top",
            "pad": {"l": 12, "t": 14}, "font": {"size": 16, "color": palette["ink"]},
            "subtitle": {"font": {"size": 12, "color": palette["muted"]}},
        },
        "xaxis": axis | {"showgrid": False, "showline": True, "ticks": "outside", "ticklen": 4},
        "yaxis": axis,
        "legend": {
            "orientation": "h", "x": 0, "xanchor": "left", "y": 0, "yref": "container", "yanchor": "bottom",
            "font": {"size": 12}, "bgcolor": "rgba(0, 0, 0, 0)",
        },
        "margin": {"l": 12, "r": 14, "t": 84, "b": 84},
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": palette["paper"], "bordercolor": palette["axis"], "font": {"color": palette["ink"]}},
        "colorscale": {"sequential": "Cividis"},
    }  # fmt: skip
    return go.layout.Template(layout=layout)

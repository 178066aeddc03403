"""Copulas by picture: what is left of two assets when their margins are taken away."""

from collections.abc import Mapping

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from riskkit import checks
from riskkit.dependence.uniforms import uniforms
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, source_of
from riskkit.plots.template import colours

MOST_POINTS = 2_000  # of a picture; the first ones
SIDE = 270  # pixels


def copulas(samples: Mapping[str, object], *, source: str | None = None) -> go.Figure:
    """Draw samples of copulas of two variables, a square each, two beside each other.

    Parameters
    ----------
    samples : dict from str to DataFrame (n, 2)
        Uniforms by the name of their copula: pseudo-observations, or what ``sample`` returns; the first 2,000 are drawn.
    source : str, optional
        Default what the samples themselves name.

    Examples
    --------
    >>> sample = pd.DataFrame({"BTC": [0.2, 0.4, 0.7], "ETH": [0.3, 0.5, 0.6]})
    >>> figure = rk.plots.copulas({"Data": sample, "Again": sample}, source="typed by hand")
    >>> [note.text for note in figure.layout.annotations]
    ['Data', 'Again']
    """
    named = {name: uniforms(sample) for name, sample in checks.mapping("samples", samples).items()}
    for name, sample in named.items():
        if sample.shape[1] != 2:
            raise DataError(f"samples[{name!r}] is no pair", got=f"{sample.shape[1]} columns", expected="two columns")
    rows = (len(named) + 1) // 2
    blank = canvas("Ranks of two assets", source=source_of(source, *samples.values()))
    titles = list(named)
    figure = make_subplots(rows=rows, cols=2, subplot_titles=titles, horizontal_spacing=0.14, vertical_spacing=0.36 / rows)
    figure.update_layout(template=blank.layout.template, title=blank.layout.title, margin=blank.layout.margin)
    figure.update_layout(height=blank.layout.margin.t + 60 + SIDE * rows, showlegend=False, hovermode="closest")
    figure.update_layout(margin={"b": 60, "t": blank.layout.margin.t + 14})
    palette = colours()
    for number, sample in enumerate(named.values()):
        drawn, place = sample.iloc[:MOST_POINTS], {"row": number // 2 + 1, "col": number % 2 + 1}
        marker = {"size": 3, "color": palette["var"], "opacity": 0.55}
        x, y = (drawn[column].to_numpy() for column in drawn)
        figure.add_scatter(x=x, y=y, name=titles[number], mode="markers", marker=marker, **place)
        figure.update_xaxes(title=f"{drawn.columns[0]}, rank", range=[0.0, 1.0], dtick=0.5, **place)
        figure.update_yaxes(title=f"{drawn.columns[1]}, rank", range=[0.0, 1.0], dtick=0.5, **place)
    return figure

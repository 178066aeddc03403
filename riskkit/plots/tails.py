"""The tail of a loss distribution: how probable a loss of at least so much is."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.core import LossDistribution
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, money, percent
from riskkit.plots.palette import DASHES, LINES
from riskkit.plots.template import colours

# Where the tail begins, as a probability, and how many corners a curve may have.
TAIL = 0.2
CORNERS = 800


def loss_tail(
    losses: LossDistribution | Mapping[str, LossDistribution], level: float = 0.99, *, source: str = "unknown"
) -> go.Figure:
    """Draw the probability of losing at least so much, on a log axis, with VaR and ES.

    Parameters
    ----------
    losses : LossDistribution or dict from str to LossDistribution
        One distribution, or several to compare; all in one unit.
    level : float
        Confidence level of VaR and ES.
    source : str
        Where the losses come from.

    Examples
    --------
    >>> losses = rk.LossDistribution([-0.01, 0.0, 0.01, 0.02, 0.05])
    >>> [trace.name for trace in rk.plots.loss_tail(losses, 0.8, source="typed by hand").data]
    ['Tail', 'VaR 80 % = 2.00 %', 'ES 80 % = 5.00 %']
    """
    level = checks.level(level)
    named = _named(losses)
    unit = _one_unit(named)
    words, format_ = money(unit)
    figure = canvas(f"The tail beyond {percent(level)}", source=source, note="Both axes: further right and higher is worse")
    draw = _single if isinstance(losses, LossDistribution) else _several
    draw(figure, named, level, unit)
    figure.add_hline(y=1.0 - level, line={"width": 1, "dash": "dot", "color": colours()["muted"]})
    horizon = next(iter(named.values())).horizon
    days = "1 day" if horizon == 1 else f"{horizon:g} days"
    figure.update_xaxes(
        title=f"Loss over {days}, {words}", tickformat=format_, hoverformat=".2%" if unit == "return" else None
    )
    figure.update_yaxes(
        title="Probability of at least that loss (log)",
        type="log",
        tickformat="~p",
        minor_ticks="",
        exponentformat="none",
    )
    figure.update_layout(hovermode="closest")
    return figure


def _single(figure: go.Figure, named: Mapping[str, LossDistribution], level: float, unit: str) -> None:
    palette, distribution = colours(), next(iter(named.values()))
    x, y = _exceedance(distribution, level)
    line = {"width": 2, "color": palette["other"], "shape": _shape(distribution)}
    figure.add_scatter(x=x, y=y, name="Tail", mode="lines", line=line)
    measures = (("VaR", distribution.var(level), "var", "solid"), ("ES", distribution.es(level), "es", "dash"))
    for name, value, colour, dash in measures:
        line = {"width": 2, "color": palette[colour], "dash": dash}
        label = f"{name} {percent(level)} = {_amount(value, unit)}"
        figure.add_scatter(x=[value, value], y=[float(y.min()), TAIL], name=label, mode="lines", line=line)


def _several(figure: go.Figure, named: Mapping[str, LossDistribution], level: float, unit: str) -> None:
    palette = colours()
    for number, (name, distribution) in enumerate(named.items()):
        colour = palette[LINES[number % len(LINES)]]
        x, y = _exceedance(distribution, level)
        var, es = distribution.var(level), distribution.es(level)
        label = f"{name}: VaR {_amount(var, unit)}, ES {_amount(es, unit)}"
        line = {"width": 2, "color": colour, "shape": _shape(distribution), "dash": DASHES[number % len(DASHES)]}
        figure.add_scatter(x=x, y=y, name=label, mode="lines", line=line, legendgroup=name)
        marker = {
            "size": 10,
            "color": colour,
            "symbol": ["circle", "diamond-open"],
            "line": {"width": 2, "color": colour},
        }
        figure.add_scatter(
            x=[var, es], y=[1.0 - level] * 2, mode="markers", marker=marker, text=["VaR", "ES"], name=name,
            legendgroup=name, showlegend=False, hovertemplate="%{text} %{x}",
        )  # fmt: skip
    figure.update_layout(title_text=f"The tail beyond {percent(level)}: ● VaR, ◇ ES")


def _shape(distribution: LossDistribution) -> str:
    """Stairs for a sample, a line for a law that was laid out on a grid."""
    return "vh" if distribution.sampled else "linear"


def _exceedance(distribution: LossDistribution, level: float) -> tuple[FloatArray, FloatArray]:
    """Return the losses of the tail and the probability of at least each, thinned evenly in log probability.

    The tail begins at ``TAIL`` and ends at a tenth of the probability beyond ``level``: further out a law is mostly faith.
    """
    losses, first = np.unique(distribution.total, return_inverse=True)
    mass = np.bincount(first, weights=distribution.weights)
    losses, mass = losses[mass > 0.0], mass[mass > 0.0]
    at_least = np.cumsum(mass[::-1])[::-1]
    keep = at_least <= max(TAIL, at_least[-1]) * (1.0 + 1e-9)  # sums of weights round
    keep &= at_least >= min(0.1 * (1.0 - level), at_least[keep].max())
    losses, at_least = losses[keep], at_least[keep]
    if len(losses) > CORNERS:
        wanted = np.geomspace(at_least[0], at_least[-1], CORNERS)
        chosen = np.unique(np.searchsorted(-at_least, -wanted).clip(max=len(losses) - 1))
        losses, at_least = losses[chosen], at_least[chosen]
    return losses, at_least


def _named(losses: object) -> dict[str, LossDistribution]:
    named = {"Tail": losses} if isinstance(losses, LossDistribution) else checks.mapping("losses", losses)
    for name, distribution in named.items():
        if not isinstance(distribution, LossDistribution):
            raise DataError(
                f"losses[{name!r}] has the wrong type", got=type(distribution).__name__, expected="a LossDistribution"
            )
    return named


def _one_unit(named: Mapping[str, LossDistribution]) -> str:
    units = {distribution.unit for distribution in named.values()}
    horizons = {distribution.horizon for distribution in named.values()}
    if len(units) > 1 or len(horizons) > 1:
        raise DataError(
            "the losses cannot share an axis", got=f"units {sorted(units)}, horizons {sorted(horizons)}",
            expected="one unit and one horizon",
        )  # fmt: skip
    return units.pop()


def _amount(value: float, unit: str) -> str:
    return f"{100 * value:.2f} %" if unit == "return" else f"{value:,.4g} {unit}"

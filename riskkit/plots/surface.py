"""Fitted smiles beside their quotes, and whether they allow butterfly arbitrage."""

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from riskkit.errors import DataError
from riskkit.plots.canvas import canvas
from riskkit.plots.palette import DASHES, LINES
from riskkit.plots.template import colours

if TYPE_CHECKING:
    from riskkit.instruments import VolSurface

EXPIRIES = 4
POINTS = 161
MARGIN = 0.25  # of the quoted range, drawn on either side
DEVIATIONS = 4.0  # drawn to either side where there are no quotes


def surface_fit(surface: "VolSurface", *, source: str | None = None) -> go.Figure:
    """Draw the smiles of at most four expiries with their quotes, and below them g: negative where there is arbitrage.

    Parameters
    ----------
    surface : VolSurface
        With quotes where it was made from a chain.
    source : str, optional
        Default: what the chain says of itself.

    Raises
    ------
    DataError
        Something else than a surface.

    Examples
    --------
    >>> vogt = rk.instruments.SviSlice(-0.041, 0.1331, 0.306, 0.3586, 0.4153, years=1.0)
    >>> figure = rk.plots.surface_fit(rk.instruments.VolSurface((vogt,)), source="Gatheral and Jacquier")
    >>> [line.name for line in figure.data]
    ['1 years', 'g of 1 years']
    """
    slices = getattr(surface, "slices", None)
    if not slices:
        raise DataError("there is no surface to draw", got=type(surface).__name__, expected="a VolSurface")
    report = surface.report()
    chosen = np.unique(np.rint(np.linspace(0, len(slices) - 1, EXPIRIES)).astype(int))
    note = f"{len(chosen)} of {len(slices)} expiries; butterfly arbitrage where g is below 0"
    said = source or (str(surface.counts.attrs.get("source", "unknown")) if surface.counts is not None else "unknown")
    figure = canvas("Fitted smiles and their quotes", source=said, note=note, panels=2)
    palette = colours()
    for number, row in enumerate(chosen):
        smile, expiry = slices[row], report.expiries.index[row]
        name = f"{expiry:.3g} years" if isinstance(expiry, float) else f"{expiry:%Y-%m-%d}"
        colour = palette[LINES[number % len(LINES)]]
        line = {"width": 2, "color": colour, "dash": DASHES[number % len(DASHES)]}
        quotes = surface.fits[row] if surface.fits else None
        if quotes is None:
            low = high = DEVIATIONS * float(np.sqrt(smile.total_variance(0.0)))
            k = np.linspace(-low, high, POINTS)
        else:
            margin = MARGIN * np.ptp(quotes.log_moneyness)
            k = np.linspace(quotes.log_moneyness.min() - margin, quotes.log_moneyness.max() + margin, POINTS)
            figure.add_scatter(
                x=quotes.log_moneyness, y=quotes.volatility, name=f"quotes of {name}", mode="markers", showlegend=False,
                marker={"size": 5, "color": colour}, hovertemplate="quoted: %{y}", row=1, col=1,
            )  # fmt: skip
        figure.add_scatter(x=k, y=smile.volatility(k), name=name, mode="lines", line=line, row=1, col=1)
        figure.add_scatter(
            x=k, y=smile.butterfly(k), name=f"g of {name}", mode="lines", line=line, showlegend=False, row=2, col=1
        )
    figure.update_layout(hovermode="closest", showlegend=True)
    figure.update_xaxes(hoverformat=".3f", zeroline=True)
    figure.update_xaxes(title="Log moneyness, ln(strike / forward)", row=2, col=1)
    figure.update_yaxes(title="Implied volatility, % per year", tickformat=".0%", hoverformat=".1%", row=1, col=1)
    figure.update_yaxes(title="g", hoverformat=".3f", zeroline=True, rangemode="tozero", row=2, col=1)
    return figure

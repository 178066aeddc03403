"""What today's shock does to tomorrow's volatility."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from riskkit import checks
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, source_of
from riskkit.plots.palette import DASHES, LINES
from riskkit.plots.template import colours

SHOCKS = np.linspace(-4.0, 4.0, 81)  # in standard deviations of the sample


def news_impact(fits: Mapping[str, Any], *, source: str | None = None) -> go.Figure:
    """Draw the news impact curves of several fits on one scale: shocks and volatilities in units of each sample's deviation.

    Today's volatility is the root mean square of the residuals, so markets of different noise, and fits without an
    unconditional volatility, can be compared. A curve that is higher on the left has a leverage effect.

    Parameters
    ----------
    fits : dict from str to fit
        Fits with ``news_impact`` and ``residuals``.
    source : str, optional
        Default the ``attrs["source"]`` of the data that were fitted.

    Examples
    --------
    >>> returns = pd.Series(np.random.default_rng(1).normal(size=300))
    >>> figure = rk.plots.news_impact({"noise": rk.volatility.Garch(dist="normal").fit(returns)}, source="drawn")
    >>> curve = figure.data[0].y
    >>> bool(curve[0] == curve[-1])
    True
    """
    named = checks.mapping("fits", fits)
    for name, fit in named.items():
        if not hasattr(fit, "news_impact") or not hasattr(fit, "residuals"):
            raise DataError(
                f"fits[{name!r}] has no news impact curve", got=type(fit).__name__, expected="a fit of a GARCH model"
            )
    figure = canvas(
        "How a shock moves the next day's volatility",
        source=source_of(source, *(getattr(fit, "observed", None) for fit in named.values())),
        note="In standard deviations of each sample; today is an average day",
    )
    palette = colours()
    for number, (name, fit) in enumerate(named.items()):
        today = float(np.sqrt(np.mean(fit.residuals**2)))
        variance = fit.news_impact(today * SHOCKS, sigma=today).to_numpy()
        line = {"width": 2, "color": palette[LINES[number % len(LINES)]], "dash": DASHES[number % len(DASHES)]}
        figure.add_scatter(x=SHOCKS, y=np.sqrt(variance) / today, name=name, mode="lines", line=line, showlegend=True)
    figure.update_xaxes(title="Today's shock, standard deviations", zeroline=True, showgrid=True)
    figure.update_yaxes(title="σ of the next day / σ of the sample", hoverformat=".2f")
    return figure

"""What was forecast and what came: losses against VaR, and when each model was wrong."""

import numpy as np
import plotly.graph_objects as go

from riskkit.core import RiskForecast
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, money, percent, time_title, times
from riskkit.plots.palette import LINES
from riskkit.plots.template import colours


def var_breaches(
    forecast: RiskForecast, model: str | None = None, *, unit: str = "return", source: str | None = None
) -> go.Figure:
    """Draw the losses, one model's VaR and ES, and mark each breach.

    Parameters
    ----------
    forecast : RiskForecast
        One row per target date.
    model : str, optional
        Which model; may be left out where there is only one.
    unit : str
        "return" (decimals, shown in per cent) or the currency of the losses.
    source : str, optional
        Where the losses come from; default ``forecast.source``.

    Returns
    -------
    plotly.graph_objects.Figure

    Examples
    --------
    >>> losses = pd.Series([0.01, 0.05, -0.02])
    >>> forecast = rk.RiskForecast(losses, pd.Series([0.03, 0.03, 0.04], name="flat"), level=0.99)
    >>> rk.plots.var_breaches(forecast, "flat").layout.title.text
    'flat: 1 breach in 3 steps'
    """
    name = _one(forecast, model)
    one, palette = forecast.model(name), colours()
    breaches = one.breaches[name].to_numpy()
    words, format_ = money(unit)
    level, count = percent(one.level), int(breaches.sum())
    figure = canvas(
        f"{name}: {count:,} breach{'' if count == 1 else 'es'} in {len(breaches):,} steps",
        source=one.source if source is None else source,
        note=f"VaR at {level}: {len(breaches) * (1.0 - one.level):.4g} breaches expected",
    )
    x, loss = times(one.loss.index), one.loss.to_numpy()
    line = {"width": 1, "color": palette["loss"]}
    figure.add_scatter(x=x, y=loss, name="Loss", mode="lines", line=line)
    figure.add_scatter(x=x, y=one.var[name].to_numpy(), name=f"VaR {level}", line={"width": 2, "color": palette["var"]})
    if one.es[name].notna().any():
        line = {"width": 1.5, "color": palette["es"], "dash": "dash"}
        figure.add_scatter(x=x, y=one.es[name].to_numpy(), name=f"ES {level}", line=line)
    marker = {
        "size": 8,
        "color": palette["breach"],
        "symbol": "circle",
        "line": {"width": 1, "color": palette["paper"]},
    }
    figure.add_scatter(x=x[breaches], y=loss[breaches], name="Breach", mode="markers", marker=marker)
    figure.update_xaxes(title=time_title(one.loss.index))
    figure.update_yaxes(title=f"Loss, {words}", tickformat=format_, hoverformat=".2%" if unit == "return" else ",.4~g")
    return figure


def breach_calendar(forecast: RiskForecast, *, source: str | None = None) -> go.Figure:
    """Draw one row per model with a tick at each breach: clusters are seen at once.

    Parameters
    ----------
    forecast : RiskForecast
        One or several models.
    source : str, optional
        Where the losses come from; default ``forecast.source``.

    Examples
    --------
    >>> losses = pd.Series([0.01, 0.05, -0.02])
    >>> forecast = rk.RiskForecast(losses, pd.DataFrame({"low": [0.0] * 3, "high": [0.04] * 3}), level=0.99)
    >>> [len(ticks.x) for ticks in rk.plots.breach_calendar(forecast).data]
    [2, 1]
    """
    _check(forecast)
    palette, x = colours(), times(forecast.loss.index)
    expected = len(x) * (1.0 - forecast.level)
    figure = canvas(
        f"When VaR {percent(forecast.level)} was breached",
        source=forecast.source if source is None else source,
        note=f"{len(x):,} steps, {expected:.4g} breaches expected of each model; a block of ticks is a cluster",
    )
    models = forecast.models
    for row, name in enumerate(models):
        breaches = forecast.breaches[name].to_numpy()
        colour = palette[LINES[row % len(LINES)]]
        marker = {"symbol": "line-ns", "size": 22, "line": {"width": 1.5, "color": colour}}
        figure.add_scatter(
            x=x[breaches], y=np.full(int(breaches.sum()), row), name=name, mode="markers", marker=marker,
            hovertemplate="%{x}", showlegend=False,
        )  # fmt: skip
    counts = [int(forecast.breaches[name].sum()) for name in models]
    labels = [f"{_folded(name)}<br><b>{count:,}</b>" for name, count in zip(models, counts, strict=True)]
    figure.update_layout(height=figure.layout.margin.t + 76 + 56 * len(models), hovermode="closest", margin={"b": 60})
    # the axis spans all targets, also those before the first breach
    figure.update_xaxes(title=time_title(forecast.loss.index), range=[x[0], x[-1]], showgrid=True)
    figure.update_yaxes(
        title="Model and its breaches", tickvals=list(range(len(models))), ticktext=labels,
        range=[len(models) - 0.5, -0.5], zeroline=False,
    )  # fmt: skip
    return figure


def _check(forecast: object) -> None:
    if not isinstance(forecast, RiskForecast):
        raise DataError(
            "forecast has the wrong type", got=type(forecast).__name__, expected="a RiskForecast",
            remedy="rk.backtest.walk_forward(models, returns)",
        )  # fmt: skip


def _one(forecast: RiskForecast, model: str | None) -> str:
    _check(forecast)
    if model is None and len(forecast.models) > 1:
        raise DataError(
            "the forecast holds several models", got=", ".join(forecast.models), expected="the name of one",
            remedy=f"var_breaches(forecast, {forecast.models[0]!r}), or breach_calendar(forecast) for all",
        )  # fmt: skip
    return forecast.models[0] if model is None else model


def _folded(name: str) -> str:
    """Break a long name after the word that passes half of it."""
    words = name.split(" ")
    if len(name) < 16 or len(words) == 1:
        return name
    half = next(n for n in range(1, len(words) + 1) if len(" ".join(words[:n])) >= len(name) / 2)
    half = min(half, len(words) - 1)
    return " ".join(words[:half]) + "<br>" + " ".join(words[half:])

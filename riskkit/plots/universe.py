"""A market of many coins: whether an invented one looks like the real one, and what leaving out the dead coins does."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskkit.checks import FloatArray
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, columns_of, log_axis, positive, source_of, time_title, times
from riskkit.plots.template import colours

SEEDS = 5  # below, a band of 5-95 % is no more than the range
ROW = 56  # pixels

# What a fact is called, and what its value is multiplied by to be read.
WORDS = {
    "volatility_annual": ("Volatility per year, %", 100.0),
    "excess_kurtosis": ("Excess kurtosis", 1.0),
    "skewness": ("Skewness", 1.0),
    "tail_index_left": ("Tail index of losses", 1.0),
    "tail_index_right": ("Tail index of gains", 1.0),
    "autocorrelation_absolute_1": ("Autocorrelation of absolute returns, 1 day", 1.0),
    "autocorrelation_absolute_10": ("Autocorrelation of absolute returns, 10 days", 1.0),
    "autocorrelation_absolute_50": ("Autocorrelation of absolute returns, 50 days", 1.0),
    "correlation": ("Correlation", 1.0),
    "correlation_rise": ("Rise of correlation in volatile times", 1.0),
    "lower_tail_dependence_5": ("Lower tail dependence at 5 %", 1.0),
    "upper_tail_dependence_5": ("Upper tail dependence at 5 %", 1.0),
    "weekend_volatility": ("Volatility of weekends / of weekdays", 1.0),
    "yearly_volatility_spread": ("Spread of volatility between years", 1.0),
    "hourly_autocorrelation_absolute_1": ("Autocorrelation of absolute returns, 1 hour", 1.0),
    "hourly_autocorrelation_absolute_24": ("Autocorrelation of absolute returns, 24 hours", 1.0),
    "hourly_autocorrelation_absolute_168": ("Autocorrelation of absolute returns, 1 week", 1.0),
    "hourly_excess_kurtosis": ("Excess kurtosis of hours", 1.0),
    "hourly_correlation": ("Correlation of hours", 1.0),
    "busiest_hour": ("Busiest / quietest hour of the day", 1.0),
    "jumps_per_year": ("Hourly jumps per year", 1.0),
    "jump_size": ("Size of an hourly jump, %", 100.0),
    "jump_share": ("Share of jumps in the variance, %", 100.0),
    "funding_mean_bp": ("Funding per 8 hours, mean, bp", 1.0),
    "funding_5_bp": ("Funding, 5 % quantile, bp", 1.0),
    "funding_95_bp": ("Funding, 95 % quantile, bp", 1.0),
    "funding_negative": ("Share of negative funding, %", 100.0),
    "funding_one_basis_point": ("Share of funding at exactly 1 bp, %", 100.0),
    "funding_autocorrelation": ("Autocorrelation of funding", 1.0),
    "premium_median_bp": ("Perpetual above spot, median, bp", 1.0),
    "premium_lowest_bp": ("Perpetual above spot, lowest, bp", 1.0),
    "last_to_mark_99_bp": ("Last against mark, 99 % quantile, bp", 1.0),
    "implied_volatility": ("Implied volatility, 30 days, %", 100.0),
    "implied_volatility_peak": ("Its peak / its mean", 1.0),
    "risk_reversal_25": ("25-delta risk reversal, % points", 100.0),
    "risk_reversal_25_lowest": ("Its lowest, % points", 100.0),
    "term_structure_peak": ("7-day / 30-day volatility at the peak", 1.0),
}


def stylised_facts(sampled: pd.DataFrame, targets: pd.Series, *, source: str | None = None) -> go.Figure:
    """Draw where the stylised facts of the real market lie among those of invented ones, a row per fact.

    Each row is scaled by itself: its band, from the 5 % to the 95 % quantile over the seeds, is -1 to 1.

    Parameters
    ----------
    sampled : DataFrame (S, F), S >= 5
        One row per invented market, columns (fact, asset): :func:`riskkit.data.stylised.stylised_facts` of each.
    targets : Series (R,)
        The real market's values, indexed by (fact, asset): these rows are drawn, in this order.
    source : str, optional
        Default the ``attrs["source"]`` of both.

    Raises
    ------
    DataError
        Too few seeds, a target that was not sampled, values that are missing or do not vary.

    Examples
    --------
    >>> columns = pd.MultiIndex.from_tuples([("correlation", "mean")], names=["fact", "asset"])
    >>> sampled = pd.DataFrame([[0.55], [0.60], [0.61], [0.64], [0.70]], columns=columns)
    >>> figure = rk.plots.stylised_facts(sampled, pd.Series([0.62], index=columns), source="typed by hand")
    >>> figure.layout.title.text
    'Real facts inside the invented band: 1 of 1'
    >>> figure.layout.annotations[0].text
    '<b>Correlation</b><br>real 0.62, invented 0.61 (0.56 to 0.69)'
    """
    table, real = _facts(sampled, targets)
    least, low, median, high, most = np.quantile(table.to_numpy(), [0.0, 0.05, 0.5, 0.95, 1.0], axis=0)
    middle, half = (low + high) / 2.0, (high - low) / 2.0
    flat = half <= 1e-12 * np.maximum(1.0, np.abs(middle))
    if flat.any():
        raise DataError("a fact does not vary over the seeds", got=table.columns[int(np.argmax(flat))], expected="a band")
    inside = int(((real >= low) & (real <= high)).sum())
    figure = canvas(
        f"Real facts inside the invented band: {inside} of {len(real)}",
        source=source_of(source, targets, sampled),
        note=f"{len(table)} invented markets: median and, in brackets, the band that holds 90 % of them",
    )
    labels = [_label(name, *numbers) for name, *numbers in zip(table.columns, real, median, low, high, strict=True)]
    _rows(figure, [(value - middle) / half for value in (least, low, median, high, most, real)], labels)
    return figure


def _rows(figure: go.Figure, scaled: list[FloatArray], labels: list[str]) -> None:
    least, low, median, high, most, real = scaled
    palette, rows = colours(), np.arange(len(labels), dtype=float)
    gap = np.full(len(rows), np.nan)
    for name, left, right, colour, width in (
        ("Full range", least, most, "loss", 1.5), ("5-95 % band", low, high, "var", 9)
    ):  # fmt: skip
        figure.add_scatter(
            x=np.column_stack([left, right, gap]).ravel(), y=np.repeat(rows, 3), name=name, mode="lines",
            line={"width": width, "color": palette[colour]}, hoverinfo="skip",
        )  # fmt: skip
    tick = {"symbol": "line-ns", "size": 10, "line": {"width": 2, "color": palette["ink"]}}
    figure.add_scatter(x=median, y=rows, name="Median", mode="markers", marker=tick, text=labels, hovertemplate="%{text}")
    diamond = {
        "symbol": "diamond", "size": 12, "color": palette["breach"], "line": {"width": 1.5, "color": palette["paper"]},
    }  # fmt: skip
    figure.add_scatter(
        x=real, y=rows, name="Real market", mode="markers", marker=diamond, text=labels, hovertemplate="%{text}"
    )
    for row, label in enumerate(labels):
        figure.add_annotation(
            x=0, xref="paper", xanchor="left", y=row, yanchor="bottom", yshift=8, text=label, align="left", showarrow=False,
            font={"size": 11}, bgcolor=palette["paper"], borderpad=0,
        )  # fmt: skip
    figure.update_layout(height=figure.layout.margin.t + 108 + ROW * len(labels), hovermode="closest")
    left, right = min(least.min(), real.min()), max(most.max(), real.max())
    pad = 0.04 * (right - left)
    figure.update_xaxes(
        title="0 = middle of the invented markets, ±1 = their 5-95 % band", showgrid=True,
        range=[left - pad, right + pad], dtick=1 if right - left < 12 else None,
    )  # fmt: skip
    figure.update_yaxes(title="Fact", range=[len(labels) - 0.6, -0.95], showticklabels=False, showgrid=False, zeroline=False)


def _label(name: Any, real: float, median: float, low: float, high: float) -> str:
    fact, asset = name
    words, scale = WORDS.get(fact, (fact, 1.0))
    if asset not in ("mean", "median"):
        words = f"{words}, {asset}"
    # the band spans at least five units of the last digit, and what lies just outside does not look inside
    unit, beyond = (high - low) / 5.0, max(low - real, real - high)
    unit = scale * (max(unit / 100.0, min(beyond, unit)) if beyond > 0.0 else unit)
    digits = max(0, int(np.ceil(-np.log10(unit))))
    shown = [f"{scale * value:.{digits}f}" for value in (real, median, low, high)]
    return "<b>{}</b><br>real {}, invented {} ({} to {})".format(words, *shown)


def _facts(sampled: object, targets: object) -> tuple[pd.DataFrame, FloatArray]:
    """Return the columns of ``sampled`` that have a target, in the order of the targets, and these."""
    if not isinstance(sampled, pd.DataFrame) or not isinstance(targets, pd.Series):
        got = f"{type(sampled).__name__} and {type(targets).__name__}"
        raise DataError("sampled and targets have the wrong type", got=got, expected="a DataFrame and a Series")
    for name, index in (("sampled", sampled.columns), ("targets", targets.index)):
        if index.nlevels != 2 or not index.is_unique or len(index) == 0:
            raise DataError(f"{name} is not labelled by fact and asset", got=index.names, expected="unique (fact, asset)")
    if len(sampled) < SEEDS:
        raise DataError("sampled has too few seeds for a band", got=len(sampled), expected=f"at least {SEEDS}")
    missing = [label for label in targets.index if label not in sampled.columns]
    if missing:
        raise DataError("a target was not sampled", got=missing[0], expected="a column of sampled", remedy="drop the target")
    table = sampled[list(targets.index)]
    for name, values in (("sampled", table), ("targets", targets.to_frame())):
        if not np.isfinite(values.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)).all():
            raise DataError(f"{name} holds a value that is not a finite number", expected="finite numbers")
    return table.astype(float), targets.to_numpy(dtype=float)


def survivorship(values: pd.DataFrame, *, source: str | None = None) -> go.Figure:
    """Draw what 1 invested became in all coins of the time, and in those alone that are still there.

    Parameters
    ----------
    values : DataFrame (T, ...), T >= 2
        ``as it was`` and ``survivors only``: the value of 1 invested, positive.
    source : str, optional
        Default ``values.attrs["source"]``.

    Raises
    ------
    DataError
        A missing column, or values that are missing or not positive.

    Examples
    --------
    >>> values = pd.DataFrame({"as it was": [1.0, 0.8, 3.1], "survivors only": [1.0, 1.2, 5.2]})
    >>> rk.plots.survivorship(values, source="typed by hand").layout.title.text
    'Survivors only: x 5.2, as it was: x 3.1'
    """
    frame = positive("values", columns_of("values", values, ("survivors only", "as it was")))
    if frame.isna().any(axis=None):
        got = f"{int(frame.isna().any(axis=1).sum())} of {len(frame)} rows"
        raise DataError("values have gaps", got=got, expected="both values in every row")
    ends = [(column, frame[column].iloc[-1]) for column in frame]
    title = ", ".join(f"{column}: x " + (f"{end:,.0f}" if end >= 100.0 else f"{end:.3g}") for column, end in ends)
    figure = canvas(title.capitalize(), source=source_of(source, values))
    palette, x = colours(), times(frame.index)
    for column, colour, dash in (("survivors only", "breach", "dash"), ("as it was", "var", "solid")):
        line = {"width": 2, "color": palette[colour], "dash": dash}
        figure.add_scatter(x=x, y=frame[column].to_numpy(), name=column.capitalize(), mode="lines", line=line)
    figure.update_xaxes(title=time_title(frame.index))
    figure.update_yaxes(title="Value of 1 invested (log)", hoverformat=",.3~r", **log_axis(frame.to_numpy()))
    return figure

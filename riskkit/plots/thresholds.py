"""Where a tail begins: the mean excess, Hill's estimate, and the generalised Pareto shape over thresholds."""

import pandas as pd
import plotly.graph_objects as go

from riskkit.plots.canvas import canvas, columns_of, source_of
from riskkit.plots.template import colours


def mean_excess(excess: pd.DataFrame, *, source: str | None = None) -> go.Figure:
    """Draw how much is lost beyond a threshold, on average, given that it is exceeded.

    Parameters
    ----------
    excess : DataFrame
        What :func:`riskkit.tails.mean_excess` returns.
    source : str, optional
        Default the ``attrs["source"]`` of the frame.

    Examples
    --------
    >>> losses = pd.Series(np.random.default_rng(1).pareto(3, size=500))
    >>> rk.plots.mean_excess(rk.tails.mean_excess(losses)).layout.title.text
    'Mean excess over a threshold'
    """
    frame = columns_of("excess", excess, ["mean_excess", "lower", "upper"])
    note = "A rising straight line: the tail is generalised Pareto from where it begins; band: 95 %"
    figure = canvas("Mean excess over a threshold", source=source_of(source, excess), note=note)
    _banded(figure, frame, "mean_excess", "Mean excess")
    figure.update_xaxes(title="Threshold, unit of the data")
    figure.update_yaxes(title="Mean excess, unit of the data")
    return figure


def hill(estimates: pd.DataFrame, *, source: str | None = None) -> go.Figure:
    """Draw Hill's tail index by the number of extreme values that it is made of.

    Parameters
    ----------
    estimates : DataFrame
        What :func:`riskkit.tails.hill` returns.
    source : str, optional
        Default the ``attrs["source"]`` of the frame.

    Examples
    --------
    >>> losses = pd.Series(np.random.default_rng(1).pareto(3, size=500))
    >>> rk.plots.hill(rk.tails.hill(losses)).layout.yaxis.title.text
    'Tail index xi'
    """
    frame = columns_of("estimates", estimates, ["xi", "lower", "upper"])
    note = "Few values: chance. Many: no longer the tail. Read it where it is flat; band: 95 %"
    figure = canvas("Hill's estimate of the tail index", source=source_of(source, estimates), note=note)
    _banded(figure, frame, "xi", "Hill's xi")
    figure.update_xaxes(title="Extreme values used, k (log)", type="log")
    figure.update_yaxes(title="Tail index xi")
    return figure


def threshold_stability(estimates: pd.DataFrame, *, source: str | None = None) -> go.Figure:
    """Draw the shape of the generalised Pareto tail over thresholds: beyond the right one it stays within the band.

    Parameters
    ----------
    estimates : DataFrame
        What :func:`riskkit.tails.threshold_stability` returns.
    source : str, optional
        Default the ``attrs["source"]`` of the frame.

    Examples
    --------
    >>> losses = pd.Series(np.random.default_rng(1).pareto(3, size=500))
    >>> figure = rk.plots.threshold_stability(rk.tails.threshold_stability(losses, thresholds=5))
    >>> len(figure.data[-1].x)
    5
    """
    frame = columns_of("estimates", estimates, ["xi", "lower", "upper", "exceedances"])
    note = "The lowest threshold beyond which it no longer drifts leaves the most data; band: 95 %"
    figure = canvas("Shape of the tail by threshold", source=source_of(source, estimates), note=note)
    _banded(figure, frame, "xi", "xi", hover=[f"{count} values above" for count in frame["exceedances"]])
    figure.update_xaxes(title="Threshold, unit of the data")
    figure.update_yaxes(title="Shape xi")
    return figure


def _banded(figure: go.Figure, frame: pd.DataFrame, column: str, name: str, hover: list[str] | None = None) -> None:
    palette, x = colours(), frame.index.to_numpy()
    known = frame["lower"].notna().to_numpy()  # on a bound there is no band
    edges = frame.loc[known, ["upper", "lower"]].to_numpy()
    figure.add_scatter(
        x=[*x[known], *x[known][::-1]], y=[*edges[:, 0], *edges[::-1, 1]], name="95 % band", fill="toself",
        fillcolor=palette["band"], line={"width": 0}, mode="lines", hoverinfo="skip",
    )  # fmt: skip
    line = {"width": 2, "color": palette["var"]}
    figure.add_scatter(x=x, y=frame[column], name=name, mode="lines", line=line, text=hover)
    figure.update_layout(hovermode="closest")

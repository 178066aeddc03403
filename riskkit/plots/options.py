"""The smile: what options of each expiry cost, as a volatility."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskkit.data.protocol import checked_chain, time
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, source_of
from riskkit.plots.palette import DASHES, LINES
from riskkit.plots.template import colours

EXPIRIES = 6
# When a chain was taken that does not say so: before any expiry.
ALWAYS = pd.Timestamp(0, tz="UTC")


def smile(chain: pd.DataFrame, *, source: str | None = None) -> go.Figure:
    """Draw implied volatility over log moneyness, a line per expiry, at most six of them.

    Of each strike the out-of-the-money option is drawn: the put below the forward, else the call.

    Parameters
    ----------
    chain : DataFrame
        One row per option, as :meth:`riskkit.data.MarketSource.option_chain` returns it: ``expiry strike kind forward
        mark_volatility`` (decimals per year) and the columns of its prices.
    source : str, optional
        Default ``chain.attrs["source"]``.

    Raises
    ------
    DataError
        A chain that is not as :mod:`riskkit.data.protocol` describes it, an option given twice, or no option left to draw.

    Examples
    --------
    >>> chain = pd.DataFrame({"expiry": pd.Timestamp("2024-03-29", tz="UTC"), "strike": [50e3, 60e3, 70e3, 70e3],
    ...     "kind": ["put", "call", "call", "put"], "forward": 60e3, "mark_volatility": [0.6, 0.5, 0.55, 0.9],
    ...     "mark_price": 0.1, "bid_price": 0.1, "ask_price": 0.1, "open_interest": 1.0})
    >>> [(line.name, line.y.tolist()) for line in rk.plots.smile(chain, source="typed by hand").data]
    [('2024-03-29', [0.6, 0.5, 0.55])]
    """
    said = source_of(source, chain)
    asof = time('chain.attrs["asof"]', getattr(chain, "attrs", {}).get("asof")) or ALWAYS
    table = checked_chain("chain", chain, said, asof, "")
    table["expiry"] = pd.to_datetime(table["expiry"], utc=True)
    twice = table.duplicated(["expiry", "strike", "kind"])
    if twice.any():
        option = table[twice].iloc[0]
        got = f"{option['expiry']:%Y-%m-%d} {option['strike']:g} {option['kind']}"
        raise DataError("chain holds an option twice", got=got, expected="one row per option")
    drawn = table[(table["kind"] == "put") == (table["strike"] < table["forward"])]
    known = drawn[drawn["mark_volatility"] > 0.0]
    if known.empty:
        raise DataError("chain has nothing to draw", got=f"{len(drawn)} out-of-the-money options, none with a volatility")
    expiries = known["expiry"].unique()
    chosen = [expiries[n] for n in np.unique(np.rint(np.linspace(0, len(expiries) - 1, EXPIRIES)).astype(int))]
    figure = canvas("The smile of each expiry", source=said, note=_note(asof, len(expiries), len(drawn) - len(known)))
    palette = colours()
    for number, expiry in enumerate(chosen):
        rows = known[known["expiry"] == expiry]
        line = {"width": 2, "color": palette[LINES[number % len(LINES)]], "dash": DASHES[number // len(LINES)]}
        figure.add_scatter(
            x=np.log(rows["strike"] / rows["forward"]).to_numpy(), y=rows["mark_volatility"].to_numpy(),
            name=f"{expiry:%Y-%m-%d}", mode="lines+markers", line=line, marker={"size": 4}, text=rows["strike"].to_numpy(),
            hovertemplate="strike %{text:,.6~g}: %{y}",
        )  # fmt: skip
    figure.update_layout(hovermode="closest", showlegend=True)
    figure.update_xaxes(title="Log moneyness, ln(strike / forward)", hoverformat=".3f", zeroline=True)
    figure.update_yaxes(title="Implied volatility, % per year", tickformat=".0%", hoverformat=".1%")
    return figure


def _note(asof: pd.Timestamp, expiries: int, unknown: int) -> str:
    parts = ["Out of the money"]
    if asof != ALWAYS:
        parts.append(f"{asof:%Y-%m-%d %H:%M} UTC")
    if expiries > EXPIRIES:
        parts.append(f"{EXPIRIES} of {expiries} expiries")
    if unknown:
        parts.append(f"{unknown} without a volatility left out")
    return ", ".join(parts)

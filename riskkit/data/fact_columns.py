"""What each column of the tables of published facts means, and what may stand in it.

The tables themselves are the CSV files in ``data/``; :func:`riskkit.data.facts.facts` holds every cell against this
page. Moves are simple decimals as published: -0.5261 is a fall of 52.61 %.
"""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class Column:
    """One column: its kind (text, number, time or flag), its meaning with the unit, and what is allowed."""

    kind: str
    meaning: str
    required: bool = True
    least: float = -inf
    most: float = inf
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: what it is, in a sentence, the column that names its rows, and its columns in their order."""

    what: str
    columns: dict[str, Column]
    key: str | None = None


SOURCES = {
    "source": Column("text", "where the row's figures come from"),
    "second_source": Column(
        "text", "another publisher or data set, and the figure in which it agrees within 20 %; empty: none", False
    ),
}
VERIFIED = "whether the row has a second source"


def _move(meaning: str, least: float = -1.0, most: float = inf) -> Column:
    return Column("number", f"{meaning}, simple decimal", False, least, most)


def _high_to_low(asset: str) -> Column:
    return _move(f"{asset}: lowest price of the window against the highest before it", most=0.0)


STRESS = {
    "scenario": Column("text", "name of the scenario, its date first"),
    "name": Column("text", "what it is called"),
    "start": Column("time", "first day of the window, UTC"),
    "end": Column("time", "last day of the window, UTC"),
    "kind": Column("text", "market of the shock", values=("crypto", "traditional")),
    "btc": _high_to_low("BTC, hourly bars"),
    "eth": _high_to_low("ETH, hourly bars"),
    "altcoin_median": _high_to_low("median of the altcoins, hourly closes"),
    "altcoin_worst": _high_to_low("worst of the altcoins, hourly closes"),
    "altcoin_worst_name": Column("text", "which altcoin that was", False),
    "altcoins": Column("number", "altcoins counted, BTC and ETH not among them", False, 1.0),
    "btc_worst_24h": _move("BTC: worst 24 hours, hourly closes", most=0.0),
    "eth_worst_24h": _move("ETH: worst 24 hours, hourly closes", most=0.0),
    "btc_worst_1h": _move("BTC: worst hour, closes", most=0.0),
    "btc_volatility_annual": Column(
        "number", "BTC: standard deviation of hourly log returns times sqrt(8760), decimal", False, 0.0, 10.0
    ),
    "eth_volatility_annual": Column(
        "number", "ETH: standard deviation of hourly log returns times sqrt(8760), decimal", False, 0.0, 10.0
    ),
    "correlation": Column("number", "mean pairwise correlation of hourly log returns", False, -1.0, 1.0),
    "btc_funding_low": Column("number", "BTC perpetual: lowest funding, decimal per 8 hours", False, -0.05, 0.05),
    "eth_funding_low": Column("number", "ETH perpetual: lowest funding, decimal per 8 hours", False, -0.05, 0.05),
    "btc_basis_low": _move("BTC: lowest perpetual over spot minus 1, hourly closes", most=1.0),
    "stablecoin": Column("text", "which peg suffered most", False),
    "stablecoin_low": Column("number", "lowest price of that peg, in what it is pegged to", False, 0.0, 1.0),
    "liquidations_low": Column("number", "forced liquidations, lowest published figure, USD bn", False, 0.0),
    "liquidations_high": Column("number", "forced liquidations, highest published figure, USD bn", False, 0.0),
    "sp500": _move("S&P 500: lowest close of the window against the close before it", most=0.0),
    "sp500_worst_day": _move("S&P 500: worst day, closes", most=0.0),
    "vix_best_day": _move("VIX: largest daily rise, closes", least=0.0),
    "oil": _move("crude oil: lowest price of the window against the close before it; below -1 where it went negative", -5.0),
    "trigger": Column("text", "what set it off"),
    "notes": Column("text", "further moves, and what the sources do not say", False),
    **SOURCES,
}

KINDS = (
    "bridge", "collateral mark", "default fund draw", "execution failure", "external fraud", "governance", "insider or key",
    "insolvency", "internal fraud", "key compromise", "liquidation failure", "margin failure", "price manipulation",
    "reserve bank failure", "rug pull", "smart contract", "stablecoin de-peg", "unclassified",
)  # fmt: skip
INCIDENTS = {
    "date": Column("time", "day on which it happened or became known, UTC"),
    "name": Column("text", "who was hit"),
    "loss_usd_m": Column("number", "loss at the prices of the day, USD m; 0 for a near miss", least=0.0),
    "low": Column("number", "lowest published figure where they differ, USD m", False, 0.0),
    "high": Column("number", "highest published figure where they differ, USD m", False, 0.0),
    "kind": Column("text", "how it was lost", values=KINDS),
    "domain": Column("text", "kind of firm", values=("crypto", "traditional")),
    "description": Column("text", "what happened"),
    "market_value_loss": Column(
        "flag", "whether the figure is no money that left: a fall of market value, or a near miss; not for a severity fit"
    ),
    "confidence": Column("text", "in the figure, given the sources", values=("high", "medium", "low")),
    **SOURCES,
}

LADDER = {
    "tier": Column("number", "number of the tier, from 1", least=1.0),
    "floor": Column("number", "notional from which it holds, in the quote currency", least=0.0),
    "cap": Column("number", "notional up to which it holds, in the quote currency", least=0.0),
    "maintenance_margin_rate": Column("number", "maintenance margin per notional, decimal", least=0.0, most=1.0),
    "maximum_leverage": Column("number", "highest notional per margin", least=1.0),
    "cumulative_amount": Column("number", "taken off rate x notional, so that the margin has no jump", least=0.0),
    **SOURCES,
}

LISTINGS = {
    "venue": Column("text", "exchange"),
    "symbol": Column("text", "symbol of the pair at that exchange"),
    "listing": Column("text", "one life of one asset under that symbol"),
    "asset": Column("text", "what was traded"),
    "first": Column("time", "first trade, UTC, counted in; empty: not known", False),
    "last": Column("time", "end of trading, UTC, not counted in; empty: still listed, or its end is not known here", False),
    "what_happened": Column("text", "why it ended, or what it came after"),
    **SOURCES,
}

TABLES = {
    "stress_scenarios": Table("historical stress scenarios, moves as simple decimals", STRESS, "scenario"),
    "incidents": Table("operational incidents and losses of crypto and traditional firms", INCIDENTS),
    "margin_ladder": Table("an invented ladder of maintenance margins, no exchange's", LADDER, "tier"),
    "listings": Table("symbols that ended, were renamed or passed to another asset", LISTINGS),
}

"""What in a table of prices looks wrong: it reports, and changes nothing.

``check_bars`` and ``read`` refuse what cannot be true (a high below a low, a negative volume). Here stands what can be
true and seldom is: hours without a trade, a price that does not move, a print that the next one takes back. A finding
is a question, not a verdict: what false news moved for an hour looks like a wrong print and was none.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from riskkit import checks
from riskkit.data import quality_checks as check
from riskkit.data.bars import PRICES, check_bars
from riskkit.data.prices import positive, table_of_prices, utc
from riskkit.data.quality_checks import Finding
from riskkit.data.spacing import calendar

KINDS = ("missing", "zero volume", "stale", "suspicious print", "wick", "symbol reuse", "mark apart")
COLUMNS = ("symbol", "kind", "first", "last", "count", "detail")


@dataclass(frozen=True, eq=False)
class QualityReport:
    """What looked wrong, and what could not be looked at.

    Parameters
    ----------
    summary : DataFrame
        One row per symbol: ``rows``, ``first``, ``last``, and per kind of finding how many rows it concerns.
    findings : DataFrame
        One row per finding: ``symbol kind first last count detail``. Kinds: "missing", "zero volume", "stale",
        "suspicious print", "wick", "symbol reuse", "mark apart".
    unchecked : tuple of str
        Checks that the table has no columns for.
    """

    summary: pd.DataFrame
    findings: pd.DataFrame
    unchecked: tuple[str, ...]


def quality(
    data: pd.DataFrame, *, stale: int | None = None, jump: float = 12.0, wick: float = 25.0, apart: float = 0.01
) -> QualityReport:
    """Report what looks wrong in bars, or in a wide table of closes.

    Parameters
    ----------
    data : DataFrame
        Bars as :func:`riskkit.data.check_bars` takes them (``open high low close``, optionally ``symbol volume mark``),
        or closes of shape (T, N), one column per symbol, NaN where there is none.
    stale : int, optional
        How many unchanged closes in a row are too many. By default what the series itself makes improbable: see
        :func:`riskkit.data.quality_checks.improbable_run`.
    jump : float
        A print is suspicious when it moves by more than so many of the series' robust scales at that time (see
        :mod:`riskkit.data.quality_checks`) and the next close takes at least four fifths of the move back.
    wick : float
        A high or low is a wick when it lies further than so many scales from both open and close.
    apart : float
        Mark and last price are apart when they differ by more than this, in decimals of the last price.

    Returns
    -------
    QualityReport

    Raises
    ------
    DataError
        A table that is neither, or one that cannot be true.

    Examples
    --------
    >>> hours = pd.date_range("2024-01-01", periods=200, freq="h", tz="UTC")
    >>> closes = pd.DataFrame({"X": 100.0 + np.sin(np.arange(200.0))}, index=hours)
    >>> closes.iloc[50] = 300.0
    >>> report = quality(closes.drop(closes.index[120]))
    >>> report.findings[["kind", "detail"]].values.tolist()
    [['missing', 'rows that are not there'], ['suspicious print', '99.0462 -> 300 -> 100.67, 110 scales']]
    >>> report.unchecked
    ('zero volume: no volume', 'wick: no open, high and low', 'mark apart: no mark price')
    """
    limits = _limits(stale, jump, wick, apart)
    series = list(_bars(data) if _has_bars(data) else _closes(data))
    rows = [(symbol, finding) for symbol, bars in series for finding in _findings(bars, limits)]
    listed = [(symbol, f.kind, f.first, f.last, f.count, f.detail) for symbol, f in rows]
    findings = pd.DataFrame(listed, columns=list(COLUMNS))
    return QualityReport(_summary(series, findings), findings, _unchecked(series[0][1]))


@dataclass(frozen=True)
class _Limits:
    stale: int | None
    jump: float
    wick: float
    apart: float


def _limits(stale: int | None, jump: float, wick: float, apart: float) -> _Limits:
    return _Limits(
        None if stale is None else checks.whole("stale", stale, least=1),
        checks.number("jump", jump, above=0.0), checks.number("wick", wick, above=0.0),
        checks.number("apart", apart, above=0.0),
    )  # fmt: skip


def _has_bars(data: object) -> bool:
    return isinstance(data, pd.DataFrame) and set(PRICES) <= set(data.columns)


def _bars(data: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each symbol's bars, indexed by time."""
    check_bars(data)
    table = data.drop(columns="date", errors="ignore")
    table.index = utc("bars", pd.Index(data["date"]) if "date" in data else data.index)
    columns = [*PRICES, *(column for column in ("volume", "mark") if column in table)]
    symbols = table["symbol"] if "symbol" in table else pd.Series("", index=table.index)
    for symbol, rows in table[columns].groupby(symbols.to_numpy(), sort=False):
        yield str(symbol), rows


def _closes(data: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each column's closes from its first price to its last."""
    table = table_of_prices(data)
    positive(table)
    for symbol in table:
        life = table[[symbol]].loc[table[symbol].first_valid_index() : table[symbol].last_valid_index()]
        yield str(symbol), life.set_axis(["close"], axis=1)


def _findings(bars: pd.DataFrame, limits: _Limits) -> list[Finding]:
    if len(bars) < 2:
        return []
    closes, market = bars["close"], calendar(bars.index)  # type: ignore[arg-type]
    moves = check.steps(closes, market)
    scales = check.scale(moves)
    found = check.missing(closes, market)
    if "volume" in bars:
        found += check.zero_volume(bars["volume"])
    found += check.stale(moves, limits.stale)
    found += check.suspicious(closes, moves, scales, limits.jump)
    if "high" in bars:
        found += check.wicks(bars, scales, limits.wick)
    found += check.reuse(closes, market)
    if "mark" in bars:
        found += check.apart(bars, limits.apart)
    return found


def _summary(series: list[tuple[str, pd.DataFrame]], findings: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame(
        [(symbol, len(bars), bars.index.min(), bars.index.max()) for symbol, bars in series],
        columns=["symbol", "rows", "first", "last"],
    ).set_index("symbol")
    for kind in KINDS:
        counts = findings[findings["kind"] == kind].groupby("symbol")["count"].sum()
        table[kind] = counts.reindex(table.index, fill_value=0).astype(int)
    return table


def _unchecked(bars: pd.DataFrame) -> tuple[str, ...]:
    needs = {"zero volume: no volume": "volume", "wick: no open, high and low": "high", "mark apart: no mark price": "mark"}
    return tuple(words for words, column in needs.items() if column not in bars)

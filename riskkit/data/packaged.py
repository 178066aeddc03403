"""Real market data that comes installed with the arch package: no download, no network."""

from dataclasses import dataclass
from importlib import import_module
from typing import NoReturn

import pandas as pd

from riskkit import checks
from riskkit.data.prices import utc
from riskkit.data.protocol import Time, checked_bars, cut, interval_of, lacks
from riskkit.errors import DataError

INDICES = {"S&P 500": "sp500", "NASDAQ": "nasdaq"}
KNOWN = ("equities", "oil", "vix", "credit")


@dataclass(frozen=True)
class PackagedData:
    """Daily S&P 500, NASDAQ, WTI and VIX, monthly bond yields, monthly Fama-French factors.

    Examples
    --------
    >>> PackagedData().prices("credit").iloc[-1]
    AAA    0.0402
    BAA    0.0513
    Name: 2018-12-01 00:00:00+00:00, dtype: float64
    """

    def prices(self, name: str) -> pd.DataFrame:
        """Return "equities", "oil", "vix" or "credit".

        Returns
        -------
        DataFrame
            Equities in index points, oil in US dollars per barrel, VIX in volatility points per year, credit as
            yields in decimals per year. Weekdays on which FRED lists no quote (holidays) have no row.
        """
        if name == "equities":
            closes = {"S&P 500": _arch("sp500")["Adj Close"], "NASDAQ": _arch("nasdaq")["Adj Close"]}
            return _said(
                pd.DataFrame(closes),
                "S&P 500 and NASDAQ Composite, daily adjusted closes {years}, packaged with arch (from Yahoo Finance)",
            )
        if name == "oil":
            oil = _arch("wti").rename(columns={"DCOILWTICO": "WTI"})
            return _quoted(
                oil, "WTI crude oil at Cushing, daily US dollars per barrel {years}, packaged with arch (from FRED)"
            )
        if name == "vix":
            vix = _arch("vix").rename(columns={"vix": "VIX"})
            return _quoted(vix, "VIX, daily closes {years} in volatility points, packaged with arch (from FRED)")
        if name == "credit":
            return _said(
                _arch("default") / 100.0,
                "Moody's AAA and BAA bond yields, monthly {years} in decimals, packaged with arch (from FRED)",
            )
        raise DataError("no packaged data of that name", got=repr(name), expected="one of " + ", ".join(map(repr, KNOWN)))

    def bars(self, symbol: str, interval: str = "1d", start: Time = None, end: Time = None) -> pd.DataFrame:
        """Return daily bars of "S&P 500" or "NASDAQ", as traded; volume in shares.

        Examples
        --------
        >>> PackagedData().bars("S&P 500", "1d", "2008-10-10", "2008-10-11")["low"].round(2).tolist()
        [839.8]
        """
        checks.one_of("symbol", symbol, tuple(INDICES))
        if interval_of(interval) != pd.Timedelta("1D"):
            lacks(self, f"bars of {interval}", has='"1d"')
        table = dated(_arch(INDICES[symbol]).rename(columns=str.lower))
        said = f"{symbol}, daily bars {{years}}, packaged with arch (from Yahoo Finance)"
        return cut(checked_bars(symbol, table, _said(table, said).attrs["source"]), start, end)

    def funding(self, symbol: str, start: Time = None, end: Time = None) -> NoReturn:  # noqa: ARG002
        """Refuse: an index pays no funding."""
        lacks(self, "funding", has="SyntheticMarket().funding(...)")

    def option_chain(self, underlying: str, at: Time = None) -> NoReturn:  # noqa: ARG002
        """Refuse: no options are packaged."""
        lacks(self, "option chains", has="SyntheticMarket().option_chain(...)")

    def tiers(self, symbol: str) -> NoReturn:  # noqa: ARG002
        """Refuse: an index has no margin ladder."""
        lacks(self, "margin tiers", has="SyntheticMarket().tiers(...)")

    def french(self) -> pd.DataFrame:
        """Return the Fama-French factors as monthly returns in decimals, labelled with the first day of their month.

        arch stores the month as the whole number YYYYMM, which pandas reads as nanoseconds after 1970; the numbers
        are read again here. Columns ``Mkt-RF SMB HML RF``. Source: K. R. French's data library.

        Examples
        --------
        >>> PackagedData().french().index[0]
        Timestamp('1926-07-01 00:00:00+0000', tz='UTC')
        """
        factors = months_again(import_module("arch.data.frenchdata").load()) / 100.0
        return _said(
            factors, "Fama-French factors, monthly returns {years} in decimals, packaged with arch (from K. R. French)"
        )


def months_again(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with an index of months where whole numbers YYYYMM were taken for nanoseconds after 1970.

    Examples
    --------
    >>> wrong = pd.DataFrame({"RF": [0.22]}, index=pd.to_datetime([192607]))
    >>> wrong.index[0], months_again(wrong).index[0]
    (Timestamp('1970-01-01 00:00:00.000192607'), Timestamp('1926-07-01 00:00:00'))
    """
    index = pd.DatetimeIndex(table.index)
    numbers = index.as_unit("ns").asi8
    if ((numbers >= 0) & (numbers < 10**6)).all():  # the first millisecond of 1970: not dates, but numbers
        text = pd.Series(numbers).astype(str)
        months = pd.to_datetime(text, format="%Y%m", errors="coerce")
        if months.isna().any() or (text.str.len() != 6).any():
            wrong = text[months.isna() | (text.str.len() != 6)].iloc[0]
            raise DataError("the dates cannot be read as months", got=wrong, expected="YYYYMM, such as 192607")
        index = pd.DatetimeIndex(months)
    result = table.copy()
    result.index = index
    return result


def dated(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table in UTC; refuse dates that betray a misread file: before 1900, or all on one day of 1970."""
    index = utc("packaged dates", table.index)
    first, last = index.min(), index.max()
    if first.year < 1900 or (first.year == 1970 and last - first < pd.Timedelta(days=1)):
        raise DataError(
            "the packaged dates were misread", got=f"{first} to {last}", expected="dates since 1900",
            remedy="this version of arch stores its dates differently: report it with the versions of arch and pandas",
        )  # fmt: skip
    result = table.copy()
    result.index = index.rename("date")
    return result


def _arch(name: str) -> pd.DataFrame:
    """Load one of arch's tables; arch is imported here, not above, because that takes a second."""
    return import_module(f"arch.data.{name}").load()


def _quoted(table: pd.DataFrame, sentence: str) -> pd.DataFrame:
    quoted = table.dropna(how="all")
    return _said(quoted, f"{sentence}; {len(table) - len(quoted)} weekdays without a quote left out")


def _said(table: pd.DataFrame, sentence: str) -> pd.DataFrame:
    result = dated(table)
    result.attrs = {"source": sentence.format(years=f"{result.index[0].year}-{result.index[-1].year}")}
    return result

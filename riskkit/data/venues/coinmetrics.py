"""Reference rates of Coin Metrics' community API: daily prices in USD of living and dead coins, free, no key.

A reference rate is one price at one time, a median over vetted markets: there is no open, high, low or volume behind it,
so this source has no bars. One rate comes under two names that are stamped differently (Coin Metrics, "CM Prices FAQs"):

- ``PriceUSD`` is stamped at the *start* of its interval: the daily value stamped 2024-03-12T00:00Z is the rate at the end
  of 12 March. The community tier gives its whole history, for the assets whose networks Coin Metrics follows;
- ``ReferenceRateUSD`` is stamped at the *point in time*: the same rate is stamped 2024-03-13T00:00Z. It covers more assets,
  but the community tier gives its last few values only.

riskkit labels a row with the start of its interval and holds the price at the end. So PriceUSD is taken as it is stamped,
and where there is none, ReferenceRateUSD is set back by one interval.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from riskkit import checks
from riskkit.checks import FloatArray
from riskkit.data.protocol import Time, interval_of, lacks, span
from riskkit.data.venues import transport
from riskkit.data.venues.answers import column, inside, member, on_grid, reached, read
from riskkit.data.venues.spans import Download, in_months, joined
from riskkit.data.venues.transport import Reply
from riskkit.errors import DataError

CRYPTO = ("btc", "eth", "ltc", "xrp", "bch", "ada", "doge", "etc", "xlm", "link", "luna", "ftt")  # the last two are dead
METRICS = ("PriceUSD", "ReferenceRateUSD")
LICENCE = "CoinMetrics community data: CC BY-NC 4.0, non-commercial use"
FIRST = pd.Timestamp("2010-07-18", tz="UTC")  # the first price of bitcoin
LATE = pd.Timedelta("3D")  # a day's PriceUSD may appear a day or two after it
LATEST = pd.Timedelta("7D")
CENTURY = pd.Timedelta("36500D")  # the longest download: all there is in one request
ROWS, MOST_PAGES = "10000", 100  # the API's largest page; 114 years of days
ASSET = re.compile(r"[a-z0-9_.]+")
DECIMAL = re.compile(r"\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)  # the API writes numbers as texts
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)


@dataclass(frozen=True)
class CoinMetricsCommunity:
    """Reference rates in USD from Coin Metrics' community API.

    The data are licensed CC BY-NC 4.0: for non-commercial use, with attribution. Assets go by Coin Metrics' lower-case
    ids; "luna" is the coin that collapsed in May 2022 (Terra Classic), "ftt" the token of FTX.

    Parameters
    ----------
    base_url : str
        Root of the API, version 4.

    Examples
    --------
    >>> CoinMetricsCommunity().bars("btc")
    Traceback (most recent call last):
    riskkit.errors.DataError: CoinMetricsCommunity has no bars, only rates without open, high, low and volume; expected ...
    """

    base_url: str = "https://community-api.coinmetrics.io/v4"

    def prices(self, name: str = "crypto") -> pd.DataFrame:
        """Return daily rates, one column per asset, each at the end of its UTC day.

        Parameters
        ----------
        name : str
            "crypto" for twelve coins, two of them dead, or assets with commas between: "btc,luna,ftt". Of "crypto", an
            asset without any rate is left out and named in ``.attrs["source"]``; an asset you name must have one.
        """
        if name != "crypto":
            return self.rates([asset.strip() for asset in str(name).split(",")])
        found = {asset: self._daily(asset, FIRST, _now()) for asset in CRYPTO}
        missing = [asset for asset, rates in found.items() if rates.empty]
        rates = _table({asset: rates for asset, rates in found.items() if asset not in missing}, "daily")
        if missing:
            rates.attrs["source"] += f"; the community tier has none of {', '.join(missing)}"
        return rates

    def rates(self, assets: Sequence[str], start: Time = None, end: Time = None, interval: str = "1d") -> pd.DataFrame:
        """Return reference rates in USD of shape (T, N), one column per asset, each at the end of its interval.

        Parameters
        ----------
        assets : sequence of str
            Ids such as ["btc", "luna", "ftt"].
        start, end : str or Timestamp, optional
            Half-open span of row labels, UTC; by default all of it, of hours the last seven days.
        interval : str
            "1d" or "1h". Hourly rates are not cached: the community tier gives the latest ones only.

        Raises
        ------
        DataError
            An asset without a rate in the span, an answer that breaks the API's documentation, no network.
        """
        checks.one_of("interval", interval, ("1d", "1h"))
        ids = _ids(assets)
        first, last = span(start, end)
        last = last or _now()
        if interval == "1h":
            first = first or last.floor("1h") - LATEST
            return _table({asset: self._hourly(asset, first, last) for asset in ids}, "hourly")
        return _table({asset: self._daily(asset, first or FIRST, last) for asset in ids}, "daily")

    def bars(self, symbol: str, interval: str = "1d", start: Time = None, end: Time = None) -> pd.DataFrame:
        """Refuse: a reference rate is one price, not a bar."""
        del symbol, interval, start, end
        lacks(
            self, "bars, only rates without open, high, low and volume",
            has="CoinMetricsCommunity().rates(...), or the bars of BinanceArchive(), DeribitPublic() or CcxtSource(...)",
        )  # fmt: skip

    def funding(self, symbol: str, start: Time = None, end: Time = None) -> pd.DataFrame:
        """Refuse: the community API has no funding."""
        del symbol, start, end
        lacks(self, "funding", has="DeribitPublic().funding(...) or CcxtSource(...).funding(...)")

    def option_chain(self, underlying: str, at: Time = None) -> pd.DataFrame:
        """Refuse: the community API has no options."""
        del underlying, at
        lacks(self, "option chain", has="DeribitPublic().option_chain(...)")

    def tiers(self, symbol: str) -> pd.DataFrame:
        """Refuse: Coin Metrics lends nothing on margin."""
        del symbol
        lacks(self, "margin tiers", has="CcxtSource(...).tiers(...)")

    def _daily(self, asset: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.Series:
        def download(start: pd.Timestamp, end: pd.Timestamp) -> Download:
            return self._download(asset, "1d", start, end)

        table = in_months("coinmetrics", asset, "1d", first, last, download, ahead=CENTURY, settled=LATE)
        return pd.Series(dtype=np.float64) if table.empty else table["rate"]

    def _hourly(self, asset: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.Series:
        return self._download(asset, "1h", first, last).table["rate"]

    def _download(self, asset: str, interval: str, first: pd.Timestamp, last: pd.Timestamp) -> Download:
        """Return the rates labelled first <= time < last; those stamped at a point in time come from one step later."""
        step = interval_of(interval)
        url: str | None = f"{self.base_url}/timeseries/asset-metrics"
        params: dict[str, str] | None = {
            "assets": asset, "metrics": ",".join(METRICS), "frequency": interval, "page_size": ROWS,
            "paging_from": "start", "start_time": f"{first:%Y-%m-%dT%H:%M:%S}", "end_time": f"{last:%Y-%m-%dT%H:%M:%S}",
            "ignore_unsupported_errors": "true", "ignore_forbidden_errors": "true",  # an asset may have one of the two
        }  # fmt: skip
        pages: list[tuple[pd.DataFrame, Reply]] = []
        while url is not None:
            if len(pages) == MOST_PAGES:
                raise DataError(f"{url}: the answer does not end", got=f"{MOST_PAGES} pages", expected="fewer")
            reply = transport.get(url, params)
            answer = self._answer(reply)
            index, values = _stamped(reply, asset, member(reply, answer, "data", list))
            on_grid(reply, "time", index, step)
            inside(reply, "time", index, first, last + pd.Timedelta("1ns"))  # the API's end is inclusive
            pages.append((pd.DataFrame(values, index=index), reply))
            url, params = self._next(reply, answer), None
        whole = joined(pages)
        price, reference = (whole.table[metric].dropna() for metric in METRICS)
        rates = price.combine_first(reference.shift(freq=-step))
        rates = rates[(rates.index >= first) & (rates.index < last)]
        # where there is no PriceUSD the tier holds the history back: what came is not all there is
        return Download(rates.to_frame("rate"), whole.replies, final=not price.empty)

    def _answer(self, reply: Reply) -> dict[str, Any]:
        answer = read(reply)
        if "error" in answer:
            raise DataError(f"{reply.url}: Coin Metrics refused", got=str(answer["error"])[:300])
        return answer

    def _next(self, reply: Reply, answer: dict[str, Any]) -> str | None:
        """Return the address of the next page; one that leads to another host is not followed."""
        if answer.get("next_page_url") is None:
            return None
        url = str(member(reply, answer, "next_page_url", str))
        here, there = urlsplit(self.base_url), urlsplit(url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise DataError(
                f"{reply.url}: next_page_url leaves the host", got=url[:200], expected=f"{here.scheme}://{here.netloc}/..."
            )
        return url


def _stamped(reply: Reply, asset: str, data: list[object]) -> tuple[pd.DatetimeIndex, dict[str, FloatArray]]:
    """Return the stamps and both metrics, NaN where the API says null or nothing."""
    others = set(column(reply, data, "asset", str)) - {asset}
    if others:
        raise DataError(f"{reply.url}: asset was not asked for", got=min(others), expected=asset)
    if any(not set(METRICS) & set(record) for record in data if isinstance(record, dict)):
        raise DataError(f"{reply.url}: a row has no rate", expected=" or ".join(METRICS))
    texts = column(reply, data, "time", str)
    try:
        if not all(map(STAMP.fullmatch, texts)):
            raise ValueError
        index = pd.DatetimeIndex(pd.to_datetime(texts, utc=True, format="ISO8601"), name="date").as_unit("ns")
    except ValueError as cause:
        raise DataError(f"{reply.url}: time is no time", got=repr(texts)[:200], expected="2024-03-12T00:00:00Z") from cause
    return reached(reply, "time", index), {metric: _decimals(reply, metric, data) for metric in METRICS}


def _decimals(reply: Reply, metric: str, data: list[object]) -> FloatArray:
    result = np.full(len(data), np.nan)
    for row, record in enumerate(data):
        text = record.get(metric) if isinstance(record, dict) else None
        if text is None:
            continue
        value = float(text) if isinstance(text, str) and DECIMAL.fullmatch(text) else np.nan
        if not 0.0 < value < np.inf:
            raise DataError(
                f"{reply.url}: {metric} is no price", got=f"{text!r:.200} in row {row + 1}",
                expected='a number > 0 written as a text, such as "26985.73"',
            )  # fmt: skip
        result[row] = value
    return result


def _table(rates: dict[str, pd.Series], frequency: str) -> pd.DataFrame:
    empty = [asset for asset, column in rates.items() if column.empty]
    if empty or not rates:
        raise DataError(
            "CoinMetrics' community tier has no rate in this span", got=", ".join(empty) or "none of any asset",
            expected="an id of its catalogue, and a span in which it was listed",
        )  # fmt: skip
    table = pd.DataFrame(rates)
    table.attrs = {
        "source": f"{LICENCE}; {frequency} reference rates in USD {table.index[0]:%Y-%m-%d} to {table.index[-1]:%Y-%m-%d}, "
        "each at the end of its row's interval (PriceUSD as stamped, else ReferenceRateUSD set back by one interval)"
    }
    return table


def _ids(assets: Sequence[str]) -> list[str]:
    ids = [assets] if isinstance(assets, str) else list(assets) if isinstance(assets, Sequence) else []
    wrong = [asset for asset in ids if not isinstance(asset, str) or not ASSET.fullmatch(asset)]
    if wrong or not ids or len(set(ids)) < len(ids):
        raise DataError(
            "assets are not usable", got=repr(assets), expected='distinct lower-case ids such as ["btc", "luna", "ftt"]'
        )
    return ids


def _now() -> pd.Timestamp:
    return pd.Timestamp.now("UTC")

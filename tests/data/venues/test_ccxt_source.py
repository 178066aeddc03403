import sys
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from riskkit.data.protocol import MarketSource
from riskkit.data.venues.ccxt_source import CcxtSource
from riskkit.errors import DataError

NOW = pd.Timestamp("2024-05-10T12:00", tz="UTC")
SYMBOL = "BTC/USDT:USDT"


def ms(time):
    return round(pd.Timestamp(time, tz="UTC").timestamp() * 1000)


class Exchange:
    """What a test changes of an exchange stands in ``plays``; all calls are kept."""

    plays: dict = {}  # noqa: RUF012
    asked: list = []  # noqa: RUF012
    has = dict.fromkeys(("fetchOHLCV", "fetchFundingRateHistory", "fetchMarketLeverageTiers", "fetchOptionChain"), True)
    timeframes = {"1m": "1m", "1h": "1h", "1d": "1d"}  # noqa: RUF012

    def __init__(self, config):
        assert config == {"enableRateLimit": True}

    def milliseconds(self):
        return ms("2024-05-10T12:00")

    def __getattr__(self, method):
        def call(*arguments):
            self.asked.append((method, *arguments))
            return self.plays[method](*arguments)

        if method not in self.plays:
            raise AttributeError(method)
        return call


@pytest.fixture
def ccxt(monkeypatch):
    module = ModuleType("ccxt")
    module.BaseError = type("BaseError", (Exception,), {})
    module.ExchangeError = type("ExchangeError", (module.BaseError,), {})
    module.BadSymbol = type("BadSymbol", (module.ExchangeError,), {})
    module.AuthenticationError = type("AuthenticationError", (module.ExchangeError,), {})
    module.NetworkError = type("NetworkError", (module.BaseError,), {})
    module.exchanges = ["binance", "bybit", "deribit"]
    for name in module.exchanges:
        setattr(module, name, Exchange)
    monkeypatch.setitem(sys.modules, "ccxt", module)
    monkeypatch.delenv("RISKKIT_OFFLINE", raising=False)
    monkeypatch.setattr(Exchange, "plays", {})
    monkeypatch.setattr(Exchange, "asked", [])
    return module


def bar(time, close=101.5):
    return [ms(time), 100.0, 102.5, 99.0, close, 7.25]


DAYS = [bar(time) for time in pd.date_range("2024-04-01", "2024-05-10")]


def from_since(rows, most):
    """A well-behaved exchange: the first rows from since on, or the latest ones."""

    def fetch(symbol, timeframe, since, limit):
        if since is None:
            return rows[-most:]
        return [row for row in rows if row[0] >= since][:most]

    return fetch


def test_it_keeps_the_protocol():
    assert isinstance(CcxtSource(), MarketSource)


def test_bars_are_paged_by_since_and_stop_at_the_end(ccxt):
    Exchange.plays["fetch_ohlcv"] = from_since(DAYS, 7)
    bars = CcxtSource().bars("BTC/USDT", "1d", "2024-04-03", "2024-04-20")
    assert bars.index.tolist() == list(pd.date_range("2024-04-03", "2024-04-19", tz="UTC"))
    assert [asked[3] for asked in Exchange.asked] == [ms("2024-04-03"), ms("2024-04-10"), ms("2024-04-17")]
    assert bars.iloc[0].to_dict() == {"open": 100.0, "high": 102.5, "low": 99.0, "close": 101.5, "volume": 7.25}
    assert bars.attrs["source"] == "binance through ccxt, BTC/USDT, 1d bars, 2024-04-03 to 2024-04-19"


def test_a_bar_that_is_still_running_is_left_out(ccxt):
    Exchange.plays["fetch_ohlcv"] = from_since(DAYS, 1000)
    assert CcxtSource().bars("BTC/USDT", start="2024-05-01").index[-1] == pd.Timestamp("2024-05-09", tz="UTC")


def test_without_a_start_one_page_is_asked_for(ccxt):
    Exchange.plays["fetch_ohlcv"] = from_since(DAYS, 5)
    assert len(CcxtSource().bars("BTC/USDT")) == 4
    assert Exchange.asked == [("fetch_ohlcv", "BTC/USDT", "1d", None, 1000)]


def test_an_exchange_that_repeats_itself_is_no_endless_loop(ccxt):
    Exchange.plays["fetch_ohlcv"] = lambda symbol, timeframe, since, limit: DAYS[:5]  # whatever is asked
    with pytest.raises(DataError, match="the exchange repeats itself; got nothing after 2024-04-06"):
        CcxtSource().bars("BTC/USDT", start="2024-04-01")
    assert len(Exchange.asked) == 2
    assert len(CcxtSource().bars("BTC/USDT", start="2024-04-01", end="2024-04-06")) == 5  # the remedy


def test_an_exchange_that_has_no_more_ends_the_table(ccxt):
    Exchange.plays["fetch_ohlcv"] = from_since(DAYS[:5], 3)
    assert len(CcxtSource().bars("BTC/USDT", start="2024-04-01")) == 5


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "binance BTC/USDT: the exchange sent no rows"),
        ([[ms("2024-05-01"), 1.0, 1.0]], "binance BTC/USDT: a row is too short"),
        ([[ms("2024-05-01"), 100.0, 102.5, 99.0, "101.5", 7.0]], "binance BTC/USDT: close is not a number; got '101.5'"),
        ([[ms("2024-05-01"), 100.0, 102.5, 99.0, 101.5, None]], "volume is not a number; got None"),
        ([[ms("2024-05-01"), True, 102.5, 99.0, 101.5, 7.0]], "open is not a number; got True"),
        ([[ms("2024-05-01"), np.nan, 102.5, 99.0, 101.5, 7.0]], "open is not a number; got nan"),
        ([[None, 100.0, 102.5, 99.0, 101.5, 7.0]], "a row of the exchange has no time; got .None"),
        ([bar("2024-05-02"), bar("2024-05-01")], "times run backwards"),
        ([bar("2024-05-01", close=-5.0)], "close is not positive"),
    ],
)
def test_refuses_bars(ccxt, rows, message):
    Exchange.plays["fetch_ohlcv"] = lambda *arguments: rows
    with pytest.raises(DataError, match=message):
        CcxtSource().bars("BTC/USDT")


def test_prices_are_daily_closes(ccxt):
    closes = {"BTC/USDT": DAYS, "ETH/USDT": [bar("2024-05-09", 99.5)]}
    Exchange.plays["fetch_ohlcv"] = lambda symbol, *rest: closes[symbol]
    prices = CcxtSource().prices("BTC/USDT, ETH/USDT")
    assert prices.columns.tolist() == ["BTC/USDT", "ETH/USDT"]
    assert prices.loc["2024-05-09"].tolist() == [101.5, 99.5]
    assert prices["ETH/USDT"].count() == 1
    assert prices.attrs["source"].startswith("binance through ccxt, daily closes of BTC/USDT, ETH/USDT, 2024-04-01")


def payments(times, noise=3):
    return [{"symbol": SYMBOL, "fundingRate": 0.0001, "timestamp": ms(time) + noise, "info": {}} for time in times]


def play_funding(records, most=1000):
    def fetch(symbol, since, limit):
        return [record for record in records if since is None or record["timestamp"] >= since][:most]

    Exchange.plays["fetch_funding_rate_history"] = fetch


def test_the_period_of_a_payment_is_the_time_since_the_one_before(ccxt):
    times = [
        *pd.date_range("2024-05-01", "2024-05-03T16:00", freq="8h"),
        *pd.date_range("2024-05-03T20:00", "2024-05-05", freq="4h"),
    ]
    play_funding(payments(times), most=4)
    funding = CcxtSource().funding(SYMBOL, "2024-05-02", "2024-05-04T12:00")
    assert funding.index[0] == pd.Timestamp("2024-05-02T00:00:00.003", tz="UTC")
    assert funding["hours"].tolist() == [8.0] * 6 + [4.0] * 4
    assert funding["rate"].tolist() == [0.0001] * 10
    assert Exchange.asked[0] == ("fetch_funding_rate_history", SYMBOL, ms("2024-05-01"), 1000)


def test_a_missing_payment_is_not_taken_for_a_longer_period(ccxt):
    play_funding(payments(pd.date_range("2024-05-01", "2024-05-03", freq="8h").delete(4)))
    with pytest.raises(
        DataError, match=rf"binance funding of {SYMBOL}: the period of a payment is unknown; got 16 h before 2024"
    ):
        CcxtSource().funding(SYMBOL, "2024-05-01")


def test_one_payment_alone_has_no_period(ccxt):
    play_funding(payments(["2024-05-01"]))
    with pytest.raises(DataError, match="the period of a payment is unknown"):
        CcxtSource().funding(SYMBOL)


def test_the_next_payment_is_no_payment_yet(ccxt):
    play_funding(payments(pd.date_range("2024-05-09", "2024-05-10T16:00", freq="8h")))
    assert CcxtSource().funding(SYMBOL).index[-1] == pd.Timestamp("2024-05-10T08:00:00.003", tz="UTC")


def test_deribits_rate_of_eight_hours_is_refused(ccxt):
    play_funding(payments(pd.date_range("2024-05-01", "2024-05-03", freq="1h")))
    with pytest.raises(DataError, match=r"only its rate of eight hours every hour; expected DeribitPublic\(\).funding"):
        CcxtSource("deribit").funding("BTC/USD:BTC")


def tier(floor, cap, rate, leverage):
    return {
        "currency": "USDT", "minNotional": floor, "maxNotional": cap, "maintenanceMarginRate": rate, "maxLeverage": leverage,
    }  # fmt: skip


LADDER = [tier(0, 50_000, 0.004, 125), tier(50_000, 500_000, 0.005, 100), tier(500_000, 10_000_000, 0.01, 50)]


def test_cumulative_amounts_follow_from_the_rates(ccxt):
    Exchange.plays["fetch_market_leverage_tiers"] = lambda symbol: LADDER
    tiers = CcxtSource().tiers(SYMBOL)
    assert tiers["cumulative_amount"].tolist() == pytest.approx([0.0, 50.0, 2550.0], rel=1e-12)  # Binance's own "cum"
    assert tiers.index.tolist() == [1, 2, 3]
    assert tiers["maximum_leverage"].tolist() == [125.0, 100.0, 50.0]
    assert tiers.attrs["source"] == f"binance through ccxt, margin tiers of {SYMBOL}, notional in USDT"


def test_the_real_ladders_of_binance_have_these_amounts(ccxt, real_data):
    ladders = pd.read_csv(real_data / "binance_leverage_tiers_sample.csv")
    fields = ["min_notional", "max_notional", "maintenance_margin_rate", "max_leverage"]
    for _, ladder in ladders.groupby(["symbol", "as_of"]):
        rows = [tier(*map(float, row)) for row in ladder[fields].to_numpy()]
        Exchange.plays["fetch_market_leverage_tiers"] = lambda symbol, rows=rows: rows
        tiers = CcxtSource().tiers(SYMBOL)
        np.testing.assert_allclose(tiers["cumulative_amount"], ladder["maint_amount_cum"], rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize(
    ("ladder", "message"),
    [
        ([], "there are none"),
        ([tier(0, None, 0.004, 125)], "maxNotional is not a number; got None"),
        ([tier(0, 500, "1.0%", 125)], "maintenanceMarginRate is not a number; got '1.0%'"),
        ([tier(0, 500, 0.004, 125), tier(501, 1000, 0.005, 100)], "the tiers do not join"),
    ],
)
def test_refuses_tiers(ccxt, ladder, message):
    Exchange.plays["fetch_market_leverage_tiers"] = lambda symbol: ladder
    with pytest.raises(DataError, match=f"binance tiers of {SYMBOL}: {message}"):
        CcxtSource().tiers(SYMBOL)


CALL = "BTC/USDC:USDC-241227-55000-C"
PUT = "BTC/USDC:USDC-241227-55000-P"
OTHER = "BTC/USDT:USDT-241227-55000-P"


def play_chain(*symbols, **changes):
    quote = {
        "impliedVolatility": 0.8866, "openInterest": 0.0, "bidPrice": 0, "askPrice": None, "markPrice": 11823.36,
        "underlyingPrice": 71652.59, **changes,
    }  # fmt: skip
    Exchange.plays["fetch_option_chain"] = lambda code: dict.fromkeys(symbols, quote)
    Exchange.plays["market"] = lambda symbol: {
        "expiry": ms("2024-12-27T08:00"), "strike": 55000.0, "optionType": {"C": "call", "P": "put"}[symbol[-1]],
        "settle": symbol[9:13],
    }  # fmt: skip


def test_an_option_chain(ccxt):
    play_chain(CALL, PUT)
    chain = CcxtSource("bybit").option_chain("BTC")
    assert Exchange.asked[0] == ("fetch_option_chain", "BTC")
    assert chain["kind"].tolist() == ["call", "put"]
    assert chain.loc[1, ["strike", "forward", "mark_volatility", "open_interest"]].tolist() == [
        55000.0,
        71652.59,
        0.8866,
        0.0,
    ]
    assert chain[["bid_price", "ask_price"]].isna().all(axis=None)  # a bid of 0 is none
    assert chain["expiry"].unique().tolist() == [pd.Timestamp("2024-12-27T08:00", tz="UTC")]
    assert (chain.attrs["asof"], chain.attrs["price_unit"]) == (NOW, "USDC")


def test_a_chain_in_two_currencies_wants_a_choice(ccxt):
    play_chain(CALL, PUT, OTHER)
    with pytest.raises(DataError, match='settle in 2 currencies; got USDC, USDT; expected one, such as "BTC:USDC"'):
        CcxtSource("bybit").option_chain("BTC")
    assert len(CcxtSource("bybit").option_chain("BTC:USDT")) == 1
    with pytest.raises(DataError, match="settle in 0 currencies; got nothing"):
        CcxtSource("bybit").option_chain("BTC:EUR")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"impliedVolatility": None}, f"bybit {CALL}: impliedVolatility is not a number; got None"),
        ({"impliedVolatility": 88.66}, "bybit: volatilities are not in decimals; got 88.66"),
        ({"markPrice": "11823"}, f"bybit {CALL}: markPrice is not a number"),
        ({"underlyingPrice": 0.0}, "forward is out of range"),
    ],
)
def test_refuses_a_chain(ccxt, changes, message):
    play_chain(CALL, **changes)
    with pytest.raises(DataError, match=message):
        CcxtSource("bybit").option_chain("BTC")


def test_a_chain_of_the_past_or_without_volatilities_is_refused(ccxt):
    with pytest.raises(DataError, match="bybit has no history of its option chain"):
        CcxtSource("bybit").option_chain("BTC", at="2024-01-01")
    with pytest.raises(DataError, match=r"ccxt leaves out its volatilities; expected DeribitPublic\(\).option_chain"):
        CcxtSource("deribit").option_chain("BTC")


@pytest.mark.parametrize("capability", [False, None])
def test_what_the_exchange_lacks_is_refused_before_it_is_asked(ccxt, monkeypatch, capability):
    monkeypatch.setattr(Exchange, "has", dict.fromkeys(Exchange.has, capability))
    source = CcxtSource()
    for method, what in [
        (source.bars, "bars"),
        (source.funding, "funding"),
        (source.option_chain, "option chain"),
        (source.tiers, "margin tiers"),
        (source.prices, "bars"),
    ]:
        with pytest.raises(DataError, match=rf"binance through ccxt has no {what}; expected an exchange whose has\['fetch"):
            method("BTC/USDT")
    assert Exchange.asked == []


def test_an_interval_that_the_exchange_lacks_is_refused(ccxt):
    with pytest.raises(DataError, match="interval at binance is unknown; got '8h'; expected one of '1m', '1h', '1d'"):
        CcxtSource().bars("BTC/USDT", "8h")
    with pytest.raises(DataError, match="interval is unknown; got '7d'"):
        CcxtSource().bars("BTC/USDT", "7d")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("NetworkError", "binance did not answer fetch_ohlcv; got NetworkError: timed out; remedy: try again"),
        ("BadSymbol", r"binance refused fetch_ohlcv\('NO/PE', '1d', None, 1000\); got BadSymbol: timed out$"),
        ("AuthenticationError", "binance refused fetch_ohlcv.*got AuthenticationError: timed out$"),
    ],
)
def test_the_errors_of_ccxt_become_ours(ccxt, error, message):
    def fail(*arguments):
        raise getattr(ccxt, error)("timed out")

    Exchange.plays["fetch_ohlcv"] = fail
    with pytest.raises(DataError, match=message):
        CcxtSource().bars("NO/PE")


def test_an_unknown_exchange_is_refused(ccxt):
    with pytest.raises(DataError, match=r"ccxt knows no such exchange; got 'binanse'; .*did you mean 'binance'"):
        CcxtSource("binanse").bars("BTC/USDT")
    with pytest.raises(DataError, match="ccxt knows no such exchange; got 'BaseError'"):
        CcxtSource("BaseError").bars("BTC/USDT")


def test_without_ccxt_the_remedy_is_to_install_it(monkeypatch):
    monkeypatch.delenv("RISKKIT_OFFLINE", raising=False)
    monkeypatch.setitem(sys.modules, "ccxt", None)
    with pytest.raises(DataError, match=r"ccxt is not installed; .*remedy: pip install 'riskkit\[live\]'"):
        CcxtSource().bars("BTC/USDT")


def test_offline_nothing_happens_at_all(ccxt, monkeypatch):
    monkeypatch.setenv("RISKKIT_OFFLINE", "1")
    monkeypatch.setitem(sys.modules, "ccxt", None)
    for method in ("bars", "funding", "option_chain", "tiers", "prices"):
        with pytest.raises(DataError, match="RISKKIT_OFFLINE forbids to ask binance"):
            getattr(CcxtSource(), method)("BTC/USDT")

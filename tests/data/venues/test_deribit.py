import pandas as pd
import pytest

from riskkit.data.protocol import MarketSource
from riskkit.data.venues import deribit
from riskkit.data.venues.deribit import DeribitPublic
from riskkit.errors import DataError

MAY = {"start": "2024-05-01", "end": "2024-05-04"}


def ms(time):
    return int(pd.Timestamp(time, tz="UTC").timestamp()) * 1000


def result(value):
    return lambda path, params: {"jsonrpc": "2.0", "result": value, "usIn": 1, "usOut": 2, "usDiff": 1, "testnet": False}


def chart(*ticks, **changes):
    bars = {"ticks": [ms(tick) for tick in ticks], "status": "ok" if ticks else "no_data"}
    for field, value in {"open": 100, "high": 102.5, "low": 99.0, "close": 101.5, "volume": 7.25, "cost": 735}.items():
        bars[field] = [value] * len(ticks)
    return {**bars, **changes}


def in_span(times, params, before=0):
    return [time for time in times if int(params["start_timestamp"]) + before <= ms(time) <= int(params["end_timestamp"])]


def source(venue):
    return DeribitPublic(f"{venue.url}/api/v2")


def test_it_keeps_the_protocol():
    assert isinstance(DeribitPublic(), MarketSource)


# bars


def hours(first, last):
    return [str(time) for time in pd.date_range(first, last, freq="1h", inclusive="left")]


def test_bars_carry_the_time_at_which_they_open(venue):
    times = hours("2024-05-01", "2024-05-01T04:00")
    venue.play = lambda path, params: {"result": chart(*in_span(times, params))}
    bars = source(venue).bars("BTC-PERPETUAL", "1h", "2024-05-01", "2024-05-01T03:00")
    assert bars.index.tolist() == list(pd.date_range("2024-05-01", periods=3, freq="1h", tz="UTC"))
    assert bars.iloc[0].to_dict() == {"open": 100.0, "high": 102.5, "low": 99.0, "close": 101.5, "volume": 7.25}
    assert bars.attrs["source"] == "Deribit, BTC-PERPETUAL, 1h bars, volume in coins, 2024-05-01 to 2024-05-01"
    path, params = venue.asked[0]
    assert path == "/api/v2/public/get_tradingview_chart_data"
    assert params == {
        "instrument_name": "BTC-PERPETUAL",
        "resolution": "60",
        "start_timestamp": str(ms("2024-05-01") - 1),
        "end_timestamp": str(ms("2024-06-01") - 1),
    }


def test_days_are_utc_days_made_of_hours(venue):
    # Deribit's own daily bars run from 08:00 to 08:00
    times = hours("2024-05-01T05:00", "2024-05-04")
    opens = {ms(time): 100.0 + number for number, time in enumerate(times)}

    def play(path, params):
        bars = chart(*in_span(times, params))
        first = [opens[tick] for tick in bars["ticks"]]
        return {"result": {**bars, "open": first, "high": [price + 5 for price in first], "low": first, "close": first}}

    venue.play = play
    days = source(venue).bars("BTC-PERPETUAL", "1d", "2024-05-01", "2024-05-04")
    assert venue.asked[0][1]["resolution"] == "60"
    assert days.index.tolist() == list(pd.date_range("2024-05-02", "2024-05-03", tz="UTC"))  # the first is not whole
    assert days.iloc[0].to_dict() == {"open": 119.0, "high": 147.0, "low": 119.0, "close": 142.0, "volume": 24 * 7.25}
    assert "1d bars made of 24 hours each" in days.attrs["source"]
    eights = source(venue).bars("BTC-PERPETUAL", "8h", "2024-05-01", "2024-05-04")
    assert eights.index[0] == pd.Timestamp("2024-05-01T08:00", tz="UTC")
    assert len(venue.asked) == 1  # the hours are in the cache


def test_a_span_without_a_whole_day_has_no_daily_bar(venue):
    times = hours("2024-05-01", "2024-05-03")
    venue.play = lambda path, params: {"result": chart(*in_span(times, params))}
    with pytest.raises(DataError, match="BTC-PERPETUAL: the span holds no whole bar; got 20 bars of 0 days 01:00:00"):
        source(venue).bars("BTC-PERPETUAL", "1d", "2024-05-01", "2024-05-01T20:00")


def test_the_bar_before_the_span_may_come_as_well(venue):
    times = hours("2024-04-30T23:00", "2024-05-02")
    venue.play = lambda path, params: {"result": chart(*times)}
    assert len(source(venue).bars("BTC-PERPETUAL", "1h", "2024-05-01", "2024-05-02")) == 24


def test_a_bar_that_is_still_running_is_left_out(venue):
    venue.now = pd.Timestamp("2024-05-01T15:59", tz="UTC")
    times = hours("2024-05-01", "2024-05-01T16:00")
    venue.play = lambda path, params: {"result": chart(*in_span(times, params))}
    assert source(venue).bars("BTC-PERPETUAL", "1h", "2024-05-01", "2024-06-01").index[-1].hour == 14


def test_months_of_hours_are_one_request_and_no_second_one(venue):
    times = hours("2023-01-01", "2023-06-01")
    venue.play = lambda path, params: {"result": chart(*in_span(times, params))}
    for _ in range(2):
        assert len(source(venue).bars("BTC-PERPETUAL", "1h", "2023-01-01", "2023-06-01")) == 151 * 24
    assert len(venue.asked) == 1


def test_minutes_come_in_pages_that_meet_without_a_seam(venue):
    minutes = [str(time) for time in pd.date_range("2024-02-01", "2024-02-29T23:59", freq="5min")]
    venue.play = lambda path, params: {"result": chart(*in_span(minutes, params, before=1))}  # none at the start itself
    bars = source(venue).bars("BTC-PERPETUAL", "5m", start="2024-02-01", end="2024-03-01")
    assert len(bars) == 29 * 288
    assert len(venue.asked) == 3  # 8,352 bars of at most 4,000


def test_the_future_is_not_asked_for(venue):
    venue.now = pd.Timestamp("2024-05-03T15:00", tz="UTC")
    venue.play = lambda path, params: {"result": chart(*in_span(["2024-05-01", "2024-05-02"], params))}
    source(venue).bars("BTC-PERPETUAL", "1m", start="2024-05-01", end="2024-06-01")
    assert len(venue.asked) == 1  # the next page would begin at 2024-05-03T18:40


def test_a_month_that_runs_is_asked_for_again(venue):
    venue.now = pd.Timestamp("2024-05-20", tz="UTC")
    venue.play = lambda path, params: {"result": chart(*in_span(hours("2024-05-01", "2024-05-04"), params))}
    for _ in range(2):
        source(venue).bars("BTC-PERPETUAL", **MAY)
    assert len(venue.asked) == 2


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "status is missing"),
        (chart("2024-05-01", status="error"), "status is unknown; got 'error'; expected ok or no_data"),
        ({**chart("2024-05-01"), "close": None}, "close has the wrong type; got None; expected a list"),
        (chart("2024-05-01", close=[1, 2]), "ticks and prices differ in length; got .*2 close"),
        (chart("2024-05-01", open=["100"]), "open is not a number; got '100' in row 1"),
        (chart("2024-05-01", open=[True]), "open is not a number; got True in row 1"),
        (chart("2024-05-01", open=[None]), "open is not a number; got None in row 1"),
        (chart("2024-05-01", open=[10**400]), "open is too large"),
        (chart("2024-05-01", ticks=["1714521600000"]), "ticks is not a number"),
        (chart("2024-05-01", ticks=[1714521600.5]), "ticks is no time"),
        (chart("2024-05-01", ticks=[1e18]), "ticks is no time"),
        (chart("2024-05-01T08:30"), "ticks lies off the grid; got 2024-05-01 08:30"),
        (chart("2024-04-30T22:00"), "ticks lies off the span; got 2024-04-30 22:00"),
        (chart("2024-07-02"), "ticks lies in the future; got 2024-07-02"),
        (chart("2024-05-02", "2024-05-01"), "ticks does not increase"),
        (chart("2024-05-01", "2024-05-01"), "ticks does not increase"),
    ],
)
def test_refuses_a_chart_and_names_url_and_field(venue, value, message):
    venue.play = result(value)
    with pytest.raises(
        DataError, match=rf"^http://\S+/get_tradingview_chart_data\?instrument_name=BTC-PERPETUAL\S*: {message}"
    ):
        source(venue).bars("BTC-PERPETUAL", **MAY)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"low": [-1.0]}, "low is not positive; got -1.0"),
        ({"high": [99.5]}, "high lies below another price"),
        ({"volume": [-7]}, "volume is negative"),
    ],
)
def test_refuses_impossible_bars(venue, changes, message):
    venue.play = result(chart("2024-05-01", **changes))
    with pytest.raises(DataError, match=message):
        source(venue).bars("BTC-PERPETUAL", "1h", **MAY)


def test_a_span_without_bars_names_symbol_and_span(venue):
    venue.play = result(chart())
    with pytest.raises(DataError, match=r"Deribit has no bars of NOPE-PERPETUAL in this span; got 2024-05-01 .* 2018-08"):
        source(venue).bars("NOPE-PERPETUAL", **MAY)
    with pytest.raises(DataError, match="the span of BTC-PERPETUAL is empty; got 2018-08-01"):
        source(venue).bars("BTC-PERPETUAL", end="2015-01-01")


def test_an_empty_answer_is_not_kept(venue):
    venue.play = result(chart())
    with pytest.raises(DataError, match="Deribit has no bars"):
        source(venue).bars("BTC-PERPETUAL", "1h", **MAY)
    venue.play = lambda path, params: {"result": chart(*in_span(hours("2024-05-01", "2024-06-01"), params))}
    assert len(source(venue).bars("BTC-PERPETUAL", "1h", **MAY)) == 72


ERROR = {"code": -32602, "message": "Invalid params", "data": {"reason": "wrong format", "param": "instrument_name"}}


@pytest.mark.parametrize("status", [200, 400])  # Deribit sends errors with 400
def test_the_words_of_the_venue_reach_the_reader(venue, status):
    venue.play = lambda path, params: (status, {"jsonrpc": "2.0", "error": ERROR})
    with pytest.raises(DataError, match=r"Invalid params.*wrong format.*instrument_name"):
        source(venue).bars("NOPE", **MAY)


def test_an_answer_without_a_result_is_refused(venue):
    venue.play = lambda path, params: {"jsonrpc": "2.0", "usIn": 1}
    with pytest.raises(DataError, match="result is missing; got jsonrpc, usIn"):
        source(venue).bars("BTC-PERPETUAL", **MAY)


def test_intervals_that_deribit_lacks_are_refused(venue):
    with pytest.raises(DataError, match="interval is unknown; got '2h'; expected one of '1m', '5m'"):
        source(venue).bars("BTC-PERPETUAL", "2h")
    with pytest.raises(DataError, match="interval is unknown; got '5m'"):
        source(venue).volatility_index("BTC", interval="5m")


@pytest.mark.parametrize("name", ["", "btc/usdt", "../BTC", "BTC-PERPETUAL&x=1", 5, None])
def test_refuses_names(venue, name):
    for method in (source(venue).bars, source(venue).funding, source(venue).volatility_index, source(venue).option_chain):
        with pytest.raises(DataError, match="the name is none of Deribit's"):
            method(name)
    assert venue.asked == []


# prices


def test_prices_are_the_closes_of_two_perpetuals(venue, monkeypatch):
    monkeypatch.setattr(deribit, "FIRST_BAR", pd.Timestamp("2024-05-01", tz="UTC"))

    def play(path, params):
        first = "2024-05-01" if params["instrument_name"] == "BTC-PERPETUAL" else "2024-05-02"
        return {"result": chart(*in_span(hours(first, "2024-05-03"), params))}

    venue.play = play
    prices = source(venue).prices("crypto")
    assert prices.columns.tolist() == ["BTC", "ETH"]
    assert prices["BTC"].tolist() == [101.5, 101.5]
    assert prices["ETH"].isna().tolist() == [True, False]
    assert "perpetuals BTC-PERPETUAL and ETH-PERPETUAL in USD, not spot" in prices.attrs["source"]
    with pytest.raises(DataError, match="name is unknown; got 'equities'"):
        source(venue).prices("equities")


# funding


def record(time, **changes):
    given = {
        "timestamp": ms(time),
        "index_price": 8222.87,
        "prev_index_price": 8305.72,
        "interest_8h": -0.00009234260068476106,
        "interest_1h": -4.739622041017375e-7,
    }
    return {**given, **changes}


def test_funding_is_the_interest_of_the_hour_and_not_of_eight(venue):
    records = {"2019-10-01T01:00": record("2019-10-01T01:00"), "2019-10-01T02:00": record("2019-10-01T02:00", interest_1h=0)}
    venue.play = lambda path, params: {"result": [records[time] for time in in_span(records, params)]}
    funding = source(venue).funding("BTC-PERPETUAL", "2019-10-01", "2019-10-02")
    assert funding["rate"].tolist() == [-4.739622041017375e-7, 0.0]
    assert funding["hours"].tolist() == [1.0, 1.0]
    assert funding.attrs["source"].startswith("Deribit, BTC-PERPETUAL, hourly funding (interest_1h), 2019-10-01")


def test_funding_is_paged_by_time_and_cached(venue):
    times = hours("2024-05-01", "2024-07-01")
    # a record at the start itself is not sent
    venue.play = lambda path, params: {"result": [record(time) for time in in_span(times, params, before=1)]}
    for _ in range(2):
        assert len(source(venue).funding("BTC-PERPETUAL", "2024-05-01", "2024-06-01")) == 31 * 24
    assert len(venue.asked) == 2


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ({}, "result is no list; got dict"),
        ([{"timestamp": ms("2024-05-01")}], "interest_1h is missing"),
        ([{"interest_1h": 0.1}], "timestamp is missing"),
        ([record("2024-05-01", timestamp="1714521600000")], "timestamp has the wrong type; got '1714521600000'"),
        ([record("2024-05-01", timestamp=True)], "timestamp has the wrong type; got True"),
        ([record("2024-05-01", interest_1h="0.0001")], "interest_1h is not a number; got '0.0001' in row 1"),
        ([record("2024-05-01T00:30")], "timestamp lies off the grid"),
        ([record("2024-05-20")], "timestamp lies off the span"),
        ([record("2024-05-01"), record("2024-05-01")], "timestamp does not increase"),
    ],
)
def test_refuses_funding_and_names_url_and_field(venue, records, message):
    venue.play = result(records)
    with pytest.raises(DataError, match=rf"^http://\S+/get_funding_rate_history\?\S*: {message}"):
        source(venue).funding("BTC-PERPETUAL", **MAY)


def test_refuses_a_rate_that_no_exchange_asks(venue):
    venue.play = lambda path, params: {"result": [record(time, interest_1h=1.5) for time in in_span(["2024-05-02"], params)]}
    with pytest.raises(DataError, match=r"rate is out of range; got 1\.5"):
        source(venue).funding("BTC-PERPETUAL", **MAY)


# option chain


def summary(name, **changes):
    given = {
        "instrument_name": name,
        "underlying_price": 68827.27,
        "underlying_index": "BTC-28JUN24",
        "mark_iv": 60.86,
        "mark_price": 0.40752052,
        "bid_price": 0.404,
        "ask_price": None,
        "open_interest": 364.1,
        "creation_timestamp": ms("2024-03-22T10:00") + 477,
        "base_currency": "BTC",
        "quote_currency": "BTC",
    }
    return {**given, **changes}


@pytest.fixture
def march(venue):
    venue.now = pd.Timestamp("2024-03-22T10:00", tz="UTC")
    return venue


def test_the_whole_chain_is_one_call(march):
    names = ["BTC-28JUN24-42000-P", "BTC-5APR24-42000-C", "BTC-28JUN24-42000-C"]
    march.play = result([summary(name) for name in names])
    chain = source(march).option_chain("BTC")
    assert march.asked == [("/api/v2/public/get_book_summary_by_currency", {"currency": "BTC", "kind": "option"})]
    assert chain["kind"].tolist() == ["call", "call", "put"]
    assert chain.iloc[0]["expiry"] == pd.Timestamp("2024-04-05T08:00", tz="UTC")
    assert chain.iloc[0][["strike", "forward", "mark_volatility", "bid_price"]].tolist() == [
        42000.0,
        68827.27,
        0.6086,
        0.404,
    ]
    assert chain["ask_price"].isna().all()
    assert chain.attrs["asof"] == pd.Timestamp("2024-03-22T10:00:00.477", tz="UTC")
    assert chain.attrs["price_unit"] == "BTC"
    assert chain.attrs["source"] == "Deribit, 3 options on BTC at 2024-03-22 10:00 UTC, prices in BTC"


def test_linear_options_are_a_chain_of_their_own(march):
    march.play = result([summary("SOL_USDC-28JUN24-200-C"), summary("XRP_USDC-28JUN24-0d55-C", mark_price=0.09)])
    chain = source(march).option_chain("XRP_USDC")
    assert march.asked[0][1]["currency"] == "USDC"
    assert chain["strike"].tolist() == [0.55]
    assert chain.attrs["price_unit"] == "USDC"


def test_options_on_others_are_no_part_of_the_chain(march):
    march.play = result(
        [summary("SOL_USDC-28JUN24-200-C"), summary("BTC-28JUN24-42000-C"), summary("BTC_USDC-28JUN24-42000-C")]
    )
    assert len(source(march).option_chain("BTC")) == 1
    with pytest.raises(DataError, match="Deribit lists no options on ETH; got 3 options on others"):
        source(march).option_chain("ETH")


def test_a_chain_of_the_past_is_refused(march):
    with pytest.raises(DataError, match=r"no history of its option chain; .*remedy: SyntheticMarket\(\).option_chain"):
        source(march).option_chain("BTC", at="2024-03-01")
    assert march.asked == []


@pytest.mark.parametrize(
    ("summaries", "message"),
    [
        ({"BTC": 1}, "result is no list; got dict"),
        ([summary(None)], "instrument_name has the wrong type; got None"),
        ([summary("BTC-PERPETUAL")], "instrument_name is no option; got 'BTC-PERPETUAL'"),
        ([summary("BTC-31JUN24-42000-C")], "instrument_name is no option; got 'BTC-31JUN24-42000-C'"),
        ([summary("BTC-28XYZ24-42000-C")], "instrument_name is no option"),
        ([summary("BTC-28JUN24-42000-C", mark_iv=None)], "mark_iv is not a number; got None in row 1"),
        ([summary("BTC-28JUN24-42000-C", mark_iv="60.86")], "mark_iv is not a number; got '60.86' in row 1"),
        ([summary("BTC-28JUN24-42000-C", bid_price=-0.1)], "bid_price is negative; got -0.1"),
        ([summary("BTC-28JUN24-42000-C", open_interest=True)], "open_interest is not a number; got True"),
        (
            [summary("BTC-28JUN24-42000-C", creation_timestamp=ms("2024-03-22T10:02"))],
            "creation_timestamp lies in the future",
        ),
        ([{"instrument_name": "BTC-28JUN24-42000-C", "creation_timestamp": 1}], "underlying_price is missing"),
    ],
)
def test_refuses_a_chain_and_names_url_and_field(march, summaries, message):
    march.play = result(summaries)
    with pytest.raises(DataError, match=rf"^http://\S+/get_book_summary_by_currency\?currency=BTC&kind=option: {message}"):
        source(march).option_chain("BTC")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (summary("BTC-22MAR24-42000-C"), "an option has expired; got 2024-03-22 08:00"),
        (summary("BTC-28JUN24-42000-C", mark_price=-0.1), "mark_price is out of range"),
        (summary("BTC-28JUN24-42000-C", underlying_price=0), "forward is out of range"),
        (summary("BTC-28JUN24-0-C"), "strike is out of range"),
    ],
)
def test_refuses_an_impossible_chain(march, option, message):
    march.play = result([option])
    with pytest.raises(DataError, match=f"options on BTC: {message}"):
        source(march).option_chain("BTC")


# volatility index


def candle(time, value=60.0):
    return [ms(time), value, value + 1.5, value - 2.0, value + 0.5]


def test_the_volatility_index_is_in_decimals_per_year(venue):
    venue.play = result({"data": [candle("2024-05-01"), candle("2024-05-02", 62.0)], "continuation": None})
    index = source(venue).volatility_index("BTC", "2024-05-01", "2024-05-03")
    assert index.columns.tolist() == ["open", "high", "low", "close"]
    assert index["close"].tolist() == pytest.approx([0.605, 0.625], rel=1e-15)
    assert venue.asked[0][1]["resolution"] == "1D"
    assert index.attrs["source"].startswith("Deribit, volatility index DVOL of BTC, 1d, decimals per year")


@pytest.mark.parametrize("seam", [0, 1])  # whether the candle at the seam comes twice
def test_its_pages_go_back_in_time(venue, seam):
    times = hours("2024-05-01", "2024-06-01")

    def play(path, params):
        inside = in_span(times, params)
        page = inside[-300:]
        more = len(inside) > 300
        return {
            "result": {"data": [candle(time) for time in page], "continuation": ms(page[0]) - 1 + seam if more else None}
        }

    venue.play = play
    for _ in range(2):
        index = source(venue).volatility_index("BTC", "2024-05-01", "2024-06-01", interval="1h")
        assert index.index.tolist() == list(pd.to_datetime(times, utc=True))
    assert len(venue.asked) == 3


def test_a_repeated_page_of_the_index_is_refused(venue):
    venue.play = result({"data": [candle("2024-05-01"), candle("2024-05-02")], "continuation": ms("2024-05-01") - 1})
    with pytest.raises(DataError, match="continuation does not go back"):
        source(venue).volatility_index("BTC", "2024-05-01", "2024-05-03")
    assert len(venue.asked) == 2


def test_a_running_candle_is_left_out(venue):
    venue.now = pd.Timestamp("2024-05-02T15:00", tz="UTC")
    venue.play = result({"data": [candle("2024-05-01"), candle("2024-05-02")], "continuation": None})
    assert len(source(venue).volatility_index("BTC", "2024-05-01", "2024-05-10")) == 1


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "data is missing"),
        ({"continuation": None}, "data is missing"),
        ({"data": [[1, 2, 3]], "continuation": None}, "data is no list of candles; got .1, 2, 3.; expected 5 numbers"),
        ({"data": [{"t": 1}], "continuation": None}, "data is no list of candles"),
        ({"data": [[*candle("2024-05-01")[:4], "60"]], "continuation": None}, r"data \(close\) is not a number; got '60'"),
        ({"data": [candle("2024-05-01", 2.5)], "continuation": None}, "the volatility index is not in per cent"),
        ({"data": [candle("2024-05-01")], "continuation": "x"}, "continuation has the wrong type; got 'x'"),
        ({"data": [candle("2024-05-01T08:00")], "continuation": None}, "data lies off the grid"),
    ],
)
def test_refuses_an_index_and_names_url_and_field(venue, value, message):
    venue.play = result(value)
    with pytest.raises(DataError, match=rf"^http://\S+/get_volatility_index_data\?currency=BTC\S*: {message}"):
        source(venue).volatility_index("BTC", "2024-05-01", "2024-05-03")


def test_tiers_are_of_others(venue):
    with pytest.raises(DataError, match=r"DeribitPublic has no margin tiers; expected CcxtSource"):
        source(venue).tiers("BTC-PERPETUAL")

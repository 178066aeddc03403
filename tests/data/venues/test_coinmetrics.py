import numpy as np
import pandas as pd
import pytest

from riskkit.data.protocol import MarketSource
from riskkit.data.venues import coinmetrics
from riskkit.data.venues.coinmetrics import CoinMetricsCommunity
from riskkit.errors import DataError


def day(date, **rates):
    return {"asset": "btc", "time": f"{date}T00:00:00.000000000Z", **rates}


MARCH = [
    day("2023-03-18", PriceUSD="26985.7359915254", ReferenceRateUSD="27400.1"),
    day("2023-03-19", PriceUSD="28185.2043319696", ReferenceRateUSD="26985.7359915254"),
    day("2023-03-20", PriceUSD=None, ReferenceRateUSD="28185.2043319696"),
]
SPAN = {"start": "2023-03-18", "end": "2023-03-21"}


def answers(data):
    return lambda path, params: {"data": data}


def rates_of(venue, assets=("btc",), **span):
    return CoinMetricsCommunity(f"{venue.url}/v4").rates(list(assets), **(span or SPAN))


def test_it_keeps_the_protocol():
    assert isinstance(CoinMetricsCommunity(), MarketSource)


def test_a_daily_price_is_taken_as_it_is_stamped(venue):
    venue.play = answers(MARCH)
    rates = rates_of(venue)
    # Coin Metrics stamps PriceUSD with the start of the day whose end it is the price of
    assert rates["btc"].to_dict() == {
        pd.Timestamp("2023-03-18", tz="UTC"): 26985.7359915254,
        pd.Timestamp("2023-03-19", tz="UTC"): 28185.2043319696,
    }
    path, params = venue.asked[0]
    assert path == "/v4/timeseries/asset-metrics"
    assert params["metrics"] == "PriceUSD,ReferenceRateUSD"
    assert (params["assets"], params["frequency"], params["page_size"]) == ("btc", "1d", "10000")
    assert params["start_time"] == "2023-03-01T00:00:00"  # the API refuses a zone


def test_a_point_in_time_rate_belongs_to_the_day_before(venue):
    venue.play = answers([day("2023-03-19", ReferenceRateUSD="26985.7"), day("2023-03-20", ReferenceRateUSD="28185.2")])
    assert rates_of(venue)["btc"].to_dict() == {
        pd.Timestamp("2023-03-18", tz="UTC"): 26985.7,
        pd.Timestamp("2023-03-19", tz="UTC"): 28185.2,
    }


def test_the_two_conventions_tell_the_same_story_at_the_seam(venue):
    last = [day("2023-03-31", PriceUSD="28473.7"), day("2023-04-01", ReferenceRateUSD="28473.7")]
    venue.play = answers(last)
    rates = rates_of(venue, start="2023-03-31", end="2023-04-01")
    assert rates["btc"].tolist() == [28473.7]  # and no row for 1 April, which was not asked for


def test_the_source_states_licence_and_stamps(venue):
    venue.play = answers(MARCH)
    source = rates_of(venue).attrs["source"]
    assert source.startswith("CoinMetrics community data: CC BY-NC 4.0, non-commercial use; daily reference rates in USD")
    assert "2023-03-18 to 2023-03-19, each at the end of its row's interval" in source


def test_pages_are_followed_on_the_same_host(venue):
    def play(path, params):
        if params.get("next_page_token") == "two":
            return {"data": MARCH[2:]}
        return {"data": MARCH[:2], "next_page_url": f"{venue.url}/v4/timeseries/asset-metrics?next_page_token=two"}

    venue.play = play
    assert len(rates_of(venue)) == 2
    assert len(venue.asked) == 2


@pytest.mark.parametrize("host", ["http://127.0.0.1:1", "https://evil.example", "http://{here}@evil.example", "file://"])
def test_a_page_on_another_host_is_not_followed(venue, host):
    url = host.format(here=venue.url.removeprefix("http://")) + "/v4/next"
    venue.play = lambda path, params: {"data": MARCH[:1], "next_page_url": url}
    with pytest.raises(DataError, match=r"next_page_url leaves the host; got \S+/v4/next; expected http://127.0.0.1:"):
        rates_of(venue)
    assert len(venue.asked) == 1


def test_a_repeated_page_is_refused(venue):
    pages = iter([{"data": MARCH, "next_page_url": f"{venue.url}/v4/again"}, {"data": MARCH}])
    venue.play = lambda path, params: next(pages)
    with pytest.raises(DataError, match="the venue repeats a page"):
        rates_of(venue)


def test_an_answer_without_end_is_refused(venue, monkeypatch):
    monkeypatch.setattr(coinmetrics, "MOST_PAGES", 3)
    venue.play = lambda path, params: {"data": [], "next_page_url": f"{venue.url}/v4/more"}
    with pytest.raises(DataError, match="the answer does not end; got 3 pages"):
        rates_of(venue)
    assert len(venue.asked) == 3


def test_a_month_in_the_cache_is_not_asked_for_again(venue):
    venue.play = answers(MARCH)
    first = rates_of(venue)
    second = rates_of(venue)
    assert len(venue.asked) == 1
    pd.testing.assert_frame_equal(first, second)


def test_one_request_serves_all_months_of_an_asset(venue):
    days = pd.date_range("2023-01-01", "2023-06-30")
    venue.play = answers([day(f"{date:%Y-%m-%d}", PriceUSD=f"{100 + number}") for number, date in enumerate(days)])
    rates = rates_of(venue, start="2022-11-15", end="2023-06-30")
    assert len(venue.asked) == 1
    assert (rates.index[0], len(rates)) == (pd.Timestamp("2023-01-01", tz="UTC"), 180)
    rates_of(venue, start="2022-11-15", end="2023-03-01")  # the months before the listing are known as well
    assert len(venue.asked) == 1


def test_a_month_that_the_tier_holds_back_is_not_kept(venue):
    venue.play = answers([day("2023-03-31", ReferenceRateUSD="1.5")])  # all that is left of March
    for _ in range(2):
        assert rates_of(venue, start="2023-03-01", end="2023-04-01")["btc"].tolist() == [1.5]
    assert len(venue.asked) == 2


def test_a_month_is_not_kept_before_the_venue_has_settled_it(venue):
    venue.play = answers(MARCH)
    venue.now = pd.Timestamp("2023-04-02", tz="UTC")
    rates_of(venue)
    venue.now = pd.Timestamp("2023-04-04", tz="UTC")
    rates_of(venue)
    rates_of(venue)
    assert len(venue.asked) == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"asset": "btc"}, "data has the wrong type; got .*; expected a list"),
        ([7], "asset is missing; got 7"),
        (
            [{"asset": "eth", "time": "2023-03-18T00:00:00Z", "PriceUSD": "1"}],
            "asset was not asked for; got eth; expected btc",
        ),
        ([{"asset": "btc", "PriceUSD": "1"}], "time is missing; got asset, PriceUSD"),
        ([{"asset": "btc", "time": "2023-03-18T00:00:00Z", "Price": "1"}], "a row has no rate; expected PriceUSD or"),
        (
            [day("2023-03-18", PriceUSD=26985.7)],
            "PriceUSD is no price; got 26985.7 in row 1; expected a number > 0 written as",
        ),
        ([day("2023-03-18", PriceUSD=True)], "PriceUSD is no price; got True"),
        ([day("2023-03-18", PriceUSD="NaN")], "PriceUSD is no price; got 'NaN'"),
        ([day("2023-03-18", PriceUSD="-1.0")], "PriceUSD is no price; got '-1.0'"),
        ([day("2023-03-18", PriceUSD="0")], "PriceUSD is no price; got '0'"),
        ([day("2023-03-18", PriceUSD="1e999")], "PriceUSD is no price; got '1e999'"),
        ([day("2023-03-18", PriceUSD="١٢")], "PriceUSD is no price"),
        ([day("2023-03-18", PriceUSD="1"), day("2023-03-18", PriceUSD="1")], "time does not increase"),
        ([day("2023-13-18", PriceUSD="1")], "time is no time"),
        (
            [{"asset": "btc", "time": "2023-03-18T07:00:00Z", "PriceUSD": "1"}],
            "time lies off the grid; got 2023-03-18 07:00",
        ),
        ([{"asset": "btc", "time": "2023-03-18", "PriceUSD": "1"}], "time is no time"),
        ([day("2023-02-28", PriceUSD="1")], r"time lies off the span; got 2023-02-28 .*; expected 2023-03-01 "),
        ([day("2024-07-02", PriceUSD="1")], "time lies in the future; got 2024-07-02 .*the server's time"),
    ],
)
def test_refuses_an_answer_and_names_url_and_field(venue, data, message):
    venue.play = answers(data)
    with pytest.raises(DataError, match=rf"^http://127.0.0.1:\d+/v4/timeseries/asset-metrics\?\S*assets=btc\S*: {message}"):
        rates_of(venue)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>", "the answer is no JSON; got '<html>'"),
        (b"[" * 100_000, "the answer is no JSON"),
        (b'{"data": NaN}', "the answer is no JSON"),
        (b"[]", "the answer is no object; got list"),
        (b"{}", "data is missing"),
        (
            b'{"error": {"type": "forbidden", "message": "not with your credentials"}}',
            "refused; got .*not with your credentials",
        ),
    ],
)
def test_refuses_what_is_no_answer(venue, body, message):
    venue.play = lambda path, params: body
    with pytest.raises(DataError, match=message):
        rates_of(venue)


def test_the_words_of_the_venue_reach_the_reader(venue):
    error = {"error": {"type": "bad_parameter", "message": "Bad parameter 'assets'. Value 'nope' is not supported."}}
    venue.play = lambda path, params: (400, error)
    with pytest.raises(DataError, match=r"Value .*nope.* is not supported"):
        rates_of(venue, ["nope"])


def test_an_empty_answer_names_the_asset(venue):
    venue.play = answers([])
    with pytest.raises(DataError, match=r"community tier has no rate in this span; got nope; expected an id"):
        rates_of(venue, ["nope"])


def test_a_span_before_bitcoin_is_refused(venue):
    with pytest.raises(DataError, match=r"the span of btc is empty; got 2010-07-18 .* to 2005-01-01"):
        rates_of(venue, end="2005-01-01")


@pytest.fixture
def recent(monkeypatch):
    monkeypatch.setattr(coinmetrics, "FIRST", pd.Timestamp("2022-10-01", tz="UTC"))
    monkeypatch.setattr(coinmetrics, "_now", lambda: pd.Timestamp("2022-12-01", tz="UTC"))


def test_prices_by_a_list_of_assets(venue, recent):
    def play(path, params):
        return {"data": [{"asset": params["assets"], "time": "2022-11-08T00:00:00Z", "PriceUSD": "5.5"}]}

    venue.play = play
    prices = CoinMetricsCommunity(venue.url).prices("btc, ftt")
    assert prices.columns.tolist() == ["btc", "ftt"]
    assert prices.loc["2022-11-08"].tolist() == [5.5, 5.5]


def test_crypto_names_the_assets_that_the_tier_lacks(venue, recent):
    def play(path, params):
        asset = params["assets"]
        return {"data": [] if asset == "luna" else [{"asset": asset, "time": "2022-11-08T00:00:00Z", "PriceUSD": "5.5"}]}

    venue.play = play
    prices = CoinMetricsCommunity(venue.url).prices()
    assert set(prices.columns) == set(coinmetrics.CRYPTO) - {"luna"}
    assert prices.attrs["source"].endswith("; the community tier has none of luna")


def test_hours_are_rates_at_their_end_and_never_cached(venue):
    venue.now = pd.Timestamp("2023-03-23T15:00", tz="UTC")
    venue.play = answers(
        [
            {"asset": "btc", "time": "2023-03-23T10:00:00.000000000Z", "ReferenceRateUSD": "27706.6749620105"},
            {"asset": "btc", "time": "2023-03-23T11:00:00.000000000Z", "ReferenceRateUSD": "27720.9770701344"},
        ]
    )
    for _ in range(2):
        rates = rates_of(venue, start="2023-03-23T09:00", end="2023-03-23T12:00", interval="1h")
    assert rates["btc"].to_dict() == {
        pd.Timestamp("2023-03-23T09:00", tz="UTC"): 27706.6749620105,
        pd.Timestamp("2023-03-23T10:00", tz="UTC"): 27720.9770701344,
    }
    assert len(venue.asked) == 2
    assert venue.asked[0][1]["frequency"] == "1h"


@pytest.mark.parametrize("assets", [[], ["BTC"], ["btc", "btc"], ["../x"], "btc,eth", 5, ["a&b=c"]])
def test_refuses_assets(venue, assets):
    with pytest.raises(DataError, match="assets are not usable"):
        CoinMetricsCommunity(venue.url).rates(assets)
    assert venue.asked == []


def test_refuses_what_it_does_not_have(venue):
    source = CoinMetricsCommunity(venue.url)
    for method, message in [
        (source.bars, "no bars, only rates"),
        (source.funding, r"no funding; expected DeribitPublic\(\).funding"),
        (source.option_chain, r"no option chain; expected DeribitPublic\(\).option_chain"),
        (source.tiers, r"no margin tiers; expected CcxtSource\(...\).tiers"),
    ]:
        with pytest.raises(DataError, match=f"CoinMetricsCommunity has {message}"):
            method("btc")
    with pytest.raises(DataError, match="interval is unknown; got '8h'"):
        source.rates(["btc"], interval="8h")
    assert venue.asked == []


def test_nothing_is_asked_offline(venue, monkeypatch):
    monkeypatch.setenv("RISKKIT_OFFLINE", "1")
    with pytest.raises(DataError, match="RISKKIT_OFFLINE"):
        rates_of(venue)
    assert venue.asked == []


def test_the_published_example_agrees_with_an_exchange(real_data):
    # PriceUSD of 18 to 22 March 2023 from Coin Metrics' documentation against Binance's closes of the same days
    documented = np.array([26985.7359915254, 28185.2043319696, 27834.3361090006, 28172.7950558153, 27341.5571297487])
    bars = pd.read_csv(real_data / "crypto_spot_1d_17coins.csv.gz")
    closes = bars[bars["symbol"] == "BTC"].set_index("date")["close"]
    same = np.abs(np.log(documented / closes.loc["2023-03-18":"2023-03-22"].to_numpy()))
    next_day = np.abs(np.log(documented / closes.loc["2023-03-19":"2023-03-23"].to_numpy()))
    assert same.max() < 0.01 < next_day.max()

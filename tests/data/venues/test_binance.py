import hashlib

import numpy as np
import pandas as pd
import pytest
from played import binance as played
from played.binance import FUNDING_HEADER, FUTURES, HEADER, SPOT, closes, klines, opens, put, put_bars, put_funding, text_of
from played.server import Scene, http_date

from riskkit.data import returns
from riskkit.data.protocol import MarketSource
from riskkit.data.sources import load
from riskkit.data.venues import binance, cache
from riskkit.data.venues.binance import BinanceArchive
from riskkit.errors import DataError

PATH = f"{SPOT}/BTCUSDT/1d/BTCUSDT-1d-2024-03"


@pytest.fixture
def archive(server):
    return BinanceArchive(server.url)


def refusal(archive, call, *, url=None):
    """Return the message of a call that fails, after checking that it names the address, helps, and kept nothing."""
    with pytest.raises(DataError) as caught:
        call()
    message = str(caught.value)
    assert (url or archive.base_url) in message
    assert "; remedy: " in message
    assert not list(cache.folder().rglob("*-03.*"))
    return message


def test_the_archive_is_a_source_of_market_data(archive):
    assert isinstance(archive, MarketSource)


def test_bars_of_a_spot_pair(server, archive):
    for month in ("2024-02", "2024-03"):
        put_bars(server, month)
    bars = archive.bars("BTCUSDT", "1d", "2024-02-28", "2024-03-03")
    assert bars.columns.tolist() == ["open", "high", "low", "close", "volume"]
    assert bars.index.equals(pd.date_range("2024-02-28", "2024-03-02", tz="UTC", unit="ns"))
    assert str(bars.index.dtype) == "datetime64[ns, UTC]"
    assert bars["close"].tolist() == [127.0, 128.0, 100.0, 101.0]
    assert bars.iloc[0].tolist() == [126.5, 128.0, 126.0, 127.0, 12.5]
    assert bars.attrs["source"] == (
        f"Binance spot BTCUSDT, 4 1d bars, 2024-02-28 to 2024-03-02, monthly files from {server.url[7:]}"
    )


def test_the_second_time_the_server_is_asked_nothing(server, archive):
    for month in ("2024-02", "2024-03"):
        put_bars(server, month)
    first = archive.bars("BTCUSDT", "1d", "2024-02", "2024-04")
    assert len(server.asked) == 4  # two zips, two checksums
    second = archive.bars("BTCUSDT", "1d", "2024-02", "2024-04")
    assert len(server.asked) == 4
    pd.testing.assert_frame_equal(first, second)
    assert first.attrs == second.attrs
    assert len(archive.bars("BTCUSDT", "1d", "2024-01-10", "2024-04")) == 60
    assert server.asked[4:] == [f"{SPOT}/BTCUSDT/1d/BTCUSDT-1d-2024-01.zip"]


def test_what_is_kept_names_its_origin(server, archive):
    url = put_bars(server, "2024-03")
    archive.bars("BTCUSDT", "1d", "2024-03", "2024-04")
    (manifest,) = cache.folder().rglob("2024-03.json")
    digest = hashlib.sha256(server.scenes[f"{PATH}.zip"][0].body).hexdigest()
    assert f'"url": "{url}"' in manifest.read_text()
    assert f'"sha256": "{digest}"' in manifest.read_text()
    assert manifest.relative_to(cache.folder()).parts[1:] == ("BTCUSDT", "1d", "2024-03.json")


def test_a_mirror_has_a_cache_of_its_own():
    names = {BinanceArchive(url)._source() for url in (binance.HOME, "http://127.0.0.1:1", "http://127.0.0.1:2/a/")}
    assert names == {"binance", "binance-127.0.0.1_1", "binance-127.0.0.1_2_a"}
    assert BinanceArchive(binance.HOME + "/")._source() == "binance"


@pytest.mark.parametrize("header", [None, HEADER])
@pytest.mark.parametrize("unit", ["ms", "us"])
@pytest.mark.parametrize("interval", ["1h", "8h"])
def test_stamps_of_both_units_with_and_without_a_header(server, archive, unit, header, interval):
    put_bars(server, "2025-01", unit=unit, header=header, interval=interval)
    bars = archive.bars("BTCUSDT", interval, "2025-01", "2025-02")
    pd.testing.assert_series_equal(bars["close"], closes("2025-01", interval=interval), check_freq=False)


def test_units_may_change_between_months(server, archive):
    put_bars(server, "2024-12")
    put_bars(server, "2025-01", unit="us")
    bars = archive.bars("BTCUSDT", "1d", "2024-12", "2025-02")
    pd.testing.assert_series_equal(bars["close"], closes("2024-12", "2025-01"), check_freq=False)


def test_an_outage_stays_a_gap(server, archive):
    rows = klines(opens("2024-03"))
    put(server, PATH, text_of(rows[:9] + rows[11:]))
    bars = archive.bars("BTCUSDT", "1d", "2024-03", "2024-04")
    assert len(bars) == 29
    assert returns(bars[["close"]])["close"].isna().sum() == 1


def mistakes():
    rows = klines(opens("2024-03"))

    def changed(row, cell, value):
        cells = rows[row].split(",")
        cells[cell] = value
        return text_of([*rows[:row], ",".join(cells), *rows[row + 1 :]])

    day = 86_400_000
    first = int(rows[0].split(",")[0])
    return {
        "no rows": (b"", "is empty"),
        "a header alone": (text_of([], HEADER), "is empty"),
        "blank lines": (b"\n\n\n", "is empty"),
        "a column too few": (text_of([row.rpartition(",")[0] for row in rows]), "wrong columns"),
        "a column too many": (text_of([f"{row},0" for row in rows]), "wrong columns"),
        "a long row": (text_of([*rows[:5], rows[5] + ",0", *rows[6:]]), "is no table"),
        "a short row": (text_of([*rows[:5], rows[5][:60], *rows[6:]]), "no number"),
        "another header": (text_of(rows, HEADER.replace("high,low", "low,high")), "wrong columns"),
        "a web page": (b"<html><body>maintenance</body></html>", "wrong columns"),
        "no text": (bytes(range(128, 256)) * 10, "is no table"),
        "a word": (changed(3, 4, "n/a"), "'n/a' in row 4 of close"),
        "an empty cell": (changed(3, 4, ""), "'' in row 4 of close"),
        "a missing number": (changed(3, 1, "NaN"), "in row 4 of open"),
        "an endless number": (changed(3, 2, "inf"), "in row 4 of high"),
        "a word where nobody looks": (changed(3, 8, "many"), "in row 4 of count"),
        "a stamp in seconds": (text_of([row.replace("000,", ",", 1) for row in rows]), "stamps cannot be read"),
        "a stamp in nanoseconds": (text_of([row.replace(",", "000000,", 1) for row in rows]), "stamps cannot be read"),
        "two units": (changed(3, 0, f"{first + 3 * day}000"), "stamps cannot be read"),
        "half a millisecond": (changed(3, 0, f"{first + 3 * day}.5"), "stamps cannot be read"),
        "a bar off the grid": (changed(3, 0, str(first + 3 * day + 1)), "not open on the grid"),
        "a bar of the month before": (changed(0, 0, str(first - day)), "a row of another month"),
        "a bar of the month after": (changed(30, 0, str(first + 31 * day)), "a row of another month"),
        "a bar twice": (changed(3, 0, str(first + 2 * day)), "a time comes twice"),
        "bars that run backwards": (text_of(rows[::-1]), "times run backwards"),
        "a high below the close": (changed(3, 2, "0.5"), "high lies below"),
        "a price of zero": (changed(3, 4, "0.0"), "close is not positive"),
        "a negative volume": (changed(3, 5, "-1"), "volume is negative"),
    }


@pytest.mark.parametrize("mistake", mistakes())
def test_a_month_that_is_not_as_it_should_be_is_refused(server, archive, mistake):
    text, said = mistakes()[mistake]
    url = put(server, PATH, text)
    assert said in refusal(archive, lambda: archive.bars("BTCUSDT", "1d", "2024-03", "2024-04"), url=url)


def test_a_bar_off_the_grid_by_a_microsecond_is_refused(server, archive):
    rows = klines(opens("2024-03"), "us")
    url = put(server, PATH, text_of([rows[0].replace("000,", "001,", 1), *rows[1:]]))
    assert "grid" in refusal(archive, lambda: archive.bars("BTCUSDT", "1d", "2024-03", "2024-04"), url=url)


@pytest.mark.parametrize(
    ("checksum", "said"),
    [
        (f"{'0' * 64}  BTCUSDT-1d-2024-03.zip\n", "does not match its checksum"),
        (f"{'0' * 64}  BTCUSDT-1d-2024-02.zip\n", "the checksum cannot be read"),
        (f"{'0' * 63}  BTCUSDT-1d-2024-03.zip\n", "the checksum cannot be read"),
        ("", "the checksum cannot be read"),
        ("<html>", "the checksum cannot be read"),
        ("x" * 20_000, "too large"),
    ],
)
def test_a_wrong_checksum_caches_nothing(server, archive, checksum, said):
    put(server, PATH, text_of(klines(opens("2024-03"))), checksum)
    call = lambda: archive.bars("BTCUSDT", "1d", "2024-03", "2024-04")  # noqa: E731
    assert said in refusal(archive, call, url=f"{server.url}{PATH}.zip")
    put_bars(server, "2024-03")
    assert len(call()) == 31


def test_a_missing_checksum_is_an_error_and_not_a_missing_month(server, archive):
    url = put_bars(server, "2024-03")
    server.play(f"{PATH}.zip.CHECKSUM", Scene(404))
    message = refusal(archive, lambda: archive.bars("BTCUSDT", "1d", "2024-03", "2024-04"), url=f"{url}.CHECKSUM")
    assert "has no checksum" in message


def test_a_checksum_in_capitals_or_marked_as_binary_is_the_same(server, archive):
    put(server, PATH, text_of(klines(opens("2024-03"))))
    told = server.scenes[f"{PATH}.zip.CHECKSUM"][0].body.decode()
    server.play(f"{PATH}.zip.CHECKSUM", Scene(body=(told[:64].upper() + " *BTCUSDT-1d-2024-03.zip").encode()))
    assert len(archive.bars("BTCUSDT", "1d", "2024-03", "2024-04")) == 31


def test_a_file_of_another_name_in_the_zip_is_refused(server, archive):
    other = f"{SPOT}/BTCUSDT/1d/../BTCUSDT-1d-2024-02"
    put(server, other, text_of(klines(opens("2024-03"))))
    content = server.scenes[f"{other}.zip"][0].body
    url = server.play(f"{PATH}.zip", Scene(body=content))
    told = f"{hashlib.sha256(content).hexdigest()}  BTCUSDT-1d-2024-03.zip"
    server.play(f"{PATH}.zip.CHECKSUM", Scene(body=told.encode()))
    message = refusal(archive, lambda: archive.bars("BTCUSDT", "1d", "2024-03", "2024-04"), url=url)
    assert "the archive holds something else" in message


@pytest.mark.parametrize("status", [403, 500, 429])
def test_what_the_network_does_caches_nothing(server, archive, status):
    server.play(f"{PATH}.zip", Scene(status))
    message = refusal(archive, lambda: archive.bars("BTCUSDT", "1d", "2024-03", "2024-04"))
    assert str(status) in message


def test_months_may_be_missing_before_the_first_and_behind_the_last(server, archive):
    for month in ("2024-02", "2024-03"):
        put_bars(server, month)
    bars = archive.bars("BTCUSDT", "1d", "2023-11", "2024-06")
    assert bars.index[[0, -1]].tolist() == [pd.Timestamp("2024-02-01", tz="UTC"), pd.Timestamp("2024-03-31", tz="UTC")]


def test_a_month_that_is_missing_inside_is_named(server, archive):
    for month in ("2023-12", "2024-04"):
        put_bars(server, month)
    message = refusal(archive, lambda: archive.bars("BTCUSDT", "1d", "2023-11", "2024-06"))
    assert "no 2024-01, 2024-02, 2024-03 at" in message


def test_no_month_at_all_is_an_error(archive):
    message = refusal(archive, lambda: archive.bars("NOSUCHUSDT", "1d", "2024-01", "2024-04"))
    assert "no NOSUCHUSDT 1d in this span; got 2024-01 to 2024-03" in message


def test_a_month_that_still_runs_by_the_clock_of_the_server_is_not_kept(server, archive):
    path = PATH
    text = text_of(klines(opens("2024-03"))[:10])
    put(server, path, text, date=http_date("2024-03-11T00:00Z"))
    assert len(archive.bars("BTCUSDT", "1d", "2024-03", "2024-04")) == 10
    put(server, path, text_of(klines(opens("2024-03"))), date=http_date("2024-04-01T00:00Z"))
    assert len(archive.bars("BTCUSDT", "1d", "2024-03", "2024-04")) == 31
    asked = len(server.asked)
    assert len(archive.bars("BTCUSDT", "1d", "2024-03", "2024-04")) == 31
    assert len(server.asked) == asked


def test_a_start_is_needed(archive):
    with pytest.raises(DataError, match=r'start is missing; .*remedy: such as start="2020-01"'):
        archive.bars("BTCUSDT")


def test_without_an_end_the_last_complete_month_is_the_last(server, archive):
    this = pd.Timestamp.now("UTC").normalize().replace(day=1)
    months = [(this - pd.DateOffset(months=k)).strftime("%Y-%m") for k in (2, 1, 0)]
    for month in months:
        put_bars(server, month)
    bars = archive.bars("BTCUSDT", "1d", months[0])
    assert bars.index[-1] == this - pd.Timedelta(days=1)
    assert not any(months[2] in path for path in server.asked)


@pytest.mark.parametrize(("start", "end"), [("2100-01", None), ("2100-01", "2101-01"), ("2010-01", "2017-07")])
def test_a_span_in_which_nothing_can_be_asks_nothing(server, archive, start, end):
    with pytest.raises(DataError, match="the archive can have nothing in this span"):
        archive.bars("BTCUSDT", "1d", start, end)
    assert server.asked == []


def test_a_span_is_cut_to_the_life_of_the_venue(server, archive):
    put_bars(server, "2017-08")
    assert len(archive.bars("BTCUSDT", "1d", "1990-01", "2017-10")) == 31
    assert len(server.asked) == 4  # July, August with its checksum, September


@pytest.mark.parametrize("symbol", ["btcusdt", "BTC/USDT", "BTCUSDT-PERPETUAL", "../BTC", "", "BTCUSDT_240628", None, 1])
def test_what_is_no_symbol_is_refused(server, archive, symbol):
    for call in (archive.bars, archive.funding):
        with pytest.raises(DataError, match="not a symbol of Binance"):
            call(symbol, start="2024-01")
    assert server.asked == []


def test_an_unknown_interval_is_refused(archive):
    with pytest.raises(DataError, match="interval is unknown"):
        archive.bars("BTCUSDT", "2h", "2024-01")


def test_a_symbol_that_named_two_coins_is_refused_before_anything_is_asked(server, archive, monkeypatch):
    said = []

    def one_listing(venue, symbol, start, end):
        said.append((venue, symbol, str(start), str(end)))
        raise DataError("two coins")

    monkeypatch.setattr(binance, "one_listing", one_listing)
    with pytest.raises(DataError, match="two coins"):
        archive.bars("LUNAUSDT", "1d", "2022-01", "2023-01")
    assert said == [("binance", "LUNAUSDT", "2022-01-01 00:00:00+00:00", "2023-01-01 00:00:00+00:00")]
    assert server.asked == []


def put_perpetual(server, month, *, mark=True):
    put_bars(server, month, folder=f"{FUTURES}/klines")
    if mark:
        put_bars(server, month, folder=f"{FUTURES}/markPriceKlines", price=1000.0)


def test_a_perpetual_has_its_mark_price(server, archive):
    put_perpetual(server, "2024-03")
    bars = archive.bars("BTCUSDT-PERP", "1d", "2024-03", "2024-04")
    assert bars.columns.tolist() == ["open", "high", "low", "close", "volume", "mark"]
    pd.testing.assert_series_equal(bars["mark"], closes("2024-03", price=1000.0).rename("mark"), check_freq=False)
    pd.testing.assert_series_equal(bars["close"], closes("2024-03"), check_freq=False)
    assert "Binance perpetual BTCUSDT, 31 1d bars, mark price in 31 of them" in bars.attrs["source"]
    assert len(server.asked) == 4
    archive.bars("BTCUSDT-PERP", "1d", "2024-03", "2024-04")
    assert len(server.asked) == 4


def test_spot_and_perpetual_do_not_share_a_cache(server, archive):
    put_bars(server, "2024-03", price=500.0)
    put_perpetual(server, "2024-03")
    assert archive.bars("BTCUSDT-PERP", "1d", "2024-03", "2024-04")["close"].iloc[0] == 100.0
    assert archive.bars("BTCUSDT", "1d", "2024-03", "2024-04")["close"].iloc[0] == 500.0


def test_a_mark_price_with_gaps_is_nan_in_them(server, archive):
    put_perpetual(server, "2024-03")
    rows = klines(opens("2024-03"), price=1000.0)
    put(server, f"{FUTURES}/markPriceKlines/BTCUSDT/1d/BTCUSDT-1d-2024-03", text_of(rows[:4] + rows[6:]))
    bars = archive.bars("BTCUSDT-PERP", "1d", "2024-03", "2024-04")
    assert np.flatnonzero(bars["mark"].isna()).tolist() == [4, 5]


def test_a_month_without_mark_prices_has_none_and_is_kept_once_that_is_settled(server, archive):
    put_perpetual(server, "2024-03", mark=False)
    path = f"{FUTURES}/klines/BTCUSDT/1d/BTCUSDT-1d-2024-03"
    soon = Scene(body=server.scenes[f"{path}.zip"][0].body, date=http_date("2024-04-02T00:00Z"))
    late = Scene(body=soon.body, date=http_date("2024-06-01T00:00Z"))
    server.play(f"{path}.zip", soon, late)
    for asked in (3, 6, 6):
        bars = archive.bars("BTCUSDT-PERP", "1d", "2024-03", "2024-04")
        assert bars["mark"].isna().all()
        assert bars["mark"].dtype == float
        assert len(server.asked) == asked
    assert "mark price in 0 of them" in bars.attrs["source"]


def test_a_mark_price_of_zero_is_refused(server, archive):
    put_perpetual(server, "2024-03")
    rows = klines(opens("2024-03"), price=1000.0)
    path = f"{FUTURES}/markPriceKlines/BTCUSDT/1d/BTCUSDT-1d-2024-03"
    url = put(server, path, text_of([*rows[:-1], rows[-1].replace("1030.00000000", "0.00000000")]))
    message = refusal(archive, lambda: archive.bars("BTCUSDT-PERP", "1d", "2024-03", "2024-04"), url=url)
    assert "is not positive" in message


@pytest.mark.parametrize("late", [0, 1, 47, 12_000])
def test_funding_comes_at_the_minute(server, archive, late):
    for month in ("2024-02", "2024-03"):
        put_funding(server, month, late=late, rate=-8.4e-7)
    funding = archive.funding("BTCUSDT-PERP", "2024-02-29", "2024-03-02")
    assert funding.columns.tolist() == ["rate", "hours"]
    assert funding.index.equals(pd.date_range("2024-02-29", "2024-03-01T16:00", freq="8h", tz="UTC", unit="ns"))
    assert str(funding.index.dtype) == "datetime64[ns, UTC]"
    assert set(funding["rate"]) == {-8.4e-7}
    assert set(funding["hours"]) == {8.0}
    assert "6 funding payments, times rounded to the minute, 2024-02-29 to 2024-03-01" in funding.attrs["source"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "is empty"),
        (["1709251200000,8"], "wrong columns"),
        (["1709251200000,8,0.0001,1"], "wrong columns"),
        (["1709251200000,8,none"], "no number"),
        (["1709251200000,8,1.5"], "rate is out of range"),
        (["1709251200000,0,0.0001"], "hours is out of range"),
        (["1709251200000,8,0.0001", "1709251201000,8,0.0002"], "a time comes twice"),
        (["1709251199000,8,0.0001", "1709280000000,8,0.0001"], None),  # a second early is the minute too
        (["1709251100000,8,0.0001"], "a row of another month"),
    ],
)
def test_funding_that_is_not_as_it_should_be_is_refused(server, archive, rows, said):
    header = None if said == "wrong columns" else FUNDING_HEADER
    url = put(server, f"{FUTURES}/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2024-03", text_of(rows, header))
    if said is None:
        assert len(archive.funding("BTCUSDT-PERP", "2024-03", "2024-04")) == 2
    else:
        assert said in refusal(archive, lambda: archive.funding("BTCUSDT-PERP", "2024-03", "2024-04"), url=url)


def test_funding_with_a_changed_period_is_read_as_it_is(server, archive):
    times = opens("2024-03", "8h")
    rows = [*played.fundings(times[:-1]), *played.fundings(times[-1:], hours=4)]
    put(server, f"{FUTURES}/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2024-03", text_of(rows))
    assert archive.funding("BTCUSDT-PERP", "2024-03", "2024-04")["hours"].tolist() == [8.0] * 92 + [4.0]


def test_a_spot_pair_has_no_funding(archive):
    with pytest.raises(DataError, match="remedy: write 'BTCUSDT-PERP'"):
        archive.funding("BTCUSDT", "2024-01")


def test_what_the_archive_lacks_it_says_who_has_it(archive):
    with pytest.raises(DataError, match=r"BinanceArchive has no option chains; expected DeribitPublic"):
        archive.option_chain("BTC")
    with pytest.raises(DataError, match=r"BinanceArchive has no margin tiers; expected CcxtSource"):
        archive.tiers("BTCUSDT-PERP")


@pytest.mark.parametrize(("name", "interval"), [("crypto", "1d"), ("crypto_hourly", "1h")])
def test_prices_are_closes_by_coin(server, name, interval):
    for k, coin in enumerate(binance.COINS):
        for month in ("2020-07", "2020-08"):
            if (coin, month) != ("SOL", "2020-07"):
                put_bars(server, month, f"{coin}USDT", interval, price=100.0 * (k + 1))
    archive = BinanceArchive(server.url, start="2020-07", end="2020-09")
    prices = load(name, archive)
    assert prices.columns.tolist() == ["BTC", "ETH", "SOL", "BNB", "XRP", "ADA", "DOGE", "LTC"]
    assert prices.index.equals(opens("2020-07", interval).append(opens("2020-08", interval)))
    assert prices["SOL"].isna().tolist() == (prices.index < "2020-08").tolist()
    assert prices["LTC"].iloc[[0, 1]].tolist() == [800.0, 801.0]
    assert f"{interval} closes, 2020-07-01 to 2020-08-31" in prices.attrs["source"]
    assert not any("SOLUSDT" in path and "2020-07" in path for path in server.asked)


def test_prices_of_a_span_before_a_coin_hold_no_price_of_it(server):
    for coin in ("BTC", "ETH", "BNB", "LTC"):
        put_bars(server, "2018-01", f"{coin}USDT")
    prices = BinanceArchive(server.url, start="2018-01", end="2018-02").prices("crypto")
    assert prices.notna().all().tolist() == [True, True, False, True, False, False, False, True]
    assert prices.notna().any().tolist() == [True, True, False, True, False, False, False, True]


def test_other_prices_are_refused(archive):
    with pytest.raises(DataError, match="no prices of that name; got 'gold'; expected one of 'crypto', 'crypto_hourly'"):
        archive.prices("gold")


def test_offline_what_is_in_the_cache_is_there(server, archive, monkeypatch):
    put_bars(server, "2024-03")
    first = archive.bars("BTCUSDT", "1d", "2024-03", "2024-04")
    monkeypatch.setenv("RISKKIT_OFFLINE", "1")
    pd.testing.assert_frame_equal(archive.bars("BTCUSDT", "1d", "2024-03", "2024-04"), first)
    with pytest.raises(DataError, match=r"the cache lacks 2024-04 of binance-127.0.0.1_\d+ BTCUSDT 1d"):
        archive.bars("BTCUSDT", "1d", "2024-03", "2024-05")
    assert len(server.asked) == 2

"""What `rk.data.load` finds once `make data` has been run, all of it or only a part."""

import pandas as pd
import pytest
from played.binance import closes, put_bars

import riskkit as rk
from riskkit.data.venues import binance, cache
from riskkit.data.venues.binance import COINS, BinanceArchive
from riskkit.data.venues.fetched import FetchedPrices
from riskkit.errors import DataError

MONTHS = ("2024-01", "2024-02", "2024-03")
INVENTED = "SyntheticMarket(seed=34): invented prices"


@pytest.fixture
def archive(server, monkeypatch):
    """Binance's own archive, as far as the cache can tell."""
    for month in MONTHS:
        for coin in COINS:
            put_bars(server, month, f"{coin}USDT")
    monkeypatch.setattr(binance, "HOME", server.url)
    return BinanceArchive(server.url, start=MONTHS[0], end="2024-04")


def test_what_was_fetched_is_loaded_without_a_server(archive, server, monkeypatch):
    assert rk.data.load("crypto").attrs["source"].startswith(INVENTED)
    fetched = archive.prices("crypto")
    asked = len(server.asked)
    monkeypatch.setenv("RISKKIT_OFFLINE", "1")
    prices = rk.data.load("crypto")
    assert len(server.asked) == asked
    pd.testing.assert_frame_equal(prices, fetched, check_freq=False)
    assert prices.attrs["source"] == (
        "Binance spot, 1d closes of 8 coins against USDT, 2024-01-01 to 2024-03-31, fetched by make data"
    )
    assert rk.data.load("crypto_hourly").attrs["source"].startswith("SyntheticMarket(seed=34)")  # no hours were fetched


def test_a_fetch_that_was_cut_short_says_what_it_lacks(archive):
    for coin in ("BTC", "ETH", "XRP"):
        archive.bars(f"{coin}USDT", "1d", "2024-01", "2024-04")
    archive.bars("SOLUSDT", "1d", "2024-01", "2024-02")
    prices = rk.data.load("crypto")
    assert prices.columns.tolist() == ["BTC", "ETH", "XRP"]
    assert prices.attrs["source"].endswith("fetched by make data; incomplete and left out: SOL")
    assert prices["ETH"].tolist() == closes(*MONTHS).tolist()


def test_without_bitcoin_and_ether_nothing_is_at_hand(archive):
    archive.bars("BTCUSDT", "1d", "2024-01", "2024-04")
    archive.bars("ETHUSDT", "1d", "2024-01", "2024-03")
    assert not FetchedPrices.at_hand("crypto")
    assert rk.data.load("crypto").attrs["source"].startswith(INVENTED)


def test_a_folder_of_ones_own_comes_first_and_holds_the_cache(archive, monkeypatch, tmp_path):
    monkeypatch.setenv("RISKKIT_DATA", str(tmp_path))
    with pytest.raises(DataError, match="the folder holds no prices 'crypto'"):
        rk.data.load("crypto")  # named, and empty: no other market takes its place
    archive.prices("crypto")
    assert (tmp_path / "cache" / "binance").is_dir()
    assert rk.data.load("crypto").attrs["source"].startswith("Binance spot")
    one = pd.DataFrame({"X": [1.0, 2.0]}, index=pd.date_range("2024-01-01", periods=2, tz="UTC"))
    one.to_csv(tmp_path / "crypto.csv")
    assert rk.data.load("crypto").columns.tolist() == ["X"]


def test_a_changed_file_is_refused_and_not_fallen_back_from(archive):
    archive.prices("crypto")
    file = next((cache.folder() / "binance" / "BTCUSDT" / "1d").glob("2024-02.*.parquet"))
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(DataError, match="a file of the cache was changed"):
        rk.data.load("crypto")


def test_refuses():
    with pytest.raises(DataError, match=r"nothing was fetched; .* remedy: make data"):
        FetchedPrices().prices("crypto")
    with pytest.raises(DataError, match="name is unknown; got 'gold'"):
        FetchedPrices().prices("gold")

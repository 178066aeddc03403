from io import StringIO

import pandas as pd
import pytest

import riskkit as rk
from riskkit.data import LocalFiles, MarketSource
from riskkit.data.protocol import CHAIN
from riskkit.errors import DataError

TIDY = (
    "date,symbol,open,high,low,close,volume\n"
    "2024-01-01T00:00Z,A,10,12,9,11,5\n2024-01-01T00:00Z,B,1,1,1,1,0\n"
    "2024-01-01T01:00Z,A,11,12,9,10,6\n2024-01-01T01:00Z,B,1,2,1,2,7\n2024-01-01T02:00Z,A,10,10,10,10,1\n"
)
FUNDING = "date,symbol,rate\n2024-01-01T00:00Z,A,0.0001\n2024-01-01T08:00Z,A,-0.0002\n2024-01-01T16:00Z,A,0.0003\n"
LADDER = (
    "symbol,floor,cap,maintenance_margin_rate,maximum_leverage,cumulative_amount\n"
    "A,0,50000,0.004,125,0\nA,50000,250000,0.005,100,50\nA,250000,1000000,0.01,50,1300\n"
)


@pytest.fixture
def folder(tmp_path):
    def put(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_text(text)
        return LocalFiles(tmp_path)

    return put


def test_it_is_a_source_of_market_data(tmp_path):
    assert isinstance(LocalFiles(tmp_path), MarketSource)


def test_bars_from_a_tidy_file_of_ones_own(folder):
    mine = folder(bars_1h=TIDY)
    bars = mine.bars("A", "1h")
    assert bars.columns.tolist() == ["open", "high", "low", "close", "volume"]
    assert bars["close"].tolist() == [11.0, 10.0, 10.0]
    assert bars.index[0] == pd.Timestamp("2024-01-01", tz="UTC")
    assert bars.index.name == "date"
    assert bars.attrs["source"] == "A, bars_1h.csv"
    assert mine.bars("B", "1h")["volume"].tolist() == [0.0, 7.0]


def test_a_span_of_bars_is_half_open_and_an_empty_one_is_refused(folder):
    mine = folder(bars_1h=TIDY)
    assert len(mine.bars("A", "1h", "2024-01-01T01:00Z", "2024-01-01T02:00Z")) == 1
    with pytest.raises(DataError, match="no data in this span; got 2025-01-01"):
        mine.bars("A", "1h", start="2025-01-01")


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet"])
def test_one_file_per_instrument_in_every_format(tmp_path, suffix):
    hours = pd.date_range("2024-01-01", periods=3, freq="h", tz="UTC", name="date")
    frame = pd.DataFrame({"Open": 1.0, "High": 2.0, "Low": 1.0, "Close": [1.0, 2.0, 1.0], "Volume": 3}, index=hours)
    path = tmp_path / f"X_1h.{suffix}"
    frame.to_parquet(path) if suffix == "parquet" else frame.to_csv(path)
    assert LocalFiles(tmp_path).bars("X", "1h")["close"].tolist() == [1.0, 2.0, 1.0]


def test_rows_that_run_backwards_are_sorted_and_said(folder):
    header, *rows = TIDY.splitlines()
    bars = folder(bars_1h="\n".join([header, *rows[::-1]])).bars("A", "1h")
    assert bars["close"].tolist() == [11.0, 10.0, 10.0]
    assert bars.attrs["source"] == "A, bars_1h.csv, rows sorted by date"
    assert "sorted" not in folder(bars_1h=TIDY).bars("A", "1h").attrs["source"]


def test_incomplete_days_are_left_out_and_counted(folder):
    text = "date,symbol,open,high,low,close,volume,n_hours\n" + "".join(
        f"2024-01-0{day},A,1,1,1,1,1,{hours}\n" for day, hours in ((1, 24), (2, 7), (3, 24), (4, 24))
    )
    bars = folder(bars_1d=text).bars("A")
    assert bars.index.day.tolist() == [1, 3, 4]
    assert bars.attrs["source"].endswith("times without a zone read as UTC, 1 days with fewer than 24 hours left out")


def test_a_mark_price_comes_along_where_there_is_one(folder):
    lines = TIDY.splitlines()
    text = "\n".join([lines[0] + ",mark", *(line + (",11" if ",A," in line else ",") for line in lines[1:])])
    mine = folder(bars_1h=text)
    assert mine.bars("A", "1h")["mark"].tolist() == [11.0, 11.0, 11.0]
    assert "mark" not in mine.bars("B", "1h")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TIDY.replace("volume", "amount"), "bars_1h.csv lacks volume; got symbol, open, high, low, close, amount"),
        (TIDY.replace(",11,5", ",11,"), r"bars_1h.csv: volume is not finite; got nan in row 1 \(2024-01-01 00:00:00"),
        (TIDY.replace("10,12,9,11,5", "10,8,9,11,5"), "bars_1h.csv: high lies below another price of its bar; got 8.0"),
        (TIDY.replace("10,12,9,11,5", "10,12,9,eleven,5"), "column 'close' has a bad cell; got 'eleven'"),
        (TIDY.replace("01:00Z,A", "00:00Z,A"), "two bars have one symbol and time"),
        (TIDY.replace(",B,1,1", ",,1,1"), "bars_1h.csv has a row without a symbol; got data row 2"),
        (TIDY.replace("symbol", "coin"), "bars_1h.csv lacks symbol"),
        (
            TIDY.replace("T01:00Z", "T00:05Z").replace("T02:00Z", "T00:10Z"),
            "A has other bars; got a step of 0 days 00:05:00",
        ),
    ],
)
def test_unusable_bars_are_refused_not_repaired(folder, text, message):
    with pytest.raises(DataError, match=message):
        folder(bars_1h=text).bars("A", "1h")


def test_a_missing_symbol_lists_what_is_there(folder):
    mine = folder(bars_1h=TIDY, C_1h=TIDY.replace("symbol", "coin"))
    with pytest.raises(DataError, match=r"no 1h bars of 'X'; got A, B, C_1h.csv; expected .* a file bars_1h or X_1h with"):
        mine.bars("X", "1h")
    with pytest.raises(DataError, match="no 5m bars of 'A'; got no such file"):
        mine.bars("A", "5m")
    with pytest.raises(DataError, match="interval is unknown; got '2h'"):
        mine.bars("A", "2h")


def test_funding_takes_its_hours_from_the_spacing_or_from_the_file(folder):
    assert folder(funding=FUNDING).funding("A")["hours"].tolist() == [8.0, 8.0, 8.0]
    header, *rows = FUNDING.splitlines()
    given = "\n".join([header + ",hours", *(row + ",4" for row in rows)])
    table = folder(funding=given).funding("A", end="2024-01-01T16:00Z")
    assert table["hours"].tolist() == [4.0, 4.0]
    assert table["rate"].tolist() == [0.0001, -0.0002]
    assert table.attrs["source"] == "A, funding.csv"


def test_funding_whose_periods_cannot_be_told_is_refused(folder):
    gap = FUNDING.replace("16:00Z", "20:00Z")
    with pytest.raises(DataError, match=r"the periods of A cannot be told; got 2 different spacings; .*a column hours"):
        folder(funding=gap).funding("A")
    with pytest.raises(DataError, match="the periods of A cannot be told; got 0 different spacings"):
        folder(funding="\n".join(FUNDING.splitlines()[:2])).funding("A")


def test_ones_own_file_is_asked_where_the_documented_one_lacks_the_symbol(folder, tmp_path):
    mine = folder(funding=FUNDING, perp_funding=FUNDING)
    known = FUNDING.replace("rate", "funding_rate").replace(",A,", ",BTCUSDT,")
    pd.read_csv(StringIO(known)).to_csv(tmp_path / "perp_funding_binance_20coins.csv.gz", index=False)
    assert mine.funding("A").attrs["source"] == "A, funding.csv"
    assert mine.funding("BTCUSDT").attrs["source"].startswith("BTCUSDT, Binance perpetuals, funding, perp_funding_bi")
    with pytest.raises(DataError, match="no funding of 'C'; got BTCUSDT, A; expected"):
        mine.funding("C")


def test_missing_funding_lists_what_is_there(folder):
    with pytest.raises(DataError, match="no funding of 'B'; got A; expected"):
        folder(funding=FUNDING).funding("B")


def test_a_folder_without_funding_or_tiers_says_so(folder):
    with pytest.raises(DataError, match=r"no funding of 'B'; got no such file; expected .* a file funding with the suffix"):
        folder().funding("B")
    with pytest.raises(DataError, match=r"no tiers of 'B'; got no such file; expected .* a file tiers"):
        folder().tiers("B")


def test_tiers_of_ones_own(folder):
    table = folder(tiers=LADDER).tiers("A")
    assert table.loc[3, "cumulative_amount"] == 1300.0
    assert table.attrs["source"] == "A, tiers.csv"
    with pytest.raises(DataError, match="no tiers of 'B'; got A"):
        folder(tiers=LADDER).tiers("B")
    header, *rows = LADDER.splitlines()
    dated = [header + ",as_of", *(row + ",2024-10" for row in rows), *(row + ",2026" for row in rows)]
    assert folder(tiers="\n".join(dated)).tiers("A").attrs["source"] == "A as of 2026, tiers.csv"
    with pytest.raises(DataError, match="a tier without a date; got an empty as_of"):
        folder(tiers="\n".join([*dated[:-1], rows[-1] + ","])).tiers("A")
    with pytest.raises(DataError, match="the margin jumps at tier 3"):
        folder(tiers=LADDER.replace("1300", "1301")).tiers("A")


def _chain(asof, strike):
    return {
        "asof": asof, "price_unit": "BTC", "expiry": "2024-03-29T08:00Z", "strike": strike, "kind": "call", "forward": 45000,
        "mark_volatility": 0.6, "mark_price": 0.05, "bid_price": "", "ask_price": 0.06, "open_interest": 10,
    }  # fmt: skip


def test_the_latest_chain_or_that_of_a_day(tmp_path):
    times = [("2024-01-01T08:00Z", 40000), ("2024-01-01T20:00Z", 41000), ("2024-01-02T08:00Z", 42000)]
    pd.DataFrame([_chain(*row) for row in times]).to_csv(tmp_path / "options_BTC.csv", index=False)
    mine = LocalFiles(tmp_path)
    latest = mine.option_chain("BTC")
    assert latest.columns.tolist() == list(CHAIN)
    assert latest["strike"].tolist() == [42000.0]
    assert latest.attrs["price_unit"] == "BTC"
    assert latest.attrs["asof"] == pd.Timestamp("2024-01-02 08:00", tz="UTC")
    assert latest["bid_price"].isna().all()
    assert mine.option_chain("BTC", "2024-01-01")["strike"].tolist() == [41000.0]
    with pytest.raises(DataError, match="no chain of that day; got 2024-01-03; expected one of 2024-01-01, 2024-01-02"):
        mine.option_chain("BTC", "2024-01-03")
    with pytest.raises(DataError, match=r"no options on 'ETH'; got options_BTC.csv"):
        mine.option_chain("ETH")


def test_a_chain_in_two_units_is_refused(tmp_path):
    rows = [_chain("2024-01-01T08:00Z", 40000), _chain("2024-01-01T08:00Z", 41000) | {"price_unit": "USD"}]
    pd.DataFrame(rows).to_csv(tmp_path / "options_BTC.csv", index=False)
    with pytest.raises(DataError, match=r"mixes price units; got \['BTC', 'USD'\]"):
        LocalFiles(tmp_path).option_chain("BTC")


def test_the_documented_bars(real_data):
    source = LocalFiles(real_data)
    daily = source.bars("BTC", start="2020-03-11", end="2020-03-13")
    assert daily["close"].tolist() == [7934.52, 4800.0]
    assert source.bars("NEO").attrs["source"].startswith("NEO, Binance spot, daily bars, crypto_spot_1d_17coins.csv.gz")
    hourly = source.bars("SOL", "1h")
    assert (len(hourly), "mark" in hourly) == (50489, False)
    crash = source.bars("BTC-PERP", "1h", "2020-03-13", "2020-03-13T03:00Z")
    assert (crash["mark"] / crash["close"] - 1.0).abs().max() == pytest.approx(0.0257, abs=1e-4)
    assert len(source.bars("DOGE-PERP", "5m")) == 576


def test_every_perpetual_of_the_cascade_is_there(real_data):
    source = LocalFiles(real_data)
    raw = pd.read_csv(real_data / "perp_1h_2025-10_cascade_window.csv.gz")
    assert raw["symbol"].nunique() == 32
    for symbol, start in (("1000PEPE-PERP", None), ("ZEC-PERP", None), ("ETH-PERP", "2025-10-06")):
        assert len(source.bars(symbol, "1h", start, "2025-10-20")) == 336


def test_the_documented_funding(real_data):
    source = LocalFiles(real_data)
    assert source.funding("BTCUSDT", "2020-03-12", "2020-03-14")["rate"].min() == pytest.approx(-0.003)
    assert source.funding("ENAUSDT")["hours"].unique().tolist() == [4.0]
    raw = pd.read_csv(real_data / "perp_funding_binance_20coins.csv.gz")
    rows = sum(len(source.funding(symbol)) for symbol in raw["symbol"].unique())
    assert rows == len(raw)


def test_the_documented_tiers_the_latest_by_default(real_data):
    source = LocalFiles(real_data)
    latest, first = source.tiers("BTC/USDT:USDT"), source.tiers("BTC/USDT:USDT", "2024-10")
    assert latest.attrs["source"].startswith("BTC/USDT:USDT as of 2026, Binance perpetuals")
    assert first.attrs["source"].startswith("BTC/USDT:USDT as of 2024-10")
    assert first.loc[3, ["floor", "maintenance_margin_rate"]].tolist() == [600_000.0, 0.0065]
    assert source.tiers("XRP/USDT:USDT").shape == (11, 5)
    with pytest.raises(DataError, match="no ladder of that date; got '2023'; expected one of '2024-10', '2025-06', '2026'"):
        source.tiers("BTC/USDT:USDT", "2023")


def test_the_environment_names_the_folder(real_data, monkeypatch):
    monkeypatch.setenv("RISKKIT_DATA", str(real_data))
    assert rk.data.load("crypto").shape[1] == 17

import numpy as np
import pandas as pd
import pytest

from riskkit.data import LocalFiles, returns
from riskkit.errors import DataError


def test_finds_a_file_with_and_without_its_suffix(tmp_path):
    frame = pd.DataFrame({"date": ["2024-01-01", "2024-01-02"], "X": [1.0, 2.0]})
    frame.to_csv(tmp_path / "mine.csv.gz", index=False)
    frame.to_parquet(tmp_path / "other.parquet")
    for name in ("mine", "mine.csv.gz", "other", "other.parquet"):
        assert LocalFiles(tmp_path).prices(name)["X"].tolist() == [1.0, 2.0]


def test_a_missing_name_lists_what_is_there(tmp_path):
    with pytest.raises(DataError, match=r"holds no prices 'x'; got no CSV or Parquet file; expected x or x.csv or"):
        LocalFiles(tmp_path).prices("x")
    (tmp_path / "y.csv").write_text("date,X\n2024-01-01,1\n")
    with pytest.raises(DataError, match=r"no prices 'crypto'; got y.csv; expected crypto_spot_1d_17coins.csv.gz or"):
        LocalFiles(tmp_path).prices("crypto")


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "y.csv").write_text("")
    with pytest.raises(DataError, match="the folder does not exist"):
        LocalFiles(tmp_path / "y.csv")


def test_daily_crypto(real_data):
    prices = LocalFiles(real_data).prices("crypto")
    assert prices.shape == (3058, 17)
    # the two closes of the Covid crash, stated in the description of the files
    assert prices.loc["2020-03-11":"2020-03-12", "BTC"].tolist() == [7934.52, 4800.0]
    assert returns(prices).loc["2020-03-12", "BTC"] == pytest.approx(np.log(4800.0 / 7934.52), rel=1e-14)


def test_incomplete_days_of_daily_crypto_are_nan_and_counted(real_data):
    prices = LocalFiles(real_data).prices("crypto")
    raw = pd.read_csv(real_data / "crypto_spot_1d_17coins.csv.gz")
    assert (raw["n_hours"] < 24).sum() == 361
    assert "361 of 44032 closes are NaN (day with fewer than 24 hours)" in prices.attrs["source"]
    assert np.isnan(prices.loc["2018-02-08", "BTC"])  # one hour, then the outage
    assert prices["BTC"].notna().sum() == (raw.loc[raw["symbol"] == "BTC", "n_hours"] == 24).sum()
    assert np.isnan(returns(prices).loc["2018-02-10", "BTC"])  # the 9th is incomplete too


def test_hourly_crypto_has_27_gaps(real_data):
    hourly = LocalFiles(real_data).prices("crypto_hourly")
    change = returns(hourly)
    assert change.attrs["calendar"].endswith("longer than 1.5 hours is a gap; 27 of 73264 steps are")
    assert change["BTC"].isna().sum() == 27


def test_the_cascade_of_october_2025(real_data):
    perpetuals = LocalFiles(real_data).prices("perp_1h_2025-10_cascade_window")
    assert perpetuals.shape == (336, 32)
    # "-21 % by 06:00 next day", median of the 32, in the description of the files; counted from noon
    move = perpetuals.loc["2025-10-11 06:00"] / perpetuals.loc["2025-10-10 12:00"] - 1.0
    assert move.median() == pytest.approx(-0.21, abs=0.005)


@pytest.mark.parametrize(
    ("file", "columns", "kind"),
    [
        ("qrmdata_markets_wide.csv.gz", 17, "sessions"),
        ("crypto_1d_usd_yahoo_2014_2022.csv.gz", 18, "regular"),
        ("ftt_usd_1d_2021-12_2022-12.csv", 1, "regular"),
        ("perp_btc_eth_1h_with_mark.parquet", 2, "regular"),
    ],
)
def test_other_real_files(real_data, file, columns, kind):
    prices = LocalFiles(real_data).prices(file)
    assert prices.shape[1] == columns
    assert returns(prices).attrs["calendar"].startswith(kind)


def test_a_real_file_with_a_date_twice_is_refused(real_data):
    with pytest.raises(DataError, match=r"has a date twice; got 2011-03-27 .* again in data row 255"):
        LocalFiles(real_data).prices("qrmdata_crypto")

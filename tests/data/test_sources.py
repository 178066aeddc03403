import inspect
import subprocess
import sys

import pandas as pd
import pytest

import riskkit as rk
from riskkit.errors import DataError


class Mine:
    def __init__(self, prices):
        self.table = prices

    def prices(self, name):
        return self.table


def one_price(**attrs):
    prices = pd.DataFrame({"X": [1.0, 2.0]}, index=pd.date_range("2024-01-01", periods=2, tz="UTC"))
    prices.attrs = attrs
    return prices


@pytest.fixture(autouse=True)
def _no_folder(monkeypatch):
    monkeypatch.delenv("RISKKIT_DATA", raising=False)


def test_crypto_is_synthetic_by_default_and_says_so():
    source = rk.data.load("crypto").attrs["source"]
    assert source.startswith("SyntheticMarket(seed=34): invented prices of twelve coins, daily closes 2018-2025")
    assert source.endswith("; no real prices at hand (make data fetches some)")
    asked = rk.data.load("crypto", rk.data.SyntheticMarket()).attrs["source"]
    assert source.startswith(asked)
    assert "no real prices" not in asked  # asked for by name, it is no fallback


def test_the_folder_of_the_environment_takes_over_and_says_so(monkeypatch, tmp_path):
    one_price().to_csv(tmp_path / "crypto.csv")
    monkeypatch.setenv("RISKKIT_DATA", str(tmp_path))
    prices = rk.data.load("crypto")
    assert prices.columns.tolist() == ["X"]
    assert prices.attrs["source"].startswith("crypto.csv: 2 rows")
    assert rk.data.load("vix").attrs["source"].startswith("VIX")  # the rest stays packaged


def test_the_real_files_through_the_environment(monkeypatch, real_data):
    monkeypatch.setenv("RISKKIT_DATA", str(real_data))
    prices = rk.data.load("crypto")
    assert prices.attrs["source"].startswith("Binance spot, daily closes, crypto_spot_1d_17coins.csv.gz")
    assert str(real_data) not in prices.attrs["source"]


def test_a_wrong_folder_names_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("RISKKIT_DATA", str(tmp_path / "none"))
    with pytest.raises(DataError, match=r"the environment variable RISKKIT_DATA names no folder; .*unset RISKKIT_DATA"):
        rk.data.load("crypto")


def test_an_empty_variable_is_no_folder(monkeypatch):
    monkeypatch.setenv("RISKKIT_DATA", "")
    assert rk.data.load("crypto").attrs["source"].startswith("SyntheticMarket")


def test_an_explicit_source_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("RISKKIT_DATA", str(tmp_path))
    assert "seed=3" in rk.data.load("crypto", rk.data.SyntheticMarket(seed=3)).attrs["source"]
    assert rk.data.load("anything", Mine(one_price(source="by hand"))).attrs["source"] == "by hand"


@pytest.mark.parametrize(
    "source",
    [
        rk.data.SyntheticMarket(), rk.data.PackagedData(), rk.data.LocalFiles("."), rk.data.BinanceArchive(),
        rk.data.CoinMetricsCommunity(), rk.data.DeribitPublic(), rk.data.CcxtSource(),
    ],
    ids=lambda source: type(source).__name__,
)  # fmt: skip
def test_every_source_keeps_the_protocol(source):
    assert isinstance(source, rk.data.MarketSource)
    for method in ("prices", "bars", "funding", "option_chain", "tiers"):
        ours = list(inspect.signature(getattr(source, method)).parameters)
        asked = list(inspect.signature(getattr(rk.data.MarketSource, method)).parameters)[1:]  # without self
        assert ours[: len(asked)] == asked, method


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cryto",), "no prices of that name; got 'cryto'; .*did you mean 'crypto'"),
        (("gold",), r'no prices of that name; got \'gold\'; .*rk.data.read\("prices.csv"\)'),
        ((3,), "no prices of that name; got 3"),
        (("crypto", "folder"), "source gives no prices; got 'folder'"),
        (("x", Mine(one_price())), "the source does not say what its prices are; got Mine"),
        (("x", Mine(one_price(source="s").iloc[::-1])), "prices 'x' of Mine is not sorted"),
        (("x", Mine(None)), "prices 'x' of Mine have the wrong type; got NoneType"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(DataError, match=message):
        rk.data.load(*arguments)


def test_arch_is_imported_only_when_its_data_are_asked_for():
    program = "import sys, riskkit.data; riskkit.data.load('crypto'); sys.exit('arch.data' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

"""``make data``: what it prints, what it leaves, and what it says when something fails."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from played.binance import FUTURES, put_bars, put_funding
from played.server import Scene

from riskkit.data import __main__ as command
from riskkit.data.venues import binance, cache
from riskkit.data.venues.binance import BinanceArchive

ROOT = Path(__file__).parents[3]


@pytest.fixture
def archive(server, monkeypatch):
    """An archive of the last two complete months that has all that is wanted."""
    this = pd.Timestamp.now("UTC").normalize().replace(day=1)
    months = [(this - pd.DateOffset(months=k)).strftime("%Y-%m") for k in (2, 1)]
    monkeypatch.setattr(command, "START", months[0])
    for month in months:
        for coin in binance.COINS:
            put_bars(server, month, f"{coin}USDT")
        for symbol in ("BTCUSDT", "ETHUSDT"):
            put_bars(server, month, symbol, "1h")
            put_bars(server, month, symbol, "1h", folder=f"{FUTURES}/klines")
            put_bars(server, month, symbol, "1h", folder=f"{FUTURES}/markPriceKlines")
            put_funding(server, month, symbol)
    return BinanceArchive(server.url, start=months[0])


def test_everything_is_fetched_once_and_told(server, archive, capsys):
    assert command.main([], archive) == 0
    first, asked = capsys.readouterr().out, len(server.asked)
    assert asked == 2 * 2 * (8 + 2 + 2 * 2 + 2)  # a zip and its checksum, two months, sixteen series
    assert first.startswith(f"{server.url} to {cache.folder()}, from {command.START} to the last complete month\n")
    for title, line in zip(command.WANTED, first.splitlines()[1:], strict=True):
        assert line.startswith(f"{title}: ")
        assert " rows, " in line
        assert "; Binance " in line
        assert "monthly files from 127.0.0.1" in line
    assert command.main([], archive) == 0
    assert capsys.readouterr().out == first
    assert len(server.asked) == asked


def test_one_failure_does_not_stop_the_others(server, archive, capsys):
    path = next(path for path in server.scenes if "/spot/" in path and path.endswith(".CHECKSUM") and "ETHUSDT-1h" in path)
    whole = server.scenes[path]
    server.play(path, Scene(body=b"0" * 64 + b"  " + path.rpartition("/")[2].removesuffix(".CHECKSUM").encode()))
    assert command.main([], archive) == 1
    shown = capsys.readouterr()
    assert "ETH, spot, hourly bars: the file does not match its checksum" in shown.err
    assert "; remedy: try again" in shown.err
    assert len(shown.out.splitlines()) == len(command.WANTED)  # the first line, and all but one
    server.scenes[path] = whole
    asked = len(server.asked)
    assert command.main([], archive) == 0
    assert len(server.asked) <= asked + 4


def test_without_a_network_it_stops_and_says_what_to_do(server, archive, capsys, monkeypatch):
    monkeypatch.setenv("RISKKIT_OFFLINE", "1")
    assert command.main([], archive) == 1
    said = capsys.readouterr().err
    assert said.count("set RISKKIT_DATA to a folder with files of your own, or do nothing") == 1
    assert len(said.splitlines()) == 2
    assert server.asked == []


def test_offline_with_everything_in_the_cache_is_no_failure(archive, capsys, monkeypatch):
    assert command.main([], archive) == 0
    monkeypatch.setenv("RISKKIT_OFFLINE", "1")
    assert command.main([], archive) == 0


def test_a_wrong_folder_is_told(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("RISKKIT_DATA", str(tmp_path / "none"))
    assert command.main(["--list"]) == 1
    assert "RISKKIT_DATA names no folder" in capsys.readouterr().err


def test_the_list_asks_nobody(no_network, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "riskkit.data", "--list"], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"RISKKIT_DATA": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    first, *titles = done.stdout.splitlines()
    assert first == f"https://data.binance.vision to {tmp_path / 'cache'}, from 2020-01 to the last complete month"
    assert titles == list(command.WANTED)
    assert list(tmp_path.iterdir()) == []


def test_offline_as_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "riskkit.data"], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"RISKKIT_OFFLINE": "1"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "unset RISKKIT_OFFLINE" in done.stderr
    assert "the chapters run on the invented market" in done.stderr

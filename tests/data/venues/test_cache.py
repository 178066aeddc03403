import hashlib
import json
import os
import time

import numpy as np
import pandas as pd
import pytest

from riskkit.data.venues import cache
from riskkit.data.venues.cache import Fetched, folder, monthly, months
from riskkit.data.venues.transport import NoNetwork
from riskkit.errors import DataError

YEAR = months("2023-01", "2024-01")
NOW = pd.Timestamp("2024-06-01", tz="UTC")


def table_of(month, value=1.0):
    days = pd.date_range(month.start_time, periods=3, freq="D", tz="UTC", name="date")
    return pd.DataFrame({"close": [value, np.nan, value + month.ordinal], "count": [1, 2, 3]}, index=days)


class Source:
    """Gives every month but the absent ones, and counts."""

    def __init__(self, absent=(), complete=True, value=1.0, fails_at=None):
        self.absent, self.complete, self.value, self.fails_at, self.asked = set(absent), complete, value, fails_at, []

    def __call__(self, month):
        self.asked.append(month)
        if month == self.fails_at:
            raise DataError("the source fails", got=month)
        if month in self.absent:
            return None
        return Fetched(table_of(month, self.value), f"https://example.org/{month}", "ab" * 32, NOW, self.complete)


def fill(source, span=YEAR):
    return monthly("venue", "BTCUSDT", "1d", span, source)


def place():
    return folder() / "venue" / "BTCUSDT" / "1d"


def files():
    return sorted(path.name for path in place().iterdir()) if place().exists() else []


def refusal(source=None, span=YEAR):
    with pytest.raises(DataError) as caught:
        fill(source or Source(), span)
    assert "; remedy: " in str(caught.value)
    return str(caught.value)


def test_the_second_time_nothing_is_asked_and_the_bits_are_the_same():
    source = Source()
    first, second = fill(source), fill(source)
    assert source.asked == YEAR
    pd.testing.assert_frame_equal(first, second, check_freq=True)
    pd.testing.assert_frame_equal(first, pd.concat(map(table_of, YEAR)), check_freq=False)
    assert first.attrs == {}


def test_months_come_in_the_order_of_time_and_once():
    table = fill(Source(), [YEAR[2], YEAR[0], YEAR[2], YEAR[1]])
    pd.testing.assert_frame_equal(table, pd.concat(map(table_of, YEAR[:3])), check_freq=False)


def test_the_manifest_says_where_the_month_came_from():
    fill(Source(), YEAR[:1])
    manifest = json.loads((place() / "2023-01.json").read_text())
    parquet = place() / manifest["file"]
    digest = hashlib.sha256(parquet.read_bytes()).hexdigest()
    assert manifest == {
        "schema": 1, "file": f"2023-01.{digest[:12]}.parquet", "parquet_sha256": digest, "rows": 3,
        "url": "https://example.org/2023-01", "sha256": "ab" * 32, "time": "2024-06-01T00:00:00+00:00",
    }  # fmt: skip
    assert files() == [f"2023-01.{digest[:12]}.parquet", "2023-01.json"]


def test_what_a_source_does_not_have_is_asked_again():
    source = Source(absent=YEAR[:2])
    assert len(fill(source, YEAR[:3])) == 3
    assert len(fill(source, YEAR[:3])) == 3
    assert source.asked == [*YEAR[:3], *YEAR[:2]]
    nothing = fill(Source(absent=YEAR[:1]), YEAR[:1])
    assert nothing.empty
    assert fill(Source(), []).empty


def test_a_month_that_still_grows_is_returned_but_not_kept():
    source = Source(complete=False)
    assert len(fill(source, YEAR[:1])) == 3
    assert files() == []
    assert len(fill(Source(), YEAR[:1])) == 3
    assert len(files()) == 2


def test_a_failure_keeps_what_came_before_it():
    with pytest.raises(DataError, match="the source fails"):
        fill(Source(fails_at=YEAR[4]))
    assert [name for name in files() if name.endswith(".json")] == [f"2023-0{k}.json" for k in (1, 2, 3, 4)]
    again = Source()
    fill(again)
    assert again.asked == YEAR[4:]


def test_attributes_do_not_reach_the_file():
    def fetch(month):
        table = table_of(month)
        table.attrs = {"asof": NOW}  # no Parquet file can hold it
        return Fetched(table, "u", "s", NOW)

    assert fill(fetch, YEAR[:1]).attrs == {}


def test_a_tampered_file_is_refused_and_never_fetched_again():
    fill(Source(), YEAR[:2])
    parquet = next(place().glob("2023-02.*.parquet"))
    table_of(YEAR[1], value=2.0).to_parquet(parquet)
    source = Source()
    message = refusal(source, YEAR[:2])
    assert f"delete {parquet}" in message
    assert source.asked == []
    assert "2023-02.json" in files()


def test_a_file_cut_short_is_refused():
    fill(Source(), YEAR[:1])
    parquet = next(place().glob("*.parquet"))
    parquet.write_bytes(parquet.read_bytes()[:-1])
    assert "was changed after it was written" in refusal(span=YEAR[:1])


def test_a_lost_file_is_refused():
    fill(Source(), YEAR[:1])
    next(place().glob("*.parquet")).unlink()
    assert f"delete {place() / '2023-01.json'}" in refusal(span=YEAR[:1])


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "1", "null", '"x"', "{}", '{"schema": 1}', '{"schema": 1, "file": 3, "parquet_sha256": "x"}',
        '{"schema": 1, "file": "../2023-01.aaaaaaaaaaaa.parquet", "parquet_sha256": "x"}',
        '{"schema": 1, "file": "2023-02.aaaaaaaaaaaa.parquet", "parquet_sha256": "x"}', "[" * 100_000, "\udcff",
    ],
)  # fmt: skip
def test_a_broken_manifest_is_refused(text):
    fill(Source(), YEAR[:1])
    manifest = place() / "2023-01.json"
    manifest.write_bytes(text.encode("utf-8", "surrogateescape"))
    source = Source()
    with pytest.raises(DataError, match="a manifest of the cache is broken") as caught:
        fill(source, YEAR[:1])
    assert f"delete {manifest}" in str(caught.value)
    assert source.asked == []


@pytest.mark.parametrize("schema", [0, 2, "1", None])
def test_a_manifest_of_another_schema_is_no_month(schema):
    fill(Source(), YEAR[:1])
    manifest = place() / "2023-01.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema": schema}))
    source = Source(value=5.0)
    assert fill(source, YEAR[:1])["close"].iloc[0] == 5.0
    assert source.asked == YEAR[:1]
    assert json.loads(manifest.read_text())["schema"] == 1


def test_a_parquet_file_without_a_manifest_is_no_month():
    fill(Source(), YEAR[:1])
    (place() / "2023-01.json").unlink()
    source = Source()
    fill(source, YEAR[:1])
    assert source.asked == YEAR[:1]


def test_what_dead_processes_left_is_removed_when_its_month_is_written():
    place().mkdir(parents=True)
    old, young = time.time() - 2 * cache.STALE, time.time()
    for name, modified in {
        "2023-01.aaaa.tmp": old, "2023-01.aaaaaaaaaaaa.parquet": old, "2023-01.bbbb.tmp": young, "2023-02.aaaa.tmp": old,
        "2023-01.notes": old,
    }.items():  # fmt: skip
        (place() / name).write_bytes(b"half")
        os.utime(place() / name, (modified, modified))
    fill(Source(), YEAR[:1])
    left = [name for name in files() if (place() / name).read_bytes() == b"half"]
    assert left == ["2023-01.bbbb.tmp", "2023-01.notes", "2023-02.aaaa.tmp"]


@pytest.mark.parametrize("step", range(1, 5))
def test_a_failing_disk_leaves_the_month_absent_or_whole(monkeypatch, step):
    """Fails at the fsync or the move number ``step`` of a month."""
    calls = iter(range(1, 100))

    def failing(call):
        def one(*arguments):
            if next(calls) == step:
                raise OSError(28, "No space left on device")
            return call(*arguments)

        return one

    with monkeypatch.context() as patch:
        for name in ("fsync", "replace"):
            patch.setattr(cache.os, name, failing(getattr(os, name)))
        message = refusal(span=YEAR[:1])
    assert "No space left on device" in message
    assert "set RISKKIT_DATA to a folder of yours" in message
    assert not [name for name in files() if name.endswith((".tmp", ".json"))]
    source = Source()
    fill(source, YEAR[:1])
    assert source.asked == YEAR[:1]
    assert len(files()) == 2


def test_a_folder_that_cannot_be_made_is_refused(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert "set RISKKIT_DATA to a folder of yours" in refusal()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_folder_is_refused():
    place().mkdir(parents=True)
    place().chmod(0o500)
    assert "set RISKKIT_DATA to a folder of yours" in refusal()


@pytest.mark.parametrize("word", ["", ".", "..", "../x", "a/b", ".hidden", "a b", "é", "a\n", "a\\b", "x" * 101, "C:"])
def test_names_that_are_no_folders_are_refused(word):
    for words in ((word, "b", "c"), ("a", word, "c"), ("a", "b", word)):
        with pytest.raises(DataError, match="cannot be a folder of the cache"):
            monthly(*words, YEAR, Source())


def test_offline_reads_what_is_there_and_names_what_is_not(monkeypatch):
    fill(Source(), YEAR[:2])
    monkeypatch.setenv("RISKKIT_OFFLINE", "1")
    source = Source()
    assert len(fill(source, YEAR[:2])) == 6
    with pytest.raises(NoNetwork, match=r"the cache lacks 2023-03 of venue BTCUSDT 1d; .*remedy: unset RISKKIT_OFFLINE"):
        fill(source, YEAR[:3])
    with pytest.raises(NoNetwork, match="2023-03, 2023-04, 2023-05, 2023-06, 2023-07, 2023-08 and 4 more months to 2023-12"):
        fill(source)
    assert source.asked == []


def test_progress_is_shown_for_months_that_are_fetched(monkeypatch, capsys):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    fill(Source(), YEAR[:2])
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "venue BTCUSDT 1d" in shown.err
    assert "2/2" in shown.err
    fill(Source(), YEAR[:2])
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("TQDM_DISABLE", "1")
    fill(Source())
    assert capsys.readouterr() == ("", "")


def test_where_the_cache_is(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert folder() == tmp_path / "xdg" / "riskkit"
    monkeypatch.setenv("RISKKIT_DATA", str(tmp_path))
    assert folder() == tmp_path / "cache"
    monkeypatch.setenv("RISKKIT_DATA", str(tmp_path / "none"))
    with pytest.raises(DataError, match=r"RISKKIT_DATA names no folder; .*none.*remedy: correct it, or unset"):
        folder()
    monkeypatch.delenv("RISKKIT_DATA")
    monkeypatch.setenv("HOME", str(tmp_path))
    for value in ("", "relative"):  # the standard says that a relative one does not count
        monkeypatch.setenv("XDG_CACHE_HOME", value)
        assert folder() == tmp_path / ".cache" / "riskkit"


@pytest.mark.parametrize(
    ("start", "end", "named"),
    [
        ("2024-01-31", "2024-02-01", ["2024-01"]),
        ("2024-01-31T23:59:59Z", "2024-02-01T00:00:01Z", ["2024-01", "2024-02"]),
        ("2024-02-01T00:30+01:00", "2024-02-01", ["2024-01"]),
        ("2023-12", "2024-02", ["2023-12", "2024-01"]),
    ],
)
def test_the_months_of_a_span(start, end, named):
    assert [str(month) for month in months(start, end)] == named


@pytest.mark.parametrize(("start", "end"), [(None, "2024-01"), ("2024-01", None), ("2024-01", "2024-01")])
def test_an_open_or_empty_span_has_no_months(start, end):
    with pytest.raises(DataError, match="the span is"):
        months(start, end)

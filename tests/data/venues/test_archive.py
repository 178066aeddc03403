import io
import random
import struct
import zipfile

import pytest

from riskkit.data.venues.archive import only_member
from riskkit.errors import DataError


def packed(*members, method=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, body in members:
            archive.writestr(zipfile.ZipInfo(name), body, compress_type=method)
    return content.getvalue()


def refusal(content, **named):
    with pytest.raises(DataError) as caught:
        only_member(content, "prices.csv", **named)
    assert "; remedy: " in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_only_file_comes_out_as_it_went_in(method):
    body = bytes(range(256)) * 10_000
    assert only_member(packed(("prices.csv", body), method=method), "prices.csv") == body
    assert only_member(packed(("prices.csv", b"")), "prices.csv") == b""


@pytest.mark.parametrize(
    "name",
    [
        "../prices.csv",
        "/prices.csv",
        "a/prices.csv",
        "..\\prices.csv",
        "C:\\prices.csv",
        "prices.csv/",
        "PRICES.CSV",
        "x",
        "",
    ],
)
def test_a_file_of_another_name_is_refused(name):
    assert "holds something else" in refusal(packed((name, b"1")))


def test_a_name_that_hides_behind_a_zero_byte_is_refused():
    content = packed(("prices.csvX../../evil", b"1")).replace(b"prices.csvX", b"prices.csv\0")
    assert "holds something else" in refusal(content)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_other_than_one_file_is_refused():
    assert "got []" in refusal(packed())
    assert "holds something else" in refusal(packed(("prices.csv", b"1"), ("prices.csv", b"2")))
    assert "holds something else" in refusal(packed(("prices.csv", b"1"), ("more.csv", b"2")))
    assert len(refusal(packed(*((f"{k}.csv", b"") for k in range(1000))))) < 300


def test_a_bomb_is_refused_by_what_it_declares():
    content = packed(("prices.csv", b"0" * 10_000_000))
    assert len(content) < 20_000
    assert "too large" in refusal(content, most_bytes=1_000_000)
    assert len(only_member(content, "prices.csv", most_bytes=10_000_000)) == 10_000_000


def test_what_declares_too_much_is_not_even_opened():
    content = packed(("prices.csv", b"0" * 1000)).replace(struct.pack("<L", 1000), struct.pack("<L", 10_000_000))
    assert "too large; got prices.csv of 10,000,000 bytes" in refusal(content, most_bytes=1_000_000)


def test_a_bomb_that_lies_about_its_size_comes_to_nothing():
    """Both headers declare 1,000 bytes; ten million are packed."""
    content = packed(("prices.csv", b"0" * 10_000_000)).replace(struct.pack("<L", 10_000_000), struct.pack("<L", 1000))
    assert "the archive is broken" in refusal(content, most_bytes=1_000_000)


def test_the_bound_holds_while_unpacking(monkeypatch):
    """Whatever zipfile makes of a declared size, the count of what came out decides."""
    content = packed(("prices.csv", b"0" * 3_000_000))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = archive.infolist()[0]
    monkeypatch.setattr("riskkit.data.venues.archive._member", lambda archive, name, most_bytes: member)
    assert "too large" in refusal(content, most_bytes=1_000_000)


def test_an_encrypted_file_is_refused():
    content = bytearray(packed(("prices.csv", b"1,2,3")))
    content[6] |= 1  # the flag in the local header
    content[content.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    assert "encrypted" in refusal(bytes(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(method):
    assert "unusual way" in refusal(packed(("prices.csv", b"1"), method=method))


@pytest.mark.parametrize("content", [b"", b"PK", b"<html>not found</html>", b"\x1f\x8b" + b"0" * 100])
def test_what_is_no_zip_is_refused(content):
    assert "the archive is broken" in refusal(content)


def test_a_damaged_zip_never_gives_another_body():
    """Cuts and changed bytes at places drawn at random: the same body or a DataError, nothing else."""
    body = b"".join(b"%d,%d\n" % (k, k * k) for k in range(300))
    content, draw = packed(("prices.csv", body)), random.Random(7)
    refused = 0
    for _ in range(2000):
        damaged = bytearray(content)
        for _ in range(draw.choice([1, 1, 4])):
            damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        damaged = damaged[: draw.choice([len(damaged)] * 3 + [draw.randrange(len(damaged))])]
        try:
            assert only_member(bytes(damaged), "prices.csv") == body
        except DataError:
            refused += 1
    assert refused > 1000

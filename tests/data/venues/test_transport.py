import gzip
import socket
import threading
import time

import pandas as pd
import pytest
from played.server import Scene, http_date

from riskkit.data.venues import transport
from riskkit.data.venues.transport import NoNetwork, NotThere, Reply, get
from riskkit.errors import DataError


def refusal(url, error=DataError, **named):
    """Return the message of a get that fails, after checking that it names the address and says what to do."""
    with pytest.raises(error) as caught:
        get(url, **named)
    message = str(caught.value)
    assert url.partition("?")[0] in message
    assert "; remedy: " in message
    return message


def test_a_body_comes_with_its_address_and_the_time_of_the_server(server, pauses):
    url = server.play("/a", Scene(body=b"\x00\xff" * 100_000, date=http_date("2031-05-06T07:08:09Z")))
    reply = get(url, {"asset": "btc eth", "limit": "2"})
    assert reply == Reply(b"\x00\xff" * 100_000, f"{url}?asset=btc+eth&limit=2", pd.Timestamp("2031-05-06T07:08:09Z"))
    assert server.asked == ["/a?asset=btc+eth&limit=2"]
    assert pauses == []


@pytest.mark.parametrize("date", [None, "yesterday", ""])
def test_without_a_usable_date_the_time_is_ours(server, date):
    before = pd.Timestamp.now("UTC")
    assert before <= get(server.play("/a", Scene(body=b"x", date=date))).time <= pd.Timestamp.now("UTC")


def test_a_date_in_another_zone_is_the_same_moment(server):
    reply = get(server.play("/a", Scene(date="Tue, 02 Jan 2024 02:30:00 +0200")))
    assert str(reply.time) == "2024-01-02 00:30:00+00:00"


def test_a_body_without_a_length_or_in_chunks_is_whole(server):
    assert get(server.play("/a", Scene(body=b"abc", length=None))).content == b"abc"
    chunked = {"Transfer-Encoding": "chunked"}
    assert get(server.play("/b", Scene(body=b"ab", chunks=3, headers=chunked))).content == b"ababab"
    broken = Scene(body=b"ab", chunks=3, headers=chunked, whole=False)
    assert "the body broke off" in refusal(server.play("/c", broken))


def test_what_is_not_there_is_told_apart_and_asked_once(server, pauses):
    assert "404 from" in refusal(f"{server.url}/none", NotThere)
    assert (len(server.asked), pauses) == (1, [])


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again_with_growing_pauses(server, pauses, status):
    url = server.play("/a", Scene(status), Scene(status), Scene(body=b"at last"))
    assert get(url).content == b"at last"
    assert pauses == [0.5, 1.0]


def test_a_server_that_stays_busy_is_given_up(server, pauses):
    message = refusal(server.play("/a", Scene(503)))
    assert "503" in message
    assert "after 5 tries" in message
    assert pauses == [0.5, 1.0, 2.0, 4.0]
    assert len(server.asked) == 5


@pytest.mark.parametrize("status", [400, 418, 204, 206, 301, 501])
def test_other_answers_are_errors_at_once(server, pauses, status):
    body = b"" if status == 204 else b'{"error":\n "bad symbol"}'
    message = refusal(server.play("/a", Scene(status, body)))
    assert (len(server.asked), pauses) == (1, [])
    if status in (400, 418, 501):
        assert '{"error": "bad symbol"}' in message


@pytest.mark.parametrize("status", [401, 403, 451])
def test_a_refused_region_is_told_apart(server, status):
    message = refusal(server.play("/a", Scene(status)))
    assert "refuses this address or region" in message
    assert "RISKKIT_DATA" in message


def test_the_words_of_an_error_are_few_and_its_broken_body_does_not_matter(server):
    assert len(refusal(server.play("/a", Scene(400, b"x" * 100_000)))) < 600
    assert "400 from" in refusal(server.play("/b", Scene(400, b"", length=500)))


def test_retry_after_in_seconds_is_honoured(server, pauses):
    again = Scene(429, headers={"Retry-After": "7"})
    assert get(server.play("/a", again, again, Scene(body=b"x"))).content == b"x"
    assert pauses == [7.0, 7.0]


@pytest.mark.parametrize("clock", ["2010-01-01T00:00:00Z", "2040-01-01T00:00:00Z"])
def test_a_retry_after_date_is_measured_by_the_clock_of_the_server(server, pauses, clock):
    later = http_date(pd.Timestamp(clock) + pd.Timedelta(seconds=9))
    again = Scene(429, date=http_date(clock), headers={"Retry-After": later})
    assert get(server.play("/a", again, Scene(body=b"x"))).content == b"x"
    assert pauses == [9.0]


def test_a_retry_after_date_of_the_past_is_no_wait_of_its_own(server, pauses):
    again = Scene(503, date=http_date("2024-01-02T00:00:00Z"), headers={"Retry-After": http_date("2024-01-01T00:00:00Z")})
    get(server.play("/a", again, Scene()))
    assert pauses == [0.5]


@pytest.mark.parametrize(
    ("told", "when"),
    [
        ("3600", "2024-01-02 01:00:00"),
        ("Tue, 02 Jan 2024 01:00:00 GMT", "2024-01-02 01:00:00"),
        ("999999999", "2025-01-02 00:00:00"),  # more than a year is a year
        ("Fri, 31 Dec 9999 23:59:59 GMT", "2025-01-02 00:00:00"),
    ],
)
def test_a_wait_beyond_the_deadline_is_an_error_that_says_when_to_come_back(server, pauses, told, when):
    scene = Scene(429, date="Tue, 02 Jan 2024 00:00:00 GMT", headers={"Retry-After": told})
    assert f"at {when} UTC by the server's clock" in refusal(server.play("/a", scene))
    assert (len(server.asked), pauses) == (1, [])


def test_a_clock_at_the_end_of_time_breaks_nothing(server, pauses):
    scene = Scene(503, date="Fri, 31 Dec 9999 23:59:59 GMT", headers={"Retry-After": "999999999"})
    assert "at 2201-01-02" in refusal(server.play("/a", scene))


@pytest.mark.parametrize("told", ["soon", "-5", "1e9", "", "9" * 5000, "inf", "NaN"])
def test_a_retry_after_that_cannot_be_read_is_ignored(server, pauses, told):
    get(server.play("/a", Scene(503, headers={"Retry-After": told}), Scene()))
    assert pauses == [0.5]


def test_pauses_end_at_the_deadline(server, pauses):
    assert "after 2 tries" in refusal(server.play("/a", Scene(500)), seconds=0.9)  # 0.5 s fit, 1 s more does not
    assert pauses == [0.5]


@pytest.mark.parametrize(("length", "length_told"), [(3, 10), (0, 1)])
def test_a_truncated_body_is_asked_again(server, pauses, length, length_told):
    short = Scene(body=b"x" * length, length=length_told)
    assert get(server.play("/a", short, Scene(body=b"x" * length_told))).content == b"x" * length_told
    assert pauses == [0.5]
    assert "the body broke off" in refusal(server.play("/b", short))


def test_a_server_that_hangs_up_is_asked_again(server, pauses):
    assert get(server.play("/a", Scene(0), Scene(body=b"x"))).content == b"x"
    assert pauses == [0.5]


def test_no_server_is_no_network(pauses):
    with socket.socket() as nobody:  # bound, but it does not listen
        nobody.bind(("127.0.0.1", 0))
        message = refusal(f"http://127.0.0.1:{nobody.getsockname()[1]}/a", NoNetwork)
    assert "RISKKIT_DATA" in message
    assert len(pauses) == 4


def test_a_slow_drip_is_cut_off(server):
    url = server.play("/a", Scene(body=b"x" * 1000, drip=0.02))
    start = time.monotonic()
    message = refusal(url, seconds=0.3)
    assert 0.25 < time.monotonic() - start < 2.0
    assert "too slow" in message


def test_a_drip_of_headers_is_cut_off_too():
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip():
            own, _ = listener.accept()
            with own:
                own.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
                while not stop.wait(0.02):
                    own.sendall(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        start = time.monotonic()
        assert "too slow" in refusal(f"http://127.0.0.1:{listener.getsockname()[1]}/a", seconds=0.3)
        assert time.monotonic() - start < 2.0
        stop.set()
        thread.join()


def test_a_download_that_nobody_waits_for_ends(server):
    url = server.play("/a", Scene(body=b"x" * 10_000_000, drip=0.02, piece=70_000))
    refusal(url, seconds=0.1)
    end = time.monotonic() + 1.0  # the body would take three seconds
    while any(url in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_body_over_the_bound_is_refused(server):
    url = server.play("/a", Scene(body=b"x" * 1001))
    assert "too large" in refusal(url, most_bytes=1000)
    assert len(get(url, most_bytes=1001).content) == 1001


def test_the_bound_holds_where_the_length_lies(server, pauses):
    endless = Scene(body=b"x" * 1000, chunks=50, headers={"Transfer-Encoding": "chunked"})
    assert "too large" in refusal(server.play("/a", endless), most_bytes=10_000)
    assert "too large" in refusal(server.play("/b", Scene(body=b"x" * 2000, length=None)), most_bytes=1000)
    assert "too large" in refusal(server.play("/c", Scene(body=b"x", length=10**15)), most_bytes=1000)
    assert get(server.play("/d", Scene(body=b"x" * 2000, length=10)), most_bytes=1000).content == b"x" * 10
    assert pauses == []


def test_the_bound_holds_for_what_is_unpacked(server):
    packed = gzip.compress(b"0" * 5_000_000)
    scene = Scene(body=packed, headers={"Content-Encoding": "gzip"})
    assert "too large" in refusal(server.play("/a", scene), most_bytes=100_000)
    assert server.headers[0]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("length", ["many", "-1", "9" * 5000])
def test_a_length_that_cannot_be_read_is_no_length(server, length):
    assert get(server.play("/a", Scene(body=b"abc", length=length))).content == b"abc"


def test_redirects_are_followed_three_times(server):
    for k in range(4):
        server.play(f"/{k}", Scene(302, headers={"Location": f"/{k + 1}"}))
    server.play("/4", Scene(body=b"found"))
    assert get(f"{server.url}/1").content == b"found"
    assert get(f"{server.url}/1").url == f"{server.url}/1"
    assert "more than 3 redirects" in refusal(f"{server.url}/0")


def test_the_body_of_a_redirect_is_not_read(server):
    endless = Scene(302, b"x" * 60_000, headers={"Location": "/b"}, drip=0.02)
    server.play("/b", Scene(body=b"found"))
    start = time.monotonic()
    assert get(server.play("/a", endless)).content == b"found"
    assert time.monotonic() - start < 2.0


@pytest.mark.parametrize(
    "target",
    [
        "http://192.0.2.1/a",
        "http://example.org",
        "file:///etc/passwd",
        "ftp://127.0.0.1/a",
        "//192.0.2.1/a",
        "",
        "http://[x/",
    ],
)
def test_a_redirect_to_elsewhere_is_refused(server, pauses, target):
    message = refusal(server.play("/a", Scene(307, headers={"Location": target})))
    assert "redirects to where it must not" in message
    assert pauses == []


def test_the_outside_cannot_redirect_to_this_machine():
    with pytest.raises(DataError, match="redirects to where it must not"):
        transport._redirected("https://example.org/a", "http://127.0.0.1:8888/secret")
    assert transport._redirected("http://localhost:1/a", "http://127.0.0.1:2/b") == "http://127.0.0.1:2/b"


def test_a_redirect_to_https_is_followed(server, no_network):
    url = server.play("/a", Scene(302, headers={"Location": "https://example.org/a"}))
    with pytest.raises(pytest.fail.Exception, match=r"look-up of example\.org"):
        get(url)
    no_network.clear()


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/a", "file:///etc/passwd", "127.0.0.1/a", "http://", "http://[x/", ""])
def test_only_addresses_of_web_servers_are_asked(url):
    assert "cannot be asked" in refusal(url)


@pytest.mark.parametrize("value", ["1", "true", "no"])
def test_offline_opens_no_socket(server, monkeypatch, value):
    monkeypatch.setenv("RISKKIT_OFFLINE", value)
    monkeypatch.setattr(socket, "socket", None)
    message = refusal(f"{server.url}/a", NoNetwork)
    assert "RISKKIT_OFFLINE forbids the network" in message
    assert "unset RISKKIT_OFFLINE" in message
    monkeypatch.undo()
    assert server.asked == []


@pytest.mark.parametrize("value", ["", "0"])
def test_offline_can_be_said_to_be_off(server, monkeypatch, value):
    monkeypatch.setenv("RISKKIT_OFFLINE", value)
    assert get(server.play("/a", Scene(body=b"x"))).content == b"x"


def test_no_cookie_is_kept(server):
    url = server.play("/a", Scene(headers={"Set-Cookie": "who=me; Path=/"}))
    get(url)
    get(url)
    assert "Cookie" not in server.headers[-1]

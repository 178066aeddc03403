"""The guard in ../conftest.py, which keeps every test on this machine."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ELSEWHERE = ("192.0.2.1", 443)  # addresses that belong to nobody


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, ELSEWHERE), (socket.AF_INET6, ("2001:db8::1", 443, 0, 0))])
def test_a_connection_to_elsewhere_fails_the_test(no_network, method, family, address):
    with socket.socket(family) as own, pytest.raises(pytest.fail.Exception, match=f"{method} to {address[0]}:443"):
        getattr(own, method)(address)
    assert no_network == [f"{method} to {address[0]}:443"]
    no_network.clear()


@pytest.mark.parametrize("host", ["example.org", b"example.org", "192.0.2.1"])
def test_a_look_up_of_another_name_fails_the_test(no_network, host):
    with pytest.raises(pytest.fail.Exception, match="this test uses the network: look-up of"):
        socket.getaddrinfo(host, 443)
    with pytest.raises(pytest.fail.Exception, match="this test uses the network: look-up of"):
        socket.create_connection((host, 443), timeout=1.0)
    assert len(no_network) == 2
    no_network.clear()


def test_what_a_thread_swallows_is_remembered(no_network):
    def swallow():
        with pytest.raises(BaseException, match="uses the network"):
            socket.create_connection(ELSEWHERE, timeout=1.0)

    thread = threading.Thread(target=swallow)
    thread.start()
    thread.join()
    assert no_network == ["look-up of 192.0.2.1"]
    no_network.clear()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_this_machine_may_be_asked(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if family is socket.AF_INET6 and not Path("/proc/net/if_inet6").exists():
        pytest.skip("no IPv6 on this machine")
    with socket.socket(family) as server:
        server.bind((host, 0))
        server.listen()
        with socket.create_connection((host, server.getsockname()[1]), timeout=5.0) as own:
            assert own.getpeername()[:2] == server.getsockname()[:2]
        with socket.socket(family) as own:
            assert own.connect_ex(server.getsockname()) == 0


def test_sockets_that_are_files_may_be_asked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # such a path must be short
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as own:
        server.bind("here")
        server.listen()
        own.connect("here")
        assert own.getpeername() == "here"


def test_no_test_sees_the_cache_or_the_settings_of_a_developer(tmp_path_factory):
    assert Path(os.environ["XDG_CACHE_HOME"]).is_relative_to(tmp_path_factory.getbasetemp())
    assert not {"RISKKIT_OFFLINE", "RISKKIT_DATA"} & set(os.environ)


LEAKING = """
import socket, threading

def ask():
    try:
        socket.create_connection(("192.0.2.1", 443), timeout=1.0)
    except BaseException:
        pass

def test_open():
    socket.create_connection(("192.0.2.1", 443), timeout=1.0)

def test_hidden():
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()

def test_here():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
"""


def test_neither_open_nor_hidden_use_of_the_network_passes(tmp_path):
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "test_leaking.py").write_text(LEAKING)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "FAILED test_leaking.py::test_open" in done.stdout
    assert "ERROR test_leaking.py::test_hidden" in done.stdout
    assert "1 failed, 2 passed, 2 errors" in done.stdout

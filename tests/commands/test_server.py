"""The web server behind `flask serve`, with the real thing in a process of its own."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cms.commands import server
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]

# A WSGI application in place of the site: what matters here is how it is served.
PROGRAM = """
import sys, time
from cms.commands import server

def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"served"]

server.serve({"HOST": "127.0.0.1", "PORT": int(sys.argv[1]), "WEB_PROCESSES": int(sys.argv[2])}, lambda: application)
"""


def start(port: int, processes: int = 1) -> tuple[subprocess.Popen[str], str]:
    """Start the program; gives it with the first line that it printed."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port), str(processes)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    return process, process.stdout.readline()


@pytest.fixture
def running() -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    process, line = start(port, processes=2)
    assert line == f"Babelpress is at http://127.0.0.1:{port}/ (stop it with Ctrl+C)\n"
    yield process, port
    process.terminate()
    output, errors = process.communicate(timeout=20)
    # It says so once, however many processes there are, and nothing else.
    assert (output, errors) == ("", "")


def get(port: int, path: str = "/") -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def test_it_answers_once_it_has_said_so_also_beside_slow_visitors(running: tuple[subprocess.Popen[str], int]) -> None:
    _, port = running
    assert get(port) == b"served"
    slow = []
    for _ in range(40):
        slow.append(socket.create_connection(("127.0.0.1", port)))
        slow[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    begun = time.monotonic()
    assert get(port) == b"served"
    assert time.monotonic() - begun < 5
    for connection in slow:
        connection.close()


def test_requests_under_way_are_finished_when_it_is_stopped(running: tuple[subprocess.Popen[str], int]) -> None:
    process, port = running
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/slow")
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    assert connection.getresponse().read() == b"served"
    connection.close()
    assert process.wait(20) == 0


@pytest.mark.parametrize(
    ("host", "address"), [("localhost", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("::1", "::1"), ("10.0.0.7", "10.0.0.7")]
)
def test_it_listens_where_it_is_told(host: str, address: str) -> None:
    built = server.build({"HOST": host, "PORT": 5999, "WEB_PROCESSES": 3})
    assert (built.bind_addr, built.bind_port, built.workers) == (address, 5999, 3)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_it_says_where_it_is_as_soon_as_it_listens(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server.tell(host, port)
    assert capsys.readouterr().out == f"Babelpress is at http://127.0.0.1:{port}/ (stop it with Ctrl+C)\n"


def test_it_says_nothing_where_nobody_listens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server, "START_SECONDS", 0.1)
    server.tell("127.0.0.1", free_port())
    assert capsys.readouterr().out == ""


def test_each_process_makes_its_own_application_and_the_first_one_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    told: list[tuple[str, int]] = []

    class Server:
        def serve(self, *, target_loader: object, wrap_loader: bool) -> None:
            assert not wrap_loader
            made.extend(target_loader() for _ in range(2))  # type: ignore[operator]  # what granian calls

    monkeypatch.setattr(server, "build", lambda config: Server())
    monkeypatch.setattr(server, "tell", lambda *where: told.append(where))
    frozen: list[bool] = []
    monkeypatch.setattr(server.gc, "freeze", lambda: frozen.append(not made))
    server.serve({"HOST": "127.0.0.1", "PORT": 5999, "WEB_PROCESSES": 2}, object)  # type: ignore[arg-type]  # stands for the application
    time.sleep(0.1)
    assert len(set(made)) == 2
    assert told == [("127.0.0.1", 5999)]
    # Before the processes are copied.
    assert frozen == [True]

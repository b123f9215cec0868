"""A small network: a real HTTP server on a loopback port that notes what it is told."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cms.extensions import db
from cms.models import CdnPurge
from tests.cache.conftest import SmallSite


@dataclass
class SmallNetwork:
    """What it was told, as (headers, content) of each request; `status` is what it answers."""

    url: str = ""
    status: int = 200
    told: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    heard: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    go: threading.Event = field(default_factory=threading.Event)

    @property
    def keys(self) -> list[str]:
        """Every key that it was told, in order."""
        return [key for _, content in self.told for key in next(iter(content.values()))]


@pytest.fixture
def network() -> Iterator[SmallNetwork]:
    small = SmallNetwork()
    small.go.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            small.told.append(({name.lower(): value for name, value in self.headers.items()}, content))
            small.heard.release()
            small.go.wait(10)
            self.send_response(small.status)
            if small.status == 302:
                self.send_header("Location", f"{small.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    small.url = f"http://127.0.0.1:{server.server_port}/purge"
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield small
    small.go.set()
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def build_told(build_site: Callable[..., SmallSite], network: SmallNetwork) -> Callable[..., SmallSite]:
    """Build a site that tells the network: `build_told(REDIS_URL=...)`."""

    def build(**settings: Any) -> SmallSite:
        usual = {"CDN_KEY_HEADER": "Surrogate-Key", "CDN_LIFETIME": 3600, "CDN_PURGE_CREDENTIAL": None}
        return build_site(**(usual | {"CDN_PURGE_URL": network.url} | settings))

    return build


def kept(site: SmallSite) -> list[list[str]]:
    """The rows that wait for the network."""
    with site.app.app_context():
        return [row.tags for row in db.session.query(CdnPurge).order_by(CdnPurge.id)]


@pytest.fixture
def raw_server() -> Iterator[Callable[[bytes], int]]:
    """A server that reads something, sends the given bytes and hangs up; gives its port."""
    listeners: list[tuple[socket.socket, threading.Thread]] = []

    def listen(answer: bytes) -> int:
        listener = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        listeners.append((listener, thread))
        return int(listener.getsockname()[1])

    yield listen
    for listener, thread in listeners:
        thread.join(10)
        listener.close()

"""Whole machines for the tests: nginx, a mirror in a process of its own, and the application behind them."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from cms.cache.service import CacheService
from tests.nginx import configure, places, running_nginx
from tests.servers import free_port, stop

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 30


class Quiet(WSGIRequestHandler):
    """Serves without a line for each request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *args: object, **kwargs: object) -> None:
        """Say nothing."""


@dataclass
class Reply:
    """What a visitor got."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def source(self) -> str:
        """Where the page came from: `file`, or what the application says."""
        return self.headers.get("x-cache", "")


@dataclass
class Machine:
    """One machine: visitors ask its nginx, which asks the files of its mirror and then its application."""

    app: Flask
    folder: Path
    port: int
    app_port: int
    mirror_settings: dict[str, str]
    mirror: subprocess.Popen[bytes] | None = None
    server: BaseWSGIServer | None = None
    _thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def service(self) -> CacheService:
        service: CacheService = self.app.extensions["page_cache"]
        return service

    @property
    def pages(self) -> Path:
        """The folder of the mirror."""
        return self.folder / "pages"

    def start_application(self) -> None:
        """Have the application answer."""
        self.server = make_server("127.0.0.1", self.app_port, self.app, threaded=True, request_handler=Quiet)
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop_application(self) -> None:
        """Have nobody answer for the application."""
        if self.server is not None and self._thread is not None:
            self.server.shutdown()
            self._thread.join()
            self.server.server_close()
            self.server = None

    def start_mirror(self) -> None:
        """Start the mirror and wait until its files are served."""
        with (self.folder / "mirror.log").open("ab") as log:
            self.mirror = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "app", "mirror"],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore", **self.mirror_settings},
                stdout=log,
                stderr=log,
            )

    def await_mirror(self) -> None:
        """Wait until the mirror lets its files be served."""
        until = time.monotonic() + START_SECONDS
        while not any((self.pages / "leases").glob("*")) or not (self.pages / "mirror.sock").exists():
            assert self.mirror is not None
            if self.mirror.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "mirror.log").read_text())
            time.sleep(0.02)

    def stop_mirror(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the mirror."""
        if self.mirror is not None:
            with contextlib.suppress(ProcessLookupError):
                self.mirror.send_signal(signal.SIGCONT)
            stop(self.mirror, how)
            self.mirror = None

    @contextlib.contextmanager
    def hung_mirror(self) -> Iterator[None]:
        """The mirror does nothing for the length of the block."""
        assert self.mirror is not None
        self.mirror.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.mirror.send_signal(signal.SIGCONT)

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
        """Ask nginx, over a connection of its own; names of headers are given with underscores."""
        return ask(self.port, path, method, body, **headers)

    def await_file(self, path: str, **headers: str) -> Reply:
        """Ask until nginx has the page as a file."""
        until = time.monotonic() + START_SECONDS
        while True:
            reply = self.get(path, **headers)
            if reply.source == "file":
                return reply
            if time.monotonic() > until:
                log = (self.folder / "mirror.log").read_text()
                raise AssertionError(f"{path} never became a file: {reply.status} {reply.headers}\n{log}")
            time.sleep(0.02)


def ask(port: int, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
    """Ask a server of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        reply = connection.getresponse()
        return Reply(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
    finally:
        connection.close()


@contextlib.contextmanager
def running_machines(number: int, build: Callable[..., Flask], **settings: str) -> Iterator[list[Machine]]:
    """So many machines on one Redis and one database: `settings` are variables of the mirrors' environment.

    `build(pages)` makes an application that offers its pages to the mirror of that folder.
    """
    with contextlib.ExitStack() as stack:
        machines = []
        for _ in range(number):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bp-")))
            # nginx runs as somebody else here, as it does on a real machine.
            folder.chmod(0o755)
            own = settings | {"PAGE_MIRROR": str(folder / "pages")}
            machines.append(Machine(build(folder / "pages"), folder, free_port(), free_port(), own))
        for machine in machines:
            machine.start_mirror()
            stack.callback(machine.stop_mirror)
            machine.start_application()
            stack.callback(machine.stop_application)
            static = machine.folder / "program" / "static"
            static.mkdir(parents=True)
            (static / "notice.txt").write_text("from the disk")
            found = places(machine.pages, static.parent, machine.app.config["INSTANCE_PATH"], machine.app_port)
            stack.enter_context(running_nginx(configure(machine.folder, machine.port, found), machine.port))
        for machine in machines:
            machine.await_mirror()
        yield machines

"""A site as it runs in earnest: servers as `flask serve` starts them, on one PostgreSQL and one Redis.

Two sets of processes that share no memory stand for two machines, each with nginx and a mirror in front where that is
asked for, and a third server without a page cache says what each page is at this moment. The test's own process is one
more that writes, through the services.
"""

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import make_url

from app import create_app
from cms.cache.connection import TIMEOUT
from cms.cache.redis_stamps import LEASE_SECONDS
from tests.databases import TestDatabase
from tests.nginx import configure, places, running_nginx
from tests.servers import RedisServer, free_port, stop, wait_until

ROOT = Path(__file__).resolve().parent.parent
SECRET = "not a secret, but long enough for tests"
# What the site is called; absolute links are of the host that was asked.
HOST, OTHER_HOST = "site.example", "other.example"
# A server hangs up where nothing is asked for half a minute; after so many seconds a visitor comes anew.
IDLE_SECONDS = 5.0
# Processes of each of the two sets.
PROCESSES = 2


@dataclass(frozen=True)
class Reply:
    """What a visitor got; `mark` says whether it came from the cache."""

    status: int
    text: str
    location: str
    mark: str

    @property
    def content(self) -> tuple[int, str, str]:
        """What must be the same whoever asks, wherever it came from."""
        return self.status, self.text, self.location


class Visitor:
    """One kept connection to a server. Every request is answered, or it raises: nothing is tried twice."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._answered_at = time.monotonic()
        # The same host for every server, as behind one proxy: pages are kept for all of them together.
        self._headers = {"Host": HOST} | ({"Cookie": cookie} if cookie else {})

    def get(self, path: str) -> Reply:
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: str) -> Reply:
        """Send an encoded form."""
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Reply:
        if time.monotonic() - self._answered_at > IDLE_SECONDS:
            self._connection.close()
        self._connection.request(method, path, body, self._headers | dict(headers))
        reply = self._connection.getresponse()
        text = reply.read().decode()
        self._answered_at = time.monotonic()
        return Reply(reply.status, text, reply.headers.get("Location", ""), reply.headers.get("X-Cache", ""))

    def close(self) -> None:
        self._connection.close()


@dataclass
class LiveSite:
    """The running servers: `ports` of the two sets, `fresh` of the one without a page cache.

    `fronts` are the ports of nginx before each of the two sets; none where it was not asked for.
    """

    app: Flask
    ports: tuple[int, int]
    fronts: tuple[int, ...]
    fresh: int
    redis: RedisServer

    def __post_init__(self) -> None:
        self._of_thread = threading.local()
        self._visitors: list[Visitor] = []

    def visitor(self, port: int) -> Visitor:
        """This thread's own visitor of a server, who asks again and again."""
        held: dict[int, Visitor] = self._of_thread.__dict__.setdefault("visitors", {})
        if port not in held:
            held[port] = Visitor(port)
            self._visitors.append(held[port])
        return held[port]

    def ask_once(self, port: int, path: str, cookie: str, form: str | None = None) -> Reply:
        """A request of somebody signed in, who comes once in a while; with a form where there is one to send."""
        with contextlib.closing(Visitor(port, cookie)) as visitor:
            return visitor.get(path) if form is None else visitor.post(path, form)

    def close(self) -> None:
        """Hang up."""
        for visitor in self._visitors:
            visitor.close()


@contextlib.contextmanager
def live_site(server: str, redis: RedisServer, folder: Path, *, fronted: bool = False) -> Iterator[LiveSite]:
    """Start the servers for the length of the block; `fronted`, each set with nginx and a mirror in front.

    `server` is the address of a PostgreSQL database that stays; the site gets one of its own beside it. `folder` gets
    its instance and a copy of the catalogues, which all servers share as machines share a volume.
    """
    catalogues = folder / "translations"
    shutil.copytree(ROOT / "translations", catalogues)
    name = f"live_{os.getpid()}_{free_port()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    app = create_app(
        {
            "APP_ENV": "production",
            "TESTING": False,
            "SECRET_KEY": SECRET,
            "INSTANCE_PATH": folder / "instance",
            "TRANSLATIONS_PATH": catalogues,
            "SQLALCHEMY_DATABASE_URI": url,
            "REDIS_URL": redis.url,
            "PAGE_CACHE_LEASE": LEASE_SECONDS,
            "PAGE_CACHE_TIMEOUT": TIMEOUT,
        }
    )
    TestDatabase.migrate(app)
    environment = {
        "APP_ENV": "production",
        "SECRET_KEY": SECRET,
        "TRUSTED_HOSTS": f"{HOST},{OTHER_HOST}",
        "INSTANCE_PATH": str(folder / "instance"),
        "DATABASE_URL": url,
        "REDIS_URL": redis.url,
        "TRANSLATIONS_PATH": str(catalogues),
    }
    fronts = (free_port(), free_port()) if fronted else ()
    site = LiveSite(app, (free_port(), free_port()), fronts, free_port(), redis)
    started: list[Server] = []
    with contextlib.ExitStack() as stack:
        stack.callback(TestDatabase.close_connections, app)
        stack.callback(app.extensions["page_cache"].close)
        mirrors = [
            stack.enter_context(_nginx(folder / "instance", *ports)) for ports in zip(fronts, site.ports, strict=False)
        ]
        stack.callback(_stop, started)
        stack.callback(site.close)
        for port, pages in zip_longest(site.ports, mirrors):
            own = environment | {"WEB_PROCESSES": str(PROCESSES)}
            if pages is not None:
                own |= {"PAGE_MIRROR": str(pages), "TRUSTED_PROXIES": "1"}
                started.append(_start("mirror", folder, port, own, (pages / "mirror.sock").stat))
            started.append(_start("serve", folder, port, own, partial(_answers, port)))
        alone = environment | {"PAGE_CACHE": "off"}
        started.append(_start("serve", folder, site.fresh, alone, partial(_answers, site.fresh)))
        for one in started:
            wait_until(one.ready, one.process, one.log)
        yield site


@contextlib.contextmanager
def _nginx(instance: Path, port: int, application: int) -> Iterator[Path]:
    """nginx in front of an application, for the length of the block; gives the folder of its mirror."""
    # Its socket has a short name, and nginx runs as somebody else, as it does on a real machine.
    with tempfile.TemporaryDirectory(prefix="bp-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        configuration = configure(folder, port, places(folder / "pages", ROOT, instance, application))
        with running_nginx(configuration, port):
            yield folder / "pages"


@dataclass(frozen=True)
class Server:
    """A process of the site; `ready` raises until it is."""

    process: subprocess.Popen[bytes]
    log: Path
    ready: Callable[[], object]


def _start(
    command: str, folder: Path, port: int, environment: Mapping[str, str], ready: Callable[[], object]
) -> Server:
    variables = {**os.environ, "PYTHONWARNINGS": "ignore", **environment, "PORT": str(port)}
    log = folder / f"{command}-{port}.log"
    with log.open("wb") as output:
        words = [sys.executable, "-m", "flask", "--app", "app", command]
        process = subprocess.Popen(words, cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT)
    return Server(process, log, ready)


def _stop(servers: list[Server]) -> None:
    # All at once: each takes a moment to let its own processes go.
    for server in servers:
        server.process.send_signal(signal.SIGTERM)
    for server in servers:
        stop(server.process)


def _answers(port: int) -> None:
    with contextlib.closing(Visitor(port)) as visitor:
        visitor.get("/healthz")

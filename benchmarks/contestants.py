"""Who is compared: the ways in which one page can be served.

A module adds contestants by a function that takes a Setup and gives them, named in `MAKERS` of `benchmarks/rates.py`.
"""

import gzip
import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import uncached
from benchmarks.servers import Running, serving

PAGE = "/en/"
BARE = "bare WSGI function"


@dataclass(frozen=True)
class Setup:
    """What contestants are made of.

    `settings` is the environment of the site, `redis_url` an empty Redis, and `folder` holds `body` and
    `headers.json`: the page as the site sends it to a client that takes gzip. `servers` are those to compare.
    """

    folder: Path
    settings: dict[str, str]
    redis_url: str
    servers: tuple[str, ...]


@dataclass(frozen=True)
class Contestant:
    """One way to serve the page: `start` runs it for as long as a block lasts, `path` is what is asked for.

    Its rate is compared with that of the contestant `yardstick`, of the same `server` unless that says otherwise.
    """

    name: str
    server: str
    start: Callable[[], AbstractContextManager[Running]]
    path: str = PAGE
    yardstick: str = BARE
    yardstick_server: str = ""

    @property
    def measured_by(self) -> tuple[str, str]:
        """The name and the server of what it is compared with."""
        return self.yardstick, self.yardstick_server or self.server


def prepare(folder: Path, redis_url: str, servers: tuple[str, ...]) -> Setup:
    """A site with the demonstration's size of content, and its home page as bytes."""
    settings = uncached.settings_for(folder / "site")
    uncached.build(settings, posts=60)
    with serving("granian", "benchmarks.babelpress_site:application", settings, PAGE) as running:
        request = urllib.request.Request(running.url + PAGE, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request) as reply:
            body = reply.read()
            skipped = ("date", "server", "connection")
            headers = [(name, value) for name, value in reply.getheaders() if name.lower() not in skipped]
    (folder / "body").write_bytes(body)
    (folder / "headers.json").write_text(json.dumps(headers))
    print(f"The page: {len(gzip.decompress(body)):,} bytes, {len(body):,} compressed.", flush=True)
    return Setup(folder, settings, redis_url, servers)


def of_python(setup: Setup) -> Iterator[Contestant]:
    """The page from Python, on each server: bare, ours in each tier, and what is usual with Flask."""
    page = {"BENCHMARK_PAGE": str(setup.folder)}
    redis = {"REDIS_URL": setup.redis_url}
    bare, ours, flask = (f"benchmarks.{module}:application" for module in ("bare", "babelpress_site", "flask_views"))
    rows = [
        (BARE, bare, page, PAGE),
        ("cached page, in process", ours, setup.settings, PAGE),
        ("cached page, Redis", ours, setup.settings | redis, PAGE),
        ("Flask view, constant", flask, page, "/constant"),
        ("Flask-Caching decorator, in process", flask, page, "/decorated"),
        ("Flask-Caching decorator, Redis", flask, page | redis, "/decorated"),
    ]
    for server in setup.servers:
        for name, target, environment, path in rows:
            yield Contestant(name, server, partial(serving, server, target, environment, path), path)

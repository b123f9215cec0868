"""Pages that are rendered and not served from the cache, in the server's own milliseconds."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from werkzeug.test import EnvironBuilder

from app import create_app
from benchmarks.data import fill
from cms.cache.addresses import Addresses
from cms.content.foundation import lay_foundation
from tests.sql_counter import QueryCounter

REPEATS = 25


def settings_for(folder: Path) -> dict[str, str]:
    """The environment of a site that keeps everything in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    return {"APP_ENV": "demo", "INSTANCE_PATH": str(folder), "SECRET_KEY": "for benchmarks only"}


def build(settings: dict[str, str], posts: int, **overrides: object) -> Flask:
    """A migrated site with so many posts."""
    os.environ.update(settings)
    app = create_app(overrides)
    with app.app_context():
        flask_migrate.upgrade()
        lay_foundation()
    fill(app, posts)
    return app


def measure(folder: Path, sizes: list[int]) -> list[dict[str, Any]]:
    """A row for each kind of page and size: milliseconds and statements, cold and warm.

    Cold: the page is rendered with nothing at hand. Warm: the page itself is not kept, but all its parts are, as after
    a save that purged the page and nothing that it is made from. A page after a real save lies between the two: what
    was changed is rendered, the rest is there.
    """
    rows = []
    for size in sizes:
        app = build(settings_for(folder / f"site-{size}"), size)
        for kind, path in pages(size).items():
            ask = asking(app, path)
            clear = app.extensions["page_cache"].fragments.clear
            cold = timed(ask, before=clear)
            warm = timed(ask)
            rows.append({"page": kind, "posts": size, "cold": cold, "warm": warm})
    return rows


def pages(size: int) -> dict[str, str]:
    """An address of each kind of page, on a site with so many posts."""
    return {
        "home": "/en/",
        "home, page 50": "/en/?page=50" if size >= 500 else "/en/?page=2",
        "post": f"/en/posts/post-{size // 2}",
        "tag": "/en/tags/tag-7",
        "category": "/en/categories/stone",
        "author": "/en/authors/person7",
        "archive": "/en/archive/2020/01",
        "page": "/en/about",
        "feed": "/en/feed.xml",
    }


def asking(app: Flask, path: str) -> Callable[[], str]:
    """Have a page rendered, without keeping it; gives the status of the reply."""
    layer: Any = app.wsgi_app
    where, _, query = path.partition("?")
    environ = EnvironBuilder(path=where, query_string=query, base_url="http://localhost").get_environ()
    address = Addresses(("page",), None, ()).of(environ)

    def ask() -> str:
        status: str = layer.render(address, environ).reply.status
        return status

    return ask


def timed(ask: Callable[[], str], before: Callable[[], object] = lambda: None) -> tuple[float, int]:
    """The median processor time of REPEATS in milliseconds, after one to warm up, and the statements of one.

    `before` is called before each, and its time does not count. SQLite works in the same process, so its time is in
    it; what else the machine does is not.
    """
    ask()
    before()
    with QueryCounter() as statements:
        status = ask()
    if not status.startswith("200"):
        raise RuntimeError(status)
    values = []
    for _ in range(REPEATS):
        before()
        begun = time.process_time()
        ask()
        values.append((time.process_time() - begun) * 1000)
    return statistics.median(values), len(statements)

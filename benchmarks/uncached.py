"""What is rendered and not served from the cache, in the server's own milliseconds."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import flask_migrate
from flask import Flask

from app import create_app
from benchmarks.data import fill
from cms.content.foundation import lay_foundation
from tests.site_client import SiteClient, signed_in
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


def measure(folder: Path, sizes: list[int], backoffice_size: int) -> dict[str, tuple[float, int]]:
    """Milliseconds and statements of each page, by what it is."""
    found: dict[str, tuple[float, int]] = {}
    for size in sizes:
        app = build(settings_for(folder / f"home-{size}"), size, PAGE_CACHE=False)
        visitor = SiteClient.of(app)
        found[f"home, {size:,} posts"] = timed(lambda visitor=visitor: visitor.get("/en/"))
        found[f"a post, {size:,} posts"] = timed(
            lambda visitor=visitor, n=size // 2: visitor.get(f"/en/posts/post-{n}")
        )
    app = build(settings_for(folder / "backoffice"), backoffice_size)
    editor = signed_in(app, "administrator")
    addresses = {
        "first page": "/admin/posts/",
        "middle page": f"/admin/posts/?page={backoffice_size // 40}",
        "search": "/admin/posts/?search=harbour",
        "edit form": "/admin/posts/edit/?id=77",
    }
    for name, address in addresses.items():
        found[f"back office, {backoffice_size:,} posts: {name}"] = timed(lambda path=address: editor.get(path))
    return found


def timed(ask: Callable[[], object]) -> tuple[float, int]:
    """The median processor time of REPEATS in milliseconds, after one to warm up, and the statements of one.

    SQLite works in the same process, so its time is in it; what else the machine does is not.
    """
    with QueryCounter() as statements:
        reply = ask()
    if getattr(reply, "status_code", 200) != 200:
        raise RuntimeError(f"{reply!r}")
    values = []
    for _ in range(REPEATS):
        begun = time.process_time()
        ask()
        values.append((time.process_time() - begun) * 1000)
    return statistics.median(values), len(statements)

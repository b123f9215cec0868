"""What the back office costs at size, in the server's own milliseconds.

`python -m benchmarks.backoffice --posts 1000000` fills a site in a temporary folder and prints a table; with
`--postgresql` it does so on a private PostgreSQL, with `--folder` on a site that an earlier run has left there.
"""

import argparse
import contextlib
import contextvars
import gc
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app import create_app
from benchmarks import process_memory
from benchmarks.backoffice_operations import Operation, operations
from benchmarks.large_site import fill
from benchmarks.uncached import settings_for
from cms.content.foundation import lay_foundation
from cms.extensions import db
from cms.models import Post, User
from tests.factories import make_user
from tests.servers import running_postgresql
from tests.site_client import SiteClient, signed_in
from tests.sql_counter import QueryCounter

REPEATS = 5
# Seconds that one operation may take altogether.
LONGEST = 1.0
# Milliseconds that each operation but an export may take.
GOAL = 50.0
FINE = {HTTPStatus.OK, HTTPStatus.FOUND}


def rows_for(
    posts: int, tags: int, people: int, *, postgresql: bool = False, only: str = "", folder: Path | None = None
) -> list[dict[str, Any]]:
    """What every operation costs on a site of this size, as `measure` gives it, and the export of all posts.

    `only` keeps to the operations whose group or name contains it; `folder` is an instance folder to use and to leave.
    """
    arguments = argparse.Namespace(
        posts=posts, tags=tags, people=people, postgresql=postgresql, database=None, folder=folder
    )
    with large_site(arguments) as app:
        rows = measure(app, only)
        return [*rows, measure_export(app)] if not only else rows


def an_editor(app: Flask) -> SiteClient:
    """Who asks; the account is made at the first run on a site."""
    with app.app_context():
        found = db.session.scalar(select(User).where(User.username == "measurer"))
        return signed_in(app, found or make_user("administrator", username="measurer", email="measurer@example.org"))


def measure(app: Flask, only: str = "") -> list[dict[str, Any]]:
    """Each operation whose group or name contains `only`, printed as it is measured.

    `processor_ms` is the time of this process alone, whatever else the machine does; SQLite works in it, PostgreSQL
    beside it. `wall_ms` is what somebody waits for. Both are medians. `memory_mb` is the most that the process held
    beyond its resting memory, which is that after a list was shown.
    """
    editor = an_editor(app)
    for _again in range(3):
        editor.get("/admin/posts/")
    gc.collect()
    resting = process_memory.resting()
    with app.app_context():
        database = db.engine.dialect.name
    found = []
    for operation in operations(app):
        if only in operation.group or only in operation.name:
            row = {"database": database} | timed_at(editor, operation, resting)
            found.append(row)
            print(
                "{group:<8} {name:<58} {processor_ms:7.1f} ms of processor {wall_ms:7.1f} ms "
                "{statements:3d} statements {memory_mb:6.1f} MB".format(**row),
                flush=True,
            )
    return found


def timed_at(client: SiteClient, operation: Operation, resting: float) -> dict[str, Any]:
    """The medians of REPEATS, after one to warm up; what takes seconds is asked less often."""
    process_memory.resting()
    form = operation.form(client) if operation.form is not None else None
    if operation.prepare is not None:
        operation.prepare()
    with QueryCounter() as statements:
        _do(client, operation, form)
    passed: list[float] = []
    worked: list[float] = []
    while len(passed) < REPEATS and sum(passed) < LONGEST:
        form = operation.form(client) if operation.form is not None else None
        if operation.prepare is not None:
            operation.prepare()
        wall, processor = _do(client, operation, form)
        passed.append(wall)
        worked.append(processor)
    return {
        "group": operation.group,
        "name": operation.name,
        "processor_ms": round(statistics.median(worked) * 1000, 1),
        "wall_ms": round(statistics.median(passed) * 1000, 1),
        "statements": len(statements),
        "memory_mb": round(max(process_memory.peak() - resting, 0.0), 1),
    }


def _do(client: SiteClient, operation: Operation, form: dict[str, str] | None) -> tuple[float, float]:
    """The seconds that passed, and those that this process worked."""
    begun, begun_work = time.perf_counter(), time.process_time()
    reply = client.get(operation.path) if form is None else client.submit(operation.path, form)
    wall, processor = time.perf_counter() - begun, time.process_time() - begun_work
    if reply.status_code not in FINE:
        raise RuntimeError(f"{operation.path}: {reply.status}")
    return wall, processor


def measure_export(app: Flask) -> dict[str, Any]:
    """The export of all posts, read as it comes: how long it takes, and the most memory beyond that of a list."""
    editor = an_editor(app)
    editor.get("/admin/posts/")
    cookie = editor.get_cookie(app.config["SESSION_COOKIE_NAME"])
    headers = {"Cookie": f"{cookie.key}={cookie.value}"} if cookie is not None else {}
    environ = EnvironBuilder(path="/admin/posts/export/csv/", headers=headers).get_environ()
    # Asked as a server asks, because a test client would gather the whole reply.
    return contextvars.Context().run(_read_slowly, app, environ)


def _read_slowly(app: Flask, environ: Any) -> dict[str, Any]:
    gc.collect()
    resting = process_memory.resting()
    begun, begun_work = time.perf_counter(), time.process_time()
    size = lines = 0
    first = 0.0
    with QueryCounter() as statements:
        parts, status, _headers = run_wsgi_app(app, environ, buffered=False)
        if not status.startswith("200"):
            raise RuntimeError(status)
        with contextlib.closing(parts):
            for part in parts:
                first = first or time.perf_counter() - begun
                size += len(part)
                lines += part.count(b"\n")
    row = {
        "database": app.config["SQLALCHEMY_DATABASE_URI"].partition(":")[0],
        "group": "export",
        "name": f"{lines:,} lines of CSV, {size / 1e6:.0f} MB",
        "processor_ms": round((time.process_time() - begun_work) * 1000, 1),
        "wall_ms": round((time.perf_counter() - begun) * 1000, 1),
        "first_byte_ms": round(first * 1000, 1),
        "statements": len(statements),
        "memory_mb": round(max(process_memory.peak() - resting, 0.0), 1),
    }
    print(
        "{group:<8} {name:<58} {wall_ms:,.0f} ms, first byte after {first_byte_ms:.0f} ms, "
        "{statements} statements, {memory_mb:.1f} MB".format(**row),
        flush=True,
    )
    return row


@contextlib.contextmanager
def large_site(arguments: argparse.Namespace) -> Iterator[Flask]:
    """The site to measure: filled now, or as an earlier run has left it."""
    with contextlib.ExitStack() as stack:
        folder = arguments.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="babelpress-large-")))
        os.environ.update(settings_for(folder))
        settings: dict[str, Any] = {}
        if arguments.database or arguments.postgresql:
            settings["SQLALCHEMY_DATABASE_URI"] = arguments.database or stack.enter_context(running_postgresql())
        app = create_app(settings)
        with app.app_context():
            flask_migrate.upgrade()
            lay_foundation()
            filled = db.session.scalar(select(Post.id).limit(1)) is not None
        if not filled:
            fill(app, arguments.posts, arguments.tags, arguments.people)
        yield app


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--tags", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--postgresql", action="store_true", help="on a private PostgreSQL instead of SQLite")
    parser.add_argument("--database", help="address of a database to use and to leave there")
    parser.add_argument("--folder", type=Path, help="instance folder to use and to leave there")
    parser.add_argument("--only", default="", help="operations whose name contains this")
    parser.add_argument("--json", type=Path, help="write the numbers there, too")
    arguments = parser.parse_args()
    with large_site(arguments) as app:
        rows = measure(app, arguments.only)
        if not arguments.only or arguments.only == "export":
            rows.append(measure_export(app))
    slow = [row for row in rows if row["group"] != "export" and row["wall_ms"] > GOAL]
    print(f"{len(rows)} operations, {len(slow)} of them above {GOAL:.0f} ms.")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()

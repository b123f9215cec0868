"""What the back office costs at size, in the server's own milliseconds.

`python -m benchmarks.backoffice --posts 1000000` fills a site in a temporary folder and prints a table; with
`--postgresql` it does so on a private PostgreSQL, with `--folder` on a site that an earlier run has left there.
"""

import argparse
import contextlib
import contextvars
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app import create_app
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
SORTED = ("posts", "tags", "users")


def operations(app: Flask) -> dict[str, str]:
    """The address of each operation, by its name: every sort and every filter that is offered."""
    with app.app_context():
        posts = db.session.scalar(select(func.max(Post.id))) or 1
    found = {
        "list, first page": "/admin/posts/",
        "list, second page": "/admin/posts/?page=1",
        "list, middle page": f"/admin/posts/?page={posts // 40}",
        "list, last page": "/admin/posts/?page=-1",
        "tab drafts": "/admin/posts/?show=draft",
        "tab scheduled": "/admin/posts/?show=scheduled",
        "tab trash": "/admin/posts/?show=trash",
        "search, a common word": "/admin/posts/?search=harbour",
        "search, the beginning of a title": "/admin/posts/?search=river+stone",
        "search, nothing found": "/admin/posts/?search=zeppelin",
        "edit form": f"/admin/posts/edit/?id={posts // 2}",
        "look-up of a tag": "/admin/posts/ajax/lookup/?name=tags&query=river",
        "look-up of a tag, nothing found": "/admin/posts/ajax/lookup/?name=tags&query=zeppelin",
        "look-up of a tag, no word": "/admin/posts/ajax/lookup/?name=tags&query=&locale=pt",
        "look-up of a parent page": "/admin/pages/ajax/lookup/?name=parent&query=river",
        "link search": "/admin/link-search/?q=river&locale=en",
        "dashboard": "/admin/",
    }
    for view in app.extensions["admin"][0]._views:  # noqa: SLF001 - Flask-Admin offers no other way to them
        table = getattr(getattr(view, "model", None), "__tablename__", "")
        if table not in SORTED:
            continue
        for index, (name, _label) in enumerate(view._list_columns):  # noqa: SLF001 - as above
            if view.is_sortable(name):
                found[f"{table} by {name}"] = f"/admin/{table}/?sort={index}"
                found[f"{table} by {name}, downwards"] = f"/admin/{table}/?sort={index}&desc=1"
        for index, one in enumerate(view._filters):  # noqa: SLF001 - as above
            argument = view.get_filter_arg(index, one)
            for value in filter_values(one, app):
                found[f"{table} where {argument} is {value}"] = f"/admin/{table}/?flt0_{argument}={value}"
    return found


def filter_values(one: Any, app: Flask) -> list[str]:
    """Values to try a filter with: a common one and a rare one."""
    match type(one).__name__:
        case "DayFilter":
            return ["2012-06-01", "2022-06-01"]
        case "YesNoFilter":
            return ["1", "0"]
        case "RelationFilter":
            return ["3", "river"]
        case "TextFilter":
            return ["river", "zeppelin"]
    with app.test_request_context("/"):
        values = [str(value) for value, _label in one.get_options(None) or ()]
    return [values[0], values[-1]] if values else []


def an_editor(app: Flask) -> SiteClient:
    """Who asks; the account is made at the first run on a site."""
    with app.app_context():
        found = db.session.scalar(select(User).where(User.username == "measurer"))
        return signed_in(app, found or make_user("administrator", username="measurer", email="measurer@example.org"))


@dataclass(frozen=True)
class Measured:
    """What one operation costs: medians in milliseconds, and its statements.

    `processor` is the time of this process alone, whatever else the machine does; SQLite works in it, PostgreSQL
    beside it.
    """

    milliseconds: float
    processor: float
    statements: int


def measure(app: Flask, only: str = "") -> dict[str, Measured]:
    """Each operation whose name contains `only`."""
    editor = an_editor(app)
    found = {}
    for name, path in operations(app).items():
        if only in name:
            found[name] = one = timed_at(editor, path)
            times = f"{one.milliseconds:8.1f} ms {one.processor:8.1f} ms of processor"
            print(f"{name:<60} {times} {one.statements:3d} statements", flush=True)
    return found


def timed_at(client: SiteClient, path: str) -> Measured:
    """The medians of REPEATS, after one to warm up; what takes seconds is asked less often."""
    with QueryCounter() as statements:
        reply = client.get(path)
    if reply.status_code != HTTPStatus.OK:
        raise RuntimeError(f"{path}: {reply.status}")
    passed: list[float] = []
    worked: list[float] = []
    while len(passed) < REPEATS and sum(passed) < LONGEST:
        begun, begun_work = time.perf_counter(), time.process_time()
        client.get(path)
        passed.append(time.perf_counter() - begun)
        worked.append(time.process_time() - begun_work)
    return Measured(statistics.median(passed) * 1000, statistics.median(worked) * 1000, len(statements))


def measure_export(app: Flask) -> dict[str, float]:
    """The export of all posts, read as it comes: how long it takes, and the most memory beyond that of a list."""
    editor = an_editor(app)
    editor.get("/admin/posts/")
    cookie = editor.get_cookie(app.config["SESSION_COOKIE_NAME"])
    headers = {"Cookie": f"{cookie.key}={cookie.value}"} if cookie is not None else {}
    environ = EnvironBuilder(path="/admin/posts/export/csv/", headers=headers).get_environ()
    # Asked as a server asks, because a test client would gather the whole reply.
    return contextvars.Context().run(_read_slowly, app, environ)


def _read_slowly(app: Flask, environ: Any) -> dict[str, float]:
    resting = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    size = lines = 0
    first = 0.0
    parts, status, _headers = run_wsgi_app(app, environ, buffered=False)
    if not status.startswith("200"):
        raise RuntimeError(status)
    with contextlib.closing(parts):
        for part in parts:
            first = first or time.perf_counter() - begun
            size += len(part)
            lines += part.count(b"\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds to the first byte": round(first, 3),
        "seconds": round(time.perf_counter() - begun, 1),
        "lines": lines,
        "megabytes": round(size / 1e6, 1),
        "memory beyond rest, MB": round((peak - resting) / 1024, 1),
    }


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
        export = measure_export(app) if not arguments.only or arguments.only == "export" else {}
        found = measure(app, arguments.only)
    for name, value in export.items():
        print(f"export of all posts: {name:<43} {value:9}")
    if arguments.json:
        arguments.json.write_text(
            json.dumps({"operations": {name: asdict(one) for name, one in found.items()}, "export": export}, indent=2)
        )


if __name__ == "__main__":
    main()

"""A database for each test: migrated once, then copied, so that commits are real and leave nothing behind."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
from flask import Flask
from sqlalchemy import event, make_url

from admin import list_marks
from cms.content import large_numbers
from cms.content.foundation import lay_foundation
from cms.extensions import cache, db, limiter


class TestDatabase:
    """An application with a way back to the state of a new site."""

    # Not a test class, whatever its name says to pytest.
    __test__ = False

    def __init__(self, app: Flask, restore: Callable[[], None]) -> None:
        self.app = app
        self._restore = restore

    @staticmethod
    def migrate(app: Flask) -> None:
        """Bring an application's database to the newest schema and lay the foundation, as a start does."""
        with app.app_context():
            flask_migrate.upgrade()
            lay_foundation()
        TestDatabase.close_connections(app)

    @staticmethod
    def close_connections(app: Flask) -> None:
        """Give all connections of an application's pool back: one that is dropped while open is a warning."""
        with app.app_context():
            db.engine.dispose()

    def close(self) -> None:
        """End what this application holds open."""
        self.close_connections(self.app)

    def reset(self) -> None:
        """Give the application a new site's database, empty folders, caches and counters."""
        with self.app.app_context():
            list_marks.marked_lists().wait()
            db.engine.dispose()
            self._restore()
            self.app.extensions.pop(list_marks.EXTENSION)
            self.app.extensions.pop(large_numbers.EXTENSION, None)
            if "cache" in self.app.extensions:
                cache.clear()
            if "limiter" in self.app.extensions:
                limiter.reset()
        for entry in self.app.config["INSTANCE_PATH"].iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name.startswith("demo_"):
                # What a demonstration site says of itself, also where its creation was broken off.
                entry.unlink()


def sqlite_database(build: Callable[[str], Flask], folder: Path) -> TestDatabase:
    """An application on SQLite files in `folder`; `build` makes it from the address of its database.

    Each test has a file of its own: a request that is still under way when a test ends keeps the file that it has
    open, and touches no other test's.
    """
    template = folder / "template.sqlite"
    app = build(f"sqlite:///{template}")
    TestDatabase.migrate(app)
    numbers = itertools.count(1)
    current = template

    def restore() -> None:
        nonlocal current
        previous, current = current, folder / f"test-{next(numbers)}.sqlite"
        shutil.copyfile(template, current)
        if previous != template:
            for leftover in folder.glob(f"{previous.name}*"):
                leftover.unlink()

    def connect_to_current(dialect: Any, record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
        arguments[0] = str(current)

    with app.app_context():
        event.listen(db.engine, "do_connect", connect_to_current)
    return TestDatabase(app, restore)


def postgresql_database(build: Callable[[str], Flask], server: str) -> TestDatabase:
    """An application on a PostgreSQL server; `server` is the address of a database that stays."""

    def administer(*statements: str) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    administer("CREATE DATABASE site")
    app = build(make_url(server).set(database="site").render_as_string(hide_password=False))
    TestDatabase.migrate(app)
    administer("ALTER DATABASE site RENAME TO site_template")

    def restore() -> None:
        administer(
            "DROP DATABASE IF EXISTS site WITH (FORCE)",
            "CREATE DATABASE site TEMPLATE site_template STRATEGY file_copy",
        )

    return TestDatabase(app, restore)

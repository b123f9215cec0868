"""What every new database connection is told, and what becomes of a request's changes when it fails."""

from typing import Any

from flask import Flask, got_request_exception
from sqlalchemy import event

from cms.extensions import db

# Milliseconds that a writer waits for another one on SQLite before it gives up.
SQLITE_BUSY_TIMEOUT = 10_000


def init_app(app: Flask) -> None:
    """Set SQLite up for several readers beside a writer, with foreign keys that are checked."""
    with app.app_context():
        engine = db.engine
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
    got_request_exception.connect(_forget_changes, app)


def close() -> None:
    """Give every connection of the current application back, before its process is copied."""
    db.session.remove()
    db.engine.dispose()


def _forget_changes(_app: Flask, **_more: Any) -> None:
    """Undo what a failed request had begun: the page that says so must not send it to the database."""
    db.session.rollback()


def _prepare_sqlite(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_TIMEOUT}")
    cursor.close()
    # SQLite's own knows the English letters only, and would not find "École" for "école".
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value

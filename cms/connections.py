"""What every new database connection is told, and what becomes of a request's changes when it fails."""

import logging
import os
import sqlite3
from contextlib import suppress
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

from flask import Flask, current_app, got_request_exception, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import ServiceUnavailable

from cms.extensions import db

logger = logging.getLogger(__name__)

# What is said to those who asked while the database was away.
RETRY_SECONDS = 5
# Milliseconds that a writer waits for another one on SQLite before it gives up.
SQLITE_BUSY_TIMEOUT = 10_000
# What the database calls connections beside those of requests.
BESIDE_THE_POOL = "babelpress beside the pool"
# How soon a network that swallows everything is noticed while an answer is awaited: in four seconds.
_KEEPALIVES = {"keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 2}


def init_app(app: Flask) -> None:
    """Set new connections up: SQLite for several readers beside a writer, PostgreSQL for requests."""
    with app.app_context():
        engine = db.engine
        event.listen(engine, "connect", _PREPARED[engine.dialect.name])
        if engine.dialect.name == "sqlite" and engine.url.database:
            event.listen(engine, "do_connect", partial(_for_its_owner_alone, Path(engine.url.database)))
    got_request_exception.connect(_forget_changes, app)
    for kind in (OperationalError, PoolTimeout):
        app.register_error_handler(kind, _try_again_later)


def close() -> None:
    """Give every connection of the current application back, before its process is copied."""
    db.session.remove()
    db.engine.dispose()


def engine_beside_the_pool(seconds: float) -> Engine:
    """An engine with one connection of its own to the current application's database.

    It is for short questions that must not wait for requests: no statement takes longer than `seconds`, nor does a
    network that swallows what is sent, and a new connection hardly longer.
    """
    url = db.engine.url
    postgresql = url.get_backend_name() == "postgresql"
    milliseconds = int(seconds * 1000)
    limits: dict[str, Any] = {"timeout": seconds}
    if postgresql:
        limits = {"application_name": BESIDE_THE_POOL, "connect_timeout": ceil(seconds)}
        limits |= _KEEPALIVES | {"tcp_user_timeout": milliseconds}
    engine = create_engine(
        url, pool_size=1, max_overflow=0, pool_timeout=seconds, pool_pre_ping=True, connect_args=limits
    )
    if postgresql:
        # With each transaction, and not as an option of the connection, which poolers such as PgBouncer refuse.
        event.listen(engine, "begin", lambda connection: _limit_statements(connection, milliseconds))
    return engine


def _limit_statements(connection: Connection, milliseconds: int) -> None:
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")


def _forget_changes(_app: Flask, **_more: Any) -> None:
    """Undo what a failed request had begun: the page that says so must not send it to the database."""
    db.session.rollback()


def _try_again_later(error: SQLAlchemyError) -> ResponseReturnValue:
    """503 where the database is away, busy or full: that passes, and no crawler shall take it for the page's fault.

    What SQLite says of a statement that is wrong is a fault of the program, and left to Flask as any other.
    """
    original = getattr(error, "orig", None)
    if getattr(original, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        raise error
    why = str(original or error).strip().partition("\n")[0]
    logger.error("The database does not do as it should for %s %s: %s", request.method, request.path, why)
    db.session.rollback()
    return current_app.handle_http_exception(ServiceUnavailable(retry_after=RETRY_SECONDS))


def _prepare_postgresql(connection: Any, record: Any) -> None:
    """Questions of requests are short and many at once: to start workers or a compiler for one takes longer than it."""
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SET jit = off")
    connection.commit()


def _for_its_owner_alone(path: Path, *_: Any) -> None:
    """Make a new database such that nobody else may read it; SQLite gives the files beside it the same rights."""
    with suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


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


_PREPARED = {"sqlite": _prepare_sqlite, "postgresql": _prepare_postgresql}

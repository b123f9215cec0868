"""How services commit: each by itself, or several as one transaction; what the database refuses becomes a sentence."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from cms.content.errors import Conflict, InvalidInput, changed_meanwhile
from cms.extensions import db

# What is broken at the last moment: a rule of the database, a length, a row that is no longer there.
REFUSALS = (IntegrityError, DataError, StaleDataError)
# SQLSTATE, as the SQL standard and PostgreSQL have it: foreign_key_violation and restrict_violation.
REFERENCE_STATES = frozenset({"23503", "23001"})
# SQLite's extended codes: the second is that of ON DELETE RESTRICT, which it does by a trigger of its own.
SQLITE_REFERENCE_CODES = frozenset({sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, sqlite3.SQLITE_CONSTRAINT_TRIGGER})


class _Batch:
    """Changes that are committed together, and what is to follow once they are."""

    def __init__(self) -> None:
        self.followers: list[Callable[[], None]] = []


_batch: ContextVar[_Batch | None] = ContextVar("batch", default=None)


@contextmanager
def one_transaction() -> Iterator[None]:
    """Make one transaction of what several services do: what they commit within is only flushed, until the end.

    Each call that may be refused belongs into `apart()`; without it, a refusal undoes all of them.
    """
    batch = _Batch()
    token = _batch.set(batch)
    try:
        begin_writing()
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _batch.reset(token)
    for follower in batch.followers:
        follower()


def begin_writing() -> None:
    """Have SQLite begin a transaction as a writer, where it has none yet; waits for whoever writes.

    Before the first change it has none: what is read until then, others may change, and a savepoint alone would be one.
    """
    connection = db.session.connection()
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def is_batch() -> bool:
    """Whether this is within `one_transaction()`."""
    return _batch.get() is not None


@contextmanager
def apart() -> Iterator[None]:
    """One of several changes within `one_transaction()`: where it is refused, the others stay."""
    batch = _batch.get()
    assert batch is not None, "Only within one_transaction()"
    followers = list(batch.followers)
    try:
        with db.session.begin_nested():
            yield
    except BaseException:
        batch.followers = followers
        raise


def once_committed(follower: Callable[[], None]) -> None:
    """Do what cannot be undone, such as deleting a file: now, or after the commit of `one_transaction()`."""
    batch = _batch.get()
    if batch is None:
        follower()
    else:
        batch.followers.append(follower)


def flush() -> None:
    """Send changes to the database; what it refuses becomes a sentence."""
    try:
        db.session.flush()
    except REFUSALS as error:
        undo()
        raise _refusal(error) from error


def commit() -> None:
    """Commit; what the database refuses becomes a sentence. Within `one_transaction()`, no more than flush."""
    if _batch.get() is not None:
        flush()
        return
    try:
        db.session.commit()
    except REFUSALS as error:
        db.session.rollback()
        raise _refusal(error) from error


def undo() -> None:
    """Roll back what was refused; within `one_transaction()`, the end of `apart()` does so."""
    if _batch.get() is None:
        db.session.rollback()


def _refusal(error: Exception) -> Exception:
    if isinstance(error, StaleDataError):
        return changed_meanwhile()
    if isinstance(error, DataError):
        # Values are checked before; what is made of several of them, such as a path, is too long here at last.
        return InvalidInput({"": _("This text is too long.")})
    if _is_about_a_reference(getattr(error, "orig", None)):
        return Conflict(_("This is still needed by something else, or what it needs is gone."))
    return InvalidInput({"": _("There is one like this already.")})


def _is_about_a_reference(error: Any) -> bool:
    """Whether what a driver raised is about a foreign key: by its code, whatever language its text is in."""
    return (
        getattr(error, "sqlstate", None) in REFERENCE_STATES
        or getattr(error, "sqlite_errorcode", None) in SQLITE_REFERENCE_CODES
    )

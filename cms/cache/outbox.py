"""Purges that still have to be delivered, kept in the database with the change that they belong to.

The row is written in the transaction of the change itself, so there is no change without it, and removed once the
cache server has the purge. Whatever comes between (a dead server, a process that was killed) leaves the row, and
every process looks for rows before it trusts what is cached, once within PENDING_LEASE seconds (`cms.cache.looks`). A
purge that could not be delivered therefore lets as long pass before its reply is sent: by then nobody serves what it
made stale.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import cast

from flask import Flask
from sqlalchemy import Connection, Engine, Table, delete, event, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cms.connections import engine_beside_the_pool
from cms.extensions import db
from cms.models.pending_purge import PendingPurge

logger = logging.getLogger(__name__)

PENDING_LEASE = 1.0
# Seconds after which a look is refused by a database that is there and slow.
STATEMENT_LIMIT = 1.5
_AT_ONCE = 500

_ROWS = cast(Table, PendingPurge.__table__)


class Outbox:
    """The kept purges of one application, in `table`."""

    def __init__(self, app: Flask, table: Table = _ROWS) -> None:
        self._app = app
        self._table = table
        # One look at a time, and whoever gives connections back waits for it.
        self._looking = threading.Lock()
        self._own_engine: Engine | None = None

    def keep(self, session: Session, tags: Iterable[str]) -> int:
        """Write a row within the session's transaction; returns its id."""
        connection = session.connection(bind_arguments={"clause": self._table})
        key = connection.execute(insert(self._table).values(tags=sorted(tags))).inserted_primary_key
        assert key is not None
        return int(key[0])

    def keep_now(self, tags: Iterable[str]) -> None:
        """Write a row in a transaction of its own, for a purge that belongs to no change of the database."""
        with self._engine().begin() as connection:
            connection.execute(insert(self._table).values(tags=sorted(tags)))

    def remove(self, ids: Iterable[int], bind: Engine | Connection | None = None) -> None:
        """Delete rows whose purge was delivered. A failure is only logged: delivering twice does no harm.

        `bind` is what the session that wrote them is bound to; a connection takes part in its transaction.
        """
        statement = delete(self._table).where(self._table.c.id.in_(list(ids)))
        try:
            if isinstance(bind, Connection):
                with bind.begin_nested():
                    bind.execute(statement)
            else:
                with (bind or self._engine()).begin() as connection:
                    connection.execute(statement)
        except SQLAlchemyError as error:
            logger.warning("A delivered purge could not be removed; it will be delivered again: %s", error)

    def _engine(self) -> Engine:
        with self._app.app_context():
            return db.engine

    def hand_over(self, purge: Callable[[set[str]], object]) -> None:
        """Give the tags of all rows to `purge`, and remove the rows that it has taken without an exception.

        Each row is given once, also where it cannot be removed: as long as that lasts, every look gives it again.
        """
        last = 0
        with self._looking:
            engine = self._engine_for_looks()
            while rows := self.oldest(engine, after=last):
                purge({tag for tags in rows.values() for tag in tags})
                self.remove(rows, engine)
                last = max(rows)

    def oldest(self, engine: Engine | None = None, *, after: int = 0) -> dict[int, list[str]]:
        """The tags of the oldest rows with an id above `after`, by their ids; at most `_AT_ONCE` rows."""
        columns = self._table.c
        kept = select(columns.id, columns.tags).where(columns.id > after).order_by(columns.id).limit(_AT_ONCE)
        with (engine or self._engine()).connect() as connection:
            return {row.id: row.tags for row in connection.execute(kept)}

    def _engine_for_looks(self) -> Engine:
        """With a connection of its own: while requests use all the others, readers must not wait for them."""
        if self._own_engine is None:
            with self._app.app_context():
                self._own_engine = engine_beside_the_pool(STATEMENT_LIMIT)
                event.listen(db.engine, "engine_disposed", self._give_back)
        return self._own_engine

    def _give_back(self, _engine: Engine) -> None:
        waited = self._looking.acquire(timeout=2 * STATEMENT_LIMIT)
        try:
            if self._own_engine is not None:
                self._own_engine.dispose()
        finally:
            if waited:
                self._looking.release()

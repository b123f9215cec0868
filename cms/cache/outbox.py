"""Purges that still have to be delivered, kept in the database with the change that they belong to.

The row is written in the transaction of the change itself, so there is no change without it, and removed once the
cache server has the purge. Whatever comes between (a dead server, a process that was killed) leaves the row, and
every process looks for rows before it trusts what is cached, once within PENDING_LEASE seconds. A purge that could
not be delivered therefore lets as long pass before its reply is sent: by then nobody serves what it made stale.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import cast

from flask import Flask
from sqlalchemy import Connection, Engine, Table, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cms.cache.stamps import Stamps
from cms.extensions import db
from cms.models.pending_purge import PendingPurge

logger = logging.getLogger(__name__)

PENDING_LEASE = 1.0
_AT_ONCE = 500

_ROWS = cast(Table, PendingPurge.__table__)


class Outbox:
    """The kept purges of one application, in `table`."""

    def __init__(self, app: Flask, table: Table = _ROWS, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._table = table
        self._clock = clock
        self._lock = threading.Lock()
        # The moment of `clock` up to which the rows need not be looked for again.
        self.settled_until = float("-inf")

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

    def settle(self, stamps: Stamps, *, force: bool = False) -> None:
        """Deliver every kept purge, unless that was seen to within the lease. Raises Unavailable.

        Where the database cannot be asked, nobody can have changed anything either: the pages stay good.
        """
        if not force and self._clock() < self.settled_until:
            return
        with self._lock:
            now = self._clock()
            if not force and now < self.settled_until:
                return
            try:
                self.hand_over(stamps.purge)
            except SQLAlchemyError:
                logger.warning("Kept purges could not be looked for.", exc_info=True)
            self.settled_until = now + PENDING_LEASE

    def hand_over(self, purge: Callable[[set[str]], object]) -> None:
        """Give the tags of all rows to `purge`, and remove the rows that it has taken without an exception.

        Each row is given once, also where it cannot be removed: as long as that lasts, every look gives it again.
        """
        last = 0
        while rows := self.oldest(after=last):
            purge({tag for tags in rows.values() for tag in tags})
            self.remove(rows)
            last = max(rows)

    def oldest(self, after: int = 0) -> dict[int, list[str]]:
        """The tags of the oldest rows with an id above `after`, by their ids; at most `_AT_ONCE` rows."""
        columns = self._table.c
        kept = select(columns.id, columns.tags).where(columns.id > after).order_by(columns.id).limit(_AT_ONCE)
        with self._engine().connect() as connection:
            return {row.id: row.tags for row in connection.execute(kept)}

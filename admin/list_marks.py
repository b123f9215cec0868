"""Marks along long lists, so that no page of one has to be counted to from an end of it.

A mark is the row at a certain place of a list's order: its values of the columns of that order, from which an index
leads on. The marks are set by a walk along the index, beside the requests of the process that shows the list, and again
once they are older than five minutes and somebody asks. So a place is that of the last walk, as an OFFSET is that of
its moment: rows that come or go meanwhile move those behind them. What a page shows of its rows is always what they
are.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from cms.extensions import db

EXTENSION = "admin.list_marks"
# Rows from one mark to the next.
SPACING = 20_000
# Seconds after which the marks of a list are set anew where it is asked for, and after which they are of no use.
OLD, FORGOTTEN = 300.0, 3600.0
# Seconds before a walk sets out: first comes the page that somebody waits for.
PATIENCE = 0.5
# Lists whose marks are kept, in one order each.
MOST = 100

Row = tuple[Any, ...]
# The keys of a list in its order, from a row on or from its beginning.
Keys = Callable[[Row | None], Select[Any]]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Marks:
    """The rows that stand SPACING, twice SPACING and so on from the beginning of a list, and how many it has in all."""

    set_at: float
    rows: Sequence[Row] = ()
    total: int | None = None

    def before(self, place: int) -> tuple[int, Row | None]:
        """The last mark that is not beyond a place, and where it stands; the beginning has no row."""
        number = min(place // SPACING, len(self.rows))
        return number * SPACING, self.rows[number - 1] if number else None


NONE = Marks(float("-inf"))


class MarkedLists:
    """The marks of the long lists that a process has shown lately."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._marks: OrderedDict[Hashable, Marks] = OrderedDict()
        self._walks: dict[Hashable, threading.Thread] = {}
        self._lock = threading.Lock()
        # One walk after the other: they are in no hurry, and requests need the processor and the connections.
        self._turn = threading.Lock()

    def of(self, what: Hashable, keys: Keys) -> Marks:
        """What is known of a list in one order; a walk sets out soon where that is nothing, or old."""
        now = time.monotonic()
        with self._lock:
            marks = self._marks.get(what, NONE)
            if now - marks.set_at > OLD and what not in self._walks:
                walk = threading.Thread(target=self._walk, args=(what, keys), name="list-marks", daemon=True)
                self._walks[what] = walk
                walk.start()
        return marks if now - marks.set_at <= FORGOTTEN else NONE

    def wait(self) -> None:
        """Until no walk is under way."""
        for walk in list(self._walks.values()):
            walk.join()

    def _walk(self, what: Hashable, keys: Keys) -> None:
        time.sleep(PATIENCE)
        found = None
        try:
            with self._turn, self._app.app_context():
                found = Marks(time.monotonic(), *rows_along(keys))
        except SQLAlchemyError as error:
            # Pages are counted to until a walk comes through.
            log.warning("A long list could not be walked along: %s", error)
        with self._lock:
            self._walks.pop(what)
            if found is not None:
                self._marks[what] = found
                self._marks.move_to_end(what)
            while len(self._marks) > MOST:
                self._marks.popitem(last=False)


def rows_along(keys: Keys) -> tuple[list[Row], int]:
    """Every SPACING-th row of a list, and how many it has; on a connection of its own."""
    rows: list[Row] = []
    with db.engine.connect() as connection:
        step = connection.execute(keys(None).offset(SPACING).limit(1)).first()
        while step is not None:
            rows.append(tuple(step))
            step = connection.execute(keys(rows[-1]).offset(SPACING).limit(1)).first()
        rest = keys(rows[-1] if rows else None).limit(SPACING).subquery()
        last = connection.execute(select(func.count()).select_from(rest)).scalar_one()
    return rows, len(rows) * SPACING + last


def marked_lists() -> MarkedLists:
    """Those of the current application."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # hidden by the proxy's type; a walk outlives the request
    found: MarkedLists = app.extensions.setdefault(EXTENSION, MarkedLists(app))
    return found

"""The schema: which migrations there are, whether the database has had them, and Alembic, which brings it there.

Alembic takes a tenth of a start to load. A site that is up to date does without, so it is loaded where it is used, and
whether it is needed is found out without it.
"""

import re
from ast import literal_eval
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError

from cms.extensions import db

if TYPE_CHECKING:
    from flask_migrate import Migrate

# What Flask-Migrate calls its state of an application.
EXTENSION = "migrate"
FOLDER = Path(__file__).resolve().parent / "migrations"
# Where Alembic notes what a database has had.
NOTED = "alembic_version"
_FACT = re.compile(r"^(revision|down_revision)\b[^=\n]*= *(.+)$", re.MULTILINE)


class Migrations:
    """What Flask-Migrate looks for in `app.extensions["migrate"]`; it is loaded by the first who wants it."""

    def __init__(self) -> None:
        self.directory = str(FOLDER)

    @cached_property
    def migrate(self) -> "Migrate":
        """The extension itself."""
        from flask_migrate import Migrate  # noqa: PLC0415 -- see above

        return Migrate(db=db, directory=self.directory)


def init_app(app: Flask) -> None:
    """Let Flask-Migrate find the migrations of an application."""
    app.extensions[EXTENSION] = Migrations()


def upgrade() -> None:
    """Bring the current application's database up to date."""
    import flask_migrate  # noqa: PLC0415 -- see above

    flask_migrate.upgrade()


class State(Enum):
    """How a database stands to the migrations there are; the value is what to do about it."""

    CURRENT = None
    BEHIND = "The database is not up to date; run: flask prepare"
    AHEAD = (
        "The database belongs to another release, which has migrations that this one lacks; "
        "put that release back, or restore the backup from before it."
    )

    @property
    def advice(self) -> str | None:
        """What to do, in one line; None where there is nothing to do."""
        return self.value


def is_current() -> bool:
    """Whether the current application's database has had every migration there is, and no other."""
    return state() is State.CURRENT


def state() -> State:
    """How the current application's database stands to the migrations there are."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table(NOTED):
            return State.BEHIND
        had = set(connection.scalars(text(f"SELECT version_num FROM {NOTED}")))  # noqa: S608 -- our own constant
    made, followed = _chain(FOLDER / "versions")
    if had - made:
        return State.AHEAD
    return State.CURRENT if had == made - followed else State.BEHIND


class Unusable(Exception):
    """A database is away, full, locked, or not of this release; the text is one line that says so."""


@contextmanager
def usable(load: Callable[[], Flask], *, advise: bool) -> Iterator[None]:
    """Raise Unusable where a block fails for a reason that lies in the database, and not in the program.

    `load` gives the application. With `advise`, a schema of another release is the reason before all others.
    """
    try:
        yield
    except DatabaseError as error:
        advice = _advice(load()) if advise else None
        # A file that is damaged, or no database at all, is of no kind but the one of all errors.
        if advice is None and type(error) not in (OperationalError, DatabaseError):
            raise
        why = str(error.orig).strip().partition("\n")[0]
        raise Unusable(advice or f"The database does not do as it should: {why}") from None


def _advice(app: Flask) -> str | None:
    try:
        with app.app_context():
            return state().advice
    except DatabaseError:
        return None


def newest(folder: Path) -> set[str]:
    """The migrations in a folder that no other one follows. A database that is up to date has noted these."""
    made, followed = _chain(folder)
    return made - followed


def _chain(folder: Path) -> tuple[set[str], set[str]]:
    """The migrations in a folder, and those that another one follows."""
    made: set[str] = set()
    followed: set[str] = set()
    for path in folder.glob("*.py"):
        facts = {name: literal_eval(value) for name, value in _FACT.findall(path.read_text(encoding="utf-8"))}
        before = facts["down_revision"]
        made.add(facts["revision"])
        followed.update([before] if isinstance(before, str) else before or ())
    return made, followed

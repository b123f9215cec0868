"""The schema: which migrations there are, whether the database has had them, and Alembic, which brings it there.

Alembic takes a tenth of a start to load. A site that is up to date does without, so it is loaded where it is used, and
whether it is needed is found out without it.
"""

import re
from ast import literal_eval
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import inspect, text

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


def is_current() -> bool:
    """Whether the current application's database has had every migration there is, and no other."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table(NOTED):
            return False
        had = set(connection.scalars(text(f"SELECT version_num FROM {NOTED}")))  # noqa: S608 -- our own constant
    return had == newest(FOLDER / "versions")


def newest(folder: Path) -> set[str]:
    """The migrations in a folder that no other one follows. A database that is up to date has noted these."""
    made: set[str] = set()
    followed: set[str] = set()
    for path in folder.glob("*.py"):
        facts = {name: literal_eval(value) for name, value in _FACT.findall(path.read_text(encoding="utf-8"))}
        before = facts["down_revision"]
        made.add(facts["revision"])
        followed.update([before] if isinstance(before, str) else before or ())
    return made - followed

"""How Alembic runs here: on the application's own engine, in batches where SQLite needs them."""

import re
from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext

import cms.models  # noqa: F401 -- maps every content type, so that drift is seen
from cms.extensions import db
from cms.models.column_types import UtcMoment

# What the migrations make for searches; on SQLite with the tables that FTS5 makes for itself.
INDEX_OF_WORDS = re.compile(r"search_words|search_entries(_(data|idx|content|docsize|config))?")


def render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | bool:
    """Write plain SQLAlchemy types into migrations: they must go on working when our own types change."""
    if kind == "type" and isinstance(item, UtcMoment):
        return "sa.DateTime(timezone=True)"
    return False


def drop_empty(migration_context: Any, revision: Any, directives: list[Any]) -> None:
    """Write no migration where nothing has changed."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """Leave out the tables of the index of words, which each database keeps in its own way."""
    return kind != "table" or name is None or not INDEX_OF_WORDS.fullmatch(name)


def run_migrations() -> None:
    """Run on a connection of the application's engine, each migration in one transaction."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            render_item=render_item,
            process_revision_directives=drop_empty,
            compare_type=True,
            include_name=include_name,
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations()

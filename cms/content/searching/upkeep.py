"""The index of words follows every commit."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from cms.content.following import Following
from cms.content.searching.entries import (
    entries_of,
    first_id,
    searched_columns,
    searched_models,
    searched_relations,
    watched_columns,
)
from cms.content.searching.finding import index_of
from cms.models.base import Model


@cache
def _sources() -> dict[Table, list[tuple[type[Model], Any, tuple[str, ...]]]]:
    found: dict[Table, list[tuple[type[Model], Any, tuple[str, ...]]]] = {}
    for model in searched_models():
        table: Any = model.__table__
        relations = searched_relations(model)
        # A row that an object lets go of is deleted without being called so.
        names = (*watched_columns(model), *(relation.key for relation in relations))
        found.setdefault(table, []).append((model, table.c.id, names))
        for relation in relations:
            (owner,) = relation.remote_side
            names = (*searched_columns(relation.mapper.class_), owner.key)
            found.setdefault(owner.table, []).append((model, owner, names))
    return found


def _write(session: Session, model: type[Model], ids: Sequence[int]) -> None:
    connection = session.connection()
    index = index_of(connection.dialect.name)
    first = first_id(model)
    for one in ids:
        index.remove(connection, first + one, first + one)
    index.put(connection, entries_of(connection, model, ids))


init_app = Following("cms.searching", _sources, _write).init_app

"""The index of words follows every commit: what a transaction has changed is read again at its end.

So several changes of one row cost one entry, and a change that was taken back costs nothing but a look. Bulk
statements are followed, too, as far as they go through the session; after what does not, the index is made anew.
"""

from functools import cache
from itertools import chain
from typing import Any

from flask import Flask, current_app, has_app_context
from sqlalchemy import Table, event, func, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

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

_EXTENSION = "cms.searching"
_CHANGED = "cms.searching.changed"
# The last row of a table before rows were inserted in bulk.
_AFTER = "cms.searching.after"
# Rows that are read and written at once.
AT_ONCE = 500


def init_app(app: Flask) -> None:
    """Let the index follow what is committed for this application."""
    app.extensions[_EXTENSION] = True
    if not event.contains(Session, "after_flush", _flushed):
        event.listen(Session, "after_flush", _flushed)
        event.listen(Session, "do_orm_execute", _executed)
        event.listen(Session, "before_commit", _committing)
        event.listen(Session, "after_transaction_end", _ended)


@cache
def _sources() -> dict[Table, list[tuple[type[Model], Any, tuple[str, ...]]]]:
    """By table: the model whose entries its rows are part of, the column that names the object, what is watched."""
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


def _is_followed() -> bool:
    return has_app_context() and _EXTENSION in current_app.extensions


def _flushed(session: Session, _context: UOWTransaction) -> None:
    if not _is_followed():
        return
    for obj in chain(session.new, session.deleted, session.dirty):
        state = inspect(obj)
        for model, owner, names in _sources().get(state.mapper.local_table, ()):
            if obj in session.dirty and not any(state.attrs[name].history.has_changes() for name in names):
                continue
            _changed(session, model).update(_objects(state, owner))


def _objects(state: Any, owner: Any) -> set[int]:
    """The ids of the objects whose entries a changed row is part of: also that which it was part of before."""
    if owner.primary_key and state.key is not None:
        return {state.key[1][0]}
    return {value for value in state.attrs[owner.key].history.sum() if value is not None}


def _changed(session: Session, model: type[Model]) -> set[int]:
    changed: dict[type[Model], set[int]] = session.info.setdefault(_CHANGED, {})
    return changed.setdefault(model, set())


def _executed(execution: ORMExecuteState) -> None:
    """What a bulk statement is going to change: the rows that it names, or those that meet its condition."""
    if not (execution.is_update or execution.is_delete or execution.is_insert) or not _is_followed():
        return
    # A statement that returns rows of a model comes wrapped in what reads them.
    statement: Any = getattr(execution.statement, "element", execution.statement)
    connection = execution.session.connection()
    for model, owner, _names in _sources().get(statement.table, ()):
        given: Any = execution.parameters or {}
        named = {row[owner.key] for row in (given if isinstance(given, list) else [given]) if row.get(owner.key)}
        if not named and execution.is_insert:
            # Rows that have no ids yet: those after the last one that there is now.
            last = connection.scalar(select(func.max(owner))) or 0
            after = execution.session.info.setdefault(_AFTER, {})
            after[model, owner] = min(last, after.get((model, owner), last))
        elif not named:
            conditions = statement._where_criteria  # noqa: SLF001 -- it has no other way to tell
            named = set(connection.scalars(select(owner).where(*conditions)))
        _changed(execution.session, model).update(named)


def _committing(session: Session) -> None:
    if session.in_nested_transaction() or not _is_followed():
        return
    # What is still unflushed belongs to this commit; it would be written only after this event.
    session.flush()
    for (model, owner), last in session.info.pop(_AFTER, {}).items():
        _changed(session, model).update(session.connection().scalars(select(owner).where(owner > last)))
    changed: dict[type[Model], set[int]] = session.info.pop(_CHANGED, {})
    for model, ids in changed.items():
        _write(session, model, sorted(ids))


def _write(session: Session, model: type[Model], ids: list[int]) -> None:
    connection = session.connection()
    index = index_of(connection.dialect.name)
    first = first_id(model)
    for at in range(0, len(ids), AT_ONCE):
        some = ids[at : at + AT_ONCE]
        for one in some:
            index.remove(connection, first + one, first + one)
        index.put(connection, entries_of(connection, model, some))


def _ended(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_CHANGED, None)
        session.info.pop(_AFTER, None)

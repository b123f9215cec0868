"""In tests: everything that is read while a cached page renders is written down, so that nothing stays undeclared."""

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import InstanceState, ORMExecuteState, RelationshipProperty, Session
from sqlalchemy.orm.interfaces import ONETOMANY

from cms.cache.dependencies import current_recording
from cms.cache.tags import covering_tags, row_tag, table_of
from cms.extensions import Base

# They come along with every user that is loaded; no public page shows them.
LOADED_ALONG = frozenset({"roles", "grants"})


def install() -> None:
    """Register the listeners, once for the process. They do nothing outside of a strict recording."""
    if not event.contains(Session, "do_orm_execute", _selected):
        event.listen(Session, "do_orm_execute", _selected)
        event.listen(Base, "load", _loaded, propagate=True)
        event.listen(Base, "refresh", _refreshed, propagate=True)


def _selected(execution: ORMExecuteState) -> None:
    """A query that finds nothing depends on there being nothing: its table must be declared as well."""
    record = current_recording()
    if record is None or not record.strict or not execution.is_select or execution.is_column_load:
        return
    if execution.is_relationship_load and not _may_grow_unnoticed(execution):
        return
    record.tables |= {table_of(mapper) for mapper in execution.all_mappers} - LOADED_ALONG


def _may_grow_unnoticed(execution: ORMExecuteState) -> bool:
    """Whether what is loaded for a relation may get more rows without a change of the object that has the relation.

    A new part is a change of its whole, and a new link to a tag one of its post; but a new post is none of its author.
    """
    path = execution.loader_strategy_path
    relations = [step for step in path.path if isinstance(step, RelationshipProperty)] if path is not None else []
    return any(one.direction is ONETOMANY and not one.cascade.delete_orphan for one in relations[-1:])


def _loaded(target: Any, _context: Any) -> None:
    record = current_recording()
    if record is None or not record.strict:
        return
    state: InstanceState[Any] = inspect(target)
    table = table_of(state.mapper)
    if table not in LOADED_ALONG:
        record.loaded[row_tag(table, target.id)] = covering_tags(state)


def _refreshed(target: Any, context: Any, _attributes: Any) -> None:
    _loaded(target, context)

"""What a change of the database makes stale, found while it is written, and purged when it is committed.

Tags are collected at each flush, from old and new values. They belong to the innermost transaction: the release of a
savepoint hands them on to the outer one, a rollback forgets them, and only the outermost commit purges them.
"""

import re
from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import Any

from flask import current_app, has_app_context
from sqlalchemy import Table, TextClause, event, inspect, select
from sqlalchemy.orm import InstanceState, Mapper, ORMExecuteState, Session, SessionTransaction, UOWTransaction
from sqlalchemy.orm.base import NO_VALUE

from cms.cache.delivery import Delivery
from cms.cache.tags import NEVER_SHOWN, object_tag, row_tag, row_tags, table_of, texts, wholes
from cms.extensions import db
from cms.models.publishable import Status

_COLLECTED = "cms.cache.collected"
_RECEIPT = "cms.cache.receipt"
_BEFORE = "cms.cache.before"
# The execution option by which a bulk statement says what it makes stale.
CACHE_TAGS = "cache_tags"
_WRITING = re.compile(r"\s*(insert|update|delete|replace|merge|truncate)\b", re.IGNORECASE)


class BulkWriteWithoutTags(Exception):
    """A bulk statement changes rows without loading them, so nobody can know which pages showed them."""


class CommitOutsideApplication(Exception):
    """Pages cannot be purged outside of an application context, so what they show must not be changed there."""


def install() -> None:
    """Register the listeners for every session, once for the process."""
    if not event.contains(Session, "after_flush", _flushed):
        event.listen(Session, "before_flush", _flushing)
        event.listen(Session, "after_flush", _flushed)
        event.listen(Session, "do_orm_execute", _executed)
        event.listen(Session, "before_commit", _committing)
        event.listen(Session, "after_commit", _committed)
        event.listen(Session, "after_transaction_end", _ended)


def purge_after_commit(*tags: str) -> None:
    """Purge tags when the present transaction of the session is committed, for what is not a row of it."""
    _collected(db.session()).update(tags)


def _flushing(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    """Look up old values that nobody has loaded: an object that was expired does not know where it was."""
    before = session.info.setdefault(_BEFORE, {})
    for obj in chain(session.dirty, session.deleted):
        state: InstanceState[Any] = inspect(obj)
        if table_of(state.mapper) in NEVER_SHOWN or state in before:
            continue
        places = _places(state.mapper)
        if any(key not in state.dict or state.committed_state.get(key) is NO_VALUE for key in places):
            columns = [state.mapper.column_attrs[key].columns[0] for key in places]
            query = select(*columns).where(state.mapper.primary_key[0] == _row_id(obj))
            row = session.connection(bind_arguments={"mapper": state.mapper}).execute(query).first()
            before[state] = dict(zip(places, row, strict=True)) if row is not None else {}


@cache
def _places(mapper: Mapper[Any]) -> tuple[str, ...]:
    """The columns that say where an object is shown: its language, its document, whether it is live, its parents."""
    return tuple(
        attribute.key
        for attribute in mapper.column_attrs
        if attribute.key in ("locale", "translation_key", "status")
        or (_is_shown(mapper, attribute.key) and attribute.columns[0].foreign_keys)
    )


def _flushed(session: Session, _context: UOWTransaction) -> None:
    tags: set[str] = set()
    before = session.info.pop(_BEFORE, {})
    for obj in chain(session.new, session.deleted):
        state = inspect(obj)
        tags |= _tags_of(obj, before.get(state, {}), update=False)
    for obj in session.dirty:
        state = inspect(obj)
        tags |= _tags_of(obj, before.get(state, {}), update=True)
    if tags:
        _collected(session).update(tags)


def _tags_of(obj: Any, before: dict[str, Any], *, update: bool) -> set[str]:
    """The tags that a changed object, or a new or deleted one, makes stale."""
    state: InstanceState[Any] = inspect(obj)
    mapper: Mapper[Any] = state.mapper
    table = table_of(mapper)
    if table == "revisions":
        return _tags_of_plan(obj)
    if table in NEVER_SHOWN:
        return set()
    held = state.attrs
    histories = {attribute.key: held[attribute.key].history for attribute in mapper.attrs if attribute.key in held}
    changed = {key for key, history in histories.items() if history.has_changes() and _is_shown(mapper, key)}
    if update and not changed:
        return set()

    def values(key: str) -> list[Any]:
        """Old and new values of an attribute."""
        known = list(histories[key].sum()) if key in histories else []
        return [*known, before[key]] if key in before else known

    if getattr(mapper.class_, "__publishable__", False) and Status.PUBLISHED not in values("status"):
        return set()
    listed = not update or not changed <= texts(mapper)
    tags = row_tags(table, _row_id(obj), values("locale") if listed else (), values("translation_key"))
    for key, whole in wholes(mapper):
        tags.update(row_tag(whole, value) for value in values(key) if value is not None)
    for key in changed if update else ():
        history = histories[key]
        moved = [*history.added, *history.deleted, *([before[key]] if key in before else [])]
        tags |= _tags_of_related(mapper, key, moved)
    return tags


def _row_id(obj: Any) -> Any:
    """The id of an object, also of one that was expired or whose row is gone."""
    key = inspect(obj).key
    return key[1][0] if key is not None else obj.id


def _is_shown(mapper: Mapper[Any], key: str) -> bool:
    """Whether a public page may show an attribute."""
    attribute = mapper.attrs[key]
    if attribute.info.get("uncached"):
        return False
    columns = getattr(attribute, "columns", None)
    return columns is None or not any(column.info.get("uncached") for column in columns)


def _tags_of_related(mapper: Mapper[Any], key: str, moved: list[Any]) -> set[str]:
    """The objects that gained or lost this one: by a foreign key that changed, or by a relation."""
    present = [value for value in moved if value is not None]
    if key in mapper.relationships:
        return {object_tag(one) for one in present if one.__tablename__ not in NEVER_SHOWN and one.id is not None}
    return {
        row_tag(foreign.column.table.name, value)
        for column in mapper.column_attrs[key].columns
        for foreign in column.foreign_keys
        if foreign.column.table.name not in NEVER_SHOWN
        for value in present
    }


def _tags_of_plan(revision: Any) -> set[str]:
    """A revision itself is shown nowhere; but pages live no longer than to the moment at which it is published.

    Among them are those of the same document in other languages, which will name this one.
    """
    if not any(inspect(revision).attrs.publish_at.history.sum()):
        return set()
    return row_tags(revision.model, revision.object_id, [revision.locale], [revision.translation_key])


def _executed(execution: ORMExecuteState) -> None:
    """Bulk statements must say what they make stale."""
    if not (execution.is_update or execution.is_delete or execution.is_insert or _writes(execution.statement)):
        return
    tags: Iterable[str] | None = execution.execution_options.get(CACHE_TAGS)
    if tags is not None:
        _collected(execution.session).update(tags)
        return
    # A statement that returns rows of a model comes wrapped in what reads them.
    statement: Any = getattr(execution.statement, "element", execution.statement)
    table = getattr(statement, "table", None)
    name = table.name if isinstance(table, Table) else "unknown tables"
    if name not in NEVER_SHOWN:
        raise BulkWriteWithoutTags(
            f"A bulk statement on {name} needs execution_options({CACHE_TAGS}=[...]) with the tags of every page "
            "that shows the rows it changes. An empty list says that none does."
        )


def _writes(statement: Any) -> bool:
    """Whether a statement that is given as a text writes."""
    return isinstance(statement, TextClause) and _WRITING.match(statement.text) is not None


def _collected(session: Session) -> set[str]:
    """The tags that the innermost transaction of a session has collected; begins one where there is none yet."""
    transaction = session.get_nested_transaction() or session.get_transaction() or session.begin()
    frames: dict[SessionTransaction, set[str]] = session.info.setdefault(_COLLECTED, {})
    return frames.setdefault(transaction, set())


def _committing(session: Session) -> None:
    delivery = _delivery(session)
    if delivery is None or session.in_nested_transaction():
        return
    # What is still unflushed belongs to this commit; it would be written only after this event.
    session.flush()
    tags = _collected(session)
    if tags:
        session.info[_RECEIPT] = delivery.prepare(session, tags), False


def _committed(session: Session) -> None:
    savepoint = session.get_nested_transaction()
    tags = _collected(session)
    if savepoint is not None:
        session.info[_COLLECTED].setdefault(_real(savepoint.parent), set()).update(tags)
        return
    delivery = _delivery(session)
    if delivery is None or not tags:
        return
    receipt, _ = session.info.get(_RECEIPT, (None, False))
    if receipt is None:
        delivery.deliver_now(tags)
    else:
        session.info[_RECEIPT] = receipt, delivery.deliver(tags)


def _ended(session: Session, transaction: SessionTransaction) -> None:
    session.info.get(_COLLECTED, {}).pop(transaction, None)
    if transaction.parent is None:
        receipt, delivered = session.info.pop(_RECEIPT, (None, False))
        delivery = _delivery(session) if delivered else None
        if delivery is not None:
            delivery.finish(receipt, session.bind)


def _real(transaction: SessionTransaction | None) -> SessionTransaction | None:
    """The savepoint or outermost transaction that this one is, or is within."""
    while transaction is not None and not transaction.nested and transaction.parent is not None:
        transaction = transaction.parent
    return transaction


def _delivery(session: Session) -> Delivery | None:
    """The delivery of the application, or None where it has no page cache, or nothing was changed."""
    if has_app_context():
        service = current_app.extensions.get("page_cache")
        return service.delivery if service is not None else None
    if not session.info.get(_COLLECTED):
        return None
    raise CommitOutsideApplication("Commit within an application context, so that pages can be purged.")

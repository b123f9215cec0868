"""The history of a document: what a revision keeps, and how it gets back onto the row."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import defer, joinedload

from cms.content.errors import changed_meanwhile
from cms.content.transactions import undo
from cms.extensions import db
from cms.models import Revision
from cms.models.publishable import Publishable
from cms.models.revisable import Revisable


def snapshot(document: Revisable, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the document contains, with `values` laid over it: JSON, column values by name and ids of relations.

    `values` holds column values by column name, and lists of objects by the name of a many-to-many relation. The ids
    are in order, so that equal contents are equal data.
    """
    values = values or {}
    data: dict[str, Any] = {}
    for column in document.revised_columns():
        value = values[column.key] if column.key in values else getattr(document, column.key)
        data[column.key] = _as_json(value)
    for relation in document.revised_relations():
        targets = values[relation.key] if relation.key in values else getattr(document, relation.key)
        data[relation.key] = sorted(target.id for target in targets)
    return data


def contents(document: Revisable, data: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a revision holds, as the columns and relations of its document take them.

    What the data lacks (a column that is newer than the revision) keeps the row's value; what it names and is
    gone (a tag that was deleted) is left out. One query for each relation.
    """
    values: dict[str, Any] = {}
    for column in document.revised_columns():
        if column.key in data:
            value = data[column.key]
            values[column.key] = _from_json(column, value)
            for key in column.foreign_keys:
                if value is not None and db.session.scalar(select(key.column).where(key.column == value)) is None:
                    values[column.key] = None
    for relation in document.revised_relations():
        if relation.key in data:
            target, ids = relation.mapper.class_, data[relation.key]
            values[relation.key] = list(db.session.scalars(select(target).where(target.id.in_(ids)))) if ids else []
    return values


def _as_json(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _from_json(column: Column[Any], value: Any) -> Any:
    """A value as its column takes it: what JSON knows no way to write was written as text."""
    if not isinstance(value, str):
        return value
    kind = column.type.python_type
    if issubclass(kind, datetime | date | time):
        return kind.fromisoformat(value)
    return Decimal(value) if kind is Decimal else value


def put(document: Revisable, values: Mapping[str, Any]) -> None:
    """Lay values onto the row."""
    for name, value in values.items():
        if getattr(document, name) != value:
            setattr(document, name, value)


def add_revision(
    document: Any, data: dict[str, Any], actor: Any, kind: str, publish_at: datetime | None = None
) -> Revision:
    """Keep a revision, in the caller's transaction; the document must have its id.

    `kind` is "draft", "review", "publish", "schedule" or "restore". Raises Conflict where somebody keeps one at the
    same moment.
    """
    table = document.__tablename__
    last = db.session.scalar(
        select(func.max(Revision.number)).where(Revision.model == table, Revision.object_id == document.id)
    )
    revision = Revision(
        model=table,
        object_id=document.id,
        number=(last or 0) + 1,
        locale=getattr(document, "locale", None),
        translation_key=getattr(document, "translation_key", None),
        kind=kind,
        data=data,
        publish_at=publish_at,
        author_id=getattr(actor, "id", None),
    )
    db.session.add(revision)
    try:
        db.session.flush()
    except IntegrityError as error:
        undo()
        raise changed_meanwhile() from error
    return revision


def latest_revision_id(document: Publishable) -> int | None:
    """The revision that an editor who opens the document works on: the draft where there is one."""
    return document.draft_revision_id or document.live_revision_id


def draft_of(document: Publishable) -> Revision | None:
    """The revision that waits beside a live row, or None where the row itself is the newest."""
    if document.draft_revision_id is None:
        return None
    return db.session.get(Revision, document.draft_revision_id)


def working_values(document: Publishable) -> dict[str, Any]:
    """What an editor works on: the draft's values where there is a draft, else none (the row has them)."""
    draft = draft_of(document)
    return contents(document, draft.data) if draft is not None else {}


def history(document: Any, limit: int = 100) -> Sequence[Revision]:
    """The newest revisions of a document, with their authors but without their texts; one query."""
    return db.session.scalars(
        select(Revision)
        .where(Revision.model == document.__tablename__, Revision.object_id == document.id)
        .order_by(Revision.number.desc())
        .limit(limit)
        .options(joinedload(Revision.author), defer(Revision.data))
    ).all()


def revision_of(document: Any, revision_id: int) -> Revision | None:
    """A revision, if it is one of this document."""
    revision = db.session.get(Revision, revision_id)
    if revision is None or revision.model != document.__tablename__ or revision.object_id != document.id:
        return None
    return revision


def forget(document: Any) -> None:
    """Delete the history of a document, in the caller's transaction; one statement, however long it is."""
    db.session.execute(
        delete(Revision).where(Revision.model == document.__tablename__, Revision.object_id == document.id),
        # What waits for a moment is dropped when its document goes to the trash; no page shows a revision.
        execution_options={"cache_tags": ()},
    )

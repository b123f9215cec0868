"""Translations of documents: beginning one, knowing which there are, and which are out of date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, false, inspect, select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.interfaces import MANYTOMANY

from cms.content import audit, publishing, revisions
from cms.content.editing import insert
from cms.content.errors import Conflict, InvalidInput
from cms.content.holding import on_held_row
from cms.content.transactions import commit
from cms.extensions import db
from cms.models import Revision
from cms.models.publishable import Publishable
from cms.models.translatable import Translatable
from cms.security.policy import Forbidden, holds


@dataclass(frozen=True)
class Coverage:
    """One language of a document: the row, where it stands, and whether its source has moved on."""

    locale: str
    id: int
    status: str | None
    outdated: bool


def may_translate(actor: Any, model: type[Any], locale: str) -> bool:
    """Whether the actor may begin a translation of this kind of document into a language."""
    return holds(actor, f"{model.__tablename__}:translate", locale=locale)


def first_values(source: Any, locale: str) -> dict[str, Any]:
    """What a new translation begins with: the source's text as readers see it, and what it names in the new language.

    Categories, tags and parents are replaced by their own translations; those that have none are left out. The
    slug is left to be made from the translated title. A few queries, however many things are named.
    """
    values = {column.key: getattr(source, column.key) for column in _editable_columns(source)}
    if isinstance(source, Publishable) and not source.is_live:
        values |= revisions.working_values(source)
    values.pop("slug", None)
    for relation in inspect(type(source)).relationships:
        target = relation.mapper.class_
        if not issubclass(target, Translatable) or relation.viewonly:
            continue
        if relation.direction is MANYTOMANY:
            values[relation.key] = _in_language(target, getattr(source, relation.key), locale)
        elif relation.direction.name == "MANYTOONE":
            named = getattr(source, relation.key)
            (column,) = relation.local_columns
            found = _in_language(target, [named] if named is not None else [], locale)
            values[column.key] = found[0].id if found else None
    return values


def _editable_columns(source: Any) -> list[Any]:
    return [
        attribute.columns[0]
        for attribute in inspect(type(source)).column_attrs
        if not attribute.columns[0].info.get("machinery")
        and not attribute.columns[0].primary_key
        and attribute.key != "locale"
    ]


def _in_language(model: Any, rows: Iterable[Any], locale: str) -> list[Any]:
    keys = [row.translation_key for row in rows]
    if not keys:
        return []
    return list(db.session.scalars(select(model).where(model.locale == locale, model.translation_key.in_(keys))).all())


def text_to_translate(source: Any) -> int | None:
    """The revision that `first_values` gives: what readers see, or the newest draft of what nobody sees."""
    return source.live_revision_id if source.is_live else revisions.latest_revision_id(source)


def _read_text(source: Any, read: int | None, newest: int | None) -> int | None:
    """The revision of a source that a translator has read: no newer one was published, and it is one of the source.

    While they wrote, the source may have been published anew: what they did not read is not translated.
    """
    if read is None or newest is None or read >= newest or revisions.revision_of(source, read) is None:
        return newest
    return read


def begin(source: Any, locale: str, values: Mapping[str, Any], actor: Any, *, read: int | None = None) -> Any:
    """A new translation of a document, as a draft where it is publishable; committed.

    `read` is the revision of the source that the translator had before them, where that may not be the newest.
    Raises Forbidden, InvalidInput, and Conflict where that language is there already.
    """
    model = type(source)
    if locale not in current_app.config["SITE_LOCALES"]:
        raise InvalidInput({"locale": _("This is not a language of this site.")})
    if not may_translate(actor, model, locale):
        raise Forbidden(_("You may not translate into this language."))
    if any(entry.locale == locale for entry in coverage_of([source])[source.translation_key]):
        raise Conflict(_("There is a translation into this language already."))
    if isinstance(source, Publishable) and _is_in_the_trash(source, locale):
        raise Conflict(_("This is in the trash. Bring it back first."))
    given = {**values, "locale": locale, "translation_key": source.translation_key}
    if isinstance(source, Publishable):
        given["source_revision_id"] = _read_text(source, read, text_to_translate(source))
        return publishing.keep_new(insert(model, given, actor), actor)
    document = insert(model, given, actor)
    audit.record(actor, "create", document)
    commit()
    return document


def _is_in_the_trash(source: Any, locale: str) -> bool:
    """Whether the document in a language was thrown away, but is still there."""
    model = type(source)
    query = select(model.id).where(
        model.translation_key == source.translation_key, model.locale == locale, model.trashed_at.is_not(None)
    )
    return db.session.scalar(query.limit(1)) is not None


def source_of(document: Any) -> Any | None:
    """The document that this one was translated from, or None where it is an original."""
    if document.source_revision_id is None:
        return None
    revision = db.session.get(Revision, document.source_revision_id)
    return db.session.get(type(document), revision.object_id) if revision is not None else None


# Put together once: that takes longer than the database does.
@cache
def is_outdated(model: Any) -> ColumnElement[bool]:
    """A condition: the source has published a newer revision than the one that the translation was made from.

    Never of what has no revisions. What is in the trash is not out of date, nor is anything because of it: there is
    nothing that readers see of it, and nothing to follow until it comes back.
    """
    if not issubclass(model, Publishable):
        return false()
    source: Any = aliased(model)
    followed = (Revision.id == model.source_revision_id, Revision.model == model.__tablename__)
    # One row by its id, and then one more: a join of both tables has been planned as a walk through all of one.
    source_id = select(Revision.object_id).where(*followed).correlate(model).scalar_subquery()
    newer = select(source.id).where(
        source.id == source_id,
        source.live_revision_id > model.source_revision_id,
        source.trashed_at.is_(None),
    )
    return and_(model.source_revision_id.is_not(None), model.trashed_at.is_(None), newer.exists())


@on_held_row
def mark_current(document: Any, actor: Any, *, read: int | None = None) -> bool:
    """Say that a translation follows the published revision of its source that was `read`, else the newest; committed.

    Whether that is the newest one. Raises Forbidden.
    """
    publishing.require(actor, "update", document)
    source = source_of(document)
    if source is None or source.live_revision_id is None:
        return True
    newest = source.live_revision_id
    # Somebody else may have read on meanwhile.
    followed = max(_read_text(source, read, newest) or newest, document.source_revision_id)
    document.source_revision_id = followed
    audit.record(actor, "mark_current", document)
    commit()
    return bool(followed >= newest)


def coverage_of(documents: Iterable[Any]) -> dict[str, list[Coverage]]:
    """The languages that documents have, by their translation keys; one query for any number of them.

    Rows in the trash are left out.
    """
    rows = list(documents)
    found: dict[str, list[Coverage]] = {row.translation_key: [] for row in rows}
    if not rows:
        return found
    model: Any = type(rows[0])
    columns = [model.id, model.locale, model.translation_key, is_outdated(model).label("outdated")]
    query = select(*columns).where(model.translation_key.in_(found))
    if issubclass(model, Publishable):
        query = query.add_columns(model.status).where(model.trashed_at.is_(None))
    order = {code: place for place, code in enumerate(current_app.config["SITE_LOCALES"])}
    for entry in sorted(db.session.execute(query), key=lambda entry: order.get(entry.locale, len(order))):
        one = Coverage(entry.locale, entry.id, getattr(entry, "status", None), bool(entry.outdated))
        found[entry.translation_key].append(one)
    return found

"""The next moment at which a scheduled change touches a page: no page is kept beyond it."""

import re
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select

from cms.models.revision import Revision

# A tag of rows, as cms.cache.tags makes them: of one, of a language or all, of one document in all its languages.
_TAG = re.compile(r"(?P<table>\w+)(?P<sign>[:@*])(?P<value>.+)")


def next_moment(engine: Engine, tags: Collection[str], now: datetime) -> datetime | None:
    """The earliest publication planned after `now` that touches one of the tags, or None; one query."""
    touched = _touched(tags)
    if not touched:
        return None
    planned = select(Revision.publish_at).where(Revision.publish_at > now, or_(*touched))
    with engine.connect() as connection:
        return connection.scalar(planned.order_by(Revision.publish_at).limit(1))


def _touched(tags: Collection[str]) -> list[ColumnElement[bool]]:
    """What is true of the revisions that `cms.cache.tags.row_tags` would give one of the tags."""
    found: dict[tuple[str, str], list[str]] = {}
    for tag in sorted(tags):
        parts = _TAG.fullmatch(tag)
        if parts is not None:
            found.setdefault((parts["table"], parts["sign"]), []).append(parts["value"])
    conditions = []
    for (table, sign), values in found.items():
        if sign == "@" and "*" in values:
            conditions.append(Revision.model == table)
        elif sign == "@":
            conditions.append(and_(Revision.model == table, Revision.locale.in_(values)))
        elif sign == "*":
            conditions.append(and_(Revision.model == table, Revision.translation_key.in_(values)))
        else:
            ids = [int(value) for value in values if value.isascii() and value.isdigit()]
            conditions.append(and_(Revision.model == table, Revision.object_id.in_(ids)))
    return conditions


def earliest_moment(engine: Engine) -> datetime | None:
    """The earliest publication that is planned at all, also one whose moment has come; None where none is."""
    with engine.connect() as connection:
        return connection.scalar(select(func.min(Revision.publish_at, type_=Revision.publish_at.type)))

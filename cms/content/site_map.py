"""What the site has, for search engines: a map in parts (sitemaps.org), found by ids, so that no part grows with the
site.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from cms.cache import depends_on
from cms.cache.tags import collection_tag
from cms.content.queries import public_models, without_texts
from cms.extensions import db
from cms.models.publishable import Status

# Ids of a part, a tenth of what the format allows: a part is rendered anew where something of its kind has changed.
PART = 5_000


class Part(NamedTuple):
    """The rows of a table whose ids are from PART * number on."""

    table: str
    number: int


class Entry(NamedTuple):
    """A public address, and when what is there was published last."""

    path: str
    published_at: datetime


def parts() -> list[Part]:
    """The parts of the map: of each kind of content, those of the newest rows first; one query for each kind."""
    found: list[Part] = []
    for model in public_models():
        depends_on(collection_tag(model))
        highest = db.session.scalar(select(func.max(model.id))) or 0
        found += [Part(model.__tablename__, number) for number in range(highest // PART, -1, -1)]
    return found


def entries(part: Part) -> list[Entry]:
    """What visitors may see of a part, the newest row first; one query."""
    model: Any = next((one for one in public_models() if one.__tablename__ == part.table), None)
    if model is None:
        return []
    depends_on(collection_tag(model))
    first = part.number * PART
    query = (
        select(model)
        .where(model.id >= first, model.id < first + PART)
        .where(model.status == Status.PUBLISHED, model.trashed_at.is_(None))
        .order_by(model.id.desc())
        .options(*without_texts(model))
    )
    found = []
    for row in db.session.scalars(query):
        moment = row.last_published_at or row.published_at
        if moment is not None:
            found.append(Entry(row.public_path, moment))
    return found

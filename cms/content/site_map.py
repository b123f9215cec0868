"""What the site has, for search engines: a map in parts (sitemaps.org), found by ids, so that no part grows with the
site.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, select

from cms.cache import depends_on
from cms.cache.tags import collection_tag, settings_tag
from cms.content.queries import live, public_models, without_texts
from cms.extensions import db
from cms.i18n.locales import site_locales
from cms.models import Category, Post, Tag
from cms.models.post import post_tags
from cms.models.publishable import Status

# Ids of a part, a tenth of what the format allows: a part is rendered anew where something of its kind has changed.
PART = 5_000


class Part(NamedTuple):
    """The rows of a table whose ids are from PART * number on."""

    table: str
    number: int


class Entry(NamedTuple):
    """A public address, and when what is there was published last; None where it is a list of other things."""

    path: str
    published_at: datetime | None


def parts() -> list[Part]:
    """The parts of the map: of each kind of content, those of the newest rows first; one query for all kinds."""
    models = _listed_models()
    depends_on(*(collection_tag(model) for model in models))
    highest = db.session.execute(select(*(select(func.max(model.id)).scalar_subquery() for model in models))).one()
    return [
        Part(model.__tablename__, number)
        for model, last in zip(models, highest, strict=True)
        for number in range((last or 0) // PART, -1, -1)
    ]


def entries(part: Part) -> list[Entry]:
    """What visitors may see of a part in the languages of the site, the newest row first; one query."""
    model: Any = next((one for one in _listed_models() if one.__tablename__ == part.table), None)
    if model is None:
        return []
    # Which languages there are is a setting.
    depends_on(collection_tag(model), settings_tag())
    first = part.number * PART
    query = (
        _shown(model)
        .where(model.id >= first, model.id < first + PART)
        .where(model.locale.in_([info.code for info in site_locales()]))
        .order_by(model.id.desc())
    )
    return [Entry(row.public_path, _moment(row)) for row in db.session.scalars(query)]


def _listed_models() -> list[Any]:
    return [*public_models(), *_TOPICS]


def _shown(model: Any) -> Select[Any]:
    """What there is to read: what is published, and the topics on which something is."""
    if model in _TOPICS:
        depends_on(collection_tag(Post))
        return select(model).where(_TOPICS[model])
    published = select(model).where(model.status == Status.PUBLISHED, model.trashed_at.is_(None))
    return published.where(model.published_at.is_not(None)).options(*without_texts(model))


def _moment(row: Any) -> datetime | None:
    return None if type(row) in _TOPICS else row.last_published_at or row.published_at


# By kind of topic: whether something has been published on it.
_TOPICS: dict[Any, ColumnElement[bool]] = {
    Category: exists().where(Post.category_id == Category.id, *live(Post, Category.locale)),
    Tag: exists().where(post_tags.c.tag_id == Tag.id, Post.id == post_tags.c.post_id, *live(Post, Tag.locale)),
}

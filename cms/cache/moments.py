"""The next moment at which a scheduled change touches a page: no page is kept beyond it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Engine, func, select

from cms.cache.tags import row_tag, table_tag
from cms.models.revision import Revision


def next_moment(engine: Engine, tags: Collection[str], now: datetime) -> datetime | None:
    """The earliest publication planned after `now` that touches one of the tags, or None."""
    planned = (
        select(Revision.model, Revision.object_id, Revision.locale, Revision.publish_at)
        .where(Revision.publish_at > now)
        .order_by(Revision.publish_at)
    )
    with engine.connect() as connection:
        for model, object_id, locale, moment in connection.execute(planned):
            if not {row_tag(model, object_id), table_tag(model, locale), table_tag(model)}.isdisjoint(tags):
                return moment
    return None


def earliest_moment(engine: Engine) -> datetime | None:
    """The earliest publication that is planned at all, also one whose moment has come; None where none is."""
    with engine.connect() as connection:
        return connection.scalar(select(func.min(Revision.publish_at, type_=Revision.publish_at.type)))

"""Where a picture is shown: a small table that follows every commit, so that no text need be read to know.

An object shows what its row does, what its draft does, and what will be published at a moment: in a text or beside it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Column, Connection, Select, Table, and_, delete, inspect, null, or_, outerjoin, select, text
from sqlalchemy.orm import Session

from cms.content.following import AT_ONCE, Following
from cms.extensions import db
from cms.models import Media, MediaText, Revision
from cms.models.base import Model, all_models, columns_of, model_by_table
from cms.models.picture_use import picture_uses as _uses
from cms.models.publishable import Publishable

EXTENSIONS = ("jpg", "png", "webp")
# The greatest id that an integer column holds.
GREATEST_ID = 2**31 - 1
_PREFIX = "/media/"
# Of any size and whatever follows: links to a picture count as well.
_IN_A_TEXT = re.compile(f"{_PREFIX}([0-9a-f]{{32}})")
# A picture, by the name of its file without the extension, and the id of an object that shows it.
Use = tuple[str, int]


def stem_of(filename: str) -> str:
    """The part of a picture's name that all its sizes begin with."""
    return filename.partition(".")[0]


def places_using(media: Media, limit: int = 20) -> list[Model]:
    """The objects that show a picture, sorted by their kind; one query, and one for each kind among them."""
    found = db.session.execute(
        select(_uses.c.model, _uses.c.object_id)
        .where(_uses.c.picture == stem_of(media.filename))
        .order_by(_uses.c.model, _uses.c.object_id)
        .limit(limit)
    ).all()
    places: list[Model] = []
    for name in dict.fromkeys(table for table, _id in found):
        model: Any = model_by_table(name)
        if model is not None:
            ids = [identifier for table, identifier in found if table == name]
            places += db.session.scalars(select(model).where(model.id.in_(ids)).order_by(model.id))
    return places


def rebuild(told: Callable[[str, int], None] = lambda name, count: None) -> int:
    """Find anew where pictures are shown, in portions that are committed one by one; returns at how many places.

    The site may go on meanwhile. `told` hears the name of a kind of object and how many of them were looked at.
    """
    with db.engine.connect() as connection:
        names = [model.__tablename__ for model in _models()]
        connection.execute(delete(_uses).where(_uses.c.model.not_in(names)))
        return _fill(connection, _models(), told, connection.commit)


def fill(connection: Connection) -> int:
    """As `rebuild`, in the transaction of a migration: models whose columns are not there yet are left out."""
    known = inspect(connection)
    there = [model for model in _models() if known.has_table(model.__tablename__)]
    names = {model: {column["name"] for column in known.get_columns(model.__tablename__)} for model in there}
    models = [model for model in there if names[model] >= {"id", *_watched(model)}]
    return _fill(connection, models, lambda name, count: None, lambda: None)


def _fill(
    connection: Connection,
    models: Sequence[type[Model]],
    told: Callable[[str, int], None],
    commit: Callable[[], None],
) -> int:
    count = 0
    for model in models:
        looked_at = 0
        for last, end, ids in _portions(connection, model):
            commit()
            # First what nobody else can write meanwhile, so that the rows are read after that.
            span = _uses.c.object_id.between(last + 1, end)
            connection.execute(delete(_uses).where(_uses.c.model == model.__tablename__, span))
            found = _uses_of(connection, model, ids)
            _insert(connection, model, found)
            commit()
            count, looked_at = count + len(found), looked_at + len(ids)
            told(model.__tablename__, looked_at)
    return count


def _portions(connection: Connection, model: type[Model]) -> Iterator[tuple[int, int, list[int]]]:
    """The ids of all rows, AT_ONCE each time, with the first and the last of those that stand for them."""
    last, ids = 0, [0]
    while ids:
        query = select(model.id).where(model.id > last).order_by(model.id).limit(AT_ONCE)
        ids = list(connection.scalars(query))
        end = ids[-1] if ids else GREATEST_ID
        yield last, end, ids
        last = end


@cache
def _models() -> list[type[Model]]:
    """The models whose objects may show pictures; what is said of a picture is part of it."""
    return [model for model in all_models() if model is not MediaText and (_texts(model) or _beside(model))]


def _texts(model: type[Model]) -> list[Column[Any]]:
    return [column for column in columns_of(model) if column.info.get("kind") == "markup"]


def _beside(model: type[Model]) -> list[Column[Any]]:
    media = Media.__tablename__
    return [
        column for column in columns_of(model) if any(key.column.table.name == media for key in column.foreign_keys)
    ]


@cache
def _watched(model: type[Model]) -> tuple[str, ...]:
    """The columns that say what an object shows: pictures, texts, and which revisions wait."""
    names = [column.key for column in (*_texts(model), *_beside(model))]
    names += ["draft_revision_id", "scheduled_at"] if issubclass(model, Publishable) else []
    return tuple(names)


@cache
def _sources() -> dict[Table, list[tuple[type[Model], Any, tuple[str, ...]]]]:
    tables: list[tuple[type[Model], Any]] = [(model, model.__table__) for model in _models()]
    return {table: [(model, table.c.id, _watched(model))] for model, table in tables}


def _write(session: Session, model: type[Model], ids: Sequence[int]) -> None:
    connection = session.connection()
    known = [_uses.c.model == model.__tablename__, _uses.c.object_id.in_(ids)]
    before = {(use.picture, use.object_id) for use in connection.execute(select(_uses).where(*known))}
    now = _uses_of(connection, model, ids)
    for picture, identifier in before - now:
        connection.execute(delete(_uses).where(*known, _uses.c.picture == picture, _uses.c.object_id == identifier))
    _insert(connection, model, now - before)


def _insert(connection: Connection, model: type[Model], uses: Iterable[Use]) -> None:
    # In one order, so that two who show the same pictures do not wait for each other.
    name = model.__tablename__
    rows = [{"picture": picture, "model": name, "object_id": identifier} for picture, identifier in sorted(uses)]
    if not rows:
        return
    # Whoever deletes one of these pictures at this moment is waited for, or waits and then sees that it is shown.
    filenames = [f"{row['picture']}.{extension}" for row in rows for extension in EXTENSIONS]
    connection.execute(select(Media.id).where(Media.filename.in_(filenames)).with_for_update(read=True, key_share=True))
    connection.execute(
        text(
            "INSERT INTO picture_uses (picture, model, object_id) VALUES (:picture, :model, :object_id) "
            "ON CONFLICT DO NOTHING"
        ),
        rows,
    )


def _uses_of(connection: Connection, model: type[Model], ids: Sequence[int]) -> set[Use]:
    """What some objects show, and what waits of them does; one query."""
    uses: set[Use] = set()
    texts = [column.key for column in _texts(model)]
    for identifier, waiting, *values in connection.execute(_shown(model, ids)):
        written = [*values[: len(texts)], *((waiting or {}).get(name) for name in texts)]
        uses |= {(stem, identifier) for content in written for stem in _stems_in(content)}
        uses |= {(stem_of(filename), identifier) for filename in values[len(texts) :] if filename is not None}
    return uses


def _shown(model: type[Model], ids: Sequence[int]) -> Select[Any]:
    """Ids, what a waiting revision holds or nothing, texts, and the names of the files beside them.

    A row that cannot show anything is left out; one of which several revisions wait is there as often.
    """
    table: Any = model.__table__
    texts, beside = ([table.c[column.key] for column in some] for some in (_texts(model), _beside(model)))
    marks = [table.c[name] for name in _watched(model) if name not in {column.key for column in texts}]
    shows = [*(column.contains(_PREFIX) for column in texts), *(column.is_not(None) for column in marks)]
    places: list[Any] = list(beside)
    rows: Any = table
    data: Any = null()
    if issubclass(model, Publishable):
        planned = and_(table.c.scheduled_at.is_not(None), Revision.publish_at.is_not(None))
        # By way of the history of one object; told only of drafts and moments, a database may go through all of them.
        own = and_(Revision.model == model.__tablename__, Revision.object_id == table.c.id)
        rows = outerjoin(table, Revision, and_(own, or_(Revision.id == table.c.draft_revision_id, planned)))
        data = Revision.data
        places += [Revision.data[column.key].as_integer() for column in beside]
    filenames = [select(Media.filename).where(Media.id == place).scalar_subquery() for place in places]
    query = select(table.c.id, data, *texts, *filenames).select_from(rows).where(table.c.id.in_(ids), or_(*shows))
    # Held until the end of the transaction, so that nobody changes them before their uses are written.
    return query.order_by(table.c.id).with_for_update(read=True, of=table)


def _stems_in(text_with_markup: str | None) -> list[str]:
    if not text_with_markup or _PREFIX not in text_with_markup:
        return []
    return _IN_A_TEXT.findall(unquote(text_with_markup))


init_app = Following("cms.picture_uses", _sources, _write).init_app

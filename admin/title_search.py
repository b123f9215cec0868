"""Rows by what they are called, at a cost that does not grow with the table.

Of few rows, those are found whose titles have the words that were typed. Of many, those whose title begins with what
was typed: an index leads there, however many others there are, and in the order of titles.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, ColumnElement, Select, Text, func, literal, select, union_all
from sqlalchemy.sql.util import ClauseAdapter

from cms.content.searching.entries import is_searched
from cms.content.searching.finding import Search
from cms.content.searching.words import TITLE, wanted
from cms.extensions import db
from cms.models.base import Model, columns_of

# Tables with no more rows than this are looked through from end to end.
FEW = 5_000
WORDS = 8
# Titles that are walked along from the one where a text would stand.
WALKED = 1_000
DEEPEST = 10_000
# The last character of Unicode's first plane: no title that begins with a text comes after that text and this.
LAST_CHARACTER = "\uffff"


def rows_called(
    model: type[Model], text: str, conditions: Sequence[ColumnElement[bool]], first: int = 0, limit: int = 10
) -> list[Any]:
    """So many rows of a model, after the `first`, that meet the conditions and are called like `text`, by title."""
    ids = ids_called(model, text, conditions, min(max(first, 0), DEEPEST), limit)
    found = {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(ids)))}
    return [found[identifier] for identifier in ids if identifier in found]


def ids_called(
    model: type[Model], text: str, conditions: Sequence[ColumnElement[bool]], first: int, limit: int
) -> list[int]:
    """As `rows_called`, their ids only; text that is empty is what all titles begin with."""
    title: Any = model.title_column()
    words = text.replace("\x00", "").split()[:WORDS]
    query = select(model.id).where(*conditions)
    if not words or not has_many(model):
        query = query.where(*_named(model, words))
        return list(db.session.scalars(query.order_by(title, model.id).offset(first).limit(limit)))
    # Each way to write the beginning is one short walk along the index of titles.
    walks = [_walk(model, spelling, conditions).subquery() for spelling in spellings(" ".join(words))]
    together = union_all(*(select(walk.c.id, walk.c.title) for walk in walks)).subquery()
    named = select(together.c.id).group_by(together.c.id, together.c.title).order_by(together.c.title, together.c.id)
    return list(db.session.scalars(named.offset(first).limit(limit)))


def _named(model: type[Model], words: Sequence[str]) -> list[ColumnElement[bool]]:
    """The conditions that each word is in the title."""
    title: Any = model.title_column()
    if words and is_searched(model):
        return [Search(model, wanted(" ".join(words), TITLE)).all()]
    return [title.icontains(word, autoescape=True) for word in words]


def _walk(model: type[Model], spelling: str, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """The rows whose titles begin with a spelling: the first WALKED of them, of which those that meet conditions.

    The conditions stand outside of the walk: no other index then looks better to the database than that of titles.
    """
    title: Any = model.title_column()
    columns = [column for column in columns_of(model) if not isinstance(column.type, Text | JSON)]
    near = title.between(spelling, spelling + LAST_CHARACTER)
    walked = select(*columns).where(near).order_by(title, model.id).limit(WALKED).subquery()
    outside = ClauseAdapter(walked)
    named = walked.c[title.key]
    return select(walked.c.id, named.label("title")).where(
        named.istartswith(spelling, autoescape=True), *(outside.traverse(condition) for condition in conditions)
    )


def spellings(text: str) -> list[str]:
    """The ways in which a title may begin that people mean by a text: as typed, in small letters, with a capital."""
    return list(dict.fromkeys((text, text.lower(), text[:1].upper() + text[1:], text.title())))


def has_many(model: type[Model]) -> bool:
    """Whether a table has more rows than are looked through; it counts no further than that."""
    some = select(literal(1)).select_from(model).limit(FEW + 1).subquery()
    return (db.session.scalar(select(func.count()).select_from(some)) or 0) > FEW

"""What of a row is searched, derived from its model: an entry of the index for each row, with words by weight.

Columns of the kinds below are searched; others say so by `info={"searched": …}` with a weight. A relation that says
`info={"searched": True}` brings the texts of the rows that belong to an object, as the pictures' do.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, inspect, select

from cms.content.searching.words import EVERYWHERE, OTHER, SUMMARY, TEXT, TITLE, plain, words_of
from cms.models.base import Model, all_models, columns_of
from cms.models.publishable import Publishable, Status
from cms.models.translatable import Translatable

WEIGHTS = {"title": TITLE, "summary": SUMMARY, "markup": TEXT, "slug": OTHER, "email": OTHER}
# Words of one row; a text has far fewer, and PostgreSQL takes no more than a megabyte of them.
MOST_WORDS = 20_000
# Room for the ids of one model among those of the index.
ROOM = 40
_CODES = 1 << 20


@dataclass(frozen=True)
class Entry:
    """The words of a row; `words` by weight, `marks` are words that nobody can type."""

    id: int
    words: dict[str, list[str]]
    marks: tuple[str, ...]


def searched_columns(model: type[Model]) -> dict[str, str]:
    """The weights of the columns that are searched, by the names of the columns."""
    found = {
        column.key: column.info.get("searched") or WEIGHTS.get(column.info.get("kind", ""))
        for column in columns_of(model)
    }
    return {name: weight for name, weight in found.items() if weight}


def searched_relations(model: type[Model]) -> list[Any]:
    """The relations to rows whose texts are searched with those of the object."""
    return [relation for relation in inspect(model).relationships if relation.info.get("searched")]


def is_searched(model: type[Model]) -> bool:
    """Whether the rows of a model are in the index: what has a title, and a screen of its own."""
    return model.title_column() is not None and model.__purpose__ not in ("hidden", "system")


@cache
def first_id(model: type[Model]) -> int:
    """What the ids of a model's entries are counted from: made of its name, so that nothing need be kept."""
    return (zlib.crc32(model.__tablename__.encode()) % _CODES) << ROOM


def searched_models() -> list[type[Model]]:
    """The models whose rows are in the index. Raises RuntimeError where two of them would share their ids."""
    models = [model for model in all_models() if is_searched(model)]
    if len({first_id(model) for model in models}) != len(models):
        raise RuntimeError("Two models get the same place in the index of words: give one of them another table name.")
    return models


def mark_of_live(locale: str) -> str:
    """The mark of what visitors may see in a language."""
    return f"=live{''.join(letter for letter in locale.lower() if letter.isalnum())}"


def entries_of(connection: Connection, model: type[Model], ids: Sequence[int]) -> list[Entry]:
    """The entries of those rows that there are; one query, and one for each relation that is searched."""
    attributes: Any = model
    watched = watched_columns(model)
    columns = [getattr(attributes, name) for name in watched]
    texts = _texts_of_relations(connection, model, ids)
    rows = connection.execute(select(model.id, *columns).where(model.id.in_(ids))).mappings()
    weights = searched_columns(model)
    return [
        Entry(
            first_id(model) + row["id"],
            _words([*((weights[name], row[name]) for name in weights), *texts.get(row["id"], [])]),
            _marks(model, row),
        )
        for row in rows
    ]


@cache
def watched_columns(model: type[Model]) -> tuple[str, ...]:
    """The columns that the entry of a row is made of."""
    names = set(searched_columns(model))
    if issubclass(model, Publishable):
        names |= {"status", "trashed_at"}
    if issubclass(model, Translatable):
        names.add("locale")
    return tuple(sorted(names))


def _texts_of_relations(
    connection: Connection, model: type[Model], ids: Sequence[int]
) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for relation in searched_relations(model):
        child = relation.mapper.class_
        weights = searched_columns(child)
        (owner,) = relation.remote_side
        query = select(owner, *(getattr(child, name) for name in weights)).where(owner.in_(ids))
        for identifier, *values in connection.execute(query):
            found.setdefault(identifier, []).extend(zip(weights.values(), values, strict=True))
    return found


def _words(texts: Iterable[tuple[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {weight: {} for weight in EVERYWHERE}
    for weight, text in texts:
        if text:
            found[weight].update(dict.fromkeys(words_of(plain(text) if weight == TEXT else text)))
    room = MOST_WORDS
    words = {}
    for weight in EVERYWHERE:
        words[weight] = list(found[weight])[:room]
        room -= len(words[weight])
    return words


def _marks(model: type[Model], row: Any) -> tuple[str, ...]:
    live = (
        issubclass(model, Publishable)
        and issubclass(model, Translatable)
        and row["status"] == Status.PUBLISHED
        and row["trashed_at"] is None
    )
    return (mark_of_live(row["locale"]),) if live else ()

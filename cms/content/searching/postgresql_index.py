"""The index on PostgreSQL: a vector of weighted words for each entry, in a GIN index.

The vectors are made of words that need no more care, so that no configuration, extension or collation of the database
has a say in them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    String,
    bindparam,
    cast,
    column,
    func,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, TSVECTOR

from cms.content.searching.entries import ROOM, Entry
from cms.content.searching.words import EVERYWHERE, Word

# Where the database expects more than these, not all are looked for: it would have to read them all first.
FREQUENT = 20_000
# Of those, so many are fetched.
SOME = 1_000
# Entries of one model that are gone through where need be.
MANY = 150_000
_entries = table("search_entries", column("id", BigInteger), column("words", TSVECTOR))
# A word stands at one place for each weight: of places within a text nothing is kept.
_PLACES = {weight: f"{place}{weight}" for place, weight in enumerate(EVERYWHERE, 1)}


def put(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write entries that are not there yet, and the words that nobody has used so far."""
    if not entries:
        return
    connection.execute(
        # Two who write one entry at the same moment: the later one knows what the row is now.
        text(
            "INSERT INTO search_entries (id, words) VALUES (:id, CAST(:words AS tsvector)) "
            "ON CONFLICT (id) DO UPDATE SET words = excluded.words"
        ),
        [{"id": entry.id, "words": _vector(entry)} for entry in entries],
    )
    # In one order, so that two who write the same words do not wait for each other.
    words = sorted({word for entry in entries for words in entry.words.values() for word in words})
    connection.execute(
        text("INSERT INTO search_words (word) SELECT unnest(:words) ON CONFLICT DO NOTHING").bindparams(
            bindparam("words", words, ARRAY(String))
        )
    )


def _vector(entry: Entry) -> str:
    places: dict[str, list[str]] = {mark: [] for mark in entry.marks}
    for weight, words in entry.words.items():
        for word in words:
            places.setdefault(word, []).append(_PLACES[weight])
    # Words hold nothing but letters and digits: there is no quotation mark that would have to be doubled.
    return " ".join(f"'{word}':{','.join(found)}" if found else f"'{word}'" for word, found in places.items())


def remove(connection: Connection, first: int, last: int) -> None:
    """Remove the entries with these ids and all between them."""
    span = {"first": first, "last": last}
    connection.execute(text("DELETE FROM search_entries WHERE id BETWEEN :first AND :last"), span)


def some(
    connection: Connection,
    first: int,
    words: Sequence[Word],
    spellings: Callable[[Word], Sequence[str]],
    marks: Sequence[str],
    limit: int,
) -> tuple[list[int], bool]:
    """Ids of entries, counted from `first`, that have all the words and marks, and whether that is all of them."""
    parts = [f"({' | '.join(_lexeme(one, word) for one in spellings(word))})" for word in words]
    values = {
        "question": " & ".join([*parts, *(f"'{mark}'" for mark in marks)]),
        "first": first,
        "last": first + (1 << ROOM) - 1,
        "most": limit + 1,
    }
    frequent = _expected(connection, _FITTING, values) > FREQUENT
    if frequent and _expected(connection, _OF_MODEL, values) > MANY:
        # Of each word's entries as many, picked at random: there are far more than anybody looks at.
        connection.execute(text(f"SET LOCAL gin_fuzzy_search_limit = {FREQUENT}; SET LOCAL enable_seqscan = off"))
        values["most"] = min(limit, SOME)
        found = _ids(connection, f"{_FITTING} AND {_OF_MODEL_ONE_BY_ONE}", values)
        connection.execute(text("SET LOCAL gin_fuzzy_search_limit = 0; SET LOCAL enable_seqscan = on"))
        return [identifier - first for identifier in found[:limit]], False
    if frequent:
        # What many rows of another model have is looked for among the few of this one, in the order of their ids.
        connection.execute(text("SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off"))
        found = _ids(connection, f"{_FITTING} AND {_OF_MODEL}", values)
        connection.execute(text("SET LOCAL enable_bitmapscan = on; SET LOCAL enable_seqscan = on"))
    else:
        found = _ids(connection, f"{_FITTING} AND {_OF_MODEL_ONE_BY_ONE}", values)
    return [identifier - first for identifier in found[:limit]], len(found) <= limit


_FITTING = "words @@ CAST(:question AS tsquery)"
_OF_MODEL = "id BETWEEN :first AND :last"
# An expression that no index serves: else the database may prefer to go through all entries of the model.
_OF_MODEL_ONE_BY_ONE = f"id >> {ROOM} = CAST(:first AS bigint) >> {ROOM}"


def _expected(connection: Connection, condition: str, values: Mapping[str, Any]) -> int:
    """How many entries the database expects to meet a condition, from its statistics."""
    query = text(f"EXPLAIN (FORMAT JSON) SELECT id FROM search_entries WHERE {condition}")  # noqa: S608 -- conditions of ours
    plan: int = connection.scalar(query, values)[0]["Plan"]["Plan Rows"]
    return plan


def _ids(connection: Connection, condition: str, values: Mapping[str, Any]) -> list[int]:
    query = text(f"SELECT id FROM search_entries WHERE {condition} LIMIT :most")  # noqa: S608 -- conditions of ours
    return list(connection.scalars(query, values))


def _lexeme(text_of_word: str, word: Word) -> str:
    return f"'{text_of_word}'" if word.columns == EVERYWHERE else f"'{text_of_word}':{word.columns}"


def has(entry_id: Any, words: Sequence[Word]) -> ColumnElement[bool]:
    """Whether the entry with an id has all the words: for rows that are looked at one by one."""
    lexemes = [f"'{word.text}':{'' if word.whole else '*'}{word.columns}" for word in words]
    fits = _entries.c.words.op("@@")(cast(" & ".join(lexemes), TSQUERY))
    # A value for each row, not a set of them, so that the database does not make up all of the set first.
    return func.coalesce(select(fits).where(_entries.c.id == entry_id).scalar_subquery(), False)


def among(identifier: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether an id is one of many, which travel as one value."""
    return identifier == func.any(cast(list(ids), ARRAY(Integer)))

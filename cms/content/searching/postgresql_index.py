"""The index on PostgreSQL: a vector of weighted words for each entry, in a GIN index.

The vectors are made of words that need no more care, so that no configuration, extension or collation of the database
has a say in them. Each word bears the model of its row: so the index holds a list of rows for each model and word, and
knows how frequent the word is there. Words of titles are in it a second time, because the index knows no weights.
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
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, TSVECTOR

from cms.content.searching.entries import ROOM, Entry
from cms.content.searching.words import EVERYWHERE, TITLE, Word

# Where the database expects more than these, not all are looked for: it would have to read them all first.
FREQUENT = 20_000
# Of those, some are fetched: from the newest entries, of which so many are gone through, or from anywhere.
NEWEST = 10_000
_entries = table("search_entries", column("id", BigInteger), column("words", TSVECTOR))
# A word stands at one place for each weight: of places within a text nothing is kept.
_PLACES = {weight: f"{place}{weight}" for place, weight in enumerate(EVERYWHERE, 1)}
# Stands before the second of a word of a title.
_IN_TITLES = ":"


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
    places |= {f"{_IN_TITLES}{word}": [] for word in entry.words[TITLE]}
    model = _model_of(entry.id)
    # Words hold nothing but letters and digits: there is no quotation mark that would have to be doubled.
    return " ".join(f"'{model}{word}'{':' if found else ''}{','.join(found)}" for word, found in places.items())


def _model_of(identifier: int) -> str:
    """What the words of a model's entries begin with, by the id of any of them: five digits."""
    return f"{identifier >> ROOM:05x}"


def remove(connection: Connection, first: int, last: int) -> None:
    """Remove the entries with these ids and all between them."""
    span = {"first": first, "last": last}
    connection.execute(text("DELETE FROM search_entries WHERE id BETWEEN :first AND :last"), span)


def weigh(connection: Connection) -> None:
    """Find out how frequent words are, after many entries were written at once."""
    connection.execute(text("ANALYZE search_entries"))


def some(
    connection: Connection,
    first: int,
    words: Sequence[Word],
    spellings: Callable[[Word], Sequence[str]],
    marks: Sequence[str],
    limit: int,
    many: int,
) -> tuple[list[int], bool]:
    """Ids of entries, counted from `first`, that have all the words and marks, and whether that is all of them.

    Where there are more than `limit`, they are some, and no more than `many`.
    """
    most = min(limit, many)
    model = _model_of(first)
    parts = [f"({' | '.join(_lexeme(model, one, word) for one in spellings(word))})" for word in words]
    question = " & ".join([*parts, *(f"'{model}{mark}'" for mark in marks)])
    if _expected(connection, question) <= FREQUENT:
        found = _ids(connection, _ANY, {"question": question, "most": limit + 1})
        complete = len(found) <= limit
        return [identifier - first for identifier in (found if complete else found[:most])], complete
    values = {"question": question, "most": most}
    found = _ids(connection, _NEWEST, values | {"first": first, "last": first + (1 << ROOM) - 1, "newest": NEWEST})
    if len(found) < most:
        # Of each word's entries as many, picked at random: there are far more than anybody looks at.
        connection.execute(text(f"SET LOCAL gin_fuzzy_search_limit = {FREQUENT}; SET LOCAL enable_seqscan = off"))
        found = list(dict.fromkeys([*found, *_ids(connection, _ANY, values)]))[:most]
        connection.execute(text("SET LOCAL gin_fuzzy_search_limit = 0; SET LOCAL enable_seqscan = on"))
    return [identifier - first for identifier in found], False


_FITTING = "words @@ CAST(:question AS tsquery)"
_ANY = f"SELECT id FROM search_entries WHERE {_FITTING} LIMIT :most"  # noqa: S608 -- a condition of ours
_NEWEST = f"""
SELECT id FROM (
    SELECT id, words FROM search_entries WHERE id BETWEEN :first AND :last ORDER BY id DESC LIMIT :newest
) AS newest WHERE {_FITTING} LIMIT :most
"""  # noqa: S608 -- as above


def _expected(connection: Connection, question: str) -> int:
    """How many entries the database expects to fit, from its statistics."""
    query = text(f"EXPLAIN (FORMAT JSON) SELECT id FROM search_entries WHERE {_FITTING}")  # noqa: S608 -- as above
    plan: int = connection.scalar(query, {"question": question})[0]["Plan"]["Plan Rows"]
    return plan


def _ids(connection: Connection, query: str, values: Mapping[str, Any]) -> list[int]:
    return list(connection.scalars(text(query), values))


def _lexeme(model: str, text_of_word: str, word: Word) -> str:
    if word.columns == TITLE:
        return f"'{model}{_IN_TITLES}{text_of_word}'"
    return f"'{model}{text_of_word}'{'' if word.columns == EVERYWHERE else f':{word.columns}'}"


def has(identifier: Any, first: int, words: Sequence[Word]) -> ColumnElement[bool]:
    """Whether the entry with an id, counted from `first`, has all the words: for rows that are looked at one by one."""
    model = _model_of(first)
    lexemes = [f"'{model}{word.text}':{'' if word.whole else '*'}{word.columns}" for word in words]
    fits = _entries.c.words.op("@@")(cast(" & ".join(lexemes), TSQUERY))
    entry = _entries.c.id == identifier + literal_column(str(first))
    # A value for each row, not a set of them, so that the database does not make up all of the set first.
    return func.coalesce(select(fits).where(entry).scalar_subquery(), False)


def among(identifier: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether an id is one of many, which travel as one value."""
    return identifier == func.any(cast(list(ids), ARRAY(Integer)))

"""The index on SQLite: a table of FTS5, with a column for each weight and one for the marks.

It is given words that need no more care, so its plainest tokenizer does; of places within a text it keeps nothing
(`detail=column`), so that it stays small and every question is one about words.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Connection, column, func, literal, literal_column, select, table, text

from cms.content.searching.entries import ROOM, Entry
from cms.content.searching.words import Word

COLUMNS = {"A": "title", "B": "summary", "C": "body", "D": "other"}
_entries = table("search_entries", column("rowid"), *(column(name) for name in COLUMNS.values()))


def put(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write entries that are not there yet, and the words that nobody has used so far."""
    if not entries:
        return
    names = [*COLUMNS.values(), "marks"]
    places = ", ".join(f":{name}" for name in names)
    connection.execute(
        text(f"INSERT INTO search_entries (rowid, {', '.join(names)}) VALUES (:id, {places})"),  # noqa: S608 -- names of ours
        [
            {"id": entry.id, "marks": " ".join(entry.marks)}
            | {name: _spaced(entry.words[weight]) for weight, name in COLUMNS.items()}
            for entry in entries
        ],
    )
    words = sorted({word for entry in entries for words in entry.words.values() for word in words})
    connection.execute(
        text("INSERT OR IGNORE INTO search_words (word) SELECT value FROM json_each(:words)"),
        {"words": json.dumps(words)},
    )


def _spaced(words: Iterable[str]) -> str:
    """Words with a space on both sides of each, so that a word is found whole or by its beginning."""
    return "".join(f" {word}" for word in words) + " "


def remove(connection: Connection, first: int, last: int) -> None:
    """Remove the entries with these ids and all between them."""
    span = {"first": first, "last": last}
    connection.execute(text("DELETE FROM search_entries WHERE rowid BETWEEN :first AND :last"), span)


def weigh(connection: Connection) -> None:
    """Nothing to do: the index itself knows how frequent words are."""


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

    Where there are more than `limit`, they are the newest, and no more than `many`.
    """
    parts = [f"{_columns(word.columns)} : ({_any_of(spellings(word))})" for word in words]
    query = text(
        "SELECT rowid FROM search_entries WHERE search_entries MATCH :question "
        "AND rowid BETWEEN :first AND :last ORDER BY rowid DESC LIMIT :most"
    )
    question = " AND ".join([*parts, *(f'"{mark}"' for mark in marks)])
    values = {"question": question, "first": first, "last": first + (1 << ROOM) - 1, "most": limit + 1}
    found = [identifier - first for identifier in connection.execute(query, values).scalars()]
    return (found, True) if len(found) <= limit else (found[: min(limit, many)], False)


def _columns(weights: str) -> str:
    return "{" + " ".join(COLUMNS[weight] for weight in weights) + "}"


def _any_of(words: Iterable[str]) -> str:
    # Words hold nothing but letters and digits: there is no quotation mark that would have to be doubled.
    return " OR ".join(f'"{word}"' for word in words)


def has(identifier: Any, first: int, words: Sequence[Word]) -> ColumnElement[bool]:
    """Whether the entry with an id, counted from `first`, has all the words: for rows that are looked at one by one."""
    found = [
        func.instr(_together(word.columns), f" {word.text} " if word.whole else f" {word.text}") > 0 for word in words
    ]
    entry = _entries.c.rowid == identifier + literal_column(str(first))
    return select(literal(1)).where(entry, *found).exists()


def _together(weights: str) -> Any:
    columns: list[Any] = [_entries.c[COLUMNS[weight]] for weight in weights]
    return reduce(lambda before, one: before.op("||")(one), columns)


def among(identifier: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether an id is one of many, which travel as one value."""
    many = func.json_each(json.dumps(list(ids))).table_valued("value")
    return identifier.in_(select(many.c.value))

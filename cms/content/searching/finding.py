"""Asking the index of words: which rows have them; of few all, of very many some, and any row whether it has them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from sqlalchemy import ColumnElement, false, literal, literal_column, select, text, union_all

from cms.content.searching import postgresql_index, sqlite_index
from cms.content.searching.entries import first_id
from cms.content.searching.words import Word
from cms.extensions import db
from cms.models.base import Model

# Words that begin alike of which so many are asked for; they come in the order of the alphabet.
SPELLINGS = 100
# Rows that are found at once; where more have the words, they are told apart from the rest one by one.
MOST_FOUND = 5_000
# Where there are more: so many of them.
SOME = 1_000
_BEYOND_ALL = "\U0010ffff"
# By the text of a word and whether it stands for itself: the words of the index that are meant.
Spellings = dict[tuple[str, bool], list[str]]


def index_of(dialect: str) -> ModuleType:
    """What keeps the index on a database."""
    return postgresql_index if dialect == "postgresql" else sqlite_index


@dataclass(frozen=True)
class Found:
    """Ids of rows; `complete` where there are no others."""

    ids: list[int]
    complete: bool


class Search:
    """Words in the rows of a model; where there are none, nothing has them."""

    def __init__(self, model: type[Model], words: Sequence[Word], spellings: Spellings | None = None) -> None:
        self.model = model
        self.words = tuple(words)
        self._spellings = spellings
        self._index = index_of(db.engine.dialect.name)

    def rows(self, marks: Iterable[str] = (), limit: int | None = None) -> Found:
        """The rows that have all the words, MOST_FOUND at most; one query, and one for beginnings of words.

        Where there are more, SOME of them; on SQLite the newest.
        """
        if not self.words:
            return Found([], True)
        spellings = self._spellings or spellings_of(self.words)
        meant = {word: spellings[word.text, word.whole] for word in self.words}
        if not all(meant.values()):
            return Found([], True)
        connection = db.session.connection()
        most = MOST_FOUND if limit is None else limit
        ids, complete = self._index.some(
            connection, first_id(self.model), self.words, meant.__getitem__, tuple(marks), most, SOME
        )
        complete = complete and all(len(found) < SPELLINGS for found in meant.values())
        return Found(ids, complete)

    def fits(self, identifier: Any = None) -> ColumnElement[bool]:
        """Whether a row has the words: for rows that are looked at one by one."""
        if not self.words:
            return false()
        model: Any = self.model
        own = model.id if identifier is None else identifier
        condition: ColumnElement[bool] = self._index.has(own, first_id(self.model), self.words)
        return condition

    def all(self) -> ColumnElement[bool]:
        """Whether a row has the words: for all rows that do, in one go."""
        found = self.rows()
        return self.among(found.ids) if found.complete else self.fits()

    def among(self, ids: Sequence[int]) -> ColumnElement[bool]:
        """Whether a row is one of many."""
        model: Any = self.model
        return among(model.id, ids)


def among(identifier: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether an id is one of many; however many there are, they travel as one value."""
    condition: ColumnElement[bool] = index_of(db.engine.dialect.name).among(identifier, ids) if ids else false()
    return condition


def spellings_of(words: Sequence[Word]) -> Spellings:
    """The words of the index that are meant by each of these: itself, or SPELLINGS that begin with it; one query."""
    found: Spellings = {(word.text, word.whole): [word.text] if word.whole else [] for word in words}
    beginnings = [text_of_word for text_of_word, whole in found if not whole]
    if not beginnings:
        return found
    queries: list[Any] = [
        select(literal_column(str(place)).label("place"), literal_column("word")).select_from(
            select(literal_column("word"))
            .select_from(text("search_words"))
            .where(literal_column("word") >= literal(word), literal_column("word") < literal(word + _BEYOND_ALL))
            .order_by(literal_column("word"))
            .limit(SPELLINGS)
            .subquery(f"of_{place}")
        )
        for place, word in enumerate(beginnings)
    ]
    for place, word in db.session.connection().execute(union_all(*queries)):
        found[beginnings[place], False].append(word)
    return found

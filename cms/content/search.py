"""Finding published documents by words, in every content type that has pages.

A document is found where each word occurs in its title, its summary or its text. Those with all of them in the title
come first, then those with all of them in title and summary, then the others; among equals the newest.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from cms.content import queries
from cms.content.searching.entries import is_searched, mark_of_live, searched_columns
from cms.content.searching.excerpts import excerpt, marked
from cms.content.searching.finding import Search, Spellings, spellings_of
from cms.content.searching.words import SUMMARY, TEXT, TITLE, Word, plain, wanted
from cms.extensions import db

LONGEST_QUERY = 120
MOST_HITS = 30
# Where the words stand, the best first.
PLACES = (TITLE, TITLE + SUMMARY, TITLE + SUMMARY + TEXT)
# Of what very many documents contain, the best are looked for among so many of the newest.
NEWEST = 2_000
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Hit:
    """A document that was found; `excerpt` shows the words in their place, `rank` is 0 for the best places."""

    title: Markup
    path: str
    excerpt: Markup
    published_at: datetime | None
    rank: int


def search(locale: str, query: str) -> list[Hit]:
    """What visitors may see in a language and contains every word; best first. A few queries for each content type."""
    words = wanted(query[:LONGEST_QUERY])
    if not words:
        return []
    models = [model for model in queries.public_models() if is_searched(model)]
    spellings = spellings_of(words)
    found = [(rank, row) for model in models for rank, row in _best_of(model, locale, query, spellings)]
    found.sort(key=lambda one: one[1].published_at or LONG_AGO, reverse=True)
    found.sort(key=lambda one: one[0])
    return [_hit(row, words, rank) for rank, row in found[:MOST_HITS]]


def _best_of(model: Any, locale: str, query: str, spellings: Spellings) -> list[tuple[int, Any]]:
    found: list[tuple[int, Any]] = []
    for rank, places in enumerate(PLACES):
        if len(found) < MOST_HITS:
            known = [row.id for _rank, row in found]
            there = Search(model, wanted(query[:LONGEST_QUERY], places), spellings)
            rows = _newest(there, locale, known)
            found += [(rank, row) for row in rows[: MOST_HITS - len(found)]]
    return found


def _newest(search: Search, locale: str, known: list[int]) -> list[Any]:
    """The newest live rows with the words, without those that are known; newest first.

    Told of more than ids, a database may go through everything that is live instead: dates are compared here.
    """
    model: Any = search.model
    some = search.rows((mark_of_live(locale),))
    ids = some.ids
    if not some.complete:
        most = MOST_HITS + len(known)
        near = _near(search, locale, most)
        ids = near if len(near) == most else [*near, *some.ids]
    dated: Any = db.session.execute(select(model.published_at, model.id).where(search.among(ids))) if ids else []
    new = [(moment or LONG_AGO, identifier) for moment, identifier in dated if identifier not in known]
    places = {identifier: place for place, (_moment, identifier) in enumerate(sorted(new, reverse=True)[:MOST_HITS])}
    if not places:
        return []
    rows = [row for row in db.session.scalars(select(model).where(model.id.in_(places))) if row.is_live]
    return sorted((row for row in rows if row.locale == locale), key=lambda row: places[row.id])


def _near(search: Search, locale: str, limit: int) -> list[int]:
    """Those of the newest live rows that have the words, so many of them."""
    model: Any = search.model
    newest_first = (model.published_at.desc(), model.id.desc())
    live = select(model.id, model.published_at).where(*queries.live(model, locale))
    near = live.order_by(*newest_first).limit(NEWEST).subquery()
    order = (near.c.published_at.desc(), near.c.id.desc())
    return list(db.session.scalars(select(near.c.id).where(search.fits(near.c.id)).order_by(*order).limit(limit)))


def _hit(row: Any, words: tuple[Word, ...], rank: int) -> Hit:
    keys = [key for key, weight in searched_columns(type(row)).items() if weight in (SUMMARY, TEXT)]
    text = " ".join(plain(getattr(row, key) or "") for key in keys)
    return Hit(
        title=marked(str(row), words),
        path=row.public_path,
        excerpt=marked(excerpt(text, words), words),
        published_at=row.published_at,
        rank=rank,
    )

"""Finding published documents by words, in every content type that has pages.

Plain and exact: a document is found where each word occurs in its title, its summary or its text. The database finds
candidates; since it also looks into the markup, each is looked at once more without it.
"""

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Select, and_, case, or_, select

from cms.content import queries
from cms.extensions import db
from cms.models.base import columns_of

LONGEST_QUERY = 120
MOST_WORDS = 8
# Each type gives at most so many; the newest of them, those with the words in their title first.
CANDIDATES = 60
MOST_HITS = 30
BEFORE, AROUND = 70, 220
LONG_AGO = datetime.min.replace(tzinfo=UTC)

_TAG = re.compile(r"<[^>]*>")
# Tags within a line: the letters on their two sides belong together.
_INLINE = re.compile(r"</?(?:a|abbr|b|bdi|cite|code|em|i|kbd|mark|q|s|small|span|strong|sub|sup|u)(?:\s[^>]*)?>")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Hit:
    """A document that was found; `excerpt` shows the words in their place."""

    title: Markup
    path: str
    excerpt: Markup
    published_at: datetime | None
    in_title: bool


def words_of(query: str) -> list[str]:
    """The words that are looked for, each once, as far as they are taken."""
    words = dict.fromkeys(query[:LONGEST_QUERY].lower().split())
    return list(words)[:MOST_WORDS]


def search(locale: str, query: str) -> list[Hit]:
    """What visitors may see in a language and contains every word; best first. One query for each content type."""
    words = words_of(query)
    if not words:
        return []
    hits = [hit for model in queries.public_models() for hit in _hits_of(model, locale, words)]
    hits.sort(key=lambda hit: hit.published_at or LONG_AGO, reverse=True)
    hits.sort(key=lambda hit: not hit.in_title)
    return hits[:MOST_HITS]


def _hits_of(model: Any, locale: str, words: list[str]) -> list[Hit]:
    found = (_hit(row, words) for row in db.session.scalars(_candidates(model, locale, words)))
    return [hit for hit in found if hit is not None]


def _candidates(model: Any, locale: str, words: list[str]) -> Select[Any]:
    title = getattr(model, model.title_column().key)
    texts = [getattr(model, key) for key in _text_keys(model)]
    anywhere = [or_(*(text.icontains(word, autoescape=True) for text in (title, *texts))) for word in words]
    in_title = and_(*(title.icontains(word, autoescape=True) for word in words))
    return (
        select(model)
        .where(*queries.live(model, locale), *anywhere)
        .order_by(case((in_title, 0), else_=1), model.published_at.desc(), model.id.desc())
        .limit(CANDIDATES)
    )


def _text_keys(model: Any) -> list[str]:
    return [column.key for column in columns_of(model) if column.info.get("kind") in {"summary", "markup"}]


def _hit(row: Any, words: list[str]) -> Hit | None:
    title = str(row)
    text = " ".join(_plain(getattr(row, key) or "") for key in _text_keys(type(row)))
    whole = f"{title} {text}".lower()
    if not all(word in whole for word in words):
        return None
    return Hit(
        title=_marked(title, words),
        path=row.public_path,
        excerpt=_marked(_excerpt(text, words), words),
        published_at=row.published_at,
        in_title=all(word in title.lower() for word in words),
    )


def _plain(text: str) -> str:
    """A text without its markup."""
    return _SPACE.sub(" ", html.unescape(_TAG.sub(" ", _INLINE.sub("", text)))).strip()


def _excerpt(text: str, words: list[str]) -> str:
    """The part of a text where the first of the words stands; its beginning where none does."""
    folded = text.lower()
    places = [place for word in words if (place := folded.find(word)) >= 0]
    start = max(0, min(places, default=0) - BEFORE)
    if start:
        start = text.find(" ", start) + 1 or start
    end = start + AROUND
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + AROUND // 2)
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"


def _marked(text: str, words: list[str]) -> Markup:
    """A text, escaped, with each of the words in `<mark>`."""
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)
    pieces: list[Markup] = []
    at = 0
    for match in pattern.finditer(text):
        pieces += [escape(text[at : match.start()]), Markup("<mark>{}</mark>").format(match[0])]
        at = match.end()
    return Markup("").join([*pieces, escape(text[at:])])

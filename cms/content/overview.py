"""What is going on: the documents that wait for somebody, how far the translations are, what was done last.

Every function asks a number of questions that depends on the kinds of content, never on how much of it there is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, null, select
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.elements import True_

from cms.content.large_numbers import remember, remembered
from cms.content.searching.entries import searched_models
from cms.content.searching.finding import Search, spellings_of
from cms.content.searching.words import TITLE, wanted
from cms.extensions import db
from cms.models import AuditEntry, User
from cms.models.base import Model, all_models
from cms.models.publishable import Publishable, Status
from cms.models.translatable import Translatable
from cms.security.policy import may, visible

# Counting goes no further, so that it costs the same on a site with very many documents.
COUNTED = 10_000
# Of what very many are called: how many of the newest rows that somebody may read are asked whether they are.
NEAR = 2_000


class Waiting(StrEnum):
    """Why a document is on the dashboard."""

    MINE = "mine"
    REVIEW = "review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Line:
    """A document as a list of few words shows it; `moment` is the one that the list is about.

    `may_update` says whether whoever asked may change it; they may read it in any case.
    """

    model: type[Model]
    id: int
    title: str
    locale: str | None
    author: str | None
    moment: datetime
    may_update: bool


@dataclass(frozen=True)
class Pile:
    """Documents that wait for the same thing: the first of them, and how many there are of each kind.

    A number above COUNTED means that there are more.
    """

    lines: Sequence[Line]
    counts: dict[type[Model], int]

    @property
    def total(self) -> int:
        """How many there are of all kinds."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class LanguageShare:
    """How many published documents there are in one language, of how many there could be."""

    locale: str
    done: int
    total: int

    @property
    def percent(self) -> int:
        """In a hundred, rounded down; nothing to translate is 100."""
        return self.done * 100 // self.total if self.total else 100


def publishable_models(actor: Any) -> list[Any]:
    """The kinds of documents that the actor may read."""
    return [model for model in all_models() if issubclass(model, Publishable) and may(actor, "read", model)]


def pile(actor: Any, waiting: Waiting, limit: int) -> Pile:
    """The documents that wait for something and that the actor may read: the next or newest first."""
    lines: list[Line] = []
    counts: dict[type[Model], int] = {}
    for model in publishable_models(actor):
        moment = _moment(model, waiting)
        conditions = [visible(actor, "read", model), model.trashed_at.is_(None), *_conditions(model, waiting, actor)]
        some = select(model.id).where(*conditions).limit(COUNTED + 1)
        counts[model] = db.session.scalar(select(func.count()).select_from(some.subquery())) or 0
        if counts[model]:
            order = moment.asc() if waiting == Waiting.SCHEDULED else moment.desc()
            lines.extend(_lines(model, _rows(model, moment, actor).where(*conditions).order_by(order).limit(limit)))
    lines.sort(key=lambda line: line.moment, reverse=waiting != Waiting.SCHEDULED)
    return Pile(lines[:limit], counts)


def _rows(model: Any, moment: Any, actor: Any) -> Select[Any]:
    title = model.title_column()
    locale: Any = model.locale if issubclass(model, Translatable) else null()
    may_update = visible(actor, "update", model)
    columns = (model.id, title, locale, User.display_name, moment, case((may_update, 1), else_=0))
    return select(*columns).outerjoin(User, User.id == model.author_id)


def _lines(model: Any, query: Select[Any]) -> Iterable[Line]:
    for identifier, title, locale, author, when, may_update in db.session.execute(query):
        yield Line(model, identifier, title or f"#{identifier}", locale, author, when, bool(may_update))


def _moment(model: Any, waiting: Waiting) -> Any:
    if waiting == Waiting.SCHEDULED:
        return model.scheduled_at
    if waiting == Waiting.REVIEW:
        return model.submitted_at
    return model.published_at if waiting == Waiting.PUBLISHED else model.updated_at


def _conditions(model: Any, waiting: Waiting, actor: Any) -> list[ColumnElement[bool]]:
    match waiting:
        case Waiting.MINE:
            return [model.author_id == actor.id, model.status == Status.DRAFT, model.scheduled_at.is_(None)]
        case Waiting.REVIEW:
            return [model.submitted_at.is_not(None)]
        case Waiting.SCHEDULED:
            return [model.scheduled_at.is_not(None)]
        case Waiting.PUBLISHED:
            return [model.status == Status.PUBLISHED, model.published_at.is_not(None)]


def translation_shares(actor: Any, locales: Sequence[str]) -> list[LanguageShare]:
    """For each language, how many published documents it has, measured against the language that has most of them.

    Documents that the actor may not read do not count. The numbers come from an index alone; of very many documents,
    they may be a minute old.
    """
    done: dict[str, int] = dict.fromkeys(locales, 0)
    for model in publishable_models(actor):
        if not issubclass(model, Translatable):
            continue
        for locale, number in _published_by_language(actor, model, tuple(done)).items():
            done[locale] += number
    most = max(done.values(), default=0)
    return [LanguageShare(locale, number, most) for locale, number in done.items()]


def _published_by_language(actor: Any, model: Any, locales: tuple[str, ...]) -> Mapping[str, int]:
    readable = visible(actor, "read", model)
    # Only what is the same for everybody who may read all of them is remembered, and only where counting takes long.
    is_everybodys = isinstance(readable, True_)
    known: dict[str, int] | None = remembered((model, locales)) if is_everybodys else None
    if known is not None:
        return known
    live = [readable, model.trashed_at.is_(None), model.status == Status.PUBLISHED]
    # One count for each language, not one for each group: so the index of what visitors see is used.
    numbers = db.session.execute(
        select(
            *(
                select(func.count()).select_from(model).where(model.locale == locale, *live).scalar_subquery()
                for locale in locales
            )
        )
    ).one()
    counts = dict(zip(locales, numbers, strict=True))
    if is_everybodys and sum(numbers) > COUNTED:
        remember((model, locales), counts)
    return counts


def recent_activity(actor: Any, limit: int) -> Sequence[AuditEntry]:
    """What was done last, if the actor may read the record; what they did themselves otherwise."""
    query = (
        select(AuditEntry).options(joinedload(AuditEntry.actor)).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    condition = (
        visible(actor, "read", AuditEntry) if may(actor, "read", AuditEntry) else AuditEntry.actor_id == actor.id
    )
    return db.session.scalars(query.where(condition).limit(limit)).all()


def find_by_title(actor: Any, words: str, each: int) -> list[Model]:
    """Objects whose title contains every word, of all kinds that the actor may read; the newest of each kind first.

    Of what very many are called, the newest are looked for among some of them, and among the newest that the actor
    may read.
    """
    found: list[Model] = []
    asked = wanted(words, TITLE)
    spellings = spellings_of(asked)
    for model in searched_models():
        if not may(actor, "read", model):
            continue
        search = Search(model, asked, spellings)
        readable = [visible(actor, "read", model)]
        if issubclass(model, Publishable):
            readable.append(model.trashed_at.is_(None))
        some = search.rows()
        # Chosen without a thought of who asks: those of somebody who may read few rows need not be among them.
        near = [] if some.complete or isinstance(readable[0], True_) else _near(search, readable, each)
        query = select(model).where(*readable, search.among([*near, *some.ids]))
        # An expression that no index serves: a database would go through that index for what it finds by id.
        newest_first = func.coalesce(model.updated_at, model.created_at).desc()
        found.extend(db.session.scalars(query.order_by(newest_first).limit(each)))
    return found


def _near(search: Search, readable: Sequence[ColumnElement[bool]], limit: int) -> list[int]:
    """Those of the NEAR newest of some rows that have the words, so many of them."""
    model: Any = search.model
    newest = select(model.id, model.updated_at).where(*readable).order_by(model.updated_at.desc(), model.id.desc())
    near = newest.limit(NEAR).subquery()
    found = select(near.c.id).where(search.fits(near.c.id)).order_by(near.c.updated_at.desc(), near.c.id.desc())
    return list(db.session.scalars(found.limit(limit)))

"""The lists of posts: which posts stand on a page of a list, found by their ids alone.

A page of a list asks for ids, with one small statement that an index answers; what a card shows is read only for
the posts whose cards no page has at hand (see `cms.content.presenting.cards`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    bindparam,
    exists,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import defer, joinedload

from cms.cache import depends_on
from cms.cache.tags import collection_tag
from cms.content.queries import author_of, live
from cms.extensions import db
from cms.i18n.locales import site_locales
from cms.models import Category, Media, Post, Tag, User
from cms.models.post import post_tags

# Deeper pages are reached through tags, categories and the archive; an offset costs what it skips.
LAST_PAGE = 1000
# Of how many of the newest posts the tags are counted: what a site is about now, at the same cost whatever its size.
COUNTED_POSTS = 1000
# Of how many of a post's tags, and of how many of the posts that were written last with each, related ones are chosen.
RELATING_TAGS = 8
RELATED_CANDIDATES = 40
# Up to so many posts of a tag are found by its own index, and sorted.
RARE = 500


@dataclass(frozen=True)
class Listing:
    """One page of a list: the ids of its posts; `number` counts from 1."""

    ids: Sequence[int]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1


def page_number(text: str | None) -> int | None:
    """The page that a query string asks for: 1 where it asks for none, None where there can be no such page."""
    if not text:
        return 1
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        return None
    number = int(text)
    return number if 1 <= number <= LAST_PAGE else None


def published_posts(locale: str, number: int, per_page: int) -> Listing:
    """The newest posts of a language."""
    return _listing("all", locale, number, per_page)


def posts_with_tag(tag: Tag, number: int, per_page: int) -> Listing:
    """The newest posts with a tag.

    No index holds the posts of a tag by date. A rare tag has few posts to sort; those of a common one are soon found
    among the newest of all.
    """
    uses = db.session.scalar(select(func.count()).select_from(_with_tag(tag.id).subquery()))
    kind = "common tag" if (uses or 0) > RARE else "rare tag"
    return _listing(kind, tag.locale, number, per_page, topic=tag.id)


def posts_in_category(category: Category, number: int, per_page: int) -> Listing:
    """The newest posts of a category."""
    return _listing("category", category.locale, number, per_page, topic=category.id)


def posts_by_author(author: User, locale: str, number: int, per_page: int) -> Listing:
    """The newest posts of an author in a language."""
    return _listing("author", locale, number, per_page, topic=author.id)


def posts_in_month(locale: str, year: int, month: int, number: int, per_page: int) -> Listing:
    """The posts of one month (UTC), newest first."""
    return _listing("month", locale, number, per_page, **_bounds(year, month))


def _listing(kind: str, locale: str, number: int, per_page: int, **values: Any) -> Listing:
    depends_on(collection_tag(Post, locale))
    place = {"locale": locale, "most": per_page + 1, "skipped": (number - 1) * per_page}
    ids = list(db.session.scalars(_page_of(kind), place | values))
    return Listing(ids[:per_page], number, len(ids) > per_page)


@cache
def _page_of(kind: str) -> Select[int]:
    """The statement for a page of a list. It is put together once: that takes longer than the database does."""
    query = _newest_ids(bindparam("locale")).where(*_conditions(kind))
    if kind == "rare tag":
        # Joined, so that the few posts of the tag are looked at and not every post.
        tagged = _with_tag(bindparam("topic")).subquery()
        query = query.join(tagged, tagged.c.post_id == Post.id)
    return query.limit(bindparam("most", type_=Integer)).offset(bindparam("skipped", type_=Integer))


def _with_tag(tag_id: Any) -> Select[int]:
    """The posts with a tag, up to one more than a rare one has."""
    return select(post_tags.c.post_id).where(post_tags.c.tag_id == tag_id).limit(RARE + 1)


def _newest_ids(locale: Any) -> Select[int]:
    return select(Post.id).where(*live(Post, locale)).order_by(Post.published_at.desc(), Post.id.desc())


def _conditions(kind: str) -> list[ColumnElement[bool]]:
    """What the posts of a kind of list have in common beside being live."""
    topic: BindParameter[int] = bindparam("topic")
    if kind == "common tag":
        return [exists().where(post_tags.c.post_id == Post.id, post_tags.c.tag_id == topic)]
    if kind == "category":
        return [Post.category_id == topic]
    if kind == "author":
        return [Post.author_id == topic]
    if kind == "month":
        return [Post.published_at >= bindparam("start"), Post.published_at < bindparam("end")]
    return []


def _bounds(year: int, month: int) -> dict[str, datetime]:
    """The first moment of a month (UTC), and that of the next one."""
    return {
        "start": datetime(year, month, 1, tzinfo=UTC),
        "end": datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC),
    }


def posts_of_cards(ids: Sequence[int]) -> dict[int, Post]:
    """Posts by id with what a card shows; the text itself stays in the database. The caller declares what it shows."""
    if not ids:
        return {}
    query = (
        select(Post)
        .where(Post.id.in_(ids))
        .options(
            defer(Post.body),
            author_of(Post),
            joinedload(Post.category),
            joinedload(Post.featured_image).selectinload(Media.texts),
        )
    )
    return {post.id: post for post in db.session.scalars(query).unique()}


def newest_posts(locale: str, limit: int) -> list[Post]:
    """The newest posts of a language with what a card shows."""
    ids = published_posts(locale, 1, limit).ids
    found = posts_of_cards(ids)
    posts = [found[one] for one in ids if one in found]
    for post in posts:
        depends_on(post, post.author, post.category, post.featured_image)
    return posts


def recent_posts(locale: str, limit: int) -> Sequence[Post]:
    """The newest posts with title and date, for a side column."""
    query = select(Post).where(*live(Post, locale)).order_by(Post.published_at.desc(), Post.id.desc())
    rows = db.session.scalars(query.options(defer(Post.body)).limit(limit)).all()
    depends_on(collection_tag(Post, locale), *rows)
    return rows


def most_used_tags(locale: str, limit: int) -> list[tuple[Tag, int]]:
    """Tags with the number of the newest published posts that bear them, most used first."""
    newest = _newest_ids(locale).limit(COUNTED_POSTS).subquery()
    uses = func.count().label("uses")
    counted = (
        select(post_tags.c.tag_id, uses)
        .where(post_tags.c.post_id.in_(select(newest.c.id)))
        .group_by(post_tags.c.tag_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Tag, counted.c.uses)
        .join(counted, counted.c.tag_id == Tag.id)
        .order_by(counted.c.uses.desc(), Tag.name)
        .limit(limit)
    ).all()
    depends_on(collection_tag(Post, locale), collection_tag(Tag, locale), *(row[0] for row in rows))
    return [(row[0], row[1]) for row in rows]


def related_posts(post: Post, limit: int) -> list[int]:
    """The ids of published posts that share most tags with this one, of those written last with each of its tags.

    However popular a tag is, a bounded number of its posts is looked at.
    """
    depends_on(collection_tag(Post, post.locale))
    tags = post.tags[:RELATING_TAGS]
    if not tags:
        return []
    values = {f"tag{number}": tag.id for number, tag in enumerate(tags)}
    query = _related(len(tags), RELATED_CANDIDATES)
    return list(db.session.scalars(query, values | {"locale": post.locale, "but": post.id, "most": limit}))


@cache
def _related(tags: int, each: int) -> Select[int]:
    newest = [
        select(post_tags.c.post_id)
        .where(post_tags.c.tag_id == bindparam(f"tag{number}"), post_tags.c.post_id != bindparam("but"))
        .order_by(post_tags.c.post_id.desc())
        .limit(each)
        .subquery()
        for number in range(tags)
    ]
    candidates = union_all(*(select(one.c.post_id) for one in newest)).subquery()
    shared = select(candidates.c.post_id, func.count().label("shared")).group_by(candidates.c.post_id).subquery()
    return (
        select(Post.id)
        .join(shared, shared.c.post_id == Post.id)
        .where(*live(Post, bindparam("locale")))
        .order_by(shared.c.shared.desc(), Post.published_at.desc(), Post.id.desc())
        .limit(bindparam("most", type_=Integer))
    )


def locales_of_author(author: User) -> list[str]:
    """The languages in which an author has published posts."""
    return _locales_where("author", topic=author.id)


def locales_of_month(year: int, month: int) -> list[str]:
    """The languages in which posts were published in a month (UTC)."""
    return _locales_where("month", **_bounds(year, month))


def _locales_where(kind: str, **values: Any) -> list[str]:
    depends_on(collection_tag(Post))
    codes = tuple(info.code for info in site_locales())
    return list(db.session.scalars(_languages_of(kind, codes), values))


@cache
def _languages_of(kind: str, codes: tuple[str, ...]) -> CompoundSelect[str]:
    """One question for each language, in one statement: each is answered by the first post that an index gives."""
    conditions = _conditions(kind)
    return union_all(*(select(literal(code)).where(exists().where(*live(Post, code), *conditions)) for code in codes))

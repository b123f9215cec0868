"""Every read of the public site. Each function says what the page now depends on; views never list tags.

An object that is shown is declared by `depends_on(object)`, a list by the tag of its collection: so a page is
rendered anew when one of its objects changes, and also when an object appears that was not there before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.orm import defer, joinedload, lazyload, load_only, selectinload
from sqlalchemy.sql.base import ExecutableOption

from cms.cache import depends_on
from cms.cache.tags import collection_tag, group_tag
from cms.extensions import db
from cms.models import Category, Media, Menu, MenuItem, Page, Post, Redirect, Tag, User
from cms.models.base import all_models, columns_of
from cms.models.column_types import UtcMoment
from cms.models.post import post_tags
from cms.models.publishable import Publishable, Status
from cms.models.sluggable import Sluggable
from cms.models.translatable import Translatable

T = TypeVar("T")

# Deeper pages are reached through tags, categories and the archive; an offset costs what it skips.
LAST_PAGE = 1000
# Of how many of the newest posts the tags are counted: what a site is about now, at the same cost whatever its size.
COUNTED_POSTS = 1000


@dataclass(frozen=True)
class Listing(Generic[T]):
    """One page of a list; `number` counts from 1."""

    items: Sequence[T]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1


def live(model: Any, locale: str) -> list[ColumnElement[bool]]:
    """The conditions under which visitors see a row."""
    return [model.locale == locale, model.status == Status.PUBLISHED, model.trashed_at.is_(None)]


def _cards(locale: str) -> Select[Post]:
    """Posts with what a card shows, newest first; the text itself stays in the database."""
    return (
        select(Post)
        .where(*live(Post, locale))
        .order_by(Post.published_at.desc(), Post.id.desc())
        .options(
            defer(Post.body),
            _author_of(Post),
            joinedload(Post.category),
            joinedload(Post.featured_image).selectinload(Media.texts),
        )
    )


def _author_of(model: type[Post | Page]) -> ExecutableOption:
    """The author with what readers see; neither roles nor anything secret."""
    shown = load_only(User.username, User.display_name, User.bio)
    return joinedload(model.author).options(shown, lazyload(User.roles))


def _declare_posts(posts: Sequence[Post], locale: str) -> None:
    depends_on(collection_tag(Post, locale))
    for post in posts:
        depends_on(post, post.author, post.category, post.featured_image)


def _listing(query: Select[Post], locale: str, number: int, per_page: int) -> Listing[Post]:
    rows = db.session.scalars(query.limit(per_page + 1).offset((number - 1) * per_page)).unique().all()
    _declare_posts(rows, locale)
    return Listing(rows[:per_page], number, len(rows) > per_page)


def page_number(text: str | None) -> int | None:
    """The page that a query string asks for: 1 where it asks for none, None where there can be no such page."""
    if not text:
        return 1
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        return None
    number = int(text)
    return number if 1 <= number <= LAST_PAGE else None


def published_posts(locale: str, number: int, per_page: int) -> Listing[Post]:
    """The newest posts of a language."""
    return _listing(_cards(locale), locale, number, per_page)


def posts_with_tag(tag: Tag, number: int, per_page: int) -> Listing[Post]:
    """The newest posts with a tag."""
    tagged = select(post_tags.c.post_id).where(post_tags.c.tag_id == tag.id)
    return _listing(_cards(tag.locale).where(Post.id.in_(tagged)), tag.locale, number, per_page)


def posts_in_category(category: Category, number: int, per_page: int) -> Listing[Post]:
    """The newest posts of a category."""
    query = _cards(category.locale).where(Post.category_id == category.id)
    return _listing(query, category.locale, number, per_page)


def posts_by_author(author: User, locale: str, number: int, per_page: int) -> Listing[Post]:
    """The newest posts of an author in a language."""
    return _listing(_cards(locale).where(Post.author_id == author.id), locale, number, per_page)


def posts_in_month(locale: str, year: int, month: int, number: int, per_page: int) -> Listing[Post]:
    """The posts of one month (UTC), newest first."""
    start, end = _month(year, month)
    query = _cards(locale).where(Post.published_at >= start, Post.published_at < end)
    return _listing(query, locale, number, per_page)


def _month(year: int, month: int) -> tuple[datetime, datetime]:
    """The first moment of a month and the first of the next."""
    start = datetime(year, month, 1, tzinfo=UTC)
    return start, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def recent_posts(locale: str, limit: int) -> Sequence[Post]:
    """The newest posts with title and date, for a side column."""
    query = select(Post).where(*live(Post, locale)).order_by(Post.published_at.desc(), Post.id.desc())
    rows = db.session.scalars(query.options(defer(Post.body)).limit(limit)).all()
    depends_on(collection_tag(Post, locale), *rows)
    return rows


def most_used_tags(locale: str, limit: int) -> list[tuple[Tag, int]]:
    """Tags with the number of the newest published posts that bear them, most used first."""
    newest = (
        select(Post.id)
        .where(*live(Post, locale))
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(COUNTED_POSTS)
        .subquery()
    )
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


def post_by_slug(locale: str, slug: str) -> Post | None:
    """A published post with all that its page shows, or None."""
    post = db.session.scalars(
        select(Post)
        .where(*live(Post, locale), Post.slug == slug)
        .options(
            _author_of(Post),
            joinedload(Post.category),
            joinedload(Post.featured_image).selectinload(Media.texts),
            selectinload(Post.tags),
        )
    ).first()
    if post is None:
        depends_on(collection_tag(Post, locale))
        return None
    depends_on(post, post.author, post.category, post.featured_image, *post.tags)
    return post


def neighbours(post: Post) -> tuple[Post | None, Post | None]:
    """The published posts just before and just after this one in time."""
    place = tuple_(Post.published_at, Post.id)
    here = tuple_(literal(post.published_at, UtcMoment), literal(post.id))
    base = select(Post).where(*live(Post, post.locale)).options(defer(Post.body))
    before = base.where(place < here).order_by(Post.published_at.desc(), Post.id.desc())
    after = base.where(place > here).order_by(Post.published_at, Post.id)
    earlier = db.session.scalars(before.limit(1)).first()
    later = db.session.scalars(after.limit(1)).first()
    depends_on(collection_tag(Post, post.locale), earlier, later)
    return earlier, later


def related_posts(post: Post, limit: int) -> Sequence[Post]:
    """Published posts that share most tags with this one, then those of its category."""
    tag_ids = [tag.id for tag in post.tags]
    shared = (
        select(post_tags.c.post_id, func.count().label("shared"))
        .where(post_tags.c.tag_id.in_(tag_ids), post_tags.c.post_id != post.id)
        .group_by(post_tags.c.post_id)
        .subquery()
    )
    query = (
        _cards(post.locale)
        .join(shared, shared.c.post_id == Post.id)
        .order_by(None)
        .order_by(shared.c.shared.desc(), Post.published_at.desc(), Post.id.desc())
    )
    rows = db.session.scalars(query.limit(limit)).unique().all()
    _declare_posts(rows, post.locale)
    return rows


def translations_of(document: Any) -> list[Any]:
    """The live rows of the same document in other languages, for the switcher and for hreflang."""
    model = type(document)
    # By the key alone: told of a status too, SQLite may walk through everything that is published.
    query = select(model).where(model.translation_key == document.translation_key).options(*_without_texts(model))
    rows = [row for row in db.session.scalars(query) if row.locale != document.locale and getattr(row, "is_live", True)]
    depends_on(group_tag(document), *rows)
    return rows


def tag_by_slug(locale: str, slug: str) -> Tag | None:
    """A tag, or None."""
    return _by_slug(Tag, locale, slug)


def category_by_slug(locale: str, slug: str) -> Category | None:
    """A category, or None."""
    return _by_slug(Category, locale, slug)


def _by_slug(model: Any, locale: str, slug: str) -> Any:
    row = db.session.scalars(select(model).where(model.locale == locale, model.slug == slug)).first()
    depends_on(row if row is not None else collection_tag(model, locale))
    return row


def author_by_username(username: str) -> User | None:
    """Somebody with an account, or None; whether they have written anything is for the caller to see."""
    query = select(User).where(User.username == username).options(lazyload(User.roles))
    user = db.session.scalars(query).first()
    depends_on(user if user is not None else collection_tag(User))
    return user


def locales_of_author(author: User) -> list[str]:
    """The languages in which an author has published posts."""
    return _locales_where(Post.author_id == author.id)


def locales_of_month(year: int, month: int) -> list[str]:
    """The languages in which posts were published in a month (UTC)."""
    start, end = _month(year, month)
    return _locales_where(Post.published_at >= start, Post.published_at < end)


def _locales_where(*conditions: ColumnElement[bool]) -> list[str]:
    query = select(Post.locale).where(Post.status == Status.PUBLISHED, Post.trashed_at.is_(None), *conditions)
    depends_on(collection_tag(Post))
    return list(db.session.scalars(query.distinct()))


def public_models() -> list[Any]:
    """The content types whose published rows have a page of their own."""
    return [
        model
        for model in all_models()
        if issubclass(model, Publishable) and issubclass(model, Translatable) and hasattr(model, "public_path")
    ]


def _without_texts(model: Any) -> list[ExecutableOption]:
    """Leave the long texts of a model in the database."""
    return [defer(getattr(model, column.key)) for column in columns_of(model) if column.info.get("kind") == "markup"]


def sitemap_entries(limit: int = 45_000) -> list[tuple[str, datetime]]:
    """The paths of everything published with the moment of its last publication, newest first."""
    entries = []
    for model in public_models():
        query = (
            select(model)
            .where(model.status == Status.PUBLISHED, model.trashed_at.is_(None))
            .order_by(model.published_at.desc())
            .options(*_without_texts(model))
            .limit(limit)
        )
        depends_on(collection_tag(model))
        for row in db.session.scalars(query):
            moment = row.last_published_at or row.published_at
            if moment is not None:
                entries.append((row.public_path, moment))
    return sorted(entries, key=lambda entry: entry[1], reverse=True)[:limit]


def document_at(locale: str, path: str) -> Any:
    """The published document of any other content type whose `public_path` is this one, or None.

    Posts and pages have queries of their own. One query for each type that has pages and slugs.
    """
    for model in public_models():
        if issubclass(model, Post | Page) or not issubclass(model, Sluggable):
            continue
        found = select(model).where(*live(model, locale), model.slug == path.rpartition("/")[2])
        for row in db.session.scalars(found):
            depends_on(row)
            if row.public_path == f"/{locale}/{path}":
                return row
        depends_on(collection_tag(model, locale))
    return None


def page_by_path(locale: str, path: str) -> Page | None:
    """A published page, or None."""
    page = db.session.scalars(
        select(Page)
        .where(*live(Page, locale), Page.path == path)
        .options(joinedload(Page.featured_image).selectinload(Media.texts), _author_of(Page))
    ).first()
    if page is None:
        depends_on(collection_tag(Page, locale))
        return None
    depends_on(page, page.author, page.featured_image)
    return page


def page_or_document(locale: str, path: str) -> Any:
    """What is published at a path below a language, a post aside; None where there is nothing."""
    return page_by_path(locale, path) or document_at(locale, path)


def ancestors(page: Page) -> list[Page]:
    """The published pages above this one, the topmost first; one query."""
    parts = page.path.split("/")[:-1]
    paths = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
    if not paths:
        return []
    rows = db.session.scalars(
        select(Page)
        .where(*live(Page, page.locale), Page.path.in_(paths))
        .order_by(func.length(Page.path))
        .options(defer(Page.body))
    ).all()
    depends_on(collection_tag(Page, page.locale), *rows)
    return list(rows)


def children(page: Page) -> Sequence[Page]:
    """The published pages directly below this one, in their order."""
    rows = db.session.scalars(
        select(Page)
        .where(*live(Page, page.locale), Page.parent_id == page.id)
        .order_by(Page.position, Page.title)
        .options(defer(Page.body))
    ).all()
    depends_on(collection_tag(Page, page.locale), *rows)
    return rows


def menu_links(location: str, locale: str) -> list[tuple[str, str]]:
    """The links of a menu as (label, address); links to what visitors cannot see are left out."""
    items = db.session.scalars(
        select(MenuItem)
        .join(Menu)
        .where(Menu.location == location, Menu.locale == locale)
        .order_by(MenuItem.position, MenuItem.id)
        .options(joinedload(MenuItem.page).defer(Page.body), joinedload(MenuItem.category))
    ).all()
    depends_on(collection_tag(Menu, locale), collection_tag(MenuItem))
    links = []
    for item in items:
        depends_on(item, item.page, item.category)
        if item.page is not None:
            if item.page.is_live:
                links.append((item.label or item.page.title, item.page.public_path))
        elif item.category is not None:
            links.append((item.label or item.category.name, item.category.public_path))
        elif item.url:
            links.append((item.label or item.url, item.url))
    return links


def redirect_for(path: str) -> Redirect | None:
    """Where an address moved to, or None."""
    row = db.session.scalars(select(Redirect).where(Redirect.source == path)).first()
    depends_on(row if row is not None else collection_tag(Redirect))
    return row

"""The reads of the public site; lists of posts are in `post_lists`.

Each function says what the page now depends on; views never list tags.

An object that is shown is declared by `depends_on(object)`, a list by the tag of its collection: so a page is
rendered anew when one of its objects changes, and also when an object appears that was not there before.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal_column, select, tuple_
from sqlalchemy.orm import defer, joinedload, lazyload, load_only, selectinload
from sqlalchemy.sql.base import ExecutableOption

from cms.cache import depends_on
from cms.cache.tags import collection_tag, group_tag
from cms.extensions import db
from cms.models import Category, Media, Menu, MenuItem, Page, Post, Redirect, Tag, User
from cms.models.base import all_models, columns_of
from cms.models.column_types import UtcMoment
from cms.models.publishable import Publishable, Status
from cms.models.sluggable import Sluggable
from cms.models.translatable import Translatable

# Written out, so that a database sees that the indexes of what is live (`publishable.LIVE`) hold all that is asked for.
_PUBLISHED: ColumnElement[str] = literal_column(f"'{Status.PUBLISHED.value}'")


def live(model: Any, locale: Any) -> list[ColumnElement[bool]]:
    """The conditions under which visitors see a row."""
    return [model.locale == locale, model.status == _PUBLISHED, model.trashed_at.is_(None)]


def author_of(model: type[Post | Page]) -> ExecutableOption:
    """The author with what readers see; neither roles nor anything secret."""
    shown = load_only(User.username, User.display_name, User.bio)
    return joinedload(model.author).options(shown, lazyload(User.roles))


def post_by_slug(locale: str, slug: str) -> Post | None:
    """A published post with all that its page shows, or None."""
    post = db.session.scalars(_post_by_slug(), {"locale": locale, "slug": slug}).first()
    if post is None:
        depends_on(collection_tag(Post, locale))
        return None
    depends_on(post, post.author, post.category, post.featured_image, *post.tags)
    return post


# What is asked for every page is put together once: that takes longer than the database does.
@cache
def _post_by_slug() -> Select[Post]:
    return (
        select(Post)
        .where(*live(Post, bindparam("locale")), Post.slug == bindparam("slug"))
        .options(
            author_of(Post),
            joinedload(Post.category),
            joinedload(Post.featured_image).selectinload(Media.texts),
            selectinload(Post.tags),
        )
    )


def neighbours(post: Post) -> tuple[Post | None, Post | None]:
    """The published posts just before and just after this one in time."""
    here = {"locale": post.locale, "moment": post.published_at, "number": post.id}
    earlier, later = (db.session.scalars(query, here).first() for query in _neighbours())
    depends_on(collection_tag(Post, post.locale), earlier, later)
    return earlier, later


@cache
def _neighbours() -> tuple[Select[Post], Select[Post]]:
    place = tuple_(Post.published_at, Post.id)
    here = tuple_(bindparam("moment", type_=UtcMoment), bindparam("number", type_=Integer))
    base = select(Post).where(*live(Post, bindparam("locale"))).options(defer(Post.body)).limit(1)
    before = base.where(place < here).order_by(Post.published_at.desc(), Post.id.desc())
    after = base.where(place > here).order_by(Post.published_at, Post.id)
    return before, after


def translations_of(document: Any) -> list[Any]:
    """The live rows of the same document in other languages, for the switcher and for hreflang."""
    model: Any = type(document)
    found = db.session.scalars(_translations(model), {"key": document.translation_key})
    rows = [row for row in found if row.locale != document.locale and getattr(row, "is_live", True)]
    depends_on(group_tag(document), *rows)
    return rows


@cache
def _translations(model: Any) -> Select[Any]:
    # By the key alone: told of a status too, SQLite may walk through everything that is published.
    return select(model).where(model.translation_key == bindparam("key")).options(*without_texts(model))


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


def public_models() -> list[Any]:
    """The content types whose published rows have a page of their own."""
    return [
        model
        for model in all_models()
        if issubclass(model, Publishable) and issubclass(model, Translatable) and hasattr(model, "public_path")
    ]


def without_texts(model: Any) -> list[ExecutableOption]:
    """Leave the long texts of a model in the database."""
    return [defer(getattr(model, column.key)) for column in columns_of(model) if column.info.get("kind") == "markup"]


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
        .options(joinedload(Page.featured_image).selectinload(Media.texts), author_of(Page))
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
    """Where an address moved to, or None. With a slash at the end and without it is one address; the exact one counts
    more.
    """
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    among = select(Redirect).where(Redirect.source.in_([path, other])).order_by(Redirect.source != path)
    row = db.session.scalars(among.limit(1)).first()
    depends_on(row)
    if row is None or row.source != path:
        depends_on(collection_tag(Redirect))
    return row
